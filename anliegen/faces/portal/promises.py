"""What we promised this customer and what became of it, and what we declined: nothing that they have not heard."""

from collections.abc import Sequence

from django.db.models import Q

from anliegen.faces.portal.proof import Proof
from anliegen.records.tickets.models import Message, Promise, Refusal, Ticket


def promises_of(proof: Proof, live: Ticket, said: Sequence[Message]) -> list[Promise]:
    """The promises of the messages that this reader sees, and those made to this very person by hand.

    What was withdrawn before anybody read it is none. In a ticket that was joined with others each reads their own.
    """
    if not proof.sees_all:
        return []
    person = proof.ticket.person_id
    by_hand = Q(message=None) & (Q(came_to__person=person) | Q(came_to=None, ticket__person=person))
    heard = Promise.objects.filter(ticket=live).filter(by_hand | Q(message__in=[one.pk for one in said]))
    heard = heard.exclude(withdrawn_because__in=("taken_back", "stopped", "unreached"))
    return list(heard.select_related("agent", "team").order_by("-due_at", "-pk"))


def refusals_of(said: Sequence[Message]) -> list[Refusal]:
    """The refusals among the messages that this reader sees, the newest first."""
    ours = [one.pk for one in said if one.direction == "out"]
    if not ours:
        return []
    found = Refusal.objects.filter(message__in=ours).select_related("responsible", "message")
    return list(found.order_by("-pk"))
