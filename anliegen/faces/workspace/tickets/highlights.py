"""Marking a passage of a message for all colleagues, and taking the mark away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.ground import clock
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Highlight, Message


@asks("ticket.note")
@require_POST
def mark(request: HttpRequest, message: int) -> HttpResponse:
    """Mark the words that were selected; `near` is where about they began."""
    found = get_object_or_404(Message, pk=message)
    ticket = ticket_for(agent_of(request), found.ticket_id)
    insist(request, "ticket.note", ticket)
    near = request.POST.get("near", "0")
    place = int(near) if near.isascii() and near.isdigit() and len(near) < 10 else 0
    conflict = None
    try:
        actions.highlight(
            found,
            agent_of(request),
            text=request.POST.get("text", ""),
            near=place,
            actor=actor_of(request),
            at=clock.now(),
        )
    except actions.CannotMark:
        conflict = _("Only words of the message itself can be marked, not those of a quote or of several messages.")
    return acted(request, ticket, conflict=conflict)


@asks("ticket.note")
@require_POST
def unmark(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mark away: one's own, or anybody's by those who may change the concern."""
    found = get_object_or_404(Highlight.objects.select_related("message"), pk=pk)
    ticket = ticket_for(agent_of(request), found.message.ticket_id)
    insist(request, "ticket.note" if found.agent_id == agent_of(request).pk else "ticket.change", ticket)
    actions.remove_highlight(found, actor=actor_of(request), at=clock.now())
    return acted(request, ticket)
