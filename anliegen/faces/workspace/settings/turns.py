"""In which order concerns are given out to who asks for the next one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.next_concern import why
from anliegen.faces.workspace.rows import waits
from anliegen.faces.workspace.settings.forms import CodesField, SettingForm
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Operator
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import waiting
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.seen import as_seen_by
from anliegen.records.tickets.turn import turns as in_order

SHOWN = 5
LONGEST = 24 * 90  # hours


class TurnsForm(SettingForm):
    starves_after_hours = forms.IntegerField(
        label=gettext_lazy("Hours after which somebody comes first"),
        min_value=1,
        max_value=LONGEST,
        help_text=gettext_lazy("Whoever has waited longer comes before all that would fit better."),
    )
    gives_breathers = forms.BooleanField(
        label=gettext_lazy("Something lighter after a hard conversation"),
        required=False,
        help_text=gettext_lazy("Unless a promise is at stake. Nobody sees who got one."),
    )
    heavy_topics = CodesField(
        label=gettext_lazy("Topics and tags that weigh"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Separated by commas."),
    )

    class Meta:
        model = Operator
        fields = ("starves_after_hours", "gives_breathers", "heavy_topics")


@dataclass(frozen=True)
class Line:
    """One concern of the preview, and why it stands where it stands."""

    ticket: Ticket
    why: str


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def turns(request: HttpRequest) -> HttpResponse:
    form = TurnsForm(posted(request), instance=the_operator())
    if form.is_valid():
        accounts.change(the_operator(), actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("From now on concerns are given out in this order."), "turns")
    return show(request, "turns", {"form": form, "lines": _lines(request, the_operator())}, place="turns")


@asks("settings.manage")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What would be next for who looks, by the settings as they are being typed; saves and gives nothing."""
    form = TurnsForm(request.POST, instance=the_operator())
    chosen = form.instance if form.is_valid() else the_operator()
    return show(request, "turns_preview", {"lines": _lines(request, chosen)}, place="turns", block="preview")


def _lines(request: HttpRequest, operator: Operator) -> list[Line]:
    agent, now = agent_of(request), clock.now()
    heavy = frozenset(operator.heavy_topics)
    mind = waiting.mind_of(agent, at=now)
    starves_after = timedelta(hours=operator.starves_after_hours)
    first = in_order(waiting.candidates(agent, heavy), mind, now=now, starves_after=starves_after)[:SHOWN]
    tickets: dict[int, Any] = Ticket.objects.select_related("person").in_bulk([turn.number for turn in first])
    as_seen_by(agent, list(tickets.values()))
    return [Line(tickets[turn.number], why(",".join(turn.reasons), waits(tickets[turn.number], now))) for turn in first]
