"""The people who work here: who can log in, as what, and in which teams."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.foreseen import lines, people
from anliegen.faces.workspace.settings.forms import CodesField, SettingForm, by_name, counted, offer, several
from anliegen.faces.workspace.settings.frame import actor_of, done, not_yet, posted, refused, show, shown_once
from anliegen.faces.workspace.settings.hindrances import hindrances
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Invitation, Role, Team
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.accounts.permissions import PERMISSIONS
from anliegen.records.tickets.foreseen import lying


class AgentForm(SettingForm):
    teams = several(
        gettext_lazy("Teams"),
        Team.objects.none(),
        gettext_lazy("Whose concerns this person sees, unless the role sees all teams."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the pages"), choices=LANGUAGES)
    skills = CodesField(
        label=gettext_lazy("Is good at"),
        required=False,
        help_text=gettext_lazy("Topics, separated by commas. Such concerns are given to this person first."),
    )
    speaks = CodesField(
        label=gettext_lazy("Answers in these languages too"),
        required=False,
        help_text=gettext_lazy("Codes such as en, fr, tr. Empty: nothing is known, any language is given."),
    )

    class Meta:
        model = Agent
        fields = ("name", "email", "role", "language", "skills", "speaks")
        labels = {
            "name": gettext_lazy("Name"),
            "email": gettext_lazy("E-mail address"),
            "role": gettext_lazy("Role"),
        }
        help_texts = {
            "name": gettext_lazy("Customers read it under each answer."),
            "email": gettext_lazy("For logging in. Nobody but colleagues sees it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Team.objects.filter(agents=self.instance) if self.instance.pk else Team.objects.none()
        self.initial["teams"] = [team.pk for team in mine]
        offer(self, "role", Role.objects.all(), nothing=_("Please choose") if self.instance.pk is None else None)
        offer(self, "teams", Team.objects.filter(is_active=True) | Team.objects.filter(pk__in=self.initial["teams"]))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if email := cleaned.get("email"):
            self.insist_on_one("email", _("Somebody logs in with this address already."), email__iexact=email)
        return cleaned

    def validate_constraints(self) -> None:
        """`clean` has said it in words already."""

    def values(self) -> dict[str, Any]:
        return super().values() | {"teams": list(self.cleaned_data["teams"])}


@asks("settings.manage")
@require_safe
def agents(request: HttpRequest) -> HttpResponse:
    rows = by_name(Agent.objects.select_related("role").prefetch_related("teams"))
    invited = set(Invitation.objects.filter(used_at=None, expires_at__gt=clock.now()).values_list("agent", flat=True))
    context = {
        "rows": [agent for agent in rows if agent.is_active],
        "gone": [agent for agent in rows if not agent.is_active],
        "invited": invited,
    }
    return show(request, "agents", context, place="agents")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_agent(request: HttpRequest) -> HttpResponse:
    """The link to set a password is shown once, on the page that answers."""
    form = AgentForm(posted(request))
    if form.is_valid():
        agent, secret = accounts.create_invited(actor=actor_of(request), at=clock.now(), **form.values())
        return _show_link(request, agent, secret)
    return show(request, "agent", {"form": form, "agent": None}, place="agents")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Agent, pk=pk)
    form = AgentForm(posted(request), instance=row)
    kept = Agent.objects.get(pk=pk)
    context = {"agent": kept, "hindrances": hindrances(kept), "lying": _lying(kept)}
    if lines.wants_preview(request):
        return lines.shown(request, "agent", form, lambda: _foreseen(request, kept, form), place="agents", **context)
    if form.is_valid():
        try:
            accounts.change_agent(row, actor=actor_of(request), at=clock.now(), **form.values())
        except accounts.LastAdministrator:
            form.add_error("role", last_administrator())
        else:
            return done(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}, "agents")
    return show(request, "agent", context | {"form": form}, place="agents")


def _foreseen(request: HttpRequest, agent: Agent, form: AgentForm) -> list[lines.Line]:
    refusal, now = last_administrator(), clock.now()
    return people.of_agent(agent, form.values(), refusal=refusal, actor=actor_of(request), at=now)


@asks("settings.manage")
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link; older ones stop working."""
    row = get_object_or_404(Agent, pk=pk, is_active=True)
    return _show_link(request, row, accounts.invite(row, actor=actor_of(request), at=clock.now()))


@asks("settings.manage")
@require_safe
def agent_leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of all that waits for them, before they are deactivated."""
    row = get_object_or_404(Agent, pk=pk, is_active=True)
    if found := hindrances(row):
        return not_yet(request, row, found, "agent")
    effect = people.of_leaving(row, refusal=last_administrator(), actor=actor_of(request), at=clock.now())
    return show(request, "agent_leaves", {"agent": row, "effect": effect}, place="agents", block="effect")


@asks("settings.manage")
@require_POST
def deactivate_agent(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever answers for automated decisions needs a successor first."""
    row = get_object_or_404(Agent, pk=pk)
    if found := hindrances(row):
        return not_yet(request, row, found, "agent")
    try:
        accounts.deactivate(row, actor=actor_of(request), at=clock.now())
    except accounts.LastAdministrator:
        return refused(request, last_administrator(), "agent", pk)
    return done(request, _("%(name)s can no longer log in.") % {"name": row.name}, "agents")


@asks("settings.manage")
@require_POST
def activate_agent(request: HttpRequest, pk: int) -> HttpResponse:
    row = accounts.activate(get_object_or_404(Agent, pk=pk), actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s can log in again.") % {"name": row.name}, "agents")


def last_administrator() -> str:
    words = _(
        "Then nobody could change these settings any more. Give another active person a role with the permission"
        " “%(permission)s” first."
    )
    return words % {"permission": PERMISSIONS["settings.manage"]}


def _lying(agent: Agent) -> str:
    """The open concerns that would keep the name of somebody who left, in words, or nothing."""
    left = lying(Q(assignee=agent))
    if not left:
        return ""
    words = ngettext(
        "%(count)s open concern is assigned to this person.",
        "%(count)s open concerns are assigned to this person.",
        left,
    )
    return words % {"count": counted(left)}


def _show_link(request: HttpRequest, agent: Agent, secret: str) -> HttpResponse:
    link = f"{settings.ANLIEGEN_BASE_URL}{reverse('workspace:invitation', args=[secret])}"
    context = {"agent": agent, "link": link, "lasts": accounts.INVITATION_LASTS}
    return shown_once(show(request, "agent_invited", context, place="agents"))
