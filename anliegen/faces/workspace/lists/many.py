"""Many tickets in one go: what is to become of them, what that would change in each, and what came of it."""

import re
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.dates import when
from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.queries import AtHand, at_hand
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import bulk
from anliegen.records.tickets.actions.bulk import Ask, Effect
from anliegen.records.tickets.models import PRIORITIES, STATUSES, BulkChange, Ticket

CHOSEN = re.compile(r"([1-9][0-9]{0,17})-([0-9]{1,9})")
FIELDS = ("team", "assignee", "status", "priority", "topic", "add", "remove", "until")
KEEP = "keep"  # the choice that leaves a field as it is


@asks("ticket.read")
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Ask what is to become of the chosen ones, show what that changes, and do it when it is confirmed."""
    seen = _seen(request.POST)
    ask, people = _asked(request.POST), at_hand(None)
    # Only what was shown is done: whoever typed on meanwhile sees first what that changes.
    if seen and ask != Ask() and request.POST.get("do") == _as_text(request.POST):
        made, effects = actions.change_many(seen, ask, agent=agent_of(request), actor=actor_of(request), at=clock.now())
        return _done(request, made, _lines(effects, people))
    tickets = Ticket.objects.visible_to(agent_of(request)).filter(pk__in=seen).select_related("team", "assignee")
    effects = bulk.foresee(tickets, seen, ask, agent_of(request))
    context = {
        **_form(request, people),
        "seen": [f"{number}-{version}" for number, version in seen.items()],
        "lines": _lines(effects, people),
        "is_asked": ask != Ask(),
        "asked": _as_text(request.POST),
        "changing": sum(not effect.stays for effect in effects),
        "back": request.POST.get("back", ""),
        "given": request.POST,
    }
    block = "preview" if request.POST.get("again") == "yes" else "dialog"
    return page(request, "workspace/list/many.html", context, block=block)


@asks("ticket.read")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it all back, as far as nobody has changed it since."""
    made = get_object_or_404(BulkChange, pk=pk, agent=agent_of(request))
    back, stayed = actions.undo_many(made, actor=actor_of(request), at=clock.now())
    context = {"back_again": back, "stayed": stayed, "back": request.POST.get("back", "")}
    return page(request, "workspace/list/many_undone.html", context, block="dialog")


def _done(request: HttpRequest, made: BulkChange | None, lines: list[dict[str, Any]]) -> HttpResponse:
    changed = [line for line in lines if not line["stays"]]
    context = {
        "made": made,
        "changed": changed,
        "stayed": [line for line in lines if line["stays"]],
        "back": request.POST.get("back", ""),
    }
    return page(request, "workspace/list/many_done.html", context, block="dialog")


def _form(request: HttpRequest, people: AtHand) -> dict[str, Any]:
    agent = agent_of(request)
    keep = (KEEP, _("stays as it is"))
    return {
        "may_assign": may(agent, "ticket.assign"),
        "may_change": may(agent, "ticket.change"),
        "teams": [keep, *people.teams, ("", _("no team"))],
        "agents": [keep, (agent.pk, _("me")), *(one for one in people.agents if one[0] != agent.pk), ("", _("nobody"))],
        "statuses": [keep, *((code, word) for code, word in STATUSES if code != "new")],
        "priorities": [keep, *PRIORITIES[::-1]],
    }


def _seen(given: QueryDict) -> dict[int, int | None]:
    """The tickets that were chosen, each with the version that the agent saw."""
    matches = [CHOSEN.fullmatch(one) for one in given.getlist("ticket")[: bulk.MOST]]
    return {int(match[1]): int(match[2]) for match in matches if match}


def _asked(given: QueryDict) -> Ask:
    """What all of them are to become. Unknown choices are not found rather than guessed."""
    wanted: dict[str, Any] = {}
    for name, model in (("team", Team), ("assignee", Agent)):
        value = given.get(name, KEEP)
        if value != KEEP:
            wanted[name] = get_object_or_404(model, pk=_key(value), is_active=True) if value else None
    if (status := given.get("status", KEEP)) != KEEP:
        wanted["status"] = _one_of(status, [code for code, _word in STATUSES])
    if (priority := given.get("priority", KEEP)) != KEEP:
        wanted["priority"] = int(_one_of(priority, [str(code) for code, _word in PRIORITIES]))
    if topic := given.get("topic", "").strip():
        wanted["topic"] = topic
    return Ask(actions.Change(**wanted), _tags(given, "add"), _tags(given, "remove"), _until(given.get("until", "")))


def _until(given: str) -> datetime | None:
    """A day and time here that is still to come; anything else is as if nothing was said."""
    try:
        until = timezone.make_aware(datetime.fromisoformat(given))
    except ValueError:
        return None
    return until if until > clock.now() else None


def _as_text(given: QueryDict) -> str:
    return "&".join(f"{name}={given.get(name, '')}" for name in FIELDS)


def _one_of(value: str, known: list[str]) -> str:
    if value not in known:
        raise Http404
    return value


def _tags(given: QueryDict, name: str) -> tuple[str, ...]:
    return tuple(tag for tag in given.get(name, "")[:600].split(",") if tag.strip())


def _key(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Http404
    return int(given)


def _lines(effects: list[Effect], people: AtHand) -> list[dict[str, Any]]:
    """Each ticket with what changes in words, or why it stays."""
    return [
        {
            "number": effect.number,
            "subject": effect.ticket.subject if effect.ticket is not None else "",
            "changes": [_change(name, effect, people) for name in effect.becomes],
            "stays": _why(effect),
        }
        for effect in effects
    ]


def _why(effect: Effect) -> str:
    match effect.stays:
        case "gone":
            return _("is not yours to see any more")
        case "changed":
            return _("somebody has changed it meanwhile; look at it again")
        case "joined":
            return _("is carried on in another concern")
        case "not_allowed":
            return _("you may not change this")
        case "done":
            return _("is done and cannot be put aside")
        case "same":
            return _("is so already")
    return ""


def _change(name: str, effect: Effect, people: AtHand) -> tuple[str, str, str]:
    fields = {
        "team": _("Team"),
        "assignee": _("Assigned to"),
        "status": _("Status"),
        "priority": _("Priority"),
        "topic": _("Topic"),
        "tags": _("Tags"),
        "snoozed_until": _("Put aside until"),
    }
    return fields[name], _word(name, effect.was[name], effect, people), _word(name, effect.becomes[name], None, people)


def _word(name: str, value: Any, effect: Effect | None, people: AtHand) -> str:
    ticket = effect.ticket if effect is not None else None
    match name:
        case "team":
            known = dict(people.teams)
            return known.get(value) or (ticket.team.name if ticket and ticket.team else _("no team"))
        case "assignee":
            known = dict(people.agents)
            return known.get(value) or (ticket.assignee.name if ticket and ticket.assignee else _("nobody"))
        case "status":
            return str(dict(STATUSES)[value])
        case "priority":
            return str(dict(PRIORITIES)[value])
        case "snoozed_until":
            return when(datetime.fromisoformat(value), time=True) if value else _("not put aside")
        case "tags":
            return ", ".join(value) or _("no tags")
    return str(value) or _("no topic")
