"""`/search` and `/events`: what was said, and what happened."""

from typing import Annotated, Any, cast

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from ninja import Query, Router

from anliegen.faces.api.problems import declared
from anliegen.faces.api.rights import agent_of, reads
from anliegen.faces.api.shapes import (
    EventPage,
    EventShape,
    FoundPage,
    FoundShape,
    Piece,
    TicketShape,
    cleaned,
)
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.seal import last
from anliegen.records.tickets.search import search
from anliegen.records.tickets.seen import as_seen_by

FOUND_CURSOR = r"^[0-9]{1,10}\.[0-9]{6}~[0-9]{1,18}$"

router = Router()


@router.get(
    "/search",
    auth=reads("ticket.read"),
    response={200: FoundPage, **declared(401, 403, 422, 503)},
    summary="Find tickets",
    operation_id="search",
    tags=["tickets"],
)
def find(
    request: HttpRequest,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=400,
            description="Words or a number; words in quotation marks side by side. Filters such as `status:open`,"
            " `assignee:me`, `team:`, `tag:`, `since:7d`, `from:` in German or English stand among them.",
        ),
    ],
    cursor: Annotated[str | None, Query(pattern=FOUND_CURSOR, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Any:
    """Tickets in which all the words were said, newest first, each with the matching passage."""
    page = search(agent_of(request), cleaned(q), limit=limit, cursor=cursor)
    as_seen_by(agent_of(request), [found.ticket for found in page.items])
    prefetch_related_objects([found.ticket for found in page.items], "person__addresses")
    items = [
        FoundShape(
            ticket=TicketShape.of(found.ticket),
            passage=[Piece(text=text, match=is_match) for text, is_match in found.passage],
        )
        for found in page.items
    ]
    return FoundPage(items=items, next=page.older)


@router.get(
    "/events",
    auth=reads("audit.read"),
    response={200: EventPage, **declared(401, 403, 422, 503)},
    summary="Read the journal",
    operation_id="list_events",
    tags=["journal"],
)
def list_events(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="The last position you know; 0: from the start.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Any:
    """What happened, in order. An event is here as soon as it is sealed, and no earlier position is added later."""
    head = last()[0]
    sealed = Event.objects.filter(position__gt=after, position__lte=head).order_by("position")
    items = [_shape(event) for event in sealed[:limit]]
    more = bool(items) and items[-1].position < head
    return EventPage(items=items, next=items[-1].position if more else None, head=head)


def _shape(event: Event) -> EventShape:
    return EventShape(
        position=cast(int, event.position),
        at=event.at,
        verb=event.verb,
        subject=event.subject,
        actor=event.actor,
        because=event.because,
        data=event.data,
        hash=bytes(event.hash or b"").hex(),
    )
