"""Status, team, assignee, priority, topic and tags of a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anliegen.ground import rows
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import resting
from anliegen.records.tickets.codes import as_code, as_codes
from anliegen.records.tickets.models import DONE, OPEN, Message, Ticket


class Changed(Exception):
    """The ticket changed since the caller read it; `version` is the present one."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class UnknownChoice(Exception):
    """A status or priority that does not exist."""


class JoinedElsewhere(Exception):
    """The ticket was joined with another and is carried on there; `into` is its number."""

    def __init__(self, into: int) -> None:
        super().__init__(into)
        self.into = into


class Keep:
    """The mark for "leave as it is", since None means "nobody"."""


KEEP = Keep()


@dataclass(frozen=True)
class Change:
    """What a ticket is to become; what is not named stays."""

    status: str | Keep = KEEP
    team: Team | Keep | None = KEEP
    assignee: Agent | Keep | None = KEEP
    responsible: Agent | Keep | None = KEEP
    priority: int | Keep = KEEP
    topic: str | Keep = KEEP
    tags: Sequence[str] | Keep = KEEP
    subject: str | Keep = KEEP
    language: str | Keep = KEEP


def change(
    ticket: Ticket, wanted: Change, *, actor: Actor, at: datetime, expected_version: int | None = None
) -> Ticket:
    """Change several things in one transaction, each with its event; what is so already says nothing.

    Raises Changed when `expected_version` is no longer the ticket's, UnknownChoice for a status that does not exist.
    """
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        expect(ticket, expected_version)
        before, was_nobodys = _state(ticket), ticket.is_nobodys
        if not isinstance(wanted.team, Keep):
            _move(ticket, wanted.team, actor, at)
        if not isinstance(wanted.assignee, Keep):
            _assign(ticket, wanted.assignee, actor, at)
        if not isinstance(wanted.responsible, Keep):
            ticket.responsible = wanted.responsible
        if not isinstance(wanted.status, Keep):
            set_status(ticket, wanted.status, actor=actor, at=at)
        if not isinstance(wanted.priority, Keep):
            _prioritise(ticket, wanted.priority, actor, at)
        if not isinstance(wanted.topic, Keep):
            _set_topic(ticket, wanted.topic, actor, at)
        if not isinstance(wanted.tags, Keep):
            _tag(ticket, wanted.tags, actor, at)
        if not isinstance(wanted.subject, Keep):
            _rename(ticket, wanted.subject, actor, at)
        if not isinstance(wanted.language, Keep):
            _set_language(ticket, wanted.language, actor, at)
        if ticket.is_nobodys and not was_nobodys:
            list_as_nobodys(ticket, at)
        if changed := [name for name, was, now in zip(FIELDS, before, _state(ticket), strict=True) if was != now]:
            touch(ticket, at, *changed)
    return ticket


def assign(ticket: Ticket, *, to: Agent | Team, actor: Actor, at: datetime) -> Ticket:
    """Give the ticket to an agent or team. Does nothing if it is theirs already."""
    return change(ticket, Change(assignee=to) if isinstance(to, Agent) else Change(team=to), actor=actor, at=at)


def resolve(ticket: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Say that it is settled. Raises NeedsAPerson for a machine."""
    actor.insist_on_a_person()
    return change(ticket, Change(status="resolved"), actor=actor, at=at)


def reopen(ticket: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Open a finished ticket again; an open one stays as it is."""
    with unit():
        # Read under the lock: what the caller holds may be older than the resolution.
        ticket = held(Ticket, ticket.pk)
        return ticket if ticket.is_open else change(ticket, Change(status="open"), actor=actor, at=at)


FIELDS = (
    "team",
    "assignee",
    "responsible",
    "status",
    "priority",
    "topic",
    "tags",
    "subject",
    "language",
    "resolved_at",
    "closed_at",
    "waiting_since",
    "unplaced_since",
)


MOVES = ("version", "updated_at", "last_message_at", "status", "resolved_at", "closed_at", "unplaced_since")


def _state(ticket: Ticket) -> list[Any]:
    return [getattr(ticket, ticket._meta.get_field(name).attname) for name in FIELDS]  # type: ignore[union-attr]


def expect(ticket: Ticket, version: int | None) -> None:
    if version is not None and version != ticket.version:
        raise Changed(ticket.version)


def touch(ticket: Ticket, at: datetime, *fields: str) -> None:
    """Save these fields and count the change, so that readers of an older version notice. What lacks nothing any more
    has its place with that."""
    if not ticket.lacks:
        ticket.unplaced_since = None
    ticket.version += 1
    ticket.updated_at = max(ticket.updated_at, at)
    rows.update(ticket, *MOVES, *resting.COLUMNS, *fields)


def set_status(ticket: Ticket, status: str, *, actor: Actor, at: datetime) -> None:
    """Set the status on the locked row and record it; the caller saves. Raises UnknownChoice, JoinedElsewhere, and
    NeedsAPerson when a machine would end a concern."""
    was = ticket.status
    if status not in OPEN + DONE:
        raise UnknownChoice(status)
    if status == was:
        return
    if ticket.joined_into_id is not None:
        raise JoinedElsewhere(ticket.joined_into_id)
    if status in DONE:
        actor.insist_on_a_person()
    ticket.status = status
    ticket.resolved_at = (ticket.resolved_at or at) if status in DONE else None
    ticket.closed_at = at if status == "closed" else None
    if status in DONE:
        ticket.waiting_since = None
        resting.end(ticket, why=status, actor=actor, at=at)
    elif was in DONE and actor.kind == "person":
        ticket.waiting_since = at  # the customer opened it again, so the customer waits
        list_as_nobodys(ticket, at, anew=True)
    elif was in DONE and actor.kind == "agent" and status != "waiting_customer":
        ticket.waiting_since = unanswered_since(ticket)  # an agent thought better of it: who got no answer still waits
    if was in DONE and status in OPEN:
        list_as_nobodys(ticket, at)
    match status, was in DONE:
        case "resolved", _:
            record(verbs.TICKET_RESOLVED, ticket, actor=actor, at=at, was=was)
        case "closed", _:
            record(verbs.TICKET_CLOSED, ticket, actor=actor, at=at, was=was)
        case _, True:
            record(verbs.TICKET_REOPENED, ticket, actor=actor, at=at, was=was)
        case _:
            record(verbs.STATUS_CHANGED, ticket, actor=actor, at=at, to=status, was=was)


def list_as_nobodys(ticket: Ticket, at: datetime, *, anew: bool = False) -> None:
    """What is open and nobody has is among what has no place, so that somebody sees it soon: since it was first so, or,
    where the customer has said something that nobody has seen, `anew`. On the locked row; the caller saves."""
    if ticket.is_nobodys and ticket.is_open and (anew or ticket.unplaced_since is None):
        ticket.unplaced_since = at


def unanswered_since(ticket: Ticket) -> datetime | None:
    """When the customer wrote the first of what no answer of a person's has reached them for."""
    rows.write()
    said = Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False, is_forward=False)
    heard = said.heard().order_by("-created_at", "-pk").first()
    waiting = Message.objects.filter(ticket=ticket, direction="in", automatic="")
    if heard is not None:
        waiting = waiting.filter(created_at__gt=heard.created_at)
    oldest = waiting.order_by("created_at", "pk").first()
    return oldest.created_at if oldest is not None else None


def _assign(ticket: Ticket, to: Agent | None, actor: Actor, at: datetime) -> None:
    if ticket.assignee_id == (to.pk if to else None):
        return
    was = f"agent:{ticket.assignee_id}" if ticket.assignee_id else None
    ticket.assignee = to
    ticket.responsible = to or ticket.responsible
    record(verbs.TICKET_ASSIGNED, ticket, actor=actor, at=at, to=ref(to) if to else None, was=was)


def _move(ticket: Ticket, to: Team | None, actor: Actor, at: datetime) -> None:
    if ticket.team_id == (to.pk if to else None):
        return
    was = f"team:{ticket.team_id}" if ticket.team_id else None
    ticket.team = to
    if to is not None:
        ticket.unplaced_since = None  # it has its place
    record(verbs.TICKET_MOVED, ticket, actor=actor, at=at, to=ref(to) if to else None, was=was)


def _prioritise(ticket: Ticket, priority: int, actor: Actor, at: datetime) -> None:
    if priority not in (1, 2, 3, 4):
        raise UnknownChoice(str(priority))
    if ticket.priority == priority:
        return
    was, ticket.priority = ticket.priority, priority
    record(verbs.PRIORITY_CHANGED, ticket, actor=actor, at=at, to=priority, was=was)


def _set_topic(ticket: Ticket, topic: str, actor: Actor, at: datetime) -> None:
    topic = as_code(topic)
    if ticket.topic == topic:
        return
    was, ticket.topic = ticket.topic, topic
    record(verbs.TOPIC_CHANGED, ticket, actor=actor, at=at, to=topic or None, was=was or None)


def _tag(ticket: Ticket, tags: Sequence[str], actor: Actor, at: datetime) -> None:
    wanted = as_codes(tags)
    added, removed = sorted(set(wanted) - set(ticket.tags)), sorted(set(ticket.tags) - set(wanted))
    if not added and not removed:
        return
    ticket.tags = wanted
    record(verbs.TICKET_TAGGED, ticket, actor=actor, at=at, added=added, removed=removed)


def _rename(ticket: Ticket, subject: str, actor: Actor, at: datetime) -> None:
    subject = " ".join(subject.split())[:400]
    if ticket.subject == subject:
        return
    ticket.subject = subject
    record(verbs.SUBJECT_CHANGED, ticket, actor=actor, at=at)


def _set_language(ticket: Ticket, language: str, actor: Actor, at: datetime) -> None:
    language = language[:8].lower()
    if ticket.language == language:
        return
    was, ticket.language = ticket.language, language
    record(verbs.LANGUAGE_CHANGED, ticket, actor=actor, at=at, to=language or None, was=was or None)
