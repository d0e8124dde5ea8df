"""Outgoing connections: whom this program may talk to, and every call it made."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings import call_troubles
from anliegen.faces.workspace.settings.forms import choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.flow.assist.register import PURPOSE as ASSISTING
from anliegen.flow.channels.mailroom.oauth import PURPOSE as TOKENS
from anliegen.flow.channels.mailroom.send import PURPOSE as SENDING
from anliegen.flow.channels.mailroom.sources import PURPOSE as FETCHING
from anliegen.ground import clock
from anliegen.ground.egress import actions as egress
from anliegen.ground.egress.addresses import PORTS, host_of
from anliegen.ground.egress.errors import Refused
from anliegen.ground.egress.models import DEFAULT_TIMEOUT_S, Destination, EgressCall, Result, Scheme
from anliegen.ground.journal.record import ref
from anliegen.oversight.compliance.names import names
from anliegen.oversight.compliance.pages import page
from anliegen.oversight.measurement.certificates import PURPOSE as CHECKING
from anliegen.records.accounts.models import Agent

PURPOSES = {
    SENDING: gettext_lazy("sending mail"),
    FETCHING: gettext_lazy("fetching mail"),
    CHECKING: gettext_lazy("checking certificates"),
    "pop3": gettext_lazy("fetching mail by POP3"),
    TOKENS: gettext_lazy("leave to log in at mailboxes"),
    ASSISTING: gettext_lazy("asking AI providers"),
}


class DestinationForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Who runs it, for example: our mail provider."),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=list(PURPOSES.items()))
    scheme = forms.ChoiceField(label=gettext_lazy("Protocol"), choices=Scheme.choices, initial=Scheme.SMTPS)
    host = forms.CharField(
        label=gettext_lazy("Server"), max_length=253, help_text=gettext_lazy("For example smtp.example.org.")
    )
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=gettext_lazy("Empty: the usual one of the protocol."),
    )
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Responsible person"),
        queryset=Agent.objects.none(),
        help_text=gettext_lazy("Answers for letting this program talk to it."),
    )
    allow_private = forms.BooleanField(
        label=gettext_lazy("The server is in our own network"),
        required=False,
        help_text=gettext_lazy("Connections into the own network are refused unless they are allowed here."),
    )
    timeout_s = forms.IntegerField(
        label=gettext_lazy("Time limit in seconds"), min_value=1, max_value=600, initial=DEFAULT_TIMEOUT_S
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "responsible", choosable_agents(), nothing=_("Please choose"))

    def clean_host(self) -> str:
        try:
            return host_of(self.cleaned_data["host"].strip())
        except Refused:
            raise ValidationError(_("This is no name of a server; one looks like smtp.example.org.")) from None

    def values(self) -> dict[str, Any]:
        """What the action is given: the usual port where none was said, and the responsible person as a reference."""
        port = self.cleaned_data["port"] or PORTS[self.cleaned_data["scheme"]]
        return self.cleaned_data | {"port": port, "responsible": ref(self.cleaned_data["responsible"])}


@asks("settings.manage")
@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    rows = list(Destination.objects.order_by("purpose", "host", "pk"))
    context = {
        "rows": [row for row in rows if row.is_active],
        "withdrawn": [row for row in rows if not row.is_active],
        "purposes": PURPOSES,
        "names": _responsible(rows, agent_of(request)),
    }
    return show(request, "connections", context, place="connections")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_connection(request: HttpRequest) -> HttpResponse:
    form = DestinationForm(posted(request))
    if form.is_valid():
        row = egress.register(actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("Connections to %(host)s are allowed.") % {"host": row.host}, "connections")
    return show(request, "connection", {"form": form}, place="connections")


@asks("settings.manage")
@require_POST
def withdraw_connection(request: HttpRequest, pk: int) -> HttpResponse:
    row = egress.withdraw(get_object_or_404(Destination, pk=pk), actor=actor_of(request), at=clock.now())
    return done(request, _("Connections to %(host)s are no longer allowed.") % {"host": row.host}, "connections")


@asks("settings.manage")
@require_POST
def allow_connection_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same destination once more, as a row of its own: the old one keeps saying from when till when it counted."""
    old = get_object_or_404(Destination, pk=pk)
    kept = ("scheme", "host", "port", "purpose", "name", "responsible", "allow_private", "timeout_s", "max_bytes")
    again = {name: getattr(old, name) for name in kept}
    row = egress.register(actor=actor_of(request), at=clock.now(), **again)
    return done(request, _("Connections to %(host)s are allowed.") % {"host": row.host}, "connections")


@asks("settings.manage")
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The ledger of calls: where to, what for, how much, how it ended."""
    rows, result = EgressCall.objects.all(), request.GET.get("result", "")
    if result in Result.values:
        rows = rows.filter(result=result)
    context = {
        "page": page(rows, cursor=request.GET.get("cursor")),
        "result": result,
        "results": Result.choices,
        "purposes": PURPOSES,
        "words": call_troubles.words,
    }
    return show(request, "calls", context, place="connections")


def _responsible(rows: list[Destination], viewer: Agent) -> dict[str, str]:
    """Who answers for each: an agent by name, anything else as it was written down."""
    given = {row.responsible for row in rows}
    named = names((each for each in given if each.startswith("agent:")), viewer)
    return {each: named.get(each, each) for each in given}
