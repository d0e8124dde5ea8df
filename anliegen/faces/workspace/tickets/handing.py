"""Handing a concern over with a line that says where it stands, giving it back, and saying that one has read it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.faces.workspace.tickets.summary import proposed
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import at_hand
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Handover, Ticket
from anliegen.records.tickets.models.together import LONGEST_SUMMARY

EMPTY = gettext_lazy("Please say in a line where it stands: whoever gets it reads this first.")


class HandoverForm(forms.Form):
    """To whom, and the line."""

    to = forms.ChoiceField(
        label=gettext_lazy("Hand over to"),
        error_messages={"required": gettext_lazy("Please choose to whom.")},
    )
    summary = forms.CharField(
        label=gettext_lazy("Where it stands"),
        max_length=LONGEST_SUMMARY,
        help_text=gettext_lazy("A line: what was done, and what comes next. It stands above the concern."),
        error_messages={"required": EMPTY},
    )

    def __init__(self, ticket: Ticket, agent: Agent, data: Any = None, *, to: str = "") -> None:
        super().__init__(data, initial={"to": to})
        found = at_hand(ticket.team_id)
        people = [(f"agent:{pk}", name) for pk, name in found.agents if pk not in (agent.pk, ticket.assignee_id)]
        teams = [(f"team:{pk}", name) for pk, name in found.teams if pk != ticket.team_id]
        # Nobody is chosen for the writer: who types the line and presses Enter would send it to the first of the list.
        chosen = to or (data.get("to") if data else "")
        unchosen = [] if chosen else [("", _("please choose"))]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            *unchosen,
            *people,
            *((key, _("Team %(name)s") % {"name": name}) for key, name in teams),
        ]
        self.fields["summary" if chosen else "to"].widget.attrs["autofocus"] = True


class ReasonForm(forms.Form):
    """Why it goes back."""

    reason = forms.CharField(
        label=gettext_lazy("Why it goes back"),
        max_length=LONGEST_SUMMARY,
        help_text=gettext_lazy("A line that helps whoever gets it back."),
        error_messages={"required": gettext_lazy("Please say in a line why it goes back.")},
    )


def needs_summary(to: Agent | Team | None, agent: Agent) -> bool:
    """Whoever takes something on, or lays it down, hands nothing over."""
    return to is not None and to != agent


@asks("ticket.assign")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Ask to whom and where it stands (GET), and do it (POST)."""
    agent = agent_of(request)
    ticket = ticket_for(agent, number)
    insist(request, "ticket.assign", ticket)
    if request.method != "POST":
        return ask(request, ticket, request.GET.get("to", ""))
    form = HandoverForm(ticket, agent, request.POST)
    if not form.is_valid():
        return _ask(request, ticket, form)
    to, summary = _named(form.cleaned_data["to"]), form.cleaned_data["summary"]
    try:
        actions.pass_on(ticket, to=to, summary=summary, actor=actor_of(request), at=clock.now())
    except actions.NoSummary:
        form.add_error("summary", EMPTY)
        return _ask(request, ticket, form)
    return acted(request, ticket)


def ask(request: HttpRequest, ticket: Ticket, to: str = "") -> HttpResponse:
    """The form, with this choice made."""
    return _ask(request, ticket, HandoverForm(ticket, agent_of(request), to=to))


@asks("ticket.assign")
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, number: int, handover: int) -> HttpResponse:
    """Ask why (GET), and give it back (POST)."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.assign", ticket)
    given = get_object_or_404(Handover.objects.select_related("giver"), pk=handover, ticket=ticket)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, ticket, form, given)
    try:
        actions.give_back(given, reason=form.cleaned_data["reason"], actor=actor_of(request), at=clock.now())
    except actions.NoSummary:
        form.add_error("reason", _("Please say in a line why it goes back."))
        return _ask(request, ticket, form, given)
    except actions.CannotGiveBack:
        return acted(request, ticket, conflict=_("Somebody was quicker: it has been handed on meanwhile."))
    return acted(request, ticket)


@asks("ticket.read")
@require_POST
def taken(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one has read the handover."""
    agent = agent_of(request)
    ticket = ticket_for(agent, number)
    actions.take_handover(ticket, agent, how="said", actor=actor_of(request), at=clock.now())
    return acted(request, ticket)


def _ask(
    request: HttpRequest, ticket: Ticket, form: HandoverForm | ReasonForm, given: Handover | None = None
) -> HttpResponse:
    proposal = proposed(ticket) if given is None else ""
    context = {"ticket": ticket, "form": form, "given": given, "proposal": proposal}
    status = 422 if request.method == "POST" else 200
    response = page(request, "workspace/ticket/handover.html", context, block="dialog", status=status)
    if request.htmx:  # type: ignore[attr-defined]
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _named(reference: str) -> Agent | Team:
    kind, _colon, key = reference.partition(":")
    if kind == "team":
        return get_object_or_404(Team, pk=int(key), is_active=True)
    return get_object_or_404(Agent, pk=int(key), is_active=True)
