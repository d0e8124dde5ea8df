"""The timeline as the page shows it: messages, notes and events, each with what stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Self

from django.utils import timezone

from anliegen.faces.workspace.tickets.decisions import Log, log_of, sentence
from anliegen.faces.workspace.tickets.news import NOT_ARRIVED
from anliegen.faces.workspace.tickets.sheet import Letter, sheet
from anliegen.faces.workspace.tickets.signs import EVENT_SIGNS
from anliegen.faces.workspace.tickets.snoozed import reasons_of_snoozes
from anliegen.faces.workspace.tickets.sources import sources_of
from anliegen.faces.workspace.tickets.troubles import deliveries_of
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.oversight.compliance.names import Known
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Message, Note, Ticket
from anliegen.records.tickets.queries import events_of, timeline
from anliegen.records.tickets.together import Request, Together

NEWEST_SHOWN = 5  # messages; what is older is folded
# What the messages themselves show, or what says the same as the line beside it.
UNTOLD = (
    "ticket.opened",
    "message.cancelled",
    "message.delivered",
    "message.forwarded",
    "draft.discarded",
    "ticket.snooze_ended",
    "decision.tried",  # folded with the decisions, so that it sways nobody
)
HANDED = ("ticket.handed_over", "ticket.returned")


@dataclass(frozen=True)
class Happening:
    """One line for an event."""

    event: Event
    sentence: str
    badge: str | None
    why: str | None

    @property
    def sign(self) -> str:
        return EVENT_SIGNS.get(self.event.verb, "settings")

    @property
    def tone(self) -> str:
        return "broken" if self.event.verb in NOT_ARRIVED else ""


@dataclass(frozen=True)
class Memo:
    """A note, with whom it asked in, and for whom it is where it is a side note."""

    note: Note
    requests: Sequence[Request]
    readers: Sequence[str]

    @classmethod
    def of(cls, note: Note, shared: Together) -> Self:
        return cls(note, shared.requests_of(note.pk), shared.readers.get(note.pk, ()))


@dataclass(frozen=True)
class Item:
    """One entry: exactly one of the four is there."""

    at: datetime
    day: date | None = None
    letter: Letter | None = None
    note: Memo | None = None
    happening: Happening | None = None


@dataclass(frozen=True)
class Shown:
    """The timeline in two parts: what is folded, and what is in view."""

    earlier: list[Item]
    newest: list[Item]
    last_event: int  # the newest event this page knows of
    messages: Sequence[Message]  # all of them, for who gets an answer
    took_in: tuple[int, ...] = ()  # numbers that were joined with this one and have not been parted since
    log: Log = field(default_factory=Log)  # what automation decided here

    @cached_property
    def may_be_split(self) -> bool:
        """Whether something would stay behind when one message became a concern of its own."""
        return sum(one.direction == "in" for one in self.messages) > 1


def shown(
    ticket: Ticket,
    viewer: Agent,
    *,
    undo: timedelta,
    may_see_sources: bool,
    only_talk: bool = False,
    known: Known | None = None,
    shared: Together = Together(),  # noqa: B008 (it never changes)
) -> Shown:
    """Everything that was said and happened, oldest first, the older part apart; `known` are names read before."""
    happened = events_of(ticket)
    entries = timeline(ticket, events=happened, reader=viewer)
    events = [entry.event for entry in entries if entry.event is not None]
    log = log_of(ticket, viewer, happened, known)
    told = {} if only_talk else _told(events, viewer, known, shared, log)
    sources = sources_of(entries) if may_see_sources else {}
    messages = [entry.message for entry in entries if entry.message is not None]
    deliveries = deliveries_of(messages)
    items: list[Item] = []
    before: datetime | None = None
    for entry in entries:
        if entry.message is not None:
            pause, before = entry.at - before if before else None, entry.at
            delivery, marks = deliveries.get(entry.message.pk), shared.marks_of(entry.message.pk)
            letter = sheet(entry.message, ticket, undo, sources, pause, delivery, marks)
            items.append(Item(entry.at, letter=letter))
        elif entry.note is not None and not only_talk:
            items.append(Item(entry.at, note=Memo.of(entry.note, shared)))
        elif entry.event is not None and entry.event.pk in told:
            items.append(Item(entry.at, happening=told[entry.event.pk]))
    cut = _cut(items)
    last_event = happened[-1].pk if happened else 0
    return Shown(_with_days(items[:cut]), _with_days(items[cut:]), last_event, messages, _took_in(happened), log)


def _took_in(happened: Sequence[Event]) -> tuple[int, ...]:
    found: dict[int, bool] = {}
    for event in happened:
        if event.verb in ("ticket.took_in", "ticket.gave_back"):
            found[pk_of(event.data["other"])] = event.verb == "ticket.took_in"
    return tuple(number for number, is_here in found.items() if is_here)


def _cut(items: list[Item]) -> int:
    """Where the newest part begins: at the fifth last message."""
    places = [place for place, item in enumerate(items) if item.letter is not None]
    return places[-NEWEST_SHOWN] if len(places) > NEWEST_SHOWN else 0


def _with_days(items: list[Item]) -> list[Item]:
    found: list[Item] = []
    before = None
    for item in items:
        day = timezone.localtime(item.at).date()
        if day != before:
            found.append(Item(item.at, day=day))
            before = day
        found.append(item)
    return found


def _told(
    events: Sequence[Event], viewer: Agent, known: Known | None, shared: Together, log: Log
) -> dict[int, Happening]:
    """Events with their sentences, by id. A move is told by the decision or the handover behind it."""
    decided = {(event.actor, event.data["choice"]) for event in events if event.verb == "decision.made"}
    handed = {(event.actor, event.at) for event in events if event.verb in HANDED}
    worth = [
        event
        for event in events
        if event.verb not in UNTOLD
        and not (event.verb == "ticket.status_changed" and event.actor.startswith("person:"))  # their letter says it
        and not (event.verb == "ticket.moved" and (event.actor, event.data["to"]) in decided)
        and not event.data.get("implied")  # what it was read off stands there itself
        and not (event.verb in ("ticket.moved", "ticket.assigned") and (event.actor, event.at) in handed)
    ]
    words = sentences(worth, viewer, known)
    reasons = _reasons(worth, log) | reasons_of_snoozes(worth) | _summaries(worth, shared)
    return {
        event.pk: Happening(event, words[event.pk], _badge_of_event(event), reasons.get(event.pk)) for event in worth
    }


def _summaries(events: Sequence[Event], shared: Together) -> dict[int, str]:
    """What was said with a handover or a return."""
    lines = {one.pk: one.summary for one in shared.handovers}
    given = [(event.pk, pk_of(event.data["handover"])) for event in events if event.verb in HANDED]
    return {event: lines[pk] for event, pk in given if pk in lines}


def _badge_of_event(event: Event) -> str | None:
    kind = event.actor.partition(":")[0]
    return {"agent": "person", "rule": "rule", "model": "model", "system": "system"}.get(kind)


def _reasons(events: Sequence[Event], log: Log) -> dict[int, str]:
    """Why an automated decision was made, how sure it was, who answers for it, and what became of it."""
    made = [(event.pk, log.entry(pk_of(event.data["decision"]))) for event in events if event.verb == "decision.made"]
    return {pk: sentence(entry) for pk, entry in made if entry is not None}
