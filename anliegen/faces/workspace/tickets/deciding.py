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
from anliegen.flow.automation import approval, checked, opting, taken_up
from anliegen.flow.automation.choices import FIXED
from anliegen.flow.automation.effects import EFFECTS, choice_of
from anliegen.flow.automation.log import entries
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
SAID_OF_CHECK = gettext_lazy("The check is recorded. Now write to the customer what you found.")
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
    if deed == "check" and (errors := _missing(request, found, ticket)):
        return _shown(request, found, ticket, errors=errors, status=422)
    if deed == "learn" and found.question == "topic":
        exceptions.take_in(ticket, by=agent, at=clock.now())
        return _done(request, ticket, _("It is no exception: the automation learns from it."))
    try:
        if deed == "confirm" and found.question in BY_FORM:
            return take_up(request, found, ticket)
        done = _do(deed, found, request, agent)
    except approval.AlreadySettled:
        return _hindered(request, ticket, _too_late(found))
    except taken_up.NotPending:
        return _hindered(request, ticket, _("It was given, asked for or discarded already. Nothing was changed."))
    except approval.NothingToUndo:
        return _hindered(request, ticket, _("It is no longer as it was decided, so there is nothing to take back."))
    except JoinedElsewhere as elsewhere:
        said = _("This concern is carried on in number %(number)s. Nothing was changed.") % {"number": elsewhere.into}
        return _hindered(request, ticket, said)
    if deed == "check":
        return _done(request, ticket, str(SAID_OF_CHECK))
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


def findings_for(decision: Decision, ticket: Ticket) -> list[Choice]:
    """What whoever checks a contested decision may have found, as (finding, words), beginning with none."""
    choice = entries([decision])[0].choice or _("nothing fits")
    stands = _("It stands: %(choice)s") % {"choice": choice}
    others = [(code, _("Instead: %(choice)s") % {"choice": word}) for code, word in choices_for(decision, ticket)]
    back = [(checked.TAKEN_BACK, _("Take it back: as it was before"))] if decision.choice else []
    none = ("", _("Choose what you found"))
    return [none, (checked.STANDS, stands), *(one for one in others if one[0] != decision.choice), *back]


def _missing(request: HttpRequest, found: Decision, ticket: Ticket) -> list[tuple[str, str]]:
    """What the answer to a check lacks, by the field."""
    if found.contested_at is None:
        raise Http404
    lacks = []
    if request.POST.get("choice") not in dict(findings_for(found, ticket)[1:]):
        lacks.append(("check-found", _("Please choose what you found.")))
    if not request.POST.get("why", "").strip():
        lacks.append(("check-why", _("Please say why, so that whoever answers can tell the customer.")))
    return lacks


def _do(deed: str, found: Decision, request: HttpRequest, agent: Agent) -> Decision:
    at, choice, is_exception = clock.now(), request.POST.get("choice", ""), "exception" in request.POST
    match deed:
        case "check":
            return checked.answer(found, choice, why=request.POST["why"], by=agent, at=at)
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
    request: HttpRequest,
    found: Decision,
    ticket: Ticket,
    *,
    error: str = "",
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    card = cards_of([found], agent_of(request), lambda row: ticket)[0]
    findings = findings_for(found, ticket) if card.is_contested else []
    options = choices_for(found, ticket) if card.may_correct and not findings else []
    back = "list" in (request.GET.get("back"), request.POST.get("back"))
    said = {name: request.POST.get(name, "") for name in ("choice", "why")}
    context = {"ticket": ticket, "card": card, "options": options, "error": error, "back": back}
    context |= {"findings": findings, "said": said, "errors": errors or []}
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
