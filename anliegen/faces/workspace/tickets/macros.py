"""Macros at a ticket: what one would change here exactly, doing it, and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.dates import exact
from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.blocks import Here
from anliegen.faces.workspace.tickets.page import anew, gone, parts_of, ticket_for
from anliegen.flow.macros import actions
from anliegen.flow.macros.models import Macro, MacroRun
from anliegen.flow.macros.plan import ASKS, Plan, Step, plan
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import at_hand
from anliegen.records.knowledge.marks import formatted, plain
from anliegen.records.knowledge.placeholders import open_fields
from anliegen.records.tickets.actions import JoinedElsewhere
from anliegen.records.tickets.models import DONE, PRIORITIES, STATUSES, Ticket
from anliegen.records.tickets.seen import as_seen_by

FIELDS: dict[str, str | Promise] = {
    "status": gettext_lazy("Status"),
    "priority": gettext_lazy("Priority"),
    "team": gettext_lazy("Team"),
    "assignee": gettext_lazy("Assigned to"),
    "topic": gettext_lazy("Topic"),
    "tags": gettext_lazy("Tags"),
    "snooze": gettext_lazy("Aside"),
    "reply": gettext_lazy("Draft of the answer"),
    "note": gettext_lazy("Internal note"),
}


@dataclass(frozen=True)
class Line:
    """One line of the preview: a field, what it is, what it becomes, and why it stays if it does.

    Of tags, `was` are those that go and `now` those that come; what stays beside them stands in `beside`.
    """

    field: str | Promise
    was: str
    now: str
    stays: str = ""
    beside: str | None = None


class Preview:
    """What a macro would do here, in words."""

    def __init__(self, macro: Macro, here: Here, names: Mapping[str, Mapping[int, str]]) -> None:
        self.macro, self._here, self._names = macro, here, names
        self.text = plain(self._source)
        self.plan: Plan = plan(macro, here.ticket, here.agent, text=self.text, at=clock.now())

    @property
    def _source(self) -> str:
        return self._here.said(self.macro.block) if self.macro.block else ""

    @property
    def html(self) -> str:
        return str(formatted(self._source))

    @property
    def greeting(self) -> str:
        return self._here.greeting

    @property
    def lines(self) -> list[Line]:
        return [self._line(step) for step in self.plan.steps]

    def _line(self, step: Step) -> Line:
        name, stays = FIELDS[step.field], _stays(step)
        if step.field == "tags" and not stays:
            gone, come = _parted(step)
            beside = ", ".join(tag for tag in step.was if tag not in gone)
            return Line(name, ", ".join(gone), ", ".join(come), beside=beside)
        return Line(name, self._word(step.field, step.was), self._word(step.field, step.now), stays)

    @property
    def in_short(self) -> str:
        """In one line, for the palette."""
        done = [f"{FIELDS[step.field]}: {self._becomes(step)}" for step in self.plan.doing]
        return " · ".join([*done, *([str(FIELDS[self.plan.place])] if self.plan.place else [])])

    @property
    def place(self) -> str | Promise:
        return FIELDS[self.plan.place] if self.plan.place else ""

    @property
    def fields(self) -> list[str]:
        """What has to be filled in before the note is written; an answer is filled in its own field."""
        return open_fields(self.text) if self.plan.place == "note" else []

    @property
    def tells_nobody(self) -> bool:
        """Whether it ends the concern, of which nobody outside hears by a macro."""
        return any(step.field == "status" and step.now in DONE for step in self.plan.doing)

    def _becomes(self, step: Step) -> str:
        if step.field != "tags":
            return self._word(step.field, step.now)
        gone, come = _parted(step)
        return ", ".join([*(f"+ {tag}" for tag in come), *(f"− {tag}" for tag in gone)])

    def _word(self, field: str, value: Any) -> str:
        match field:
            case "status":
                return str(dict(STATUSES)[value])
            case "priority":
                return str(dict(PRIORITIES)[value])
            case "team":
                return self._names["team"].get(value, "") if value else _("no team")
            case "assignee":
                return self._names["agent"].get(value, "") if value else _("nobody")
            case "snooze":
                moment = datetime.fromisoformat(value) if value else None
                return exact(moment, zone=timezone.get_current_timezone()) if moment else _("not put aside")
            case "topic":
                return value or _("no topic")
        return ", ".join(value) or _("no tags")


def _parted(step: Step) -> tuple[list[str], list[str]]:
    """The tags that go, and those that come."""
    return [tag for tag in step.was if tag not in step.now], [tag for tag in step.now if tag not in step.was]


def _stays(step: Step) -> str:
    """Why a field stays as it is; empty when it does not."""
    if not step.is_allowed:
        return _("you may not change this")
    if not step.changes:
        return _("is so already")
    return _("is here no longer") if step.is_gone else ""


def previews(ticket: Ticket, agent: Agent) -> list[Preview]:
    """Every macro this agent may use, with what it would do to this ticket; the most used first."""
    rows = Macro.objects.in_use().open_to(agent).select_related("team", "assignee", "block")
    rows = rows.prefetch_related("block__wordings").order_by("-used", "name", "pk")
    here, names = Here(ticket, agent), names_for(ticket)
    return [Preview(row, here, _with(names, row)) for row in rows]


def preview_at(ticket: Ticket, macro: Macro, agent: Agent) -> Preview:
    """What this macro would do there, saved or not."""
    as_seen_by(agent, [ticket])
    return Preview(macro, Here(ticket, agent), _with(names_for(ticket), macro))


def names_for(ticket: Ticket) -> dict[str, dict[int, str]]:
    """The names of teams and agents, those of the ticket among them though they may be gone."""
    known = at_hand(ticket.team_id)
    names = {"team": dict(known.teams), "agent": dict(known.agents)}
    if ticket.team is not None:
        names["team"][ticket.team.pk] = ticket.team.name
    if ticket.assignee is not None:
        names["agent"][ticket.assignee.pk] = ticket.assignee.name
    return names


def _with(names: dict[str, dict[int, str]], macro: Macro) -> dict[str, dict[int, str]]:
    team = {macro.team.pk: macro.team.name} if macro.team else {}
    agent = {macro.assignee.pk: macro.assignee.name} if macro.assignee else {}
    return {"team": team | names["team"], "agent": agent | names["agent"]}


@asks("ticket.read")
@require_safe
def macros(request: HttpRequest, number: int) -> HttpResponse:
    """All of them with what they would do here. For pages without a script; the palette shows the same."""
    ticket = ticket_for(agent_of(request), number)
    run = actions.last_run(ticket)
    context = {"ticket": ticket, "previews": previews(ticket, agent_of(request)), "run": run}
    return page(request, "workspace/ticket/macros.html", context)


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def macro(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Show what a macro would do (GET), and do that and nothing else (POST)."""
    agent = agent_of(request)
    ticket = ticket_for(agent, number)
    row = get_object_or_404(Macro.objects.in_use().open_to(agent).select_related("block", "team", "assignee"), pk=pk)
    shown = preview_at(ticket, row, agent)
    if request.method != "POST":
        return _ask(request, ticket, shown)
    insist(request, "ticket.read", ticket)
    given = {field: request.POST.get(f"field{place}", "") for place, field in enumerate(shown.fields)}
    try:
        run, _plan = actions.apply(
            row, ticket, text=shown.text, shown=request.POST.get("shown", ""), given=given, agent=agent, at=clock.now()
        )
    except actions.Differs:
        return _ask(request, ticket, shown, error=_("Something has changed meanwhile. So it would be now:"))
    except actions.StillOpen as still:
        fields = ", ".join(still.fields)
        error = _("Please fill in what is still open: %(fields)s") % {"fields": fields}
        return _ask(request, ticket, shown, error=error, given=given)
    except JoinedElsewhere as elsewhere:
        return _ask(request, ticket, shown, error=_joined(elsewhere))
    return _applied(request, run, shown)


def _ask(
    request: HttpRequest, ticket: Ticket, shown: Preview, *, error: str = "", given: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {"ticket": ticket, "preview": shown, "error": error, "given": given or {}}
    response = page(request, "workspace/ticket/macro.html", context, block="dialog", status=422 if error else 200)
    if error:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _applied(request: HttpRequest, run: MacroRun, shown: Preview) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, run.ticket_id)
    agent = agent_of(request)
    if not Ticket.objects.visible_to(agent).filter(pk=run.ticket_id).exists():
        return gone(run.ticket)
    into = shown if shown.plan.place == "reply" else None
    context = parts_of(request, ticket_for(agent, run.ticket_id)) | {"run": run, "into": into}
    return page(request, "workspace/ticket/macro_applied.html", context)


@asks("ticket.read")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back all that a macro did, except what somebody has changed since; says of each which it was."""
    run = get_object_or_404(MacroRun.objects.select_related("macro"), pk=pk)
    ticket = ticket_for(agent_of(request), run.ticket_id)
    asked = {ASKS[field] for field in run.changes if field in ASKS}
    for permission in asked | ({"ticket.note"} if run.note_id else set()):
        insist(request, permission, ticket)
    try:
        done = actions.undo(run, actor=actor_of(request), at=clock.now())
    except actions.CannotUndo:
        said, is_whole = _("It was taken back already."), False
    except JoinedElsewhere as elsewhere:
        said, is_whole = _joined(elsewhere), False
    else:
        said, is_whole = _taken_back(done), not done.kept
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, run.ticket_id)
    context = parts_of(request, ticket_for(agent_of(request), run.ticket_id)) | {"said": said, "is_whole": is_whole}
    return page(request, "workspace/ticket/macro_undone.html", context | {"run": run})


def _taken_back(done: actions.Undone) -> str:
    name = done.run.macro.name
    if not done.kept:
        return _("“%(name)s” is taken back.") % {"name": name}
    words = _("“%(name)s” is taken back, except what was changed since: %(fields)s.")
    return words % {"name": name, "fields": ", ".join(str(FIELDS[field]) for field in done.kept)}


def _joined(elsewhere: JoinedElsewhere) -> str:
    return _("This concern is carried on in number %(number)s. Nothing was changed.") % {"number": elsewhere.into}
