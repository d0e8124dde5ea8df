"""What has no place yet: a person says what it is about, and whose it is. Said before it is sent: it stays in its list
until a team or a person has it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets import place
from anliegen.faces.workspace.tickets.changes import changed_as, key_of, topic_is_set, unless_changed
from anliegen.faces.workspace.tickets.page import acted, ticket_for, told
from anliegen.flow.automation import team_of_topic
from anliegen.flow.automation.teaching.actions import stays_without
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket


@asks("ticket.change")
@require_POST
def placed(request: HttpRequest, number: int) -> HttpResponse:
    """Say what it is about or that it stays without a topic, and whose it is, in one step."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    topic = request.POST.get("topic", "") if request.POST.get("do") == "topic" else ""
    to = _chosen(request, topic or ticket.topic)
    if to is not None:
        insist(request, "ticket.assign", ticket)
    if request.POST.get("do") == "topic" and not topic:
        return acted(request, ticket, conflict=_("Please choose what it is about. Nothing was changed."))
    if not topic and not ticket.topic:
        return _without(request, ticket, to)
    if not topic and to is None:
        return acted(request, ticket, conflict=_("Please choose who sees to it. Nothing was changed."))
    wanted = Change(**_wanted(topic, to))
    field = "topic" if topic else "team"
    conflict = unless_changed(
        request, ticket, lambda version: actions.change(ticket, wanted, **changed_as(request, version)), field
    )
    if conflict is not None:
        return acted(request, ticket, conflict=conflict)
    return told(request, ticket, topic_is_set(ticket, topic) if topic else _("It is with %(name)s.") % {"name": to})


def _without(request: HttpRequest, ticket: Ticket, to: Agent | Team | None) -> HttpResponse:
    try:
        stays_without(ticket, to=to, by=agent_of(request), at=clock.now())
    except actions.NobodyHasIt:
        said = _("Nobody would see it any more: choose a team, or take it on. Nothing was changed.")
        return acted(request, ticket, conflict=said)
    return told(request, ticket, _("It stays without a topic."))


def _wanted(topic: str, to: Agent | Team | None) -> dict[str, Any]:
    said: dict[str, Any] = {"topic": topic} if topic else {}
    return said if to is None else said | {"assignee" if isinstance(to, Agent) else "team": to}


def _chosen(request: HttpRequest, topic: str) -> Agent | Team | None:
    """Whose it is to be. Unknown choices are not found rather than guessed."""
    kind, _colon, key = request.POST.get("whom", "").partition(":")
    match kind:
        case "":
            return None
        case place.OF_TOPIC:
            return team_of_topic.by_topic().get(topic)
        case place.MINE:
            return agent_of(request)
        case "team":
            return get_object_or_404(Team, pk=key_of(key), is_active=True)
    raise Http404
