"""What this face keeps for an agent: the notices in the bell, and how calm it is to be."""

from datetime import time
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Note, Ticket

# Each with its words and whether it may be of the kind that an agent lets through in quiet hours.
KINDS = [
    ("mention", _("You were asked")),
    ("handover", _("Handed over to you")),
    ("returned", _("Given back to you")),
    ("assigned", _("Given to you")),
    ("promise", _("Promise due")),
    ("deadline", _("Deadline")),
    ("target", _("Response target")),
    ("woken", _("Back on your desk")),
    ("approval", _("Approval")),
    ("undelivered", _("Your answer did not arrive")),
    ("followed", _("News on what you follow")),
]
QUIET_CHOICES = [
    ("business", _("outside the service hours of my team")),
    ("own", _("at times of my own")),
    ("never", _("never")),
]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def of(self, agent: Agent) -> Self:
        """Theirs, of tickets they may still see."""
        return self.filter(agent=agent, ticket__in=Ticket.objects.visible_to(agent))


class Notice(models.Model):
    """Something an agent should know of. What is alike in one ticket is one notice until it is read, and counts."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=KINDS)
    verb = models.CharField(max_length=60)  # what happened last
    actor = models.CharField(max_length=80)  # who did it
    note = models.ForeignKey(Note, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    times = models.PositiveIntegerField(default=1)
    position = models.BigIntegerField()  # of the newest event in it: none is counted twice
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        indexes: ClassVar = [
            models.Index(fields=["agent", "-changed_at", "-id"], name="workspace_notice_list"),
            models.Index(fields=["ticket"], name="workspace_notice_ticket"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agent", "ticket", "kind"], name="workspace_notice_together", condition=Q(read_at=None)
            ),
            models.CheckConstraint(
                name="workspace_notice_kind_known", condition=Q(kind__in=[code for code, _n in KINDS])
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Calm(models.Model):
    """What an agent chose about notices. Who chose nothing is left in peace outside the service hours."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True, related_name="calm")
    quiet = models.CharField(_("quiet hours"), max_length=10, choices=QUIET_CHOICES, default="business")
    begins = models.TimeField(_("from"), default=time(18))
    ends = models.TimeField(_("until"), default=time(8))
    passes = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # kinds that come through
    has_sound = models.BooleanField(_("with a sound"), default=False)
    shows_in_browser = models.BooleanField(_("also as a notification of the browser"), default=False)
    gets_digest = models.BooleanField(_("a summary by mail each morning"), default=False)

    class Meta:
        verbose_name = _("notice settings")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="workspace_calm_quiet_known", condition=Q(quiet__in=[code for code, _n in QUIET_CHOICES])
            ),
            models.CheckConstraint(name="workspace_calm_hours_differ", condition=~Q(begins=F("ends"))),
        ]

    def __str__(self) -> str:
        return f"notice settings of {self.agent_id}"
