"""Teams: who shares which concerns, who leads, and when they are there."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.foreseen import lines
from anliegen.faces.workspace.settings.foreseen import teams as foreseen
from anliegen.faces.workspace.settings.forms import (
    SettingForm,
    boxes,
    by_name,
    choosable_agents,
    counted,
    new_slug,
    nobody,
    offer,
    several,
)
from anliegen.faces.workspace.settings.frame import actor_of, done, not_yet, posted, show
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.tickets.foreseen import lying


class TeamForm(SettingForm):
    members = several(
        gettext_lazy("Members"),
        Agent.objects.none(),
        gettext_lazy("They see this team's concerns and can be given them."),
    )

    most_waiting = forms.IntegerField(
        label=gettext_lazy("Most that wait with one person"),
        min_value=1,
        max_value=200,
        initial=8,
        help_text=gettext_lazy(
            "Who has so many waiting concerns is given no more. What the operator names as hard to hear counts twice."
        ),
    )

    class Meta:
        model = Team
        fields = ("name", "description", "lead", "calendar", "routing", "most_waiting")
        widgets: ClassVar = {"routing": forms.RadioSelect}
        labels = {
            "name": gettext_lazy("Name"),
            "description": gettext_lazy("What this team does"),
            "lead": gettext_lazy("Team lead"),
            "calendar": gettext_lazy("Service hours"),
            "routing": gettext_lazy("Who sees to a new concern"),
        }
        help_texts = {
            "name": gettext_lazy("Customers read it in the acknowledgement."),
            "lead": gettext_lazy("Answers for what lies with the team."),
            "routing": gettext_lazy(
                "Chosen by who knows the customer, languages, topics and how much waits with each; never by how fast or"
                " how well rated somebody is. Only who is at work gets something."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Agent.objects.filter(teams=self.instance) if self.instance.pk else Agent.objects.none()
        self.initial["members"] = [agent.pk for agent in members]
        offer(self, "lead", choosable_agents(self.instance.lead_id), nothing=nobody())
        offer(self, "calendar", Calendar.objects.all(), nothing=_("the default service hours"))
        # Those who left stay members, so that they are what they were if they come back.
        active, gone = choosable_agents(), Q(pk__in=[agent.pk for agent in members if not agent.is_active])
        offer(self, "members", active | Agent.objects.filter(gone))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There is a team of this name already."), name__iexact=name)
        return cleaned

    def values(self) -> dict[str, Any]:
        return super().values() | {"members": list(self.cleaned_data["members"])}


@asks("settings.manage")
@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    members = Count("agents", filter=Q(agents__is_active=True))
    rows = Team.objects.select_related("lead", "calendar").annotate(members_count=members)
    return show(request, "teams", {"rows": sorted(by_name(rows), key=lambda team: not team.is_active)}, place="teams")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: HttpRequest) -> HttpResponse:
    form = TeamForm(posted(request))
    if form.is_valid():
        values = form.values() | {"slug": new_slug(Team, form.cleaned_data["name"])}
        team = accounts.save_team(None, actor=actor_of(request), at=clock.now(), **values)
        return done(request, _("Team %(name)s is created.") % {"name": team.name}, "teams")
    return show(request, "team", {"form": form, "team": None}, place="teams")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Team, pk=pk)
    form = TeamForm(posted(request), instance=row)
    kept = Team.objects.get(pk=pk)
    context = {"team": kept, "hindrances": hindrances(kept)}
    if lines.wants_preview(request):
        return lines.shown(request, "team", form, lambda: _foreseen(request, kept, form), place="teams", **context)
    if form.is_valid():
        accounts.save_team(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("Team %(name)s is saved.") % {"name": row.name}, "teams")
    return show(request, "team", context | {"form": form}, place="teams")


def _foreseen(request: HttpRequest, team: Team, form: TeamForm) -> list[lines.Line]:
    return foreseen.of_team(team, form.values(), actor=actor_of(request), at=clock.now())


@asks("settings.manage")
@require_safe
def team_ending(request: HttpRequest, pk: int) -> HttpResponse:
    """What names it, before it is deactivated."""
    row = get_object_or_404(Team, pk=pk, is_active=True)
    if found := hindrances(row):
        return not_yet(request, row, found, "team")
    context = {"team": row, "effect": foreseen.of_giving_up(row, actor=actor_of(request), at=clock.now())}
    return show(request, "team_ends", context, place="teams", block="effect")


@asks("settings.manage")
@require_POST
def deactivate_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing may be left lying with a team that nobody looks at."""
    row = get_object_or_404(Team, pk=pk)
    if found := hindrances(row):
        return not_yet(request, row, found, "team")
    accounts.change(row, actor=actor_of(request), at=clock.now(), is_active=False)
    return done(request, _("Team %(name)s is deactivated.") % {"name": row.name}, "teams")


@asks("settings.manage")
@require_POST
def activate_team(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Team, pk=pk)
    accounts.change(row, actor=actor_of(request), at=clock.now(), is_active=True)
    return done(request, _("Team %(name)s is active again.") % {"name": row.name}, "teams")


def hindrances(team: Team) -> list[str]:
    """What still needs this team, in words; empty when it may be deactivated."""
    fed_by = boxes(is_active=True, team=team)
    found = [_("mailbox %(address)s gives it its concerns") % {"address": address} for address in fed_by]
    if left := lying(Q(team=team)):
        words = ngettext("%(count)s open concern lies with it", "%(count)s open concerns lie with it", left)
        found.append(words % {"count": counted(left)})
    return found
