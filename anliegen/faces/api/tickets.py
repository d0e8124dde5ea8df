"""`/tickets`: open, list, read, change; and say something in one."""

from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query, Router

from anliegen.faces.api import choices
from anliegen.faces.api.narrowing import TicketFilter
from anliegen.faces.api.once import made, once
from anliegen.faces.api.problems import Refused, declared, invalid
from anliegen.faces.api.rights import agent_of, insist, reads, token_of, writes
from anliegen.faces.api.shapes import (
    MessageShape,
    NewMessage,
    NewTicket,
    Opened,
    Said,
    StatusOrAll,
    TicketChange,
    TicketPage,
    TicketShape,
    TicketWithMessages,
)
from anliegen.flow.channels import interface
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import queries as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.knowledge.placeholders import open_fields
from anliegen.records.tickets import actions, presence, queries
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.lanes import fitting
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.seen import as_seen_by

MOST_MESSAGES = 500
CURSOR = r"^$|^older~[0-9]{1,10}\.[0-9]{6}~[0-9]{1,18}$"

Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="The ticket's number.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Your own key, new for each new request. The same request with the same key takes effect once.",
    ),
]

router = Router(tags=["tickets"])


@router.post(
    "/tickets",
    auth=writes("ticket.open"),
    response={201: Opened, **declared(400, 401, 403, 411, 413, 422, 503)},
    summary="Open a ticket",
    operation_id="open_ticket",
)
def open_ticket(
    request: HttpRequest, response: HttpResponse, content: NewTicket, idempotency_key: IdempotencyKey = None
) -> Any:
    """Open a ticket for a customer. It goes the way of a mail: it is sorted, and the customer hears that it arrived."""

    def work() -> dict[str, Any]:
        message = _open(content, agent_of(request))
        return {
            "number": message.ticket_id,
            "status": message.ticket.status,
            "created_at": message.ticket.created_at.isoformat(),
            "url": f"{request.path}/{message.ticket_id}",
        }

    answer, again = once(request, idempotency_key, work, token=token_of(request), at=clock.now())
    response.headers["Location"] = answer["url"]
    return made(response, Opened(**answer), again)


@router.get(
    "/tickets",
    auth=reads("ticket.read"),
    response={200: TicketPage, **declared(401, 403, 422, 503)},
    summary="List tickets",
    operation_id="list_tickets",
)
def list_tickets(
    request: HttpRequest,
    status: Annotated[list[StatusOrAll] | None, Query(description="May be given several times.")] = None,
    team: Annotated[str, Query(max_length=254, description="Number or short name, or `none`.")] = "",
    assignee: Annotated[str, Query(max_length=254, description="Number or e-mail address, `me` or `none`.")] = "",
    narrowed: Query[TicketFilter] = ...,  # type: ignore[assignment]
    cursor: Annotated[str, Query(pattern=CURSOR, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """The tickets that the token's agent may see, newest activity first. Only those that fit all that is asked."""
    agent = agent_of(request)
    tickets = Ticket.objects.visible_to(agent)
    if statuses := list(filter(None, status or [])):
        tickets = tickets.filter(status__in=statuses)
    if team:
        tickets = tickets.filter(team=None if team == "none" else choices.team(team, field="team"))
    if assignee:
        tickets = tickets.filter(assignee=_assignee(assignee, agent))
    tickets = fitting(tickets, narrowed.filter(), agent, clock.now())
    page = queries.page(_whole(tickets), cursor=cursor or None, size=limit)
    as_seen_by(agent, page.items)
    return TicketPage.of(page.items, page.older)


@router.get(
    "/tickets/{int:number}",
    auth=reads("ticket.read"),
    response={200: TicketWithMessages, **declared(401, 403, 404, 422, 503)},
    summary="Read a ticket",
    operation_id="read_ticket",
)
def read_ticket(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """A ticket with its messages and notes."""
    ticket = visible(agent_of(request), number)
    presence.program_is_at(ticket, token_of(request), writing=False)
    messages, left_out = _said(ticket, agent_of(request))
    response.headers["ETag"] = ticket.etag
    return TicketWithMessages.of(ticket, messages=messages, earlier_messages=left_out)


@router.patch(
    "/tickets/{int:number}",
    auth=writes("ticket.change", "ticket.assign"),
    response={200: TicketShape, **declared(400, 401, 403, 404, 409, 411, 412, 413, 422, 503)},
    summary="Change a ticket",
    operation_id="change_ticket",
)
def change_ticket(
    request: HttpRequest,
    response: HttpResponse,
    number: Number,
    content: TicketChange,
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The `etag` that you read; if somebody was quicker, nothing is changed."),
    ] = None,
) -> Any:
    """Change status, team, assignee, priority, topic or tags. What is not named stays.

    The customer is told nothing by it: post a reply for that.
    """
    agent = agent_of(request)
    ticket = visible(agent, number)
    _insist_on_the_right(agent, ticket, content)
    try:
        changed = actions.change(
            ticket,
            choices.change(content),
            actor=Actor.agent(agent.pk),
            at=clock.now(),
            expected_version=choices.expected_version(ticket, if_match),
        )
    except actions.Changed:
        raise choices.changed_meanwhile() from None
    except actions.JoinedElsewhere as elsewhere:
        raise choices.joined(elsewhere) from None
    response.headers["ETag"] = changed.etag
    whole = _whole(Ticket.objects.filter(pk=changed.pk)).get()
    as_seen_by(agent, [whole])
    return TicketShape.of(whole)


@router.post(
    "/tickets/{int:number}/messages",
    auth=writes("ticket.reply", "ticket.note"),
    response={201: Said, **declared(400, 401, 403, 404, 409, 411, 413, 422, 503)},
    summary="Reply, or write a note",
    operation_id="say",
)
def say(
    request: HttpRequest,
    response: HttpResponse,
    number: Number,
    content: NewMessage,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Answer the customer, or write something that only colleagues see."""
    agent = agent_of(request)
    ticket = visible(agent, number)
    insist(agent, f"ticket.{content.kind}", ticket)
    if content.kind == "reply":
        presence.program_is_at(ticket, token_of(request), writing=True)
    answer, again = once(
        request, idempotency_key, lambda: _say(ticket, content, agent), token=token_of(request), at=clock.now()
    )
    return made(response, Said(**answer), again)


def _open(content: NewTicket, agent: Agent) -> Message:
    mailbox = accounts.Mailboxes.load().find([content.mailbox]) if content.mailbox else None
    if content.mailbox and mailbox is None:
        raise invalid("mailbox", "is no address of ours")
    submitted = interface.Submitted(
        subject=" ".join(content.subject.split()),
        text=content.text,
        email=content.requester.email,
        name=" ".join(content.requester.name.split()),
        language=content.requester.language,
        channel=content.channel,
    )
    try:
        brand = mailbox.brand if mailbox is not None else accounts.default_brand()
    except accounts.NotSetUp:
        raise Refused("unavailable", "This instance has no brand yet; an administrator sets it up.") from None
    return interface.open_concern(submitted, brand=brand, mailbox=mailbox, actor=Actor.agent(agent.pk), at=clock.now())


def _say(ticket: Ticket, content: NewMessage, agent: Agent) -> dict[str, Any]:
    actor, at = Actor.agent(agent.pk), clock.now()
    if content.kind == "note":
        note = actions.write_note(ticket, text=content.text, actor=actor, at=at)
        return {"id": f"note:{note.pk}", "kind": "note", "state": None, "created_at": note.created_at.isoformat()}
    if fields := open_fields(content.text):
        raise invalid("text", f"has places that are not filled: {', '.join(fields)}")
    try:
        said = actions.reply(ticket, Answer(text=content.text), actor=actor, at=at)
    except actions.NoWayToAnswer:
        raise Refused("no-way-to-answer", "We know no address of this customer for the ticket's channel.") from None
    except actions.JoinedElsewhere as elsewhere:
        raise choices.joined(elsewhere) from None
    return {
        "id": f"message:{said.pk}",
        "kind": "reply",
        "state": said.state,
        "created_at": said.created_at.isoformat(),
    }


def visible(agent: Agent, number: int) -> Ticket:
    """The ticket, if it is this agent's to see; else it does not exist for them. Raises Refused."""
    ticket = _whole(Ticket.objects.visible_to(agent)).filter(pk=number).first()
    if ticket is None:
        raise Refused("not-found", f"There is no ticket {number} that this agent may see.")
    as_seen_by(agent, [ticket])
    return ticket


def _whole(tickets: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
    """With all that a shape shows, in two queries however many tickets."""
    mails = Address.objects.filter(kind="email")
    return tickets.select_related("brand", "team", "assignee", "person").prefetch_related(
        Prefetch("person__addresses", mails)
    )


def _assignee(text: str, agent: Agent) -> Agent | None:
    match text:
        case "me":
            return agent
        case "none":
            return None
    return choices.agent(text, field="assignee")


def _insist_on_the_right(agent: Agent, ticket: Ticket, content: TicketChange) -> None:
    """Giving it to somebody is one right, changing anything else another."""
    giving = content.model_fields_set & {"team", "assignee"}
    for permission, fields in (("ticket.assign", giving), ("ticket.change", content.model_fields_set - giving)):
        if fields:
            insist(agent, permission, ticket)


def _said(ticket: Ticket, agent: Agent) -> tuple[list[MessageShape], int]:
    """Messages and notes, oldest first, at most the newest MOST_MESSAGES; and how many were left out."""
    messages = ticket.messages.select_related("agent").prefetch_related("attachments").order_by("-created_at", "-pk")
    kept = ticket.notes.readable_by(agent)
    notes = kept.select_related("agent").order_by("-created_at", "-pk")
    by_number = ticket.person.is_hidden
    shapes = [MessageShape.of_message(message, by_number=by_number) for message in messages[:MOST_MESSAGES]]
    shapes += [MessageShape.of_note(note) for note in notes[:MOST_MESSAGES]]
    newest = sorted(shapes, key=lambda shape: shape.created_at)[-MOST_MESSAGES:]
    return newest, ticket.messages.count() + kept.count() - len(newest)
