"""In which order concerns are given out to who asks for the next one."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.numbers import number
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.next_concern import why
from anliegen.faces.workspace.rows import waits
from anliegen.faces.workspace.settings.foreseen.ceilings import of_ceilings
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
# The most urgent first.
CEILINGS = ("urgent_within_hours", "high_within_hours", "starves_after_hours", "low_within_hours")
WEIGHTS = ("urgent_weight", "high_weight", "normal_weight", "low_weight")
LONGEST = 24 * 90  # hours


HEAVIEST = 20


def _ceiling(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=LONGEST)


class WeightField(forms.DecimalField):
    """One decimal, with the comma or point of the reader's language."""

    def prepare_value(self, value: Any) -> Any:
        return number(float(value), digits=1) if isinstance(value, Decimal) else value


def _weight(label: Any, *, least: str = "0", help_text: Any = "") -> WeightField:
    return WeightField(
        label=label,
        min_value=Decimal(least),
        max_value=HEAVIEST,
        max_digits=3,
        decimal_places=1,
        localize=True,
        help_text=help_text,
    )


class TurnsForm(SettingForm):
    urgent_within_hours = _ceiling(gettext_lazy("Urgent, hours at most"))
    high_within_hours = _ceiling(gettext_lazy("High, hours at most"))
    starves_after_hours = _ceiling(gettext_lazy("Normal, hours at most"))
    low_within_hours = _ceiling(gettext_lazy("Low, hours at most"))
    urgent_weight = _weight(gettext_lazy("Weight of urgent"))
    high_weight = _weight(gettext_lazy("Weight of high"))
    normal_weight = _weight(gettext_lazy("Weight of normal"))
    low_weight = _weight(gettext_lazy("Weight of low"))
    ageing_weight = _weight(
        gettext_lazy("Weight of age"),
        least="0.1",
        help_text=gettext_lazy("So much is added until somebody has waited as long as their priority allows."),
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
        fields = (*CEILINGS, *WEIGHTS, "ageing_weight", "gives_breathers", "heavy_topics")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._insist_on_order(CEILINGS, _("Who is less urgent cannot have to wait less: check this number."))
        self._insist_on_order(tuple(reversed(WEIGHTS)), _("Who is more urgent cannot weigh less: check this number."))
        return cleaned

    def _insist_on_order(self, names: tuple[str, ...], sentence: str) -> None:
        """Each is at least the one before it."""
        for before, name in pairwise(names):
            least, value = self.cleaned_data.get(before), self.cleaned_data.get(name)
            if least is not None and value is not None and value < least:
                self.add_error(name, sentence)


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
    kept, now = the_operator(), clock.now()
    context = {"form": form, "lines": _lines(request, kept), "beyond": of_ceilings(kept, kept, at=now)}
    return show(request, "turns", context, place="turns")


@asks("settings.manage")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What would be next for who looks, by the settings as they are being typed; saves and gives nothing."""
    form = TurnsForm(request.POST, instance=the_operator())
    kept = the_operator()
    chosen = form.instance if form.is_valid() else kept
    context = {"lines": _lines(request, chosen), "beyond": of_ceilings(kept, chosen, at=clock.now())}
    return show(request, "turns_preview", context, place="turns", block="preview")


def _lines(request: HttpRequest, operator: Operator) -> list[Line]:
    agent, now = agent_of(request), clock.now()
    heavy = frozenset(operator.heavy_topics)
    mind = waiting.mind_of(agent, at=now)
    formula = waiting.formula_of(operator)
    first = in_order(waiting.candidates(agent, heavy, at=now), mind, now=now, formula=formula)[:SHOWN]
    tickets: dict[int, Any] = Ticket.objects.select_related("person").in_bulk([turn.number for turn in first])
    as_seen_by(agent, list(tickets.values()))
    return [Line(tickets[turn.number], why(",".join(turn.reasons), waits(tickets[turn.number], now))) for turn in first]
