"""What nobody would answer for any more if somebody left, each with the page where it is handed over."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anliegen.faces.workspace.settings.forms import by_name
from anliegen.flow.automation.models import Escalation, Learnt
from anliegen.flow.automation.rules.models import Rule
from anliegen.records.accounts.models import Agent, Mailbox, Team, Topic


@dataclass(frozen=True)
class Hindrance:
    """In words, and where to hand it over."""

    words: str
    href: str

    def __str__(self) -> str:
        return self.words


def hindrances(agent: Agent) -> list[Hindrance]:
    """Empty when the agent may be deactivated. One question for each kind."""
    return [*_people(agent), *_automation(agent)]


def _people(agent: Agent) -> Iterator[Hindrance]:
    for box in Mailbox.objects.active().filter(responsible=agent).order_by("address"):
        yield _at("mailbox", box.pk, _("answers for mailbox %(address)s") % {"address": box.address})
    for team in by_name(Team.objects.filter(lead=agent, is_active=True)):
        yield _at("team", team.pk, _("leads team %(name)s") % {"name": team.name})


def _automation(agent: Agent) -> Iterator[Hindrance]:
    language = get_language() or "de"
    for topic in by_name(Topic.objects.active().filter(responsible=agent)):
        yield _at("topic", topic.pk, _("answers for topic %(name)s") % {"name": topic.name_in(language)})
    for learnt in Learnt.objects.speaking().filter(responsible=agent):
        words = _("answers for version %(number)s of the sorting") % {"number": learnt.version}
        yield _at("version", learnt.version, words)
    for rule in by_name(Rule.objects.running().filter(owner=agent)):
        yield _at("rule-change", rule.pk, _("answers for rule %(name)s") % {"name": rule.name})
    if Escalation.objects.filter(responsible=agent).exists():
        yield Hindrance(_("answers for the thresholds of escalation"), reverse("workspace:settings-escalation"))


def _at(page: str, key: int, words: str) -> Hindrance:
    return Hindrance(words, reverse(f"workspace:settings-{page}", args=[key]))
