"""Service hours: when somebody is there, and on which days not."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm, by_name
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, refused, show
from anliegen.faces.workspace.settings.targets import effect_shown
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.calendar import BusinessHours, StateHolidays, holidays_of
from anliegen.records.accounts.models import Calendar, Team
from anliegen.records.accounts.models.calendars import STATES, WEEKDAYS
from anliegen.records.tickets import effects

# A day may have a midday break.
SPANS = {
    1: (gettext_lazy("from"), gettext_lazy("until")),
    2: (gettext_lazy("again from"), gettext_lazy("again until")),
}
INTERVALS = tuple(SPANS)
EMPTY_ROWS = 3  # further days off that can be entered at once
FIRST_ZONES = ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich")
USUAL = (time(8), time(17))


@dataclass(frozen=True)
class Day:
    """One row of the weekly plan: the weekday's name and its fields, from and until, twice."""

    name: str
    fields: list[forms.BoundField]
    errors: list[str]


class CalendarForm(SettingForm):
    """The fields of the calendar, two spans for each weekday, and the days off with three empty rows."""

    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    state = forms.ChoiceField(
        label=gettext_lazy("Holidays of"),
        required=False,
        choices=[("", gettext_lazy("all of Germany: nationwide holidays only")), *STATES],
    )
    catholic = forms.BooleanField(
        label=gettext_lazy("With the holidays of mainly Catholic municipalities"),
        required=False,
        help_text=gettext_lazy("Assumption Day in Bavaria, Corpus Christi in parts of Saxony and Thuringia."),
    )

    class Meta:
        model = Calendar
        fields = ("name", "timezone", "state", "catholic")
        labels = {"name": gettext_lazy("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = zones()  # type: ignore[attr-defined]
        self._add_week()
        self._add_days_off()

    def _add_week(self) -> None:
        planned: dict[int, list[tuple[time, time]]] = {day: [] for day, _name in WEEKDAYS}
        if self.instance.pk is None:
            planned |= {day: [USUAL] for day in range(5)}
        else:
            for opening in self.instance.openings.order_by("weekday", "opens"):
                planned[opening.weekday].append((opening.opens, opening.closes))
        for day, name in WEEKDAYS:
            for number in INTERVALS:
                opens, closes = planned[day][number - 1] if len(planned[day]) >= number else (None, None)
                from_words, until_words = SPANS[number]
                self._add_time(f"opens_{day}_{number}", f"{name}, {from_words}", opens)
                self._add_time(f"closes_{day}_{number}", f"{name}, {until_words}", closes)

    def _add_time(self, name: str, label: str, value: time | None) -> None:
        self.fields[name] = forms.TimeField(label=label, required=False, widget=forms.TimeInput)
        self.initial[name] = value

    def _add_days_off(self) -> None:
        kept = list(self.instance.days_off.order_by("on")) if self.instance.pk else []
        for number in range(len(kept) + EMPTY_ROWS):
            row = kept[number] if number < len(kept) else None
            on = forms.DateField(required=False, label=_("Day"), widget=forms.DateInput)
            name = forms.CharField(required=False, label=_("Occasion"), max_length=80)
            self.fields[f"off_{number}"], self.fields[f"occasion_{number}"] = on, name
            if row is not None:
                self.initial[f"off_{number}"], self.initial[f"occasion_{number}"] = row.on, row.name

    @property
    def week(self) -> list[Day]:
        """The weekly plan as the page draws it."""
        return [self._day(day, str(name)) for day, name in WEEKDAYS]

    def _day(self, day: int, name: str) -> Day:
        names = [f"{end}_{day}_{number}" for number in INTERVALS for end in ("opens", "closes")]
        fields = [self[each] for each in names]
        return Day(name, fields, [str(error) for field in fields for error in field.errors])

    @property
    def off(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        numbers = [name.partition("_")[2] for name in self.fields if name.startswith("off_")]
        return [(self[f"off_{number}"], self[f"occasion_{number}"]) for number in numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There are service hours of this name already."), name__iexact=name)
        cleaned["openings"] = [span for day, _name in WEEKDAYS for span in self._spans(day)]
        cleaned["days_off"] = self._days_off()
        return cleaned

    def _spans(self, day: int) -> list[tuple[int, time, time]]:
        spans: list[tuple[int, time, time]] = []
        for number in INTERVALS:
            opens, closes = (self.cleaned_data.get(f"{end}_{day}_{number}") for end in ("opens", "closes"))
            if opens is None and closes is None:
                continue
            try:
                span = _checked(opens, closes, spans[-1][2] if spans else None)
            except ValidationError as error:
                if not {f"opens_{day}_{number}", f"closes_{day}_{number}"} & set(self.errors):
                    self.add_error(f"opens_{day}_{number}", error)
            else:
                spans.append((day, *span))
        return spans

    def _days_off(self) -> list[tuple[date, str]]:
        days: dict[date, str] = {}
        for on, occasion in self.off:
            day, name = self.cleaned_data.get(on.name), self.cleaned_data.get(occasion.name, "")
            if day is None:
                if name and on.name not in self.errors:
                    self.add_error(on.name, _("Say which day this is."))
            elif day in days:
                self.add_error(on.name, _("This day stands here twice."))
            else:
                days[day] = name
        return sorted(days.items())

    def plan(self) -> BusinessHours:
        """The hours as they are being entered; call it for a valid form."""
        weekly: dict[int, tuple[tuple[time, time], ...]] = {}
        for day, opens, closes in self.cleaned_data["openings"]:
            weekly[day] = (*weekly.get(day, ()), (opens, closes))
        kept = self.cleaned_data
        holidays = StateHolidays(kept["state"], catholic=kept["catholic"])
        return BusinessHours(kept["timezone"], weekly, holidays, frozenset(day for day, _name in kept["days_off"]))

    def values(self) -> dict[str, Any]:
        return super().values() | {name: self.cleaned_data[name] for name in ("openings", "days_off")}


def _checked(opens: time | None, closes: time | None, earlier: time | None) -> tuple[time, time]:
    if opens is None or closes is None:
        raise ValidationError(_("Give both: from when and until when."))
    if opens >= closes:
        raise ValidationError(_("The end lies before the beginning."))
    if earlier is not None and opens < earlier:
        raise ValidationError(_("The second span begins before the first one ends."))
    return opens, closes


def zones() -> list[tuple[str, str]]:
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in (*FIRST_ZONES, *(p for p in places if p not in FIRST_ZONES))]


@asks("settings.manage")
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    rows = by_name(Calendar.objects.annotate(teams_count=Count("teams", distinct=True)).prefetch_related("openings"))
    states = dict(STATES)
    return show(request, "calendars", {"rows": rows, "states": states, "weekdays": dict(WEEKDAYS)}, place="calendars")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_calendar(request: HttpRequest) -> HttpResponse:
    form = CalendarForm(posted(request))
    if form.is_valid():
        values = form.values() | {"is_default": not Calendar.objects.exists()}
        row = accounts.save_calendar(None, actor=actor_of(request), at=clock.now(), **values)
        return done(request, _("%(name)s is created.") % {"name": row.name}, "calendar", row.pk)
    return show(request, "calendar", {"form": form, "calendar": None, "years": []}, place="calendars")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Calendar, pk=pk)
    form = CalendarForm(posted(request), instance=row)
    if form.is_valid():
        accounts.save_calendar(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}, "calendar", pk)
    kept = Calendar.objects.get(pk=pk)
    context = {"form": form, "calendar": kept, "years": years_of(kept), "uses": uses_of(kept)}
    return show(request, "calendar", context, place="calendars")


@asks("settings.manage")
@require_POST
def calendar_effect(request: HttpRequest, pk: int) -> HttpResponse:
    """Which open concerns would be due otherwise with the hours that are being entered; saves nothing."""
    row = get_object_or_404(Calendar, pk=pk)
    form = CalendarForm(request.POST, instance=row)
    effect = effects.of_calendar(Calendar.objects.get(pk=pk), form.plan(), at=clock.now()) if form.is_valid() else None
    return show(request, "effect", effect_shown(request, effect), place="calendars", block="effect")


@asks("settings.manage")
@require_POST
def make_calendar_default(request: HttpRequest, pk: int) -> HttpResponse:
    row = accounts.make_default(get_object_or_404(Calendar, pk=pk), actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s are the default service hours now.") % {"name": row.name}, "calendars")


@asks("settings.manage")
@require_POST
def delete_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Calendar, pk=pk)
    words = _("%(name)s cannot be deleted, it is still used: %(uses)s.")
    if uses := uses_of(row):
        return refused(request, words % {"name": row.name, "uses": ", ".join(uses)}, "calendar", pk)
    try:
        accounts.delete(row, actor=actor_of(request), at=clock.now())
    except ProtectedError:  # it came into use in this very moment
        return refused(request, words % {"name": row.name, "uses": ", ".join(uses_of(row))}, "calendar", pk)
    return done(request, _("%(name)s is deleted.") % {"name": row.name}, "calendars")


def uses_of(calendar: Calendar) -> list[str]:
    uses = [_("team %(name)s") % {"name": team.name} for team in by_name(Team.objects.filter(calendar=calendar))]
    return uses + ([_("they are the default service hours")] if calendar.is_default else [])


def years_of(calendar: Calendar) -> list[tuple[int, list[tuple[date, str]]]]:
    """The public holidays that count for this calendar, this year and the next."""
    this_year = timezone.localdate().year
    language = translation.get_language() or "de"
    return [
        (year, sorted(holidays_of(calendar.state, year, catholic=calendar.catholic, language=language).items()))
        for year in (this_year, this_year + 1)
    ]
