"""Whom a signal or a level reaches: a team or a person; left open it is the lead of the concern's team."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import by_name
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.referrals import BY_WEIGHT, LEVELS_ASKED, Next, present_referrals, set_referrals
from anliegen.ground import clock
from anliegen.ground.journal.record import ref
from anliegen.records.accounts.models import Agent, Team

SIGNALS = tuple(f"signal:{code}" for code in BY_WEIGHT)
LEVELS = tuple(f"level:{level}" for level in LEVELS_ASKED)


class ReferralsForm(forms.Form):
    """One choice for each case, among teams and people at work."""

    def __init__(self, data: QueryDict | None = None) -> None:
        teams, agents = by_name(Team.objects.filter(is_active=True)), _agents()
        self.rows: dict[str, Next] = {ref(team): team for team in teams} | {ref(agent): agent for agent in agents}
        present = present_referrals()
        super().__init__(data)
        named = [[(ref(team), team.name) for team in teams], [(ref(agent), agent.name) for agent in agents]]
        choices: list[Any] = [("", _("the lead of the team")), (_("Teams"), named[0]), (_("People"), named[1])]
        for case in (*SIGNALS, *LEVELS):
            to = present.get(case)
            label = choice_in_words(case)
            self.fields[case] = forms.ChoiceField(
                label=label[:1].upper() + label[1:],
                required=False,
                choices=choices,
                initial=ref(to) if to is not None else "",
            )

    def wanted(self) -> dict[str, Next | None]:
        """Who was chosen, by case."""
        return {case: self.rows.get(key) for case, key in self.cleaned_data.items()}

    def signals(self) -> Iterator[forms.BoundField]:
        """The fields of the signals."""
        return (self[case] for case in SIGNALS)

    def levels(self) -> Iterator[forms.BoundField]:
        """The fields of the levels."""
        return (self[case] for case in LEVELS)


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def referrals(request: HttpRequest) -> HttpResponse:
    form = ReferralsForm(posted(request))
    if form.is_valid():
        set_referrals(form.wanted(), actor=actor_of(request), at=clock.now())
        return done(request, _("From now on they are asked."), "referrals")
    return show(request, "referrals", {"form": form}, place="referrals")


def _agents() -> list[Agent]:
    return by_name(Agent.objects.filter(is_active=True))
