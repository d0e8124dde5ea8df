"""Reads over the journal and its readers, for those who answer for what was done."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.seal import last
from anliegen.oversight.compliance import verbs

CHAIN = 12  # the journal refuses longer ones, see ground.journal.record.MAX_DEPTH
EFFECTS_WITHIN = 5000  # positions after an event in which its effects are looked for
MOST_EFFECTS = 50
MUCH = 1000  # events waiting for one reader
LAG_TO = 10_000  # counting what waits for a reader stops here


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in the journal. Empty fields do not narrow; `verb` may be a room (`ticket.`)."""

    subject: str = ""
    actor: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def events(wanted: Wanted) -> "QuerySet[Event]":
    """The events that fit, in no order: page them with `pages.page`, by time."""
    found = Event.objects.all()
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.actor:
        found = found.filter(actor=wanted.actor)
    if wanted.verb.endswith("."):
        found = found.filter(verb__startswith=wanted.verb)
    elif wanted.verb:
        found = found.filter(verb=wanted.verb)
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    if wanted.until:
        found = found.filter(at__lt=wanted.until)
    return found


@dataclass(frozen=True)
class Chain:
    """An event with what led to it, the first cause first, and what it led to."""

    causes: list[Event]
    event: Event
    effects: list[Event]

    @property
    def all(self) -> list[Event]:
        return [*self.causes, self.event, *self.effects]


def chain(event: Event) -> Chain:
    """Causes up to the first one; effects only as far as they followed soon, which is what effects do."""
    causes: list[Event] = []
    because = event.because
    while because is not None and len(causes) < CHAIN:
        cause = Event.objects.filter(position=because).first()
        if cause is None:
            break
        causes.insert(0, cause)
        because = cause.because
    return Chain(causes, event, _effects(event))


def _effects(event: Event) -> list[Event]:
    if event.position is None:
        return []
    near = Event.objects.filter(position__gt=event.position, position__lte=event.position + EFFECTS_WITHIN)
    return list(near.filter(because=event.position).order_by("position")[:MOST_EFFECTS])


@dataclass(frozen=True)
class ReaderState:
    """A reader of the journal, and how many events it has yet to take (never more than LAG_TO is counted)."""

    cursor: Cursor
    waiting: int

    @property
    def has_stopped(self) -> bool:
        return self.cursor.has_stopped

    @property
    def needs_somebody(self) -> bool:
        """It stands still, or so much waits that it cannot be passing."""
        return self.has_stopped or self.waiting >= MUCH


def reader_states() -> list[ReaderState]:
    """Every reader: the stopped ones first, then by name."""
    newest = last()[0]
    states = [ReaderState(cursor, _waiting(cursor, newest)) for cursor in Cursor.objects.order_by("name")]
    return sorted(states, key=lambda state: not state.has_stopped)


def _waiting(cursor: Cursor, newest: int) -> int:
    if cursor.position >= newest:
        return 0
    ahead = Event.objects.filter(position__gt=cursor.position, position__lte=newest)
    if cursor.verbs:
        ahead = ahead.filter(verb__in=cursor.verbs)
    return ahead.order_by()[:LAG_TO].count()


def last_check(subject: str) -> Event | None:
    """The newest check of the `journal` or the `ledger` that anybody had made."""
    return Event.objects.filter(subject=subject, verb=CHECKS[subject].name).order_by("-id").first()


CHECKS = {"journal": verbs.JOURNAL_CHECKED, "ledger": verbs.LEDGER_CHECKED}
