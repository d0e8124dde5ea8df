"""What the journal holds after a position, read for the stream."""

from dataclasses import dataclass
from typing import cast

from anliegen.faces.realtime.notices import Happened, Notice, gather
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.seal import last
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.presence import Place, place_of

MOST = 1000  # more events than these are not told one by one


@dataclass(frozen=True)
class News:
    """What happened up to `position`. `too_much`: more than MOST events, so that pages refetch instead."""

    position: int
    notices: tuple[Notice, ...] = ()
    too_much: bool = False
    changes_rights: bool = False


def head() -> int:
    """The newest sealed position."""
    return last()[0]


def news_after(position: int, *, until: int | None = None) -> News:
    """What happened after this position, `until` that one or the newest.

    A position ahead of the journal (its database was restored from a backup) counts as having missed too much.
    """
    sealed = Event.objects.filter(position__gt=position)
    if until is not None:
        sealed = sealed.filter(position__lte=until)
    columns = sealed.order_by("position").values_list("position", "verb", "subject", "data")
    events = [Happened(cast(int, at), verb, subject, data) for at, verb, subject, data in columns[: MOST + 1]]
    if not events:
        newest = head() if until is None else until
        # Not simply `newest`: what was sealed between the two questions has not been read yet.
        return News(newest, too_much=True, changes_rights=True) if newest < position else News(position)
    if len(events) > MOST:
        return News(head() if until is None else until, too_much=True, changes_rights=True)
    return News(
        events[-1].position,
        tuple(gather(events, _places({event.ticket for event in events if event.ticket}))),
        changes_rights=any(event.changes_rights for event in events),
    )


def _places(tickets: set[int]) -> dict[int, Place]:
    """Where each ticket lies now."""
    if not tickets:
        return {}
    rows = Ticket.objects.filter(pk__in=tickets).only("team_id", "assignee_id", "guests")
    return {row.pk: place_of(row) for row in rows}
