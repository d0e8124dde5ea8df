"""API tokens: keys for programs that act for a person."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show, shown_once
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, ApiToken

SCOPES = [
    ("read", gettext_lazy("read")),
    ("write", gettext_lazy("write: open concerns, answer, change")),
]


class TokenForm(forms.Form):
    agent = forms.ModelChoiceField(
        label=gettext_lazy("For whom"),
        queryset=Agent.objects.none(),
        help_text=gettext_lazy("The program may do what this person may do, and what it does stands under this name."),
    )
    name = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=80,
        help_text=gettext_lazy("So that you know later which program uses it, for example: meter reading app."),
    )
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("permission", "May"), choices=SCOPES, initial=["read"], widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offer(self, "agent", choosable_agents(), nothing=_("Please choose"))


@asks("settings.manage")
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    rows = ApiToken.objects.select_related("agent").order_by("-created_at", "-pk")
    context = {"rows": rows.filter(revoked_at=None), "revoked": rows.exclude(revoked_at=None)[:50]}
    return show(request, "tokens", context, place="tokens")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """The token is shown once, on the page that answers; only its hash is kept."""
    form = TokenForm(posted(request))
    if form.is_valid():
        token, secret = accounts.create_token(
            form.cleaned_data["agent"],
            scopes=form.cleaned_data["scopes"],
            name=form.cleaned_data["name"],
            actor=actor_of(request),
            at=clock.now(),
        )
        return shown_once(show(request, "token_created", {"token": token, "secret": secret}, place="tokens"))
    return show(request, "token", {"form": form}, place="tokens")


@asks("settings.manage")
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    row = accounts.revoke_token(get_object_or_404(ApiToken, pk=pk), actor=actor_of(request), at=clock.now())
    return done(request, _("The token “%(name)s” no longer works.") % {"name": row.name or row.pk}, "tokens")
