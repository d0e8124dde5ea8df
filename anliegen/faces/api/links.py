"""`/tickets/{number}/links`: which tickets have to do with each other, and how."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from anliegen.faces.api.once import made, once
from anliegen.faces.api.problems import Refused, declared, invalid
from anliegen.faces.api.rights import agent_of, insist, reads, token_of, writes
from anliegen.faces.api.shapes import Key, Moment, Sent, Status
from anliegen.faces.api.tickets import IdempotencyKey, Number, visible
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.linked import seen_links
from anliegen.records.tickets.models import Link, Ticket

LinkKey = Annotated[int, Path(ge=1, le=2**63 - 1, description="5 of `link:5`.")]
Kind = Literal["relates", "parent", "child", "duplicate", "follow_up", "problem"]
KindKept = Literal["relates", "parent", "duplicate", "follow_up", "problem", "maybe"]
REFUSED = {
    "circle": "That ticket is a part of this one already, directly or by another.",
    "other_problem": "The ticket has another problem as its cause already. Delete that link first.",
    "is_problem": "A problem is not caused by another problem.",
}

router = Router(tags=["tickets"])


class LinkShape(Schema):
    """`ticket` says `kind` of `other`: it is a part of it (`parent`), is caused by it (`problem`), ..."""

    id: str = Field(description="`link:5`, as in the journal.")
    kind: KindKept = Field(description="`maybe`: nothing proves it, and a person is to decide.")
    ticket: int = Field(description="The number of the ticket that says it.")
    other: int = Field(description="The number of the ticket of which it is said.")
    subject: str = Field(description="Of the linked ticket, whichever of the two that is.")
    status: Status = Field(description="Of the linked ticket.")
    created_at: Moment

    @classmethod
    def of(cls, link: Link, seen_from: int) -> "LinkShape":
        end = link.other if link.ticket_id == seen_from else link.ticket
        more = {"subject": end.subject, "status": end.status, "created_at": link.created_at}
        return cls(**_answer(link) | more)


class LinkPage(Schema):
    items: list[LinkShape]
    next: str | None = Field(description="`cursor` of the following page; null at the end.")


class NewLink(Sent):
    kind: Kind = Field(description="What this ticket says of the other. `child` is `parent` said by the other one.")
    other: Key = Field(description="The other ticket's number.")


class Linked(Schema):
    """A kept link."""

    id: str = Field(description="`link:5`, as in the journal.")
    kind: KindKept
    ticket: int
    other: int


@router.get(
    "/tickets/{int:number}/links",
    auth=reads("ticket.read"),
    response={200: LinkPage, **declared(401, 403, 404, 422, 503)},
    summary="Read the links of a ticket",
    operation_id="read_links",
)
def read_links(
    request: HttpRequest,
    number: Number,
    cursor: Annotated[str, Query(pattern=r"^([1-9][0-9]{0,17})?$", description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """From either side, the newest first, with all that a problem has caused; only to tickets that one may see."""
    agent = agent_of(request)
    links = seen_links(visible(agent, number), agent)
    if cursor:
        links = links.filter(pk__lt=int(cursor))
    found = list(links.order_by("-pk")[: limit + 1])
    older = str(found[limit - 1].pk) if len(found) > limit else None
    return LinkPage(items=[LinkShape.of(link, number) for link in found[:limit]], next=older)


@router.post(
    "/tickets/{int:number}/links",
    auth=writes("ticket.change"),
    response={201: Linked, **declared(400, 401, 403, 404, 409, 411, 413, 422, 503)},
    summary="Link a ticket with another",
    operation_id="link_tickets",
)
def link_tickets(
    request: HttpRequest,
    response: HttpResponse,
    number: Number,
    content: NewLink,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Say it once: what was said already is answered with the link there is. A cause becomes a problem by it.

    Nobody is written to; status and deadlines stay as they are.
    """
    agent = agent_of(request)
    ticket = _changeable(agent, number)
    other = _other(agent, content.other)
    answer, again = once(
        request, idempotency_key, lambda: _kept(ticket, other, content, agent), token=token_of(request), at=clock.now()
    )
    return made(response, Linked(**answer), again)


@router.delete(
    "/tickets/{int:number}/links/{int:link}",
    auth=writes("ticket.change"),
    response={200: Linked, **declared(401, 403, 404, 422, 503)},
    summary="Take a link away",
    operation_id="remove_link",
)
def remove_link(request: HttpRequest, number: Number, link: LinkKey) -> Any:
    """From whichever of its two tickets; answered with what it said. Posting that again brings it back."""
    agent = agent_of(request)
    ticket = _changeable(agent, number)
    row = seen_links(ticket, agent).filter(pk=link).first()
    if row is None:
        raise Refused("not-found", f"Ticket {number} has no link {link} that this agent may see.")
    actions.remove_link(row, actor=Actor.agent(agent.pk), at=clock.now())
    return _answer(row)


def _kept(ticket: Ticket, other: Ticket, content: NewLink, agent: Agent) -> dict[str, Any]:
    try:
        row = actions.link(ticket, other, kind=content.kind, actor=Actor.agent(agent.pk), at=clock.now())
    except actions.CannotLink as refused:
        raise _refusal(refused.why) from None
    return _answer(row)


def _answer(row: Link) -> dict[str, Any]:
    return {"id": f"link:{row.pk}", "kind": row.kind, "ticket": row.ticket_id, "other": row.other_id}


def _refusal(why: str) -> Refused:
    match why:
        case "itself":
            return invalid("other", "is this ticket itself")
        case "joined":
            return Refused("joined", "One of the two is carried on in another ticket. Link that one.")
    return Refused("cannot-link", REFUSED[why])


def _other(agent: Agent, number: int) -> Ticket:
    """The other one is named in the body, so that it is a field at fault where there is none. Raises Refused."""
    other = Ticket.objects.visible_to(agent).filter(pk=number).first()
    if other is None:
        raise invalid("other", "is no ticket that this agent may see")
    insist(agent, "ticket.change", other)
    return other


def _changeable(agent: Agent, number: int) -> Ticket:
    ticket = visible(agent, number)
    insist(agent, "ticket.change", ticket)
    return ticket
