"""The form of a rule: what it is, what sets it off, and who answers for it. Its lines are in `lines`."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anliegen.faces.workspace.settings.forms import choosable_agents, offer
from anliegen.faces.workspace.settings.rules import lines
from anliegen.faces.workspace.settings.rules.lines import Lines
from anliegen.flow.automation.rules.definition import Definition, Trigger, Written
from anliegen.flow.automation.rules.models import PER_HOUR, Rule
from anliegen.flow.automation.rules.vocabulary import EVENTS, INTERVENTIONS, TIMES
from anliegen.records.accounts.models import Agent

TRIGGERS = [
    (_("When something happens"), [(code, event.name) for code, event in EVENTS.items()]),
    (_("By the clock"), list(TIMES.items())),
]


class RuleForm(forms.Form):
    """Everything of a rule but its lines."""

    name = forms.CharField(label=_("Name"), max_length=80)
    purpose = forms.CharField(label=_("Purpose"), max_length=400, help_text=_("What it is good for, and for whom."))
    owner: "forms.ModelChoiceField[Agent]" = forms.ModelChoiceField(label=_("Responsible"), queryset=None)
    review_on = forms.DateField(
        label=_("To be looked at again by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("From the day after, the rule rests until somebody has looked at it."),
    )
    kind = forms.ChoiceField(label=_("When"), choices=TRIGGERS)
    hour = forms.IntegerField(label=_("At which hour"), min_value=0, max_value=23, initial=8)
    hours = forms.IntegerField(label=_("Every how many hours"), min_value=1, max_value=12, initial=4)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=90, initial=7)
    open_only = forms.BooleanField(label=_("Only while the service is open"), required=False)
    intervention = forms.ChoiceField(
        label=_("When people intervene"), choices=INTERVENTIONS, widget=forms.RadioSelect, initial="before"
    )
    undo_minutes = forms.IntegerField(label=_("Minutes to stop it"), min_value=1, max_value=1440, initial=10)
    per_hour = forms.IntegerField(
        label=_("At most so many concerns in an hour"),
        min_value=1,
        max_value=10_000,
        initial=PER_HOUR,
        help_text=_("Beyond it the rule pauses itself and says so."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chosen = self.initial.get("owner")
        offer(self, "owner", choosable_agents(chosen), nothing=str(_("please choose")))

    @classmethod
    def of(cls, rule: Rule, *args: Any) -> "RuleForm":
        trigger = rule.does.trigger
        initial = {name: getattr(rule, name) for name in PLAIN} | {"owner": rule.owner_id, "review_on": rule.review_on}
        times = {name: getattr(trigger, name) for name in ("kind", "hour", "hours", "days", "open_only")}
        return cls(*args, initial=initial | times)

    def definition(self, given: Lines) -> Definition:
        times = {name: self.cleaned_data[name] for name in ("kind", "hour", "hours", "days", "open_only")}
        return Definition(Trigger(**times), lines.actions(given), **lines.groups(given))

    def written(self, given: Lines) -> Written:
        """What an action is given. The form and its lines are in order."""
        review: date = self.cleaned_data["review_on"]
        return Written(
            **{name: self.cleaned_data[name] for name in PLAIN},
            owner=self.cleaned_data["owner"].pk,
            review_on=review.isoformat(),
            definition=self.definition(given).as_json(),
        )


PLAIN = ("name", "purpose", "intervention", "undo_minutes", "per_hour")
