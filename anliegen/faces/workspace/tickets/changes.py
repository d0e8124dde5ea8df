"""Status, team, assignee, priority, topic, tags and subject: each a small form, each leading to one action."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import handing
from anliegen.faces.workspace.tickets.page import acted, ticket_for, told
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.effects import choice_of
from anliegen.ground import clock
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import ref
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import PRIORITIES, STATUSES, Ticket

ATTEMPTS = 5
Act = Callable[..., object]
TITLES = {
    "status": gettext_lazy("Status not changed"),
    "priority": gettext_lazy("Priority not changed"),
    "team": gettext_lazy("Team not changed"),
    "assignee": gettext_lazy("Assignment not changed"),
    "topic": gettext_lazy("Topic not changed"),
    "tags": gettext_lazy("Tags not changed"),
    "subject": gettext_lazy("Subject not changed"),
}
VERBS_OF = {
    "status": ("ticket.status_changed", "ticket.resolved", "ticket.closed", "ticket.reopened"),
    "priority": ("ticket.priority_changed",),
    "team": ("ticket.moved",),
    "assignee": ("ticket.assigned",),
    "topic": ("ticket.topic_changed",),
    "tags": ("ticket.tagged",),
    "subject": ("ticket.subject_changed",),
}


@dataclass(frozen=True)
class NotChanged:
    """One field that somebody else changed first: what it is now, who did that, and the change to insist on."""

    sentence: str
    title: str
    told: str
    field: str
    value: str
    was: str
    route: str
    summary: str


@asks("ticket.change")
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change status, priority, topic, tags or subject: the field that was sent."""
    return _apply(request, number, "ticket.change", ("status", "priority", "topic", "tags", "subject"))


@asks("ticket.assign")
@require_POST
def assign(request: HttpRequest, number: int) -> HttpResponse:
    """Give the ticket to a team or an agent, or to nobody. Whoever gives it to others says where it stands."""
    return _apply(request, number, "ticket.assign", ("team", "assignee"))


def _apply(request: HttpRequest, number: int, permission: str, fields: tuple[str, ...]) -> HttpResponse:
    ticket = ticket_for(agent_of(request), number)
    insist(request, permission, ticket)
    field = next((name for name in fields if name in request.POST), None)
    if field is None:
        raise Http404
    value, summary = _value(field, request.POST[field]), request.POST.get("summary", "").strip()
    is_given = isinstance(value, Agent | Team) and handing.needs_summary(value, agent_of(request))
    if is_given and not summary and shown_value(ticket, field) != str(value.pk):
        return handing.ask(request, ticket, ref(value))
    act: Act = actions.pass_on if is_given and summary else actions.change
    wanted = {"to": value, "summary": summary} if is_given and summary else {"wanted": Change(**{field: value})}
    conflict = unless_changed(
        request, ticket, lambda version: act(ticket, **wanted, **changed_as(request, version)), field
    )
    if field == "topic" and value and ticket.unplaced_since is not None and conflict is None:
        return told(request, ticket, topic_is_set(ticket, value))
    return acted(request, ticket, conflict=conflict)


def topic_is_set(ticket: Ticket, topic: str) -> str:
    """What is told of it; and that it is still in its list, where neither a team nor a person has it."""
    said = _("The topic is set: %(topic)s.") % {"topic": choice_in_words(choice_of("topic", topic))}
    stays = Ticket.objects.filter(pk=ticket.pk, unplaced_since__isnull=False).exists()
    return said + " " + _("It stays in its list until a team or a person has it.") if stays else said


def changed_as(request: HttpRequest, version: int | None) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now(), "expected_version": version}


def unless_changed(
    request: HttpRequest, ticket: Ticket, act: Callable[[int | None], object], field: str
) -> str | NotChanged | None:
    """Do it, unless somebody changed the same field meanwhile: then say what it is now, and let the agent decide."""
    was, version = request.POST.get("was"), _version(request)
    for _attempt in range(ATTEMPTS):
        try:
            act(version)
            return None
        except actions.Changed as changed:
            ticket = ticket_for(agent_of(request), ticket.pk)
            if was is not None and shown_value(ticket, field) != was:
                return _conflict(request, ticket, field)
            version = changed.version  # something else changed; this field is as the agent saw it
        except actions.JoinedElsewhere as elsewhere:
            return _("This concern is carried on in number %(number)s. Nothing was changed.") % {
                "number": elsewhere.into
            }
    return _conflict(request, ticket, field)


def shown_value(ticket: Ticket, field: str) -> str:
    """A field as its form sends it, so that a change by somebody else is noticed."""
    match field:
        case "team" | "assignee":
            return str(getattr(ticket, f"{field}_id") or "")
        case "tags":
            return ", ".join(ticket.tags)
    return str(getattr(ticket, field))


def _conflict(request: HttpRequest, ticket: Ticket, field: str) -> NotChanged:
    words = {
        "status": dict(STATUSES)[ticket.status],
        "priority": dict(PRIORITIES)[ticket.priority],
        "team": ticket.team.name if ticket.team else _("no team"),
        "assignee": ticket.assignee.name if ticket.assignee else _("nobody"),
        "topic": ticket.topic or _("no topic"),
        "tags": ", ".join(ticket.tags) or _("no tags"),
        "subject": ticket.subject,
    }
    sentence = _("Somebody was quicker: it is “%(now)s” now. Nothing was changed; choose again if you still want to.")
    return NotChanged(
        sentence=sentence % {"now": words[field]},
        title=str(TITLES[field]),
        told=_told(ticket, field, agent_of(request)),
        field=field,
        value=request.POST[field],
        was=shown_value(ticket, field),
        route="assign" if field in ("team", "assignee") else "change",
        summary=request.POST.get("summary", ""),
    )


def _told(ticket: Ticket, field: str, viewer: Agent) -> str:
    """Who changed this field last, in the journal's sentence."""
    happened = Event.objects.filter(subject=ref(ticket), verb__in=VERBS_OF[field]).order_by("-id")[:1]
    return next(iter(sentences(list(happened), viewer).values()), "")


def _value(field: str, given: str) -> Any:
    """What the action takes. Unknown choices are not found rather than guessed."""
    match field:
        case "team":
            return get_object_or_404(Team, pk=key_of(given), is_active=True) if given else None
        case "assignee":
            return get_object_or_404(Agent, pk=key_of(given), is_active=True) if given else None
        case "priority":
            if given not in {str(code) for code, _word in PRIORITIES}:
                raise Http404
            return int(given)
        case "status":
            if given not in dict(STATUSES):
                raise Http404
            return given
        case "tags":
            return [tag for tag in given.split(",") if tag.strip()]
    return given


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def key_of(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Http404
    return int(given)
