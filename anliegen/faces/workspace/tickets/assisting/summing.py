"""The summary above a ticket, written by a language model: asked for by a press, shown once, kept nowhere."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import summary
from anliegen.faces.workspace.tickets.assisting.material import Concern
from anliegen.faces.workspace.tickets.assisting.proposed import propose
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.ground import clock


@asks("ticket.reply")
@require_POST
def by_model(request: HttpRequest, number: int) -> HttpResponse:
    """The summary with a model's words above the chosen sentences; without words, with why there are none."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    # Before the model is asked, which takes its time: what comes meanwhile is not said to be in it.
    context = summary.context_of(ticket, agent_of(request), None)
    at = clock.now()
    told = propose("summary", Concern(ticket, agent_of(request), ""), actor=actor_of(request), at=at)
    context |= {"told": told, "told_at": at}
    return page(request, "workspace/ticket/summary_page.html", context, block="part")
