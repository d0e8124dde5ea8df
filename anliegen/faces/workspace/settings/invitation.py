"""The link by which an invited agent sets the first or a new password. The secret in it is the proof."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import open_to_customers
from anliegen.faces.workspace.settings.frame import posted, shown_once
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Invitation
from anliegen.records.accounts.queries import the_operator


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=gettext_lazy("At least 10 characters. Several words are easier to keep and harder to guess."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        password_validation.validate_password(given, self.agent)
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two entries differ."))
        return cleaned


@open_to_customers("the secret in the link, which works once and for a few days")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    agent = _invited(secret)
    if agent is None:
        return _expired(request)
    form = PasswordForm(posted(request), agent=agent)
    if form.is_valid():
        try:
            accounts.accept_invitation(secret, password=form.cleaned_data["password"], at=clock.now())
        except accounts.InvitationInvalid:  # used in another window in this very moment
            return _expired(request)
        messages.success(request, _("Your password is set. You can log in with it now."))
        return redirect("workspace:login")
    context = {"form": form, "agent": agent, "operator": the_operator()}
    status = 422 if form.is_bound else 200
    return shown_once(page(request, "workspace/settings/invitation.html", context, status=status))


def _invited(secret: str) -> Agent | None:
    valid = Invitation.objects.filter(used_at=None, expires_at__gt=clock.now(), agent__is_active=True)
    invitation = valid.filter(digest=accounts.digest(secret)).select_related("agent").first()
    return invitation.agent if invitation is not None else None


def _expired(request: HttpRequest) -> HttpResponse:
    context = {"login": reverse("workspace:login"), "operator": the_operator()}
    return page(request, "workspace/settings/invitation_expired.html", context, status=410)
