"""What colleagues do at one ticket together: hand it over, follow it, mark a passage, begin to write first."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models.message import Message
from anliegen.records.tickets.models.ticket import Ticket

LONGEST_SUMMARY = 300


class Handover(models.Model):
    """Somebody gave a ticket to a colleague or a team, and said in a line where it stands; or gave it back, and why.

    Open until the one who got it has seen to it: has written something, said so, or handed it on.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="handovers", db_index=False)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # With whom it lay before, so that it can go back there.
    was_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    was_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    is_return = models.BooleanField(default=False)
    summary = models.CharField(max_length=LONGEST_SUMMARY)
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("handover")
        indexes: ClassVar = [models.Index(fields=["ticket", "id"], name="tickets_handover_ticket")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_handover_to_somebody", condition=Q(agent__isnull=False) | Q(team__isnull=False)
            ),
            models.CheckConstraint(name="tickets_handover_says_what", condition=~Q(summary="")),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"


class Follow(models.Model):
    """An agent wants to hear what becomes of a ticket that need not be theirs."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="follows", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("followed concern")
        constraints: ClassVar = [models.UniqueConstraint(fields=["ticket", "agent"], name="tickets_follow_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} follows {self.ticket_id}"


class Highlight(models.Model):
    """A passage of a message that a colleague marked.

    `begins` and `ends` count characters of what was said (`Message.said`); `text` is the passage itself, by which it is
    found again should that ever be folded in another way.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="highlights", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    begins = models.PositiveIntegerField()
    ends = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("highlight")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "begins", "ends"], name="tickets_highlight_once"),
            models.CheckConstraint(name="tickets_highlight_forward", condition=Q(begins__lt=F("ends"))),
        ]

    def __str__(self) -> str:
        return f"highlight {self.pk}"


class Claim(models.Model):
    """Somebody has begun to answer what lies with nobody: for some minutes others are told, and may write all the same.

    Neither in the journal nor in an export: who typed when is nobody's business afterwards.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="claim")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("begun answer")

    def __str__(self) -> str:
        return f"{self.agent_id} writes in {self.ticket_id}"
