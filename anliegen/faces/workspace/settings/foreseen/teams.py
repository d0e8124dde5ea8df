"""A team renamed, with other members, lead or hours; or given up."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, named, or_nothing
from anliegen.faces.workspace.settings.foreseen.promises import MOST_PROMISES, handed_on, owners_then
from anliegen.faces.workspace.settings.foreseen.routing import Routed, of_routing
from anliegen.faces.workspace.settings.forms import boxes, counted
from anliegen.flow.macros.models import Macro
from anliegen.ground.journal.actors import Actor
from anliegen.ground.rehearsal import rehearsed
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.tickets import effects
from anliegen.records.tickets.aims import yardstick
from anliegen.records.tickets.foreseen import OnTeam, lying, on_team, readers_of
from anliegen.records.tickets.models import Promise


def of_team(team: Team, values: dict[str, Any], *, actor: Actor, at: datetime) -> list[Line]:
    """Who would see its concerns, what stays with those who no longer do, what customers read, what is due otherwise.

    `team` is as it is kept.
    """
    was, measured = readers_of(team), yardstick()
    with rehearsed():
        saved = accounts.save_team(Team.objects.get(pk=team.pk), actor=actor, at=at, **values)
        then, moved = readers_of(saved), effects.of_yardstick(measured, yardstick(), Q(team=saved), at=at)
    lines = [*_readers(team, was, then), *_names(team, values)]
    if team.calendar_id != _key(values["calendar"]):
        words = ngettext(
            "%(count)s open concern of this team would be due at another time.",
            "%(count)s open concerns of this team would be due at another time.",
            moved.changed,
        )
        more = " " + _("Looked at are the %(count)s newest.") % {"count": moved.looked_at} if moved.is_more else ""
        lines.append(Line(words % {"count": moved.changed} + more))
    return or_nothing(
        [*lines, *of_routing(saved, was=Routed(team.routing, team.most_waiting), members=values["members"])]
    )


def _key(row: Calendar | Agent | None) -> int | None:
    return row.pk if row is not None else None


def _readers(team: Team, was: list[Agent], then: list[Agent]) -> list[Line]:
    lines, before, after = [], {one.pk for one in was}, {one.pk for one in then}
    if before == after:
        return []
    words = ngettext(
        "%(count)s person would see its concerns instead of %(was)s.",
        "%(count)s people would see its concerns instead of %(was)s.",
        len(after),
    )
    lines.append(Line(words % {"count": len(after), "was": len(before)}, "info" if after else "waiting"))
    if more := [one.name for one in then if one.pk not in before]:
        lines.append(Line(_("From now on also: %(names)s.") % {"names": named(more)}))
    if gone := [one for one in was if one.pk not in after]:
        lines.append(Line(_("No longer: %(names)s.") % {"names": named(one.name for one in gone)}, "waiting"))
        if left := lying(Q(team=team, assignee__in=[one.pk for one in gone])):
            words = ngettext(
                "%(count)s open concern of this team is assigned to them and stays with them.",
                "%(count)s open concerns of this team are assigned to them and stay with them.",
                left,
            )
            lines.append(Line(words % {"count": counted(left)}, "waiting"))
    return lines


def _names(team: Team, values: dict[str, Any]) -> list[Line]:
    lines = []
    if team.name != values["name"]:
        words = _("Customers read “%(then)s” in acknowledgements from now on, instead of “%(was)s”.")
        lines.append(Line(words % {"then": values["name"], "was": team.name}))
        lines += _lies_there(on_team(team))
        lines.append(Line(_("Views, macros and mailboxes go along: they name the team and not its name.")))
    if team.lead_id != _key(values["lead"]):
        lead = values["lead"]
        if lead is None:
            lines.append(Line(_("Nobody answers for what lies with the team then."), "waiting"))
        else:
            words = _("%(name)s answers for what lies with the team, and is asked first for approvals.")
            lines.append(Line(words % {"name": lead.name}))
    return lines


def of_giving_up(team: Team, *, actor: Actor, at: datetime) -> list[Line]:
    """What names a team that can no longer be given concerns, and who sees to its promises then."""
    found, owed = on_team(team), Promise.objects.owed().filter(team=team)
    was = owed[: MOST_PROMISES + 1].count()
    with rehearsed():
        accounts.change(team, actor=actor, at=at, is_active=False)
        owners = owners_then(owed)
    promises = handed_on(owners, was, _stay)
    return [*_lies_there(found), *promises, *_left_over(found), *_naming(team, found)] or [
        Line(_("Nothing names this team any more."))
    ]


def _lies_there(found: OnTeam) -> list[Line]:
    if not found.tickets:
        return []
    words = ngettext("%(count)s open concern lies with it.", "%(count)s open concerns lie with it.", found.tickets)
    return [Line(words % {"count": counted(found.tickets)})]


def _stay(count: int) -> str:
    return ngettext(
        "%(count)s promise stays with the team: nobody else may see to it.",
        "%(count)s promises stay with the team: nobody else may see to them.",
        count,
    ) % {"count": count}


def _left_over(found: OnTeam) -> list[Line]:
    lines = []
    if found.reviews:
        words = ngettext(
            "%(count)s answer waits on for the team's approval.",
            "%(count)s answers wait on for the team's approval.",
            found.reviews,
        )
        lines.append(Line(words % {"count": counted(found.reviews)}, "waiting"))
    return lines


def _naming(team: Team, found: OnTeam) -> list[Line]:
    lines = []
    if fed_by := boxes(is_active=True, team=team):
        lines.append(
            Line(_("These mailboxes give it their concerns: %(names)s.") % {"names": named(fed_by)}, "waiting")
        )
    if found.views:
        lines.append(Line(_("These views ask for it and stay: %(names)s.") % {"names": named(found.views)}))
    if macros := list(Macro.objects.in_use().filter(team=team).order_by("name", "pk").values_list("name", flat=True)):
        words = _("These macros give concerns to it; they leave out that step then: %(names)s.")
        lines.append(Line(words % {"names": named(macros)}, "waiting"))
    if found.targets:
        words = ngettext(
            "%(count)s target time is set for it and finds nothing any more.",
            "%(count)s target times are set for it and find nothing any more.",
            found.targets,
        )
        lines.append(Line(words % {"count": found.targets}))
    return lines
