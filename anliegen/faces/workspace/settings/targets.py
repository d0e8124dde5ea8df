"""Target times: how long an answer may take, for whom, with the effect shown before it is saved."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import offer
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.faces.workspace.tickets.why import hours_and_minutes
from anliegen.ground import clock
from anliegen.records.accounts.models import Team
from anliegen.records.tickets import effects
from anliegen.records.tickets.actions.targets import TargetTaken, Wanted, as_row, end_target, set_target
from anliegen.records.tickets.codes import as_code
from anliegen.records.tickets.measured import FEWEST, Kept, Measured, measured
from anliegen.records.tickets.models import PRIORITIES, TIMER_KINDS, Target, Ticket
from anliegen.records.tickets.timing import KINDS

MEASURED_OVER = timedelta(days=90)
MOST_GROUPS = 40
LONGEST = 24 * 365  # hours
REACHES = [
    ("new", gettext_lazy("for what begins from now on")),
    ("running", gettext_lazy("also for what is open already")),
]


def _hours(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=Decimal("0.25"), max_value=LONGEST, decimal_places=2, localize=False
    )


class TargetForm(forms.Form):
    """For whom, and how many hours of service time."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False)
    topic = forms.CharField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("As it stands at the concern. Empty: every topic."),
    )
    priority = forms.TypedChoiceField(label=gettext_lazy("Priority"), required=False, coerce=int, empty_value=None)
    first = _hours(gettext_lazy("First answer, in hours"))
    next = _hours(gettext_lazy("Every further answer, in hours"))
    resolution = _hours(gettext_lazy("Resolution, in hours"))
    pauses_for_others = forms.BooleanField(
        label=gettext_lazy("Pause while the concern waits for others"),
        required=False,
        help_text=gettext_lazy("It always pauses while it waits for the customer. Legal deadlines never pause."),
    )
    reach = forms.ChoiceField(label=gettext_lazy("It counts"), choices=REACHES, widget=forms.RadioSelect, initial="new")

    def __init__(self, data: Any = None, target: Target | None = None) -> None:
        super().__init__(data, initial=_initial(target) if target is not None else {"reach": "new"})
        offer(self, "team", Team.objects.filter(is_active=True), nothing=_("every team"))
        priorities = [("", _("every priority")), *PRIORITIES[::-1]]
        self.fields["priority"].choices = priorities  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(kind) for kind in KINDS) and not set(KINDS) & set(self.errors):
            self.add_error("first", _("Give at least one of the three times."))
        return cleaned

    def wanted(self) -> Wanted | None:
        """What is being entered; None while it says no time."""
        self.is_valid()
        kept = self.cleaned_data
        times = {f"{kind}_minutes": _minutes(kept.get(kind)) for kind in KINDS}
        if not any(times.values()):
            return None
        return Wanted(
            team=kept.get("team"),
            topic=as_code(kept.get("topic") or ""),
            priority=kept.get("priority"),
            pauses_for_others=bool(kept.get("pauses_for_others")),
            **times,
        )

    @property
    def reaches_back(self) -> bool:
        return self.cleaned_data.get("reach") == "running"


def _initial(target: Target) -> dict[str, Any]:
    return {
        "team": target.team_id,
        "topic": target.topic,
        "priority": target.priority,
        "pauses_for_others": target.pauses_for_others,
        "reach": "new",
    } | {kind: _in_hours(target.minutes(kind)) for kind in KINDS}


def _minutes(hours: Decimal | None) -> int | None:
    return round(hours * 60) if hours else None


def _in_hours(minutes: int | None) -> str:
    return f"{Decimal(minutes) / 60:.2f}".rstrip("0").rstrip(".") if minutes else ""


def shown(target: Target) -> Mapping[str, str]:
    """Each time in words; `–` where it says nothing."""
    return {
        kind: hours_and_minutes(timedelta(minutes=minutes)) if (minutes := target.minutes(kind)) else "–"
        for kind in KINDS
    }


@asks("settings.manage")
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    rows = list(Target.objects.in_force().select_related("team"))
    rows.sort(key=lambda row: (-sum((row.team_id is not None, bool(row.topic), row.priority is not None)), str(row)))
    since = now - MEASURED_OVER
    teams, topics = measured(since=since, until=now, by_topic=False), measured(since=since, until=now)
    context = {"rows": [(row, shown(row)) for row in rows], "teams": _table(teams), "topics": _table(topics)}
    context |= {"hidden": teams.hidden + topics.hidden, "fewest": FEWEST}
    return show(request, "targets", context, place="targets")


def _table(found: Measured) -> list[tuple[Kept, str, str, str]]:
    """The largest groups with kind and times in words."""
    kinds = dict(TIMER_KINDS)
    largest = sorted(found.groups, key=lambda one: -(one.kept + one.missed))[:MOST_GROUPS]
    groups = [one for one in found.groups if one in largest]
    return [(one, str(kinds[one.kind]), hours_and_minutes(one.p50), hours_and_minutes(one.p80)) for one in groups]


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_target(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def target(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Target.objects.in_force(), pk=pk))


@asks("settings.manage")
@require_POST
def target_effect(request: HttpRequest) -> HttpResponse:
    """What the target would do that is being entered; saves nothing."""
    named = request.POST.get("instead_of", "")
    old = Target.objects.in_force().filter(pk=int(named)).first() if named.isdecimal() and len(named) < 19 else None
    form = TargetForm(request.POST)
    wanted = form.wanted()
    now = clock.now()
    row = as_row(wanted, reaches_back=form.reaches_back, at=now) if wanted is not None else None
    effect = effects.of_target(row, old, at=now) if row is not None else None
    return show(request, "effect", effect_shown(request, effect), place="targets", block="effect")


@asks("settings.manage")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Target, pk=pk)
    end_target(row, actor=actor_of(request), at=clock.now())
    return done(request, _("The target time is ended. Open concerns are computed anew in the background."), "targets")


def effect_shown(request: HttpRequest, effect: effects.Effect | None) -> dict[str, Any]:
    """An effect with the subjects that this agent may see."""
    numbers = [one.number for one in effect.shown] if effect is not None else []
    seen = Ticket.objects.visible_to(agent_of(request)).filter(pk__in=numbers).values_list("pk", "subject")
    return {"effect": effect, "subjects": dict(seen), "now": clock.now()}


def _edit(request: HttpRequest, row: Target | None) -> HttpResponse:
    form = TargetForm(posted(request), row)
    if form.is_bound and form.is_valid() and (wanted := form.wanted()) is not None:
        try:
            set_target(wanted, instead_of=row, reaches_back=form.reaches_back, actor=actor_of(request), at=clock.now())
        except TargetTaken as taken:
            form.add_error(None, _("There is a target for exactly this already: %(name)s.") % {"name": taken.target})
        else:
            said = _("The target time is saved. Open concerns are computed anew in the background.")
            return done(request, said, "targets")
    ending = effects.of_target(None, row, at=clock.now()) if row is not None else None
    context = {"form": form, "target": row, "ending": ending} | effect_shown(request, None)
    return show(request, "target", context, place="targets")
