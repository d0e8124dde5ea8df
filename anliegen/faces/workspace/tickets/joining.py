"""Joining two concerns, parting them again, splitting one off, and saying that two do not belong together.

Each shows first what it will do; only what was shown is done.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.beforehand import Told
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket


@asks("ticket.change")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Carry the newer of the two on in the older one, from whichever of them it was asked."""
    older, newer = sorted((number, other))
    ticket, into = _both(request, newer, older)
    try:
        if not _was_shown(request, ticket, into):
            foreseen = actions.foresee_join(ticket, into, actor=actor_of(request), at=clock.now())
            title = _("Join: carry #%(one)s on in #%(other)s?") % {"one": newer, "other": older}
            return _show(request, Told(foreseen), title, _("Join"), number, ticket, into)
        into = actions.join(ticket, into, actor=actor_of(request), at=clock.now())
    except actions.CannotJoin:
        return redirect("workspace:ticket", number)  # somebody was quicker; the page shows what they did
    return redirect("workspace:ticket", into.pk)


@asks("ticket.change")
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, number: int) -> HttpResponse:
    """Take a joining back."""
    ticket = _ticket(request, number)
    if ticket.joined_into_id is None:
        return redirect("workspace:ticket", number)
    into = _ticket(request, ticket.joined_into_id)  # what goes back is taken from there
    if not _was_shown(request, ticket, into):
        foreseen = actions.foresee_part(ticket, actor=actor_of(request), at=clock.now())
        title = _("Part #%(one)s from #%(other)s again?") % {"one": number, "other": into.pk}
        return _show(request, Told(foreseen), title, _("Part them again"), number, ticket, into)
    actions.part(ticket, actor=actor_of(request), at=clock.now())
    return redirect("workspace:ticket", number)


@asks("ticket.change")
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, message: int) -> HttpResponse:
    """Make a message a concern of its own."""
    found = get_object_or_404(Message.objects.filter(direction="in"), pk=message)
    ticket = _ticket(request, found.ticket_id)
    try:
        if not _was_shown(request, ticket):
            foreseen = actions.foresee_split(found, actor=actor_of(request), at=clock.now())
            told = Told(foreseen, new=foreseen.after[-1].number)
            title = _("Make this message a concern of its own?")
            return _show(request, told, title, _("Make it a concern of its own"), ticket.pk, ticket)
        new = actions.split_off(found, actor=actor_of(request), at=clock.now())
    except actions.CannotSplit:
        return redirect("workspace:ticket", ticket.pk)
    return redirect("workspace:ticket", new.pk)


@asks("ticket.change")
@require_POST
def apart(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Say that these two do not belong together."""
    ticket, away = _both(request, number, other)
    actions.unlink(ticket, away, actor=actor_of(request), at=clock.now())
    return redirect("workspace:ticket", number)


def _was_shown(request: HttpRequest, *tickets: Ticket) -> bool:
    """Whether this is to be done, and the tickets are still as they were when the effect was shown."""
    seen = request.POST.get("seen")
    return request.method == "POST" and seen in (None, _seen(tickets))


def _seen(tickets: tuple[Ticket, ...]) -> str:
    return " ".join(f"{ticket.pk}-{ticket.version}" for ticket in tickets)


def _show(request: HttpRequest, told: Told, title: str, button: str, number: int, *tickets: Ticket) -> HttpResponse:
    told.by_number = not may(agent_of(request), "customer.read")
    context = {"told": told, "title": title, "button": button, "back_to": number, "seen": _seen(tickets)}
    context |= {"action": request.path, "is_news": request.method == "POST"}
    response = page(request, "workspace/ticket/beforehand.html", context, block="dialog")
    if request.method == "POST":
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _both(request: HttpRequest, number: int, other: int) -> tuple[Ticket, Ticket]:
    if number == other:
        raise Http404
    return _ticket(request, number), _ticket(request, other)


def _ticket(request: HttpRequest, number: int) -> Ticket:
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    return ticket
