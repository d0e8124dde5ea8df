"""How the mail of an answer will end: what the writer need not write."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.faces.workspace.tickets.writing import ReplyForm
from anliegen.flow.channels.mailroom.outgoing import ending_of
from anliegen.records.tickets.addressees import addressees_of


@asks("ticket.reply")
@require_POST
def ending(request: HttpRequest, number: int) -> HttpResponse:
    """Name, signature and footer for the answer as it stands in its form; sends nothing, saves nothing."""
    ticket, agent = ticket_for(agent_of(request), number), agent_of(request)
    insist(request, "ticket.reply", ticket)
    form = ReplyForm(request.POST, ticket=ticket)
    form.is_valid()  # an address that is half written yet changes nothing
    given = form.cleaned_data
    to = given.get("to") or addressees_of(ticket).to
    addresses = [address for _name, address in [*to, *given.get("cc", ())]]
    words = ending_of(ticket, agent, text=given.get("text", ""), recipients=addresses, status=given.get("status", ""))
    return page(request, "workspace/ticket/ending.html", {"words": words})
