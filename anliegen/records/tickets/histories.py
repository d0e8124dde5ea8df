"""From the journal to the stories that timers are computed from, for many tickets in three queries."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.tickets import verbs
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.timing.stories import (
    Answered,
    Became,
    Happening,
    Place,
    PutAside,
    Story,
    Turned,
    Woke,
    Wrote,
)

BEGINNINGS = (verbs.TICKET_OPENED.name, verbs.TICKET_SPLIT.name)
STATUS = (verbs.STATUS_CHANGED.name, verbs.TICKET_RESOLVED.name, verbs.TICKET_CLOSED.name, verbs.TICKET_REOPENED.name)
PLACES = (verbs.TICKET_MOVED.name, verbs.TOPIC_CHANGED.name, verbs.PRIORITY_CHANGED.name)
JOINING = (verbs.TICKET_JOINED.name, verbs.TICKET_PARTED.name)
QUEUED = (verbs.MESSAGE_QUEUED.name,)
LEFT = (verbs.MESSAGE_SENT.name, verbs.MESSAGE_DELIVERED.name)
LOST = (verbs.MESSAGE_FAILED.name, verbs.MESSAGE_BOUNCED.name)
# What moves a ticket's times. Whoever keeps them reads these.
MOVING = (
    *(*BEGINNINGS, *STATUS, *PLACES, *JOINING, *LEFT, *LOST),
    *(verbs.MESSAGE_RECEIVED.name, verbs.MESSAGE_QUEUED.name, verbs.MESSAGE_CANCELLED.name),
    *(verbs.TICKET_TOOK_IN.name, verbs.TICKET_GAVE_BACK.name, verbs.TICKET_GAVE_OFF.name),
)
ASIDE: dict[str, Callable[[datetime], Happening]] = {
    verbs.TICKET_SNOOZED.name: PutAside,
    verbs.TICKET_WOKEN.name: Woke,
    verbs.SNOOZE_ENDED.name: Woke,
}


@dataclass(frozen=True)
class _Said:
    """What must be known of an answer: a person's, taken back or not, with a time of its own or not."""

    by_agent: bool
    is_scheduled: bool
    was_taken_back: bool


def stories_of(tickets: Collection[Ticket]) -> dict[int, Story]:
    """The story of each ticket by its number. One whose beginning the journal does not know has none.

    Of a ticket the columns of status, team, topic, priority, `created_at` and `waiting_since` are read.
    """
    told: dict[str, list[Event]] = defaultdict(list)
    subjects = [f"ticket:{ticket.pk}" for ticket in tickets]
    events = Event.objects.filter(subject__in=subjects, verb__in=(*MOVING, *ASIDE)).order_by("subject", "id")
    for event in events.only("at", "verb", "subject", "data"):
        told[event.subject].append(event)
    said = _said(event for several in told.values() for event in several)
    known = ((ticket, told[f"ticket:{ticket.pk}"]) for ticket in tickets)
    return {
        ticket.pk: _story(ticket, events, said)
        for ticket, events in known
        if any(event.verb in BEGINNINGS for event in events)
    }


def _said(events: Iterable[Event]) -> Mapping[int, _Said]:
    keys = {pk_of(event.data["message"]) for event in events if event.verb == verbs.MESSAGE_QUEUED.name}
    rows = Message.objects.filter(pk__in=keys).values_list("pk", "agent_id", "send_at", "state")
    return {
        pk: _Said(agent is not None, send_at is not None, state == "cancelled") for pk, agent, send_at, state in rows
    }


def _story(ticket: Ticket, events: list[Event], said: Mapping[int, _Said]) -> Story:
    place, status = _at_first(ticket, events)
    happened = tuple(_happened(ticket, events, place, said))
    story = Story(ticket.created_at, place, status, happened)
    if events[0].verb == verbs.TICKET_SPLIT.name and ticket.waiting_since is None:
        story = replace(story, waits=False)
    return _as_it_waits(ticket, story)


def _at_first(ticket: Ticket, events: Iterable[Event]) -> tuple[Place, str]:
    """Where it stood when it was opened: each change says what was before, and what never changed is as it is now."""
    first: dict[str, Any] = {}
    for event in events:
        if event.verb in (*PLACES, *STATUS):
            first.setdefault("status" if event.verb in STATUS else event.verb, event.data["was"])
    place = Place(
        _team(first.get(verbs.TICKET_MOVED.name, f"team:{ticket.team_id}" if ticket.team_id else None)),
        first.get(verbs.TOPIC_CHANGED.name, ticket.topic) or "",
        first.get(verbs.PRIORITY_CHANGED.name, ticket.priority),
    )
    return place, first.get("status") or ticket.status


def _happened(ticket: Ticket, events: list[Event], place: Place, said: Mapping[int, _Said]) -> Iterator[Happening]:
    after = _statuses_after(ticket, events)
    given_off = {event.data["message"] for event in events if event.verb == verbs.TICKET_GAVE_OFF.name}
    for number, event in enumerate(events):
        if event.verb in PLACES:
            place = _moved(place, event)
            yield Turned(event.at, place)
        elif event.verb in STATUS:
            yield Became(event.at, after[number])
        elif event.verb in JOINING:
            yield Became(event.at, "closed" if event.verb == verbs.TICKET_JOINED.name else "open")
        elif event.verb in ASIDE:
            yield ASIDE[event.verb](event.at)
        elif event.verb == verbs.MESSAGE_RECEIVED.name:
            is_here = event.data["message"] not in given_off  # what was split off waits there
            if is_here and not event.data["first"] and not event.data["automatic"]:
                yield Wrote(event.at)
        else:
            yield from _answered(event, said)


def _answered(event: Event, said: Mapping[int, _Said]) -> Iterator[Happening]:
    answer = said.get(pk_of(event.data["message"])) if event.data.get("message") else None
    if answer is None or not answer.by_agent or answer.was_taken_back:
        return
    if event.verb in LOST:
        yield Wrote(event.at, unheard=True)
    elif event.verb in (LEFT if answer.is_scheduled else QUEUED):
        yield Answered(event.at)


def _statuses_after(ticket: Ticket, events: list[Event]) -> dict[int, str]:
    """The status after each event that changed it. One that opened it again does not say; the next change, which says
    what was before it, does, or else the ticket itself."""
    found: dict[int, str] = {}
    following = ticket.status
    for number in range(len(events) - 1, -1, -1):
        event = events[number]
        if event.verb in STATUS:
            found[number] = event.data["to"] if event.verb == verbs.STATUS_CHANGED.name else _ends(event) or following
            following = event.data["was"]
        elif event.verb == verbs.TICKET_JOINED.name:
            following = "open"  # what it was is not said; it lay open until then, or was closed a moment ago
    return found


def _ends(event: Event) -> str:
    return {verbs.TICKET_RESOLVED.name: "resolved", verbs.TICKET_CLOSED.name: "closed"}.get(event.verb, "")


def _moved(place: Place, event: Event) -> Place:
    to = event.data["to"]
    match event.verb:
        case verbs.TICKET_MOVED.name:
            return replace(place, team=_team(to))
        case verbs.TOPIC_CHANGED.name:
            return replace(place, topic=to or "")
    return replace(place, priority=to)


def _team(ref: str | None) -> int | None:
    return pk_of(ref) if ref else None


def _as_it_waits(ticket: Ticket, story: Story) -> Story:
    """What was joined with it may wait for an answer, which only the ticket itself says."""
    since = ticket.waiting_since
    if since is None or _waits(story):
        return story
    return replace(story, happened=tuple(sorted((*story.happened, Wrote(_after_the_answer(story, since))), key=_at)))


def _waits(story: Story) -> bool:
    waits = story.waits
    for one in story.happened:
        waits = isinstance(one, Wrote) or (waits and not isinstance(one, Answered))
    return waits


def _after_the_answer(story: Story, since: datetime) -> datetime:
    return max([since, *(one.at for one in story.happened if isinstance(one, Answered))])


def _at(one: Happening) -> datetime:
    return one.at
