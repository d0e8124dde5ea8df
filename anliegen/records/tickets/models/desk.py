"""What agents lay out for themselves on their desks: saved views, pinned tickets, and what they changed in one go."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models.ticket import Ticket

REACHES = [("own", _("only me")), ("team", _("a team")), ("all", _("everybody"))]
VIEW_SYMBOLS = (
    "filter",
    "star",
    "promise",
    "clock",
    "warning",
    "topic",
    "tag",
    "phone",
    "letter",
    "building",
    "language",
)


class SavedView(models.Model):
    """A list that somebody described by a filter and gave a name. What it filters by are values as in an address."""

    name = models.CharField(_("name"), max_length=60)
    symbol = models.CharField(_("symbol"), max_length=20, default="filter")
    filter = models.JSONField(default=dict)  # {"status": ["new"], "tag": ["umzug"]}, as `view_filters.Filter` reads it
    order = models.CharField(_("order"), max_length=10, default="newest")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reach = models.CharField(_("for whom"), max_length=4, choices=REACHES, default="own")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    place = models.PositiveIntegerField()  # the lower, the further up
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("view")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_view_reach_fits",
                condition=Q(reach__in=["own", "all"], team__isnull=True) | Q(reach="team", team__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.reach != "own"


class Pin(models.Model):
    """A ticket that an agent wants at hand."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pins", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    pinned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("pin")
        constraints: ClassVar = [models.UniqueConstraint(fields=["agent", "ticket"], name="tickets_pin_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} of {self.agent_id}"


class BulkChange(models.Model):
    """Many tickets changed in one go: what each was before and became, so that it can be taken back as one."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    items = models.JSONField(default=list)  # [{"ticket": 812, "was": {"team": 3}, "became": {"team": 4}}]

    class Meta:
        verbose_name = _("change of many")

    def __str__(self) -> str:
        return f"change of many {self.pk}"
