"""The ticket: one concern of one person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Literal, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from anliegen.ground.compiled import in_any_of
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.customers.models import Person

STATUSES = [
    ("new", _("new")),
    ("open", _("in progress")),
    ("waiting_customer", _("waiting for customer")),
    ("waiting_internal", _("waiting for others")),
    ("resolved", _("resolved")),
    ("closed", _("closed")),
]
OPEN = ("new", "open", "waiting_customer", "waiting_internal")
DONE = ("resolved", "closed")
PRIORITIES = [(1, _("low")), (2, _("normal")), (3, _("high")), (4, _("urgent"))]
LEVELS = [
    (0, _("self-service")),
    (1, _("team")),
    (2, _("specialists")),
    (3, _("lead")),
    (4, _("ombudsperson or management")),
]
BY_HAND = [
    ("customer", _("the customer wishes it")),
    ("agent", _("an agent decided so")),
    ("person", _("wish for a person")),
    ("bereavement", _("bereavement")),
    ("illness", _("illness")),
    ("hardship", _("hardship")),
    ("fear", _("fear")),
    ("anger", _("anger")),
    ("threat", _("threat")),
    ("complaint", _("complaint")),
    ("contested", _("an automated decision was contested")),
]
CHANNELS = [
    ("email", _("e-mail")),
    ("form", _("form")),
    ("chat", _("chat")),
    ("phone", _("telephone")),
    ("letter", _("letter")),
    ("api", _("interface")),
]
Lack = Literal["topic", "team"]
is_open = Q(status__in=OPEN)
in_lists = is_open & Q(snoozed_until__isnull=True)  # what was put aside is in no list but its own
NOT_WAITING = datetime(9999, 12, 31, tzinfo=UTC)  # a moment, because a Python datetime knows no infinity


def _by_waiting(whose: str, *, name: str, also: Q = Q()) -> models.Index:  # noqa: B008 (a Q never changes)
    """What is in the lists of a team or an agent by how long it waits, in the words of `queries.LONGEST_WAITING`.

    Who does not wait for us comes last.
    """
    waits_since = Coalesce("waiting_since", Value(NOT_WAITING))
    return models.Index(F(whose), waits_since, F("number"), name=name, condition=in_lists & also)


def _soonest(moment: str, whose: str, *, also: Q = in_lists) -> models.Index:
    """What a team or an agent has with this moment, the earliest first."""
    name = f"tickets_{moment.partition('_')[0]}_{'mine' if whose == 'assignee' else whose}"
    return models.Index(fields=[whose, moment, "number"], name=name, condition=also & Q(**{f"{moment}__isnull": False}))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def open(self) -> Self:
        return self.filter(is_open)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def visible_to(self, agent: Agent) -> Self:
        """What the agent's role and teams let them see; what has no team yet is seen by all."""
        if not agent.is_active or "ticket.read" not in agent.role.permissions:
            return self.none()
        if agent.role.sees_all_teams:
            return self
        return self.within(agent.team_ids(), agent.pk)

    def within(self, teams: Sequence[int], agent: int) -> Self:
        """What lies with one of these teams, with no team, with this agent, or where they were brought in."""
        theirs = Q(in_any_of("team", teams)) | Q(team=None) | Q(assignee=agent)
        return self.filter(theirs | Q(guests__contains=[agent]))

    def with_undo(self) -> Self:
        """With the operator's time to undo, which a ticket's page needs: read along, it is no query of its own."""
        seconds = RawSQL("(SELECT undo_seconds FROM accounts_operator)", ())
        return self.annotate(undo_read=seconds)

    def with_problem(self) -> Self:
        """With whether it is a problem, read along for the same reason."""
        said = RawSQL("EXISTS (SELECT FROM tickets_problem WHERE ticket_id = tickets_ticket.number)", ())
        return self.annotate(is_problem=said)


class Ticket(models.Model):
    """One concern of one person. Its number is what people say and its primary key."""

    number = models.BigAutoField(primary_key=True)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=STATUSES, default="new")
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES, default=2)
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+", db_index=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Agents whom somebody brought in although the ticket is none of their teams': they see it as if it lay with them.
    guests = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    joined_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="joined", db_index=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)  # since when the customer waits for us; null when it is their turn
    due_at = models.DateTimeField(null=True)  # the earliest target or legal deadline that is still open
    due_for = models.CharField(max_length=10, blank=True, default="", db_default="")  # which: one of DUE_FOR
    promised_for = models.DateTimeField(null=True)  # the earliest promise to the customer that is still open
    # Out of the lists until this moment, or until the customer writes: who put it aside, and why.
    snoozed_until = models.DateTimeField(null=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    snooze_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    # Since when it has no place: no category fitted it, or nobody has it; null when it has its place.
    unplaced_since = models.DateTimeField(null=True)
    # Since when no automation handles it any more, and why (a code of BY_HAND): people alone see to it.
    by_hand_since = models.DateTimeField(null=True)
    by_hand_why = models.CharField(max_length=40, blank=True, default="", db_default="")
    level = models.PositiveSmallIntegerField(_("escalation level"), choices=LEVELS, default=1, db_default=1)
    first_answered_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("concern")
        indexes: ClassVar = [
            models.Index(fields=["-last_message_at", "-number"], name="tickets_open", condition=in_lists),
            models.Index(fields=["team", "-last_message_at", "-number"], name="tickets_open_team", condition=in_lists),
            models.Index(
                fields=["assignee", "-last_message_at", "-number"], name="tickets_open_mine", condition=in_lists
            ),
            models.Index(
                fields=["team", "-last_message_at", "-number"],
                name="tickets_open_unassigned",
                condition=in_lists & Q(assignee__isnull=True),
            ),
            _by_waiting("team", name="tickets_waiting_team"),
            _by_waiting("team", name="tickets_waiting_unassigned", also=Q(assignee__isnull=True)),
            _by_waiting("assignee", name="tickets_waiting_mine", also=Q(assignee__isnull=False)),
            _soonest("due_at", "team"),
            _soonest("due_at", "assignee"),
            _soonest("promised_for", "team"),
            _soonest("promised_for", "assignee"),
            _soonest("snoozed_until", "team", also=is_open),
            _soonest("snoozed_until", "assignee", also=is_open),
            models.Index(
                fields=["-last_message_at", "-number"],
                name="tickets_unplaced",
                condition=in_lists & Q(unplaced_since__isnull=False),
            ),
            models.Index(
                fields=["topic", "-last_message_at", "-number"],
                name="tickets_open_topic",
                condition=in_lists & ~Q(topic=""),
            ),
            GinIndex(fields=["tags"], name="tickets_open_tags", condition=in_lists),
            # Few tickets have any; `lanes` asks for it in these words.
            GinIndex(fields=["guests"], name="tickets_guests", condition=~Q(guests=[])),
            models.Index(fields=["-last_message_at", "-number"], name="tickets_recent"),
            models.Index(fields=["person", "-last_message_at"], name="tickets_of_person"),
            models.Index(fields=["team", "first_answered_at"], name="tickets_answered"),
            GinIndex(fields=["tags"], name="tickets_tags"),
            models.Index(fields=["joined_into"], name="tickets_joined", condition=Q(joined_into__isnull=False)),
        ]
        constraints: ClassVar = [
            # What was joined with another is carried on there.
            models.CheckConstraint(
                name="tickets_joined_is_closed",
                condition=Q(joined_into__isnull=True) | Q(status="closed") & ~Q(joined_into=F("number")),
            ),
            models.CheckConstraint(
                name="tickets_status_known", condition=Q(status__in=[code for code, _n in STATUSES])
            ),
            models.CheckConstraint(name="tickets_priority_known", condition=Q(priority__gte=1, priority__lte=4)),
            models.CheckConstraint(
                name="tickets_channel_known", condition=Q(channel__in=[code for code, _n in CHANNELS])
            ),
            models.CheckConstraint(
                name="tickets_resolved_says_when",
                condition=Q(status__in=OPEN, resolved_at__isnull=True, closed_at__isnull=True)
                | Q(status="resolved", resolved_at__isnull=False, closed_at__isnull=True)
                | Q(status="closed", resolved_at__isnull=False, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="tickets_snoozed_says_who",
                condition=Q(snoozed_until__isnull=True, snoozed_by__isnull=True, snooze_reason="")
                | Q(snoozed_until__isnull=False, snoozed_by__isnull=False, status__in=OPEN),
            ),
            models.CheckConstraint(
                name="tickets_unplaced_lacks_something",
                condition=Q(unplaced_since__isnull=True) | Q(topic="") | Q(team__isnull=True, assignee__isnull=True),
            ),
            models.CheckConstraint(name="tickets_level_known", condition=Q(level__gte=0, level__lte=4)),
            models.CheckConstraint(
                name="tickets_by_hand_says_why",
                condition=Q(by_hand_since__isnull=True, by_hand_why="")
                | Q(by_hand_since__isnull=False, by_hand_why__in=[code for code, _n in BY_HAND]),
            ),
            models.CheckConstraint(name="tickets_order_of_time", condition=Q(last_message_at__gte=F("created_at"))),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_nobodys(self) -> bool:
        """Whether neither a team nor a person has it: then it is in no list that somebody calls theirs."""
        return self.team_id is None and self.assignee_id is None

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What it needs before it has its place: "topic", "team" (or a person), or both. Nothing when it has it."""
        if self.unplaced_since is None:
            return ()
        no_topic: tuple[Lack, ...] = () if self.topic else ("topic",)
        no_team: tuple[Lack, ...] = ("team",) if self.is_nobodys else ()
        return no_topic + no_team

    @property
    def over_since(self) -> datetime | None:
        """When it ended for the customer: closed, or resolved, which nothing closes by itself. None while open."""
        return self.closed_at or self.resolved_at

    @property
    def etag(self) -> str:
        """What `If-Match` compares: changes with every change of the ticket or its messages."""
        return f'"{self.number}-{self.version}"'
