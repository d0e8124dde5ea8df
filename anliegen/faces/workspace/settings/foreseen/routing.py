"""Who would be given a team's concerns, before that is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, named
from anliegen.faces.workspace.settings.forms import counted
from anliegen.flow.automation.colleagues import NEEDED, loads
from anliegen.flow.automation.routes import Colleague
from anliegen.records.accounts import figures
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.foreseen import lying


@dataclass(frozen=True)
class Routed:
    """How a team's concerns found somebody until now."""

    routing: str
    most_waiting: int


def of_routing(team: Team, *, was: Routed, members: Sequence[Agent]) -> list[Line]:
    """`team` is as it would be. What lies there already is not touched."""
    if team.routing == was.routing and team.most_waiting == was.most_waiting:
        return []
    if team.routing == "off":
        return (
            [Line(_("Everybody of the team draws the next concern; nobody is given one."))]
            if was.routing != "off"
            else []
        )
    able = [one for one in members if one.is_active and set(NEEDED) <= set(one.role.permissions)]
    if not able:
        return [Line(_("Nobody of the team may answer customers, so nobody is given anything."), "waiting")]
    lines = _changed(team, able) if team.routing != was.routing else []
    return [*lines, *_at_the_ceiling(team, able)]


def _changed(team: Team, able: Sequence[Agent]) -> list[Line]:
    said = {
        "propose": _("For each concern that comes to the team from now on, one of these is proposed: %(names)s."),
        "assign": _("Each concern that comes to the team from now on is given to one of these: %(names)s."),
    }
    lines = [
        Line(said[team.routing] % {"names": named(one.name for one in able)}),
        Line(
            _("Only who is at work in the team's service hours, and did something within the last hour, is given one.")
        ),
    ]
    if left := lying(Q(team=team, assignee=None)):
        words = ngettext(
            "%(count)s open concern that nobody has stays with the team, to be drawn.",
            "%(count)s open concerns that nobody has stay with the team, to be drawn.",
            left,
        )
        lines.append(Line(words % {"count": counted(left)}))
    return lines


@figures.figure(by="group")
def _at_the_ceiling(team: Team, able: Sequence[Agent]) -> list[Line]:
    """How many would be given nothing for now: told only of teams of which figures may be shown."""
    if not figures.shows_team(team.pk):
        return []
    carried = loads((one.pk for one in able), the_operator().heavy_topics)
    people = [Colleague(agent, True, waiting, heavy) for agent, (waiting, heavy) in carried.items()]
    full = [one for one in people if one.load >= team.most_waiting]
    words = ngettext(
        "%(count)s of %(of)s has as much waiting already and would be given nothing for now.",
        "%(count)s of %(of)s have as much waiting already and would be given nothing for now.",
        len(full),
    )
    return [Line(words % {"count": len(full), "of": len(able)}, "waiting" if len(full) == len(able) else "info")]
