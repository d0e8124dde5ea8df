"""Somebody has made sure that a sender is who they say, although their mail server does not confirm it."""

from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import touch
from anliegen.records.tickets.models import Message, Participant, Ticket
from anliegen.records.tickets.participants import takes_part


def vouch(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Take the sender for the customer of that address: the message is theirs, and the ticket if they began it.

    Does nothing for a message that needs no such word. The journal says who gave it.
    """
    actor.insist_on_a_person()
    with unit():
        ticket = held(Ticket, message.ticket_id)
        message = held(Message, message.pk)
        if not message.is_feigned or "@" not in message.from_address:
            return message
        address = customers.meet(
            kind="email",
            value=message.from_address,
            name=message.from_name,
            language=message.language,
            actor=actor,
            at=at,
        )
        nobody, message.person = message.person_id, address.person
        _hand_over(ticket, address, nobody)
        message.authenticity = f"vouched {message.authenticity.partition(' ')[2]}".strip()
        message.is_from_stranger = not takes_part(ticket, kind=address.kind, folded=address.folded)
        message.save(update_fields=["person", "authenticity", "is_from_stranger"])
        touch(ticket, at, "person")
        record(verbs.MESSAGE_VOUCHED, ticket, actor=actor, at=at, message=ref(message), person=ref(address.person))
    return message


def _hand_over(ticket: Ticket, address: Address, nobody: int | None) -> None:
    """A ticket that this message began gets the customer in place of the person of whom nothing was known."""
    if ticket.person_id == nobody:
        ticket.person = address.person
        Participant.objects.get_or_create(ticket=ticket, address=address, defaults={"role": "requester"})
