"""Roles: named sets of permissions."""

from typing import Any

from django import forms
from django.db.models import Count, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.agents import last_administrator
from anliegen.faces.workspace.settings.foreseen import lines, people
from anliegen.faces.workspace.settings.forms import SettingForm, by_name, new_slug
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, refused, show
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role
from anliegen.records.accounts.permissions import PERMISSIONS

# What a permission means in daily work, where its name does not say it all.
MEANINGS: dict[str, str | Promise] = {
    "ticket.read": gettext_lazy("Those of the own teams, those without a team, and those given to this person."),
    "ticket.reply": gettext_lazy("Answers leave the house in the name of this person."),
    "ticket.note": gettext_lazy("Colleagues read them, customers never."),
    "ticket.open": gettext_lazy("For somebody who called or came in person."),
    "ticket.assign": gettext_lazy("To colleagues and to other teams."),
    "concession.ask": gettext_lazy("How much without asking is set under “Leeway”."),
    "concession.approve": gettext_lazy("Never one's own wishes: those somebody else decides."),
    "customer.read": gettext_lazy(
        "Names, addresses and earlier concerns. Without it customers appear by number; who answers one sees to whom."
    ),
    "intake.read": gettext_lazy("With each mail as it came, so also mails that opened no concern."),
    "intake.retry": gettext_lazy("For example after a mistake was corrected."),
    "audit.read": gettext_lazy("What everybody did and when. Works councils usually want a say in who has this."),
    "settings.manage": gettext_lazy("All of these pages. Somebody active must always have this."),
}


class RoleForm(SettingForm):
    permissions = forms.MultipleChoiceField(
        label=pgettext_lazy("permission", "May"),
        choices=list(PERMISSIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sees_all_teams = forms.BooleanField(
        label=gettext_lazy("Sees the concerns of all teams"),
        required=False,
        help_text=gettext_lazy("Otherwise only those of the own teams and those that have no team yet."),
    )

    class Meta:
        model = Role
        fields = ("name", "permissions", "sees_all_teams")
        labels = {"name": gettext_lazy("Name")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There is a role of this name already."), name__iexact=name)
        return cleaned

    def described(self) -> list[tuple[str, ...]]:
        """The choices with what they mean, as the field component draws them."""
        return [
            (code, str(name), str(MEANINGS[code])) if code in MEANINGS else (code, str(name))
            for code, name in PERMISSIONS.items()
        ]


@asks("settings.manage")
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    rows = by_name(Role.objects.annotate(agents_count=Count("agents")))
    return show(request, "roles", {"rows": rows, "all": len(PERMISSIONS)}, place="roles")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_role(request: HttpRequest) -> HttpResponse:
    form = RoleForm(posted(request))
    if form.is_valid():
        values = form.values() | {"slug": new_slug(Role, form.cleaned_data["name"])}
        role = accounts.create(Role, actor=actor_of(request), at=clock.now(), **values)
        return done(request, _("Role %(name)s is created.") % {"name": role.name}, "roles")
    return show(request, "role", {"form": form, "role": None}, place="roles")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Role, pk=pk)
    form = RoleForm(posted(request), instance=row)
    kept = Role.objects.get(pk=pk)
    holders = by_name(Agent.objects.filter(role=kept))
    if lines.wants_preview(request):
        return lines.shown(
            request, "role", form, lambda: _foreseen(request, kept, form), place="roles", role=kept, people=holders
        )
    if form.is_valid():
        try:
            accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        except accounts.LastAdministrator:
            form.add_error("permissions", last_administrator())
        else:
            return done(request, _("Role %(name)s is saved.") % {"name": form.cleaned_data["name"]}, "roles")
    return show(request, "role", {"form": form, "role": kept, "people": holders}, place="roles")


def _foreseen(request: HttpRequest, role: Role, form: RoleForm) -> list[lines.Line]:
    refusal, now = last_administrator(), clock.now()
    return people.of_role(role, form.values(), refusal=refusal, actor=actor_of(request), at=now)


@asks("settings.manage")
@require_POST
def delete_role(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Role, pk=pk)
    if held := Agent.objects.filter(role=row).count():
        return refused(request, _still_held(row, held), "role", pk)
    try:
        accounts.delete(row, actor=actor_of(request), at=clock.now())
    except ProtectedError:  # somebody got it in this very moment
        return refused(request, _still_held(row, 1), "role", pk)
    return done(request, _("Role %(name)s is deleted.") % {"name": row.name}, "roles")


def _still_held(role: Role, held: int) -> str:
    words = ngettext(
        "%(name)s cannot be deleted: %(count)s person has this role.",
        "%(name)s cannot be deleted: %(count)s people have this role.",
        held,
    )
    return words % {"name": role.name, "count": held}
