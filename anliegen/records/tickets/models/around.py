"""What stands around a ticket: participants, links, mentions, times put aside, and the rows that search reads."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anliegen.ground.search.models import Indexed
from anliegen.records.accounts.models import Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models.message import Message, Note
from anliegen.records.tickets.models.ticket import Ticket

# What ends it that a ticket is put aside.
WAKES = [
    ("due", _("its time has come")),
    ("customer", _("the customer wrote")),
    ("promise", _("a promise falls due")),
    ("target", _("a deadline is near")),
    ("agent", _("fetched back by hand")),
    ("again", _("put aside for another time")),
    ("resolved", _("resolved")),
    ("closed", _("closed")),
    ("joined", _("joined with another concern")),
]


class Participant(models.Model):
    """An address that takes part in a ticket. Only these may join by a number in the subject."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants", db_index=False)
    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=[("requester", _("requester")), ("copy", _("in copy"))])

    class Meta:
        verbose_name = _("participant")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "address"], name="tickets_participant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.address_id} in {self.ticket_id}"


# What a ticket says of the other one.
LINK_KINDS = [
    ("relates", _("belongs together with")),  # both say it: the lower number is the one that is kept as saying so
    ("parent", _("is part of")),
    ("duplicate", _("is the same again as")),
    ("follow_up", _("follows up")),
    ("problem", _("is caused by the problem")),
    ("maybe", _("perhaps belongs to")),
]


class Link(models.Model):
    """Two tickets that have to do with each other, and how."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=20, choices=LINK_KINDS)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("link")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="tickets_link_once"),
            models.CheckConstraint(name="tickets_link_not_itself", condition=~Q(ticket=F("other"))),
            # One cause, so that nobody is written to or closed for two.
            models.UniqueConstraint(fields=["ticket"], name="tickets_link_one_problem", condition=Q(kind="problem")),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"


class Problem(models.Model):
    """Somebody said that this ticket is the cause of others, such as a power cut. They are linked with it."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="problem")
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("problem")

    def __str__(self) -> str:
        return f"problem {self.pk}"


class Mention(models.Model):
    """A colleague was asked into a ticket by `@name` in a note. Settled when they have seen to it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Asked as one of this team: settled for all of them when one of them has seen to it.
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mention")
        indexes: ClassVar = [
            models.Index(fields=["agent", "ticket"], name="tickets_mention_open", condition=Q(settled_at=None)),
            models.Index(fields=["ticket"], name="tickets_mention_ticket"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "agent"], name="tickets_mention_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} in note {self.note_id}"


class Snooze(models.Model):
    """A ticket was put aside until a moment, and why; and what ended that. Kept, so that it can be told."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="snoozes", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    until = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=WAKES, blank=True)

    class Meta:
        verbose_name = _("follow-up date")
        indexes: ClassVar = [models.Index(fields=["ticket"], name="tickets_snooze_ticket")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket"], name="tickets_snooze_one", condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="tickets_snooze_ended_says_why",
                condition=Q(ended_at__isnull=True, ended_why="") | Q(ended_at__isnull=False) & ~Q(ended_why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} until {self.until}"


class SearchRow(Indexed):
    """What search finds: one row per message or note."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, related_name="+")
    note = models.OneToOneField(Note, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("search row")
        indexes: ClassVar = [
            GinIndex(fields=["tsv"], name="tickets_search_tsv"),
            models.Index(fields=["at", "id"], name="tickets_search_at"),
            models.Index(fields=["version", "id"], name="tickets_search_version"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tickets_search_one_source",
                condition=Q(message__isnull=False, note__isnull=True) | Q(message__isnull=True, note__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"search row {self.pk}"
