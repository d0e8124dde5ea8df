"""What is asked at the head of a ticket that has no place yet: what it is about, and whose it is."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anliegen.faces.workspace.tickets.choices import Choices
from anliegen.flow.automation import team_of_topic
from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models import Ticket

OF_TOPIC, MINE = "topic", "me"


@dataclass(frozen=True)
class Place:
    """What is asked at the head of a ticket: topics and who may see to it, as (value, words); empty: not asked."""

    topics: list[tuple[str, str]]
    whom: list[tuple[str, str]]
    asks_topic: bool


def place_of(ticket: Ticket, choices: Choices, asked: Collection[str]) -> Place | None:
    """None where nothing is missing, or automation asks (`asked`) for what is: one question at a time."""
    if not ticket.lacks or not choices.may_change or (not ticket.topic and "topic" in asked):
        return None
    asks_whom = "team" in ticket.lacks and choices.may_assign and "team" not in asked
    if ticket.topic and not asks_whom:
        return None
    teams = team_of_topic.by_topic() if asks_whom else {}
    topics = [] if ticket.topic else choices.topics
    if asks_whom:
        topics = [(code, f"{name} · {teams[code] if code in teams else _('no team')}") for code, name in topics]
    return Place(topics, _whom(ticket, choices, teams) if asks_whom else [], asks_topic=not ticket.topic)


def _whom(ticket: Ticket, choices: Choices, teams: dict[str, Team]) -> list[tuple[str, str]]:
    if not ticket.topic:
        first = [(OF_TOPIC, _("the topic's team, if it has one"))]
    elif ticket.topic in teams:
        first = [(OF_TOPIC, _("%(team)s, the topic's team") % {"team": teams[ticket.topic]})]
    else:
        first = [("", _("Choose a team"))]
    return [*first, (MINE, _("I take it on")), *((f"team:{key}", name) for key, name in choices.teams)]
