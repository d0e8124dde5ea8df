"""A person's word on a decision of automation: right, something else, wrong, or stopped before it takes effect."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.decisions import WITH_CHOICE, cards_of
from anliegen.faces.workspace.tickets.page import acted, ticket_for, told
from anliegen.faces.workspace.tickets.taking_up import take_up
from anliegen.flow.automation import approval, opting, taken_up
from anliegen.flow.automation.choices import FIXED
from anliegen.flow.automation.effects import EFFECTS, choice_of
from anliegen.flow.automation.models import BY_FORM, Decision
from anliegen.flow.automation.teaching import exceptions
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Topic
from anliegen.records.accounts.queries import at_hand
from anliegen.records.tickets.actions import JoinedElsewhere
from anliegen.records.tickets.models import Ticket

Choice = tuple[str, str | Promise]
SAID: dict[str, str | Promise] = {
    "confirmed": gettext_lazy("Confirmed. The automation learns from it."),
    "corrected": gettext_lazy("Corrected. The automation learns from it."),
    "rejected": gettext_lazy("Rejected. Nothing was changed."),
    "undone": gettext_lazy("Taken back: it is as it was before."),
    "stopped": gettext_lazy("Stopped. Nothing was changed."),
}
SAID_OF_EXCEPTION = gettext_lazy("Done. It is an exception: the automation does not learn from it.")


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision in full, with what else could be chosen (GET); and one's word on it (POST)."""
    agent = agent_of(request)
    found = get_object_or_404(Decision.objects.select_related("responsible", "settled_by"), pk=pk)
    ticket = ticket_for(agent, found.ticket_id)
    if request.method != "POST":
        return _shown(request, found, ticket)
    insist(request, EFFECTS[found.question].needs, ticket)
    if found.is_shadow or (ticket.joined_into_id is not None and found.contested_at is None):
        raise Http404
    deed, choice = request.POST.get("do", ""), request.POST.get("choice", "")
    if deed == "correct" and choice not in dict(choices_for(found, ticket)):
        return _shown(request, found, ticket, error=_("Please choose what is right."), status=422)
    if deed == "learn" and found.question == "topic":
        exceptions.take_in(ticket, by=agent, at=clock.now())
        return _done(request, ticket, _("It is no exception: the automation learns from it."))
    try:
        if deed == "confirm" and found.question in BY_FORM:
            return take_up(request, found, ticket)
        done = _do(deed, found, choice, agent, is_exception="exception" in request.POST)
    except approval.AlreadySettled:
        return _hindered(request, ticket, _too_late(found))
    except taken_up.NotPending:
        return _hindered(request, ticket, _("It was given, asked for or discarded already. Nothing was changed."))
    except approval.NothingToUndo:
        return _hindered(request, ticket, _("It is no longer as it was decided, so there is nothing to take back."))
    except JoinedElsewhere as elsewhere:
        said = _("This concern is carried on in number %(number)s. Nothing was changed.") % {"number": elsewhere.into}
        return _hindered(request, ticket, said)
    return _done(request, ticket, str(SAID_OF_EXCEPTION if "exception" in request.POST else SAID[done.settled_as]))


def choices_for(decision: Decision, ticket: Ticket) -> list[Choice]:
    """What a person may choose instead, as (choice, words); none where a choice has a form of its own elsewhere."""
    match decision.question:
        case "team":
            return [(f"team:{key}", name) for key, name in at_hand(ticket.team_id).teams]
        case "assignee":
            return [(f"agent:{key}", name) for key, name in at_hand(ticket.team_id).agents]
        case "topic":
            language = get_language() or "de"
            rows = Topic.objects.active().order_by("name", "pk")
            return [(f"topic:{row.code}", row.name_in(language)) for row in rows]
    kind = EFFECTS[decision.question].kind
    if decision.question not in WITH_CHOICE:
        return []
    return [(choice_of(decision.question, value), word) for value, word in FIXED[kind].items()]


def _do(deed: str, found: Decision, choice: str, agent: Agent, *, is_exception: bool) -> Decision:
    at = clock.now()
    match deed:
        case "correct" if is_exception and found.question == "topic":
            return exceptions.say(found, choice, by=agent, at=at)
        case "confirm":
            return approval.confirm(found, by=agent, at=at)
        case "correct" if choice == found.choice:
            return approval.confirm(found, by=agent, at=at)
        case "correct":
            return approval.correct(found, choice, by=agent, at=at)
        case "reject":
            return approval.reject(found, by=agent, at=at)
        case "give_up":
            return taken_up.give_up(found, by=agent, at=at)
        case "stop":
            return approval.stop(found, by=agent, at=at)
    raise Http404


def _too_late(found: Decision) -> str:
    found = Decision.objects.select_related("settled_by").get(pk=found.pk)
    if found.settled_as == "withdrawn":
        return _("It has become moot meanwhile: somebody has the concern, or it lies with another team.")
    if found.settled_as == "unwanted":
        return _("It was withdrawn meanwhile: somebody wished that people alone see to this. Nothing was changed.")
    if found.settled_by is None:
        return _("It has taken effect already, so it cannot be stopped any more. You can take it back.")
    said = {"name": found.settled_by.name, "what": found.get_settled_as_display()}
    return _("%(name)s was quicker: %(what)s. Nothing was changed.") % said


def _shown(
    request: HttpRequest, found: Decision, ticket: Ticket, *, error: str = "", status: int = 200
) -> HttpResponse:
    card = cards_of([found], agent_of(request), lambda row: ticket)[0]
    options = choices_for(found, ticket) if card.may_correct else []
    back = "list" in (request.GET.get("back"), request.POST.get("back"))
    context = {"ticket": ticket, "card": card, "options": options, "error": error, "back": back}
    response = page(request, "workspace/ticket/decision.html", context, block="dialog", status=status)
    if status != 200:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _hindered(request: HttpRequest, ticket: Ticket, said: str) -> HttpResponse:
    if _is_from_list(request):
        messages.warning(request, said)
        return redirect("workspace:proposals")
    return acted(request, ticket, conflict=said)


def _done(request: HttpRequest, ticket: Ticket, said: str) -> HttpResponse:
    if _is_from_list(request):
        messages.success(request, said)
        return redirect("workspace:proposals")
    return told(request, ticket, said)


def _is_from_list(request: HttpRequest) -> bool:
    return request.POST.get("back") == "list"


@asks("ticket.change")
@require_POST
def by_hand(request: HttpRequest, number: int) -> HttpResponse:
    """Keep automation away from a concern, or let it help again; with `all` for all concerns of its customer."""
    ticket = ticket_for(agent_of(request), number)
    deed, is_all = request.POST.get("do", ""), request.POST.get("all") == "yes"
    insist(request, "customer.change" if is_all else "ticket.change", ticket)
    act = OPTING.get((deed, is_all))
    if act is None:
        raise Http404
    act(ticket, actor=actor_of(request), at=clock.now())
    return acted(request, ticket)


OPTING = {
    ("people", False): opting.people_for_this,
    ("automation", False): opting.automation_for_this,
    ("people", True): opting.people_for_all,
    ("automation", True): opting.automation_for_all,
}
