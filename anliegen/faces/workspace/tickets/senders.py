"""Whether the sender of a message is who they say, as the timeline shows it; and a colleague's word for them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.flow.channels.email import authenticity
from anliegen.ground import clock
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket

SIGNS = {"confirmed": "shield", "vouched": "shield", "unconfirmed": "help", "failed": "warning"}


@dataclass(frozen=True)
class Proof:
    """What is known of who wrote it: a sentence, what it rests on, and a sign."""

    words: str
    basis: str
    symbol: str
    is_feigned: bool


def proof_of(message: Message) -> Proof | None:
    """None when nobody whom the operator trusts has looked."""
    if not message.authenticity:
        return None
    return Proof(
        authenticity.words(message.authenticity, message.from_address),
        authenticity.basis(message.authenticity),
        SIGNS.get(message.verdict, "help"),
        message.is_feigned,
    )


@asks("ticket.change")
@require_POST
def vouch(request: HttpRequest, message: int) -> HttpResponse:
    """Somebody has made sure, by another way, that it was written by the customer of that address."""
    visible = Ticket.objects.visible_to(agent_of(request))
    found = get_object_or_404(Message.objects.select_related("ticket"), pk=message, ticket__in=visible)
    insist(request, "ticket.change", found.ticket)
    actions.vouch(found, actor=actor_of(request), at=clock.now())
    return redirect("workspace:ticket", found.ticket_id)
