"""A customer's words come in: person, ticket and message in one transaction."""

from datetime import datetime

from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Brand, Mailbox
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import list_as_nobodys
from anliegen.records.tickets.content import File, Received
from anliegen.records.tickets.models import Attachment, Message, Participant, Ticket, as_recipients
from anliegen.records.tickets.models.message import is_feigned
from anliegen.records.tickets.participants import takes_part

WHAT_MOVES = (
    *("last_message_at", "updated_at", "version", "waiting_since", "status", "resolved_at", "closed_at"),
    "unplaced_since",
)


def receive(
    received: Received,
    *,
    ticket: Ticket | None = None,
    brand: Brand | None = None,
    mailbox: Mailbox | None = None,
    actor: Actor | None = None,
    at: datetime,
) -> Message:
    """Add what a customer said to a ticket, or open one for it (then `brand` is needed).

    A message to a finished ticket opens it again; whether it is too late for that the caller decides. An automatic
    message to a ticket changes neither its status nor its waiting time. `actor` is the person unless an agent notes
    down what was said.
    """
    author = actor or Actor.person(received.person_id)
    came_to = None
    with unit():
        if ticket is None:
            if brand is None:
                raise ValueError("a new ticket needs its brand")
            ticket, first = _open(received, brand, mailbox, author, at), True
        else:
            asked, first = rows.locked(Ticket.objects.all(), ticket.pk), False
            ticket = _carried_on(asked)
            came_to = asked if asked.pk != ticket.pk else None
        stranger = not first and _is_stranger(ticket, received)
        message = _add_message(ticket, received, stranger, at, came_to)
        if not first:
            _go_on(ticket, received, author, at)
        record(
            verbs.MESSAGE_RECEIVED,
            ticket,
            actor=author,
            at=at,
            message=ref(message),
            first=first,
            automatic=bool(received.automatic),
        )
    return message


def _open(received: Received, brand: Brand, mailbox: Mailbox | None, author: Actor, at: datetime) -> Ticket:
    ticket = rows.insert(
        Ticket(
            subject=received.subject[:400],
            channel=received.channel,
            language=received.language,
            brand=brand,
            mailbox=mailbox,
            person_id=received.person_id,
            created_at=at,
            updated_at=at,
            last_message_at=at,
            waiting_since=at,  # also for a program's: a person's words may stand in it, and nobody has looked yet
        )
    )
    if received.address is not None:
        rows.insert(Participant(ticket=ticket, address=received.address, role="requester"))
    record(
        verbs.TICKET_OPENED,
        ticket,
        actor=author,
        at=at,
        channel=received.channel,
        person=f"person:{received.person_id}",
    )
    return ticket


def _carried_on(ticket: Ticket) -> Ticket:
    """What comes for a ticket that was joined with another goes to that one."""
    while ticket.joined_into_id is not None:
        ticket = rows.locked(Ticket.objects.all(), ticket.joined_into_id)
    return ticket


def _is_stranger(ticket: Ticket, received: Received) -> bool:
    if is_feigned(received.authenticity):
        return True
    if received.person_id == ticket.person_id or received.address is None:
        return False
    rows.write()
    return not takes_part(ticket, kind=received.address.kind, folded=received.address.folded)


def _add_message(ticket: Ticket, received: Received, stranger: bool, at: datetime, came_to: Ticket | None) -> Message:
    message = rows.insert(
        Message(
            ticket=ticket,
            came_to=came_to,
            direction="in",
            channel=received.channel,
            state="received",
            person_id=received.person_id,
            from_name=received.from_name[:300],
            from_address=received.from_address[:320],
            reply_to=received.reply_to[:320],
            to=as_recipients(list(received.to)),
            cc=as_recipients(list(received.cc)),
            subject=received.subject[:400],
            text=received.text,
            reply_text="" if received.reply_text == received.text else received.reply_text,
            html=received.html,
            enclosed=received.enclosed.as_json(),
            language=received.language,
            automatic=received.automatic,
            authenticity=received.authenticity,
            is_from_stranger=stranger,
            rfc_message_id=received.rfc_message_id[:500],
            in_reply_to=[one[:500] for one in received.in_reply_to[:20]],
            references=[one[:500] for one in dict.fromkeys((*received.references[:100], *received.in_reply_to[:20]))],
            written_at=received.written_at,
            created_at=at,
        )
    )
    attach(message, received.files)
    return message


def attach(message: Message, files: tuple[File, ...]) -> None:
    """Name the stored files of a message."""
    for file in files:
        rows.insert(
            Attachment(
                message=message,
                filename=file.filename[:255],
                content_type=file.content_type[:127],
                size=file.size,
                sha256=file.sha256,
                content_id=file.content_id[:300],
                is_inline=file.is_inline,
            )
        )


def _go_on(ticket: Ticket, received: Received, author: Actor, at: datetime) -> None:
    """The customer wrote again: it is our turn, and what was finished is open again."""
    ticket.last_message_at = ticket.updated_at = max(ticket.last_message_at, at)  # a clock may be set back
    ticket.version += 1
    if not received.automatic:
        was = ticket.status
        ticket.waiting_since = ticket.waiting_since or at
        if was in ("resolved", "closed", "waiting_customer"):
            ticket.status, ticket.resolved_at, ticket.closed_at = "open", None, None
            verb = verbs.STATUS_CHANGED if was == "waiting_customer" else verbs.TICKET_REOPENED
            extra = {"to": "open"} if was == "waiting_customer" else {}
            record(verb, ticket, actor=author, at=at, was=was, **extra)
            list_as_nobodys(ticket, at, anew=was != "waiting_customer")
    rows.update(ticket, *WHAT_MOVES)
