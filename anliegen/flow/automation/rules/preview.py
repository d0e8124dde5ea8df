"""What a rule would have touched in the last 90 days, and what it would change on each. Reads only.

One that goes by the clock is looked at on what is open now: which tickets were open at its turns nobody has kept.

Conditions are looked at on the tickets as they are today: what they were then nobody has kept. Of more than MOST
occasions every second, third … is looked at, evenly over the time; the number is then an estimate and says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from anliegen.flow.automation.rules import facts
from anliegen.flow.automation.rules.definition import Definition
from anliegen.flow.automation.rules.effects import Effect, effects
from anliegen.flow.automation.rules.fits import fits
from anliegen.flow.automation.rules.vocabulary import EVENTS
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import says
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.view_filters import Filter, conditions

PERIOD = timedelta(days=90)
MOST = 20_000
SHOWN = 50
AT_ONCE = 1000


@dataclass(frozen=True)
class Touched:
    """A ticket and what would change on it."""

    ticket: Ticket
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Preview:
    """Of `looked_at` occasions (one of `every`, where there were too many) it would have touched so many tickets.

    `shown` are the newest of those that this reader may see; `hidden` of the newest ones they may not.
    """

    looked_at: int
    every: int
    touched: int
    shown: tuple[Touched, ...]
    hidden: int
    is_of_today: bool = False  # of what is open now, not of the last 90 days

    @property
    def is_estimate(self) -> bool:
        return self.every > 1

    @property
    def estimate(self) -> int:
        return self.touched * self.every


def preview(definition: Definition, reader: Agent, *, at: datetime, most: int = MOST) -> Preview:
    """What the rule would have touched, each ticket once."""
    every, occasions = _occasions(definition, reader, at, most)
    looked_at, found = 0, dict[int, tuple[Effect, ...]]()
    while some := list(islice(occasions, AT_ONCE)):
        looked_at += len(some)
        new = [(number, message) for number, message in some if number not in found]
        found |= _fitting(definition, new, at)
    newest = sorted(found, reverse=True)[:SHOWN]
    visible = Ticket.objects.visible_to(reader).select_related("team", "assignee").in_bulk(newest)
    shown = tuple(Touched(visible[number], found[number]) for number in newest if number in visible)
    is_of_today = definition.trigger.kind not in EVENTS
    return Preview(looked_at, every, len(found), shown, len(newest) - len(shown), is_of_today)


Occasion = tuple[int, int | None]  # a ticket, and the message if it came with one


def _occasions(definition: Definition, reader: Agent, at: datetime, most: int) -> tuple[int, Iterator[Occasion]]:
    """One of how many is looked at, and those; the newest first."""
    if definition.trigger.kind not in EVENTS:
        tickets = candidates(definition, reader, at).order_by("-pk")
        every = -(-tickets.count() // most) or 1
        numbers = tickets.values_list("pk", flat=True)
        return every, ((number, None) for number in _every(numbers, every))
    happening = EVENTS[definition.trigger.kind]
    events = Event.objects.filter(
        verb__in=happening.verbs, at__gte=at - PERIOD, at__lte=at, subject__startswith="ticket:"
    )
    every = -(-events.count() // most) or 1
    if every > 1:
        events = events.annotate(turn=RawSQL("id %% %s", (every,))).filter(turn=0)
    rows = events.order_by("-at", "-id").values_list("subject", "data")
    return every, (
        (pk_of(subject), pk_of(data["message"]) if data.get("message") else None)
        for subject, data in rows.iterator(AT_ONCE)
        if happening.fits(data)
    )


def _every(numbers: Iterable[int], every: int) -> Iterator[int]:
    return (number for place, number in enumerate(numbers) if place % every == 0)


def candidates(definition: Definition, reader: Agent, at: datetime) -> "QuerySet[Ticket]":
    """Open tickets that a rule by the clock looks at: narrowed by those conditions that lists can ask, too."""
    open_now = Ticket.objects.open().filter(snoozed_until=None, joined_into=None)
    if definition.trigger.kind == "quiet":
        quiet_since = at - timedelta(days=definition.trigger.days)
        open_now = open_now.filter(status="waiting_customer", last_message_at__lte=quiet_since)
    asked = conditions(_as_filter(definition), reader, at)
    if not asked:
        return open_now
    where = " AND ".join(sql for sql, _params in asked)
    params = [each for _sql, values in asked for each in values]
    return open_now.filter(pk__in=RawSQL(f"SELECT number FROM tickets_ticket WHERE {where}", params))  # noqa: S608, S611 (words of view_filters, values are parameters)


_IN_LISTS = ("channel", "team", "assignee", "status", "priority", "topic", "language")


def _as_filter(definition: Definition) -> Filter:
    """What must hold in any case, as far as a list can ask it; a second condition on the same field is left out."""
    asked: dict[str, list[str]] = {}
    for condition in definition.all:
        if condition.field in _IN_LISTS or (condition.field == "tag" and len(condition.values) == 1):
            asked.setdefault(condition.field, list(condition.values))
        elif condition.field == "waits":
            asked.setdefault("waits", [f"{min(map(int, condition.values))}h"])
        elif condition.field == "unplaced":
            asked["unplaced"] = ["yes"]
    return Filter.read(asked)


def _fitting(definition: Definition, occasions: list[Occasion], at: datetime) -> dict[int, tuple[Effect, ...]]:
    """By ticket what would change on it, of those on which anything would; by hand it is what calls attention."""
    texts, messages = facts.texts_of([definition]), {message: number for number, message in occasions if message}
    numbers = {number for number, _message in occasions}
    said = (
        _by_ticket(says.in_messages(messages.keys(), texts), messages) if messages else says.in_tickets(numbers, texts)
    )
    tickets = list(Ticket.objects.filter(pk__in=numbers).select_related("person"))
    by_hand = {one.pk for one in tickets if one.by_hand_since is not None or one.person.by_hand_since is not None}
    found = {}
    for number, known in facts.read(tickets, [definition], said, at=at).items():
        if fits(definition, known) and (changed := effects(definition.actions, known, by_hand=number in by_hand)):
            found[number] = changed
    return found


def _by_ticket(said: says.Said, tickets: dict[int, int]) -> dict[int, frozenset[str]]:
    """What occurs in any message that came to it in this time."""
    found: dict[int, frozenset[str]] = {}
    for message, words in said.items():
        found[tickets[message]] = found.get(tickets[message], frozenset()) | words
    return found
