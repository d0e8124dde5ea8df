"""The help below the field of an answer: asked for by a press, shown as before and after, taken up by a person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.assisting import offered
from anliegen.faces.workspace.tickets.assisting.material import Concern
from anliegen.faces.workspace.tickets.assisting.proposed import BY_RULES, propose
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.faces.workspace.tickets.wording import LONGEST, Shown
from anliegen.flow.assist import asking
from anliegen.ground import clock
from anliegen.ground.journal.record import ref
from anliegen.records.tickets.models import Ticket

WORDS: dict[str, tuple[str | Promise, str]] = {
    "draft": (_("Propose an answer"), "edit"),
    "shorter": (pgettext_lazy("help", "Shorter"), "minus"),
    "friendlier": (pgettext_lazy("help", "Friendlier"), "star"),
    "summary": (pgettext_lazy("help", "Sum up"), "list"),
    "translate": (pgettext_lazy("help", "Translate for the customer"), "language"),
}


@asks("ticket.reply")
@require_POST
def offer(request: HttpRequest, number: int) -> HttpResponse:
    """What was solved alike and which text blocks fit. Nobody outside is asked by looking."""
    concern = _concern(request, number)
    deeds = asking.deeds_on()
    context = {
        "ticket": concern.ticket,
        "similar": offered.similar(concern),
        "blocks": offered.blocks(concern),
        "deeds": [
            (deed, *words, deed in deeds) for deed, words in WORDS.items() if deed != "translate" or deed in deeds
        ],
        "is_by_hand": bool(deeds) and concern.is_by_hand,
    }
    return page(request, "workspace/ticket/assist.html", context)


@asks("ticket.reply")
@require_POST
def proposal(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """A proposal for the text as it stands in the form; sends nothing, keeps nothing."""
    if deed not in BY_RULES:
        raise Http404
    concern = _concern(request, number)
    found = propose(deed, concern, actor=actor_of(request), at=clock.now())
    context = {
        "proposal": found,
        "remarks": [Shown(one) for one in found.changes],
        "has_text": bool(concern.text.strip()),
        "needs_text": deed in ("shorter", "friendlier", "translate"),
        "title": WORDS[deed][0],
    }
    return page(request, "workspace/ticket/assist_proposal.html", context)


def model_of(request: HttpRequest, ticket: Ticket) -> str:
    """The model whose words the form says were taken up, if it was asked here by this agent; else nothing."""
    given = request.POST.get("assisted", "")
    key = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    call = asking.call_of(key, asked_by=actor_of(request).ref, subject=ref(ticket))
    return call.model if call is not None else ""


def _concern(request: HttpRequest, number: int) -> Concern:
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    return Concern(ticket, agent_of(request), request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST])
