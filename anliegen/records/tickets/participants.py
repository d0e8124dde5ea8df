"""Who takes part in a concern. One answer for the mark of a stranger and for a number in a subject."""

from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Message, Participant, Ticket

HAS_LEFT = ("sent", "maybe_sent", "delivered")


def takes_part(ticket: Ticket, *, kind: str, folded: str) -> bool:
    """Whether the address is of the person whose concern it is, is a participant's, or got an answer of an agent."""
    return (
        Address.objects.filter(person=ticket.person_id, kind=kind, folded=folded).exists()
        or Participant.objects.filter(ticket=ticket, address__kind=kind, address__folded=folded).exists()
        or (kind == "email" and _was_written_to(ticket, folded))
    )


def _was_written_to(ticket: Ticket, folded: str) -> bool:
    """Whether an agent has had an answer go there, as a copy for instance: it is part of the conversation since."""
    answers = Message.objects.filter(ticket=ticket, direction="out", rule="", state__in=HAS_LEFT)
    return any(
        fold_address("email", one["address"]) == folded
        for to, copies in answers.values_list("to", "cc")
        for one in (*to, *copies)
    )
