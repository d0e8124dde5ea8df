"""Everything automatic that decides, each with a button that stops it, and who stopped it, when and why."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, said_in, show, unreadable
from anliegen.flow.automation import pauses, routing
from anliegen.flow.automation.models import Pause
from anliegen.ground import clock
from anliegen.oversight.compliance.names import names
from anliegen.oversight.compliance.register import algorithms
from anliegen.records.accounts.models import Agent

LONGEST = 200


@dataclass(frozen=True)
class Stopped:
    """A pause that lasts, as it is told."""

    pause: Pause
    by: str
    why: str


@dataclass(frozen=True)
class Row:
    """One automated author. `then`: what stopping it means, said before."""

    scope: str
    name: str
    is_on: bool
    then: str
    stopped: Stopped | None

    @property
    def key(self) -> str:
        """For the dialog, which wants a plain name."""
        return self.scope.replace(":", "-")


@asks("settings.manage")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    rows = _rows(agent_of(request))
    context = {"everything": rows[0], "rows": rows[1:], "fixed": _fixed(), "longest": LONGEST}
    return show(request, "pauses", context, place="pauses")


@asks("settings.manage")
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Stop one of them, or all, or let it go on."""
    scope, at, actor = request.POST.get("scope", ""), clock.now(), actor_of(request)
    row = next((one for one in _rows(agent_of(request)) if one.scope == scope), None)
    if row is None:
        raise Http404
    if "again" in request.POST:
        for each in _scopes(scope):
            pauses.resume(each, actor=actor, at=at)
        return done(request, _("It goes on: %(name)s.") % {"name": row.name}, "pauses")
    note = said_in(request, "note")
    if note is None:
        return unreadable()
    pauses.pause(scope, note=note[:LONGEST], actor=actor, at=at)
    return done(request, _("It is paused: %(name)s.") % {"name": row.name}, "pauses")


def _scopes(scope: str) -> tuple[str, ...]:
    """Routing has an older name besides, under which it may have been stopped."""
    return (scope, routing.SCOPE) if scope == routing.AUTHOR.ref else (scope,)


def _rows(viewer: Agent) -> list[Row]:
    """Everything together first, then whatever decides by itself, as the register has it; last what is still paused,
    though it was set off since: nobody would find it when it is set on again, and does nothing."""
    active = pauses.active()
    by = names({pause.begun_by for pause in active.values()}, viewer)
    found = {pauses.ALL: (_("Everything automatic"), True)}
    for one, _figures in algorithms(at=clock.now()):
        if one.decides:
            found[pauses.scope_of(one.author)] = (one.name, one.is_on)
    known = {one for scope in found for one in _scopes(scope)}
    left = sorted(set(active) - known)
    found |= {scope: (name, False) for scope, name in names(left, viewer).items()}
    return [
        Row(scope, name, is_on, _then(scope), _stopped(scope, active, by)) for scope, (name, is_on) in found.items()
    ]


def _stopped(scope: str, active: dict[str, Pause], by: dict[str, str]) -> Stopped | None:
    pause = next((active[one] for one in _scopes(scope) if one in active), None)
    if pause is None:
        return None
    return Stopped(pause, by[pause.begun_by], pause.note or str(pauses.WHY.get(pause.why, pause.why)))


def _fixed() -> list[str]:
    """What follows a fixed course and decides nothing: it has no pause, but may have a switch of its own."""
    return [one.name for one, _figures in algorithms(at=clock.now()) if not one.decides]


def _then(scope: str) -> str:
    meanings = {
        pauses.ALL: _(
            "All of this at once. Concerns still come in and are acknowledged, and people do the rest. A safety net"
            " goes: nothing goes up by itself. Automatic answers still stay away from whoever is in need."
        ),
        "rule:escalate": _(
            "A safety net goes. Whoever grieves, is in need, is angry or waits too long is still noticed, but nothing"
            " goes up by itself, nobody is called, and it stands there only as a proposal. Automatic answers still stay"
            " away from them. Have somebody read everything that comes in."
        ),
        "rule:routing": _("It only proposes, and what came at night is drawn. Nobody is given a concern by itself."),
        "rule:mailbox": _("New concerns lie with no team until a person confirms the proposal."),
        "automation:triage": _("It reads nothing, and people sort alone."),
    }
    if scope in meanings:
        return meanings[scope]
    if scope.partition(":")[2].isdecimal():
        return _("The rule does nothing until it goes on.")
    return _("It only proposes; a person decides each time.")
