"""Reads over tickets: views, pages, timeline, answer times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Concat

from anliegen.ground import clock, keyset
from anliegen.ground.compiled import compiled
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import figures, hours
from anliegen.records.accounts.calendar import business_time_between
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.expectation import AnswerRange, answer_range, expect
from anliegen.records.tickets.models import Message, Note, Ticket
from anliegen.records.tickets.orders import LONGEST_WAITING, NEWEST, ORDERS, Order, Place

PAGE = 50
COUNT_TO = 1000  # counting stops here, so that it stays cheap however many tickets there are
MEASURED_OVER = timedelta(weeks=8)
MOST_SAMPLES = 300


__all__ = ["LONGEST_WAITING", "NEWEST", "ORDERS", "Order", "Place"]  # lists and their pages are asked for together


class UnknownView(Exception):
    """There is no such view."""


@dataclass(frozen=True)
class Page:
    """Some tickets of a list, and the cursors of the pages beside it (None where there is none).

    `is_cut`: looking for more was broken off; the cursor goes on from there, and may find nothing.
    """

    items: list[Ticket]
    newer: str | None
    older: str | None
    is_cut: bool = False


def count(tickets: "QuerySet[Ticket]") -> int:
    """How many, but never more than COUNT_TO: show "1000+" then."""
    return tickets.order_by()[:COUNT_TO].count()


def page(tickets: "QuerySet[Ticket]", *, cursor: str | None = None, order: Order = NEWEST, size: int = PAGE) -> Page:
    """One page by keyset. The cursor is one of an earlier page's in this order; a broken one starts anew."""
    place = read_cursor(cursor)
    rows = tickets.select_related("person", "assignee", "team")
    if place is not None:
        _way, at, number = place
        # A row comparison, which the index answers and the ORM cannot say; the values are parameters.
        rows = rows.extra(  # noqa: S610
            where=[f"({order.key}, tickets_ticket.number) {order.past(place)} (%s, %s)"],
            params=[at, number],
        )
    return page_of(list(in_order(rows, order.key, order.way(place))[: size + 1]), place, order, size)


def in_order(tickets: "QuerySet[Ticket]", key: str, way: str) -> "QuerySet[Ticket]":
    """Along the order, or against it."""
    moment = RawSQL(key, ())  # noqa: S611 (of an order)
    ends = (moment.desc(), F("number").desc()) if way == "DESC" else (moment.asc(), F("number").asc())
    return tickets.order_by(*ends)


def page_of(found: list[Ticket], place: Place | None, order: Order, size: int) -> Page:
    """The page of the tickets next to a place, of which one more may be given than it holds."""
    part = keyset.cut(found, size=size, way=place[0] if place else None)
    return Page(
        part.items,
        _cursor("newer", part.newer, order) if part.newer else None,
        _cursor("older", part.older, order) if part.older else None,
    )


def cut(page: Page, place: Place | None, end: tuple[datetime, int]) -> Page:
    """The page for which looking was broken off at this moment and number: its cursor goes on from there."""
    onward = f"{end[0].timestamp():.6f}~{end[1]}"
    if place and place[0] == "newer":
        return replace(page, newer=f"newer~{onward}", is_cut=True)
    return replace(page, older=f"older~{onward}", is_cut=True)


def _cursor(way: str, ticket: Ticket, order: Order = NEWEST) -> str:
    return f"{way}~{order.moment(ticket).timestamp():.6f}~{ticket.pk}"


def read_cursor(cursor: str | None) -> Place | None:
    """The place a cursor names; None for none and for a broken one."""
    try:
        way, at, number = (cursor or "").split("~")
        moment = datetime.fromtimestamp(float(at), clock.now().tzinfo)
        return (way, moment, int(number)) if way in ("newer", "older") and 0 <= int(number) < 2**63 else None
    except (ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True)
class Entry:
    """One entry of a timeline: exactly one of the three is there."""

    at: datetime
    message: Message | None = None
    note: Note | None = None
    event: Event | None = None


def timeline(
    ticket: Ticket,
    *,
    with_events: bool = True,
    events: Sequence[Event] | None = None,
    reader: Agent | None = None,
) -> list[Entry]:
    """Messages, notes and events of a ticket in the order they happened; without those that the others show already.

    `events` are those of `events_of`, where somebody has read them before; `reader` is for whom side notes are there.
    """
    # Before the messages: whatever an event speaks of was committed with it, so it is there when it is looked for.
    happened = (events_of(ticket) if events is None else events) if with_events else ()
    # Ordered below and not by the database: for an order Django looks at every column of the tables joined.
    messages = list(_messages(ticket.pk))
    notes = list(_notes(ticket.pk, reader.pk if reader else 0, is_read_by_somebody=reader is not None))
    for message in messages:
        message.ticket = ticket
    for note in notes:
        note.ticket = ticket
    entries = [Entry(message.created_at, message=message) for message in messages]
    entries += [Entry(note.created_at, note=note) for note in notes]
    entries += [Entry(event.at, event=event) for event in happened if event.verb not in SHOWN_BY_THEMSELVES]
    return sorted(entries, key=_place_in_time)


@compiled
def _messages(ticket: int) -> "QuerySet[Message]":
    whole = Message.objects.select_related("person", "agent", "reviewed_by").prefetch_related("attachments")
    return whole.filter(ticket=ticket)


@compiled
def _notes(ticket: int, reader: int, *, is_read_by_somebody: bool) -> "QuerySet[Note]":
    readable = Note.objects.readable_by(Agent(pk=reader) if is_read_by_somebody else None)
    return readable.filter(ticket=ticket).select_related("agent")


def _place_in_time(entry: Entry) -> tuple[datetime, int, int]:
    """At the same moment messages stand before notes and these before events; each kind as it was written down."""
    kinds = (entry.message, entry.note, entry.event)
    return next((entry.at, place, one.pk) for place, one in enumerate(kinds) if one is not None)


SHOWN_BY_THEMSELVES = (
    *("message.received", "message.queued", "message.sent", "note.written", "ticket.triaged"),
    # Side notes are nobody else's affair; a mention and a mark stand where they were made.
    *("note.kept_aside", "ticket.mentioned", "mention.settled", "message.highlighted", "message.highlight_removed"),
    *("ticket.followed", "ticket.unfollowed"),
)


def events_of(ticket: Ticket) -> list[Event]:
    """All that happened to a ticket, in the order it was written down."""
    return list(_events(f"ticket:{ticket.pk}"))


@compiled
def _events(subject: str) -> "QuerySet[Event]":
    return Event.objects.filter(subject=subject).order_by("id")


def newest_events(tickets: "QuerySet[Ticket]") -> Iterator[tuple[int, int]]:
    """Each ticket's number with the newest event that was written down for it, 0 for none; ordered by number."""
    of_it = Event.objects.filter(subject=Concat(Value("ticket:"), Cast(OuterRef("pk"), TextField()))).order_by("-id")
    seen = tickets.annotate(newest_event=Coalesce(Subquery(of_it.values("id")[:1]), 0)).order_by("pk")
    return seen.values_list("pk", "newest_event").iterator()


def expected_answer(team: Team | None, language: str, *, since: datetime, at: datetime) -> str:
    """What a customer is told about the time until an answer, in "de" or "en": measured, or honestly nothing.

    `since` is when their words came, `at` when they are told.
    """
    return expect(answer_range_of(team), hours.of_team(team), language, since=since, at=at)


@figures.figure(by="group")
def answer_range_of(team: Team | None) -> AnswerRange | None:
    """How long first answers of this team took lately, in its business hours; None when too few were measured, or when
    so few work there that it would tell of a single person."""
    if team is not None and not figures.shows_team(team.pk):
        return None
    since = clock.now() - MEASURED_OVER
    pairs = _answered(team.pk if team is not None else None, since)
    plan = hours.of_team(team)
    if plan is None or not plan.weekly:
        return None  # without opening hours no business time can be counted, and no promise made
    return answer_range([business_time_between(plan, start, end) for start, end in pairs if end])


@compiled
def _answered(team: int | None, since: datetime) -> QuerySet[Any]:
    answered = Ticket.objects.filter(team=team, first_answered_at__gte=since).order_by("-first_answered_at", "-pk")
    return answered.values_list("created_at", "first_answered_at")[:MOST_SAMPLES]


def carried_on(ticket: Ticket) -> Ticket:
    """The ticket in which this one is carried on: itself, unless it was joined with another."""
    while ticket.joined_into is not None:
        ticket = ticket.joined_into
    return ticket


def with_joined(ticket: Ticket) -> list[int]:
    """The numbers of this ticket and of all that were joined into it, directly or by another."""
    found = below = [ticket.pk]
    while below := list(Ticket.objects.filter(joined_into__in=below).values_list("pk", flat=True)):
        found = [*found, *below]
    return found


TROUBLED_SHOWN = 100


def troubled(agent: Agent) -> "QuerySet[Message]":
    """Answers that could not be delivered, as far as the agent may see their tickets; the newest first."""
    seen = Message.objects.troubled().filter(ticket__in=Ticket.objects.visible_to(agent))
    return seen.order_by("-pk")
