"""Whether anything of a concern may be told to somebody outside, such as a provider of a language model."""

from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Ticket


def is_by_hand(ticket: Ticket) -> bool:
    """Whether the customer, or somebody for the concern, wants people alone to see to it."""
    return (
        ticket.by_hand_since is not None
        or Person.objects.filter(pk=ticket.person_id, by_hand_since__isnull=False).exists()
    )


def is_sealed(ticket: Ticket) -> bool:
    """Whether anything came encrypted: what our key opened is told to nobody outside."""
    return any(one.came_encrypted for one in ticket.messages.filter(direction="in"))


def may_leave(ticket: Ticket) -> bool:
    return not is_by_hand(ticket) and not is_sealed(ticket)
