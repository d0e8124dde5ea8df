"""Macros: named sets of changes that a person makes at one press, and each time one was applied."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.models import PRIORITIES, STATUSES, Note, Ticket

KEPT = ("", _("stays as it is"))
GIVEN_TO = [KEPT, ("me", _("whoever applies it")), ("nobody", _("nobody")), ("agent", _("somebody else"))]
PLACES = [("reply", _("into the draft of the answer")), ("note", _("as an internal note"))]


class MacroQuerySet(models.QuerySet["Macro"]):
    def in_use(self) -> Self:
        return self.filter(withdrawn_at=None)

    def open_to(self, agent: Agent) -> Self:
        """Everybody's and the agent's own."""
        return self.filter(Q(owner=None) | Q(owner=agent))

    def note_use(self, pk: int) -> int:
        """Count a use, without saying whose; who applied it to which ticket says the journal."""
        return self.filter(pk=pk).update(used=F("used") + 1)


class Macro(models.Model):
    """What is to become of a ticket; what is empty stays. With an `owner` it is that agent's alone."""

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    status = models.CharField(
        _("status"), max_length=20, blank=True, choices=[KEPT, *[one for one in STATUSES if one[0] != "new"]]
    )
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True, choices=PRIORITIES)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("team")
    )
    given_to = models.CharField(_("assigned to"), max_length=10, blank=True, choices=GIVEN_TO)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    adds_tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    removes_tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    rests_days = models.PositiveSmallIntegerField(_("follow up in days"), null=True, blank=True)
    block = models.ForeignKey(
        TextBlock,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("text block"),
    )
    place = models.CharField(_("where the text block goes"), max_length=10, choices=PLACES, default="reply")
    used = models.PositiveIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="macros_macro_given_to_whom",
                condition=Q(given_to="agent", assignee__isnull=False) | ~Q(given_to="agent") & Q(assignee__isnull=True),
            ),
            models.CheckConstraint(
                name="macros_macro_does_something",
                condition=~Q(status="", priority=None, team=None, given_to="", topic="", rests_days=None, block=None)
                | ~Q(adds_tags=[])
                | ~Q(removes_tags=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MacroRun(models.Model):
    """One time a macro was applied: what it changed, so that it can be taken back as a whole."""

    macro = models.ForeignKey(Macro, on_delete=models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    applied_at = models.DateTimeField()
    changes = models.JSONField(default=dict)  # by field {"was", "now"}: codes and ids, as `plan.value_of` gives them
    note = models.ForeignKey(Note, on_delete=models.SET_NULL, null=True, related_name="+")
    last_event = models.BigIntegerField()  # the newest of the ticket's events that belong to it
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("application of a macro")
        indexes: ClassVar = [models.Index(fields=["ticket", "-id"], name="macros_run_ticket")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="macros_run_undone_says_who",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of macro {self.macro_id}"

    def was(self, field: str) -> Any:
        return self.changes[field]["was"]
