"""When the service is there: opening hours, days off, and the state whose holidays count."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# ISO 3166-2 codes without the country: what the `holidays` package takes.
STATES = [
    ("BW", "Baden-Württemberg"),
    ("BY", "Bayern"),
    ("BE", "Berlin"),
    ("BB", "Brandenburg"),
    ("HB", "Bremen"),
    ("HH", "Hamburg"),
    ("HE", "Hessen"),
    ("MV", "Mecklenburg-Vorpommern"),
    ("NI", "Niedersachsen"),
    ("NW", "Nordrhein-Westfalen"),
    ("RP", "Rheinland-Pfalz"),
    ("SL", "Saarland"),
    ("SN", "Sachsen"),
    ("ST", "Sachsen-Anhalt"),
    ("SH", "Schleswig-Holstein"),
    ("TH", "Thüringen"),
]
WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class Calendar(models.Model):
    """A weekly plan with a federal state's holidays. Teams refer to it; one is the default."""

    name = models.CharField(_("name"), max_length=80)
    timezone = models.CharField(_("time zone"), max_length=40, default="Europe/Berlin")
    state = models.CharField(_("federal state"), max_length=2, choices=STATES, blank=True)
    catholic = models.BooleanField(_("mainly Catholic municipality"), default=False)
    is_default = models.BooleanField(_("default calendar"), default=False)

    class Meta:
        verbose_name = _("calendar")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="accounts_calendar_one_default", fields=["is_default"], condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Opening(models.Model):
    """From when till when on a weekday (0 = Monday). Several a day are possible, for a midday break."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS, validators=[MaxValueValidator(6)])
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("opening hours")
        constraints: ClassVar = [
            models.CheckConstraint(name="accounts_opening_forward", condition=Q(opens__lt=F("closes"))),
            models.CheckConstraint(name="accounts_opening_weekday", condition=Q(weekday__lte=6)),
            models.UniqueConstraint(fields=["calendar", "weekday", "opens"], name="accounts_opening_once"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class DayOff(models.Model):
    """A day on which the service is closed although no holiday says so."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days_off")
    on = models.DateField(_("date"))
    name = models.CharField(_("occasion"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("day off")
        constraints: ClassVar = [models.UniqueConstraint(fields=["calendar", "on"], name="accounts_dayoff_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
