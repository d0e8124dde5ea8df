"""The agent's own preferences and password."""

from typing import Any

from django import forms
from django.contrib import auth, messages
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import open_to_all_agents
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.ground import clock
from anliegen.records.accounts import actions
from anliegen.records.accounts.models.agents import AFTERWARDS, THEMES, WRITES
from anliegen.records.accounts.models.operator import LANGUAGES


class ProfileForm(forms.Form):
    """How the workspace looks and behaves for one agent."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(label=gettext_lazy("Appearance"), choices=THEMES, widget=forms.RadioSelect)
    writes = forms.ChoiceField(
        label=gettext_lazy("Answers begin"),
        choices=WRITES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("You can change it for each answer."),
    )
    after_sending = forms.ChoiceField(label=gettext_lazy("After sending"), choices=AFTERWARDS, widget=forms.RadioSelect)
    shortcuts = forms.BooleanField(
        label=gettext_lazy("Use single-key shortcuts"),
        required=False,
        help_text=gettext_lazy("Switch them off if you use a screen reader or speech input."),
    )


@open_to_all_agents("one's own preferences")
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save the preferences."""
    agent = agent_of(request)
    form = ProfileForm(_with_what_was_not_asked(request) if request.POST else None, initial=_kept(request))
    if form.is_valid():
        actions.change_agent(agent, actor=actor_of(request), at=clock.now(), **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are kept."))
        return redirect("workspace:profile")
    return _show(request, form=form, password=PasswordChangeForm(agent))


@open_to_all_agents("one's own password")
@sensitive_post_parameters()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Set a new password; whoever is logged in elsewhere has to log in again."""
    agent = agent_of(request)
    form = PasswordChangeForm(agent, request.POST)
    if not form.is_valid():
        return _show(request, form=ProfileForm(initial=_kept(request)), password=form)
    changed = actions.set_password(
        agent, password=form.cleaned_data["new_password1"], actor=actor_of(request), at=clock.now()
    )
    auth.update_session_auth_hash(request, changed)
    messages.success(request, _("Your new password holds from now on."))
    return redirect("workspace:profile")


def _with_what_was_not_asked(request: HttpRequest) -> QueryDict:
    """A page that was drawn before there was a choice does not take it away."""
    data = request.POST.copy()
    for name in ("writes", "after_sending"):
        data.setdefault(name, getattr(agent_of(request), name))
    return data


def _kept(request: HttpRequest) -> dict[str, Any]:
    return {name: getattr(agent_of(request), name) for name in ProfileForm.base_fields}


def _show(request: HttpRequest, *, form: ProfileForm, password: Any) -> HttpResponse:
    status = 422 if form.errors or password.errors else 200
    said = [str(message) for message in messages.get_messages(request)]
    context = {"form": form, "password": password, "said": said}
    return page(request, "workspace/profile.html", context, status=status)
