"""A colleague looks at an answer before it leaves: asking, approving, sending back, and withdrawing what was asked."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import choices
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Draft, Ticket


class ShareForm(forms.Form):
    """Who is to look at it, and at what."""

    to = forms.CharField(label=gettext_lazy("Who is to look at it?"), max_length=40)
    remark = forms.CharField(label=gettext_lazy("What should they look at?"), required=False, max_length=2000)


class RemarkForm(forms.Form):
    """What is to be changed."""

    remark = forms.CharField(max_length=2000)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


@asks("ticket.reply")
@require_safe
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Whom one may ask; fetched when somebody wants to, which few do."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    return page(request, "workspace/ticket/ask.html", {"ticket": ticket, "colleagues": _colleagues(request, ticket)})


@asks("ticket.reply")
@require_POST
def share(request: HttpRequest, number: int) -> HttpResponse:
    """Ask a colleague or a team to look at one's own draft."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    form = ShareForm(request.POST)
    draft = get_object_or_404(Draft, ticket=ticket, pk=_number(request, "draft"), agent=agent_of(request))
    to = _asked(request, ticket, form.cleaned_data["to"]) if form.is_valid() else None
    if to is None:
        return acted(request, ticket, conflict=_("Please choose who is to look at it."))
    remark = form.cleaned_data["remark"]
    return _unless_changed(
        request,
        ticket,
        lambda: actions.share_draft(draft, to=to, remark=remark, actor=actor_of(request), at=clock.now()),
    )


@asks("ticket.reply")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """It needs nobody's approval any more."""
    draft, ticket = _found(request, pk)
    if draft.agent_id != agent_of(request).pk:
        insist(request, "settings.manage")
    return _unless_changed(
        request, ticket, lambda: actions.withdraw_draft(draft, actor=actor_of(request), at=clock.now())
    )


@asks("ticket.reply")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """It may leave as it is."""
    draft, ticket = _asked_of_me(request, pk)
    version, files = _number(request, "version"), _files(request)
    return _unless_changed(
        request,
        ticket,
        lambda: actions.approve_draft(draft, version=version, files=files, actor=actor_of(request), at=clock.now()),
    )


@asks("ticket.reply")
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Something is to be changed first; the remark says what."""
    draft, ticket = _asked_of_me(request, pk)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return acted(request, ticket, conflict=_("Please say what should be changed."))
    given = form.cleaned_data
    return _unless_changed(
        request,
        ticket,
        lambda: actions.return_draft(
            draft, remark=given["remark"], version=given["version"], actor=actor_of(request), at=clock.now()
        ),
    )


def _unless_changed(request: HttpRequest, ticket: Ticket, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except (actions.NotAsked, actions.DraftGone):
        return acted(request, ticket, conflict=_("The answer was changed or sent meanwhile. Please read it again."))
    except actions.NotToOneself:
        return acted(request, ticket, conflict=_("Two pairs of eyes: please choose somebody else."))
    return acted(request, ticket)


def _colleagues(request: HttpRequest, ticket: Ticket) -> list[tuple[str, str]]:
    """Teams, then everybody who can answer here, as (code, name); not oneself."""
    offered, me = choices.of(ticket, agent_of(request)), agent_of(request).pk
    teams = [(f"team:{key}", name) for key, name in offered.teams]
    return [*teams, *((f"agent:{key}", name) for key, name in offered.agents if key != me)]


def _asked(request: HttpRequest, ticket: Ticket, code: str) -> Agent | Team | None:
    """Only whoever may answer there: somebody who does not see the concern cannot look at its answer."""
    kind, _colon, key = code.partition(":")
    if not key.isdecimal() or len(key) > 18:
        return None
    if kind == "team":
        return Team.objects.filter(pk=key, is_active=True).first()
    agent = Agent.objects.active().filter(pk=key).select_related("role").first() if kind == "agent" else None
    return agent if agent is not None and may(agent, "ticket.reply", ticket) else None


def _asked_of_me(request: HttpRequest, pk: int) -> tuple[Draft, Ticket]:
    draft, ticket = _found(request, pk)
    if not draft.is_asked_of(agent_of(request)):
        raise PermissionDenied
    return draft, ticket


def _found(request: HttpRequest, pk: int) -> tuple[Draft, Ticket]:
    draft = get_object_or_404(Draft.objects.select_related("agent"), pk=pk)
    ticket = ticket_for(agent_of(request), draft.ticket_id)
    insist(request, "ticket.reply", ticket)
    return draft, ticket


def _files(request: HttpRequest) -> list[int] | None:
    """The files that stood beside the words when these were read; None: the form does not say."""
    given = request.POST.get("files")
    return None if given is None else [int(one) for one in given.split() if one.isascii() and one.isdigit()]


def _number(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
