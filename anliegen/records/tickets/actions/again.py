"""An answer that could not be delivered: a person sends it again, perhaps to another address, or leaves it."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import JoinedElsewhere, set_status, touch
from anliegen.records.tickets.actions.promise import say_again
from anliegen.records.tickets.actions.reply import ANSWERED, NoWayToAnswer, count_answer, queue, take_on
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Message, Participant, Ticket

Pairs = tuple[tuple[str, str], ...]


class NotTroubled(Exception):
    """Nothing is wrong with it, or somebody has seen to it."""


def send_again(message: Message, *, to: Pairs, cc: Pairs = (), actor: Actor, at: datetime) -> Message:
    """Send the same words and files to these recipients, as an answer of its own, and settle the old one.

    A new address is the customer's from now on, in place of the one that did not work, unless it is somebody else's.
    Raises NotTroubled, NoWayToAnswer, JoinedElsewhere.
    """
    actor.insist_on_a_person()
    if not to:
        raise NoWayToAnswer
    with unit():
        ticket, old = _troubled(message)
        if ticket.joined_into_id is not None:
            raise JoinedElsewhere(ticket.joined_into_id)
        if not old.is_forward:
            _remember(ticket, old, to, actor, at)
        answer = Answer(
            text=old.text,
            html=old.html,
            to=to,
            cc=cc,
            subject=old.subject,
            files=_files(old),
            is_forward=old.is_forward,
            said=old.reply_text,
        )
        new = queue(ticket, answer, {"agent_id": actor.pk, "instead_of": old}, actor, at)
        if not old.is_forward:
            say_again(ticket, old, actor, at, instead=new)
            _answered(ticket, actor, at)
        _settle(ticket, old, "again", actor, at)
        touch(ticket, at, "last_message_at", *ANSWERED)
    return new


def try_again(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Send the very same mail once more, when nobody can know whether it left. Raises NotTroubled.

    It carries the same Message-ID, so that most mail programs show it once.
    """
    with unit():
        ticket, message = _troubled(message, state="maybe_sent")
        message.state, message.leaving_at = "queued", None
        message.save(update_fields=["state", "leaving_at"])
        touch(ticket, at)
        record(verbs.MESSAGE_QUEUED, ticket, actor=actor, at=at, message=ref(message))
    return message


def settle(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Leave it as it is: it counts as seen to. Raises NotTroubled."""
    with unit():
        ticket, message = _troubled(message)
        _settle(ticket, message, "left", actor, at)
        touch(ticket, at)
    return message


def _answered(ticket: Ticket, actor: Actor, at: datetime) -> None:
    take_on(ticket, actor, at)
    count_answer(ticket, at)
    if ticket.status in ("new", "open"):
        set_status(ticket, "waiting_customer", actor=actor, at=at)


def _troubled(message: Message, *, state: str | None = None) -> tuple[Ticket, Message]:
    message = held(Message, message.pk)
    if not message.needs_a_person or (state is not None and message.state != state):
        raise NotTroubled
    return held(Ticket, message.ticket_id), message


def _settle(ticket: Ticket, message: Message, how: str, actor: Actor, at: datetime) -> None:
    message.settled_at, message.settled_by_id = at, actor.pk
    message.save(update_fields=["settled_at", "settled_by"])
    record(verbs.MESSAGE_SETTLED, ticket, actor=actor, at=at, message=ref(message), how=how)


def _files(message: Message) -> tuple[File, ...]:
    return tuple(
        File(each.filename, each.content_type, each.size, each.sha256, each.content_id, each.is_inline)
        for each in message.attachments.order_by("pk")
    )


def _remember(ticket: Ticket, old: Message, to: Pairs, actor: Actor, at: datetime) -> None:
    """The corrected address takes the place of the wrong one, so that the next answer goes there by itself."""
    wrong = _others(old.to, to)
    for _name, value in to:
        known = customers.find(kind="email", value=value)
        if known is not None and known.person_id != ticket.person_id:
            continue
        address = known or customers.add_address(ticket.person, kind="email", value=value, actor=actor, at=at)
        _take_the_place(ticket, wrong, address)


def _others(were: Sequence[dict[str, str]], to: Pairs) -> set[str]:
    kept = {customers.fold_address("email", value) for _name, value in to}
    return {customers.fold_address("email", one["address"]) for one in were} - kept


def _take_the_place(ticket: Ticket, wrong: set[str], address: Address) -> None:
    if Participant.objects.filter(ticket=ticket, address=address).exists():
        return
    places = Participant.objects.filter(ticket=ticket, address__folded__in=wrong, address__person=ticket.person_id)
    if place := places.order_by("pk").first():
        place.address = address
        place.save(update_fields=["address"])
    else:
        Participant.objects.create(ticket=ticket, address=address, role="copy")
