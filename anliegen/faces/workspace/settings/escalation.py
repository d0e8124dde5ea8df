"""When a concern goes up: each level in plain words, with the thresholds that are the operator's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.flow.automation import raised, thresholds
from anliegen.flow.automation.referrals import present_referrals
from anliegen.flow.automation.thresholds import Limits
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import LEVELS

MOST = {"waits_lead": 24 * 90, "late_by_specialist": 24 * 90, "repeat_within": 365}
MOST_EUROS, MOST_TIMES = 10_000_000, 100
MONEY = ("value_specialist", "value_lead")
# Which thresholds raise to which level.
BY_LEVEL: Mapping[int, tuple[str, ...]] = {
    2: ("late_by_specialist", "value_specialist", "repeats_specialist", "reopened_specialist"),
    3: ("waits_lead", "broken_lead", "value_lead", "repeats_lead", "reopened_lead"),
    4: ("broken_management",),
}


def _limit(label: Any, most: int = MOST_TIMES, *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=required)


_VALUE = gettext_lazy("Euros at stake for the customer, at least")
_REPEATS = gettext_lazy("Earlier concerns of the same person on the same topic, at least")
_REOPENED = gettext_lazy("Times it was opened again, at least")
_BROKEN = gettext_lazy("Broken promises, at least")


class EscalationForm(forms.Form):
    """The thresholds as people say them: money in euros."""

    late_by_specialist = _limit(gettext_lazy("Hours past the target of an answer"), MOST["late_by_specialist"])
    value_specialist = _limit(_VALUE, MOST_EUROS)
    repeats_specialist = _limit(_REPEATS)
    reopened_specialist = _limit(_REOPENED)
    waits_lead = _limit(gettext_lazy("Hours without an answer"), MOST["waits_lead"])
    broken_lead = _limit(_BROKEN)
    value_lead = _limit(_VALUE, MOST_EUROS)
    repeats_lead = _limit(_REPEATS)
    reopened_lead = _limit(_REOPENED)
    broken_management = _limit(_BROKEN)
    repeat_within = _limit(gettext_lazy("What counts as again, days"), MOST["repeat_within"], required=True)
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Responsible"),
        queryset=Agent.objects.none(),
        required=False,
        help_text=gettext_lazy("Who answers for these thresholds. The register of algorithms names them."),
    )

    def __init__(self, data: QueryDict | None, limits: Limits, responsible: Agent | None) -> None:
        shown = {name: _in_euros(name, value) for name, value in limits.items()}
        super().__init__(data, initial={**shown, "responsible": responsible})
        chosen = choosable_agents(responsible.pk if responsible is not None else None)
        offer(self, "responsible", chosen, nothing=_("nobody in particular"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in thresholds.out_of_order(cleaned):
            self.add_error(name, _("The level below begins later than this: check this number."))
        return cleaned

    def limits(self) -> dict[str, int | None]:
        """As the action takes them. Only of a form without errors."""
        return {name: _in_cents(name, self.cleaned_data[name]) for name in thresholds.NAMES}


@dataclass(frozen=True)
class Step:
    """One level: what always raises to it, which thresholds do, who hears of it, what the customer is told."""

    level: int
    title: str
    always: tuple[str, ...]
    fields: tuple[forms.BoundField, ...]
    told: str
    customer: str


@dataclass(frozen=True)
class Line:
    """How many open concerns stand at a level now, and would."""

    title: str
    now: int
    then: int


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def escalation(request: HttpRequest) -> HttpResponse:
    limits, responsible = thresholds.present_limits()
    form = EscalationForm(posted(request), limits, responsible)
    if form.is_valid() and "preview" not in request.POST:
        answers = form.cleaned_data["responsible"]
        thresholds.change(form.limits(), responsible=answers, actor=actor_of(request), at=clock.now())
        return done(request, _("From now on concerns go up like this."), "escalation")
    chosen = form.limits() if form.is_valid() else limits
    context = {
        "form": form,
        "steps": _steps(form),
        "lines": _lines(chosen),
        "is_usual": limits == thresholds.usual(),
    }
    return show(request, "escalation", context, place="escalation")


@asks("settings.manage")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Where the open concerns would stand, by the thresholds as they are being typed; saves nothing."""
    limits, responsible = thresholds.present_limits()
    form = EscalationForm(request.POST, limits, responsible)
    lines = _lines(form.limits()) if form.is_valid() else ()
    return show(request, "escalation_preview", {"lines": lines}, place="escalation", block="preview")


@asks("settings.manage")
@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    thresholds.reset(actor=actor_of(request), at=clock.now())
    return done(request, _("The thresholds are again as the program comes with them."), "escalation")


def _in_euros(name: str, value: int | None) -> int | None:
    return value // 100 if name in MONEY and value is not None else value


def _in_cents(name: str, value: int | None) -> int | None:
    return value * 100 if name in MONEY and value is not None else value


def title_of(level: int) -> str:
    """`2 · Specialists`."""
    return f"{level} · {capfirst(str(dict(LEVELS)[level]))}"


def _steps(form: EscalationForm) -> list[Step]:
    asked = present_referrals()
    always = {
        0: (_("Nothing: here customers help themselves. Whoever wants a person comes to the team at once."),),
        1: (_("Every concern that comes in."),),
        2: (
            _("Anger or a complaint speaks out of the message."),
            _("Grief, illness, hardship or fear speaks out of it."),
        ),
        3: (
            _("Somebody threatens to sue, or to harm themselves or others."),
            _("Somebody asks for a superior."),
        ),
        4: (_("Somebody asks for the ombudsperson or the management."),),
    }
    told = {0: _("Nobody."), 1: _("The team where it lies.")}
    return [
        Step(
            level,
            title_of(level),
            always[level],
            tuple(form[name] for name in BY_LEVEL.get(level, ())),
            told.get(level) or _told(str(asked.get(f"level:{level}", ""))),
            _said_to_customers(level),
        )
        for level, _name in LEVELS
    ]


def _told(name: str) -> str:
    if not name:
        return _("The lead of the team, unless somebody has the concern already.")
    return _("%(name)s, unless somebody has the concern already.") % {"name": name}


def _said_to_customers(level: int) -> str:
    if not level:
        return _("Nothing more than what they see.")
    if level == 1:
        return _("That it arrived, and by when an answer can be expected.")
    if the_operator().acknowledges:
        return _("The acknowledgement and the status page name the person who sees to it next.")
    return _("The status page names the person who sees to it next.")


def _lines(limits: Limits) -> list[Line]:
    at = clock.now()
    now = raised.standing(None, at=at)
    then = raised.standing(thresholds.thresholds_of(limits), at=at)
    return [Line(title_of(level), now.get(level, 0), then.get(level, 0)) for level in sorted(BY_LEVEL, reverse=True)]
