"""What is asked of a ticket that has no place yet: what it is about, and whose it is."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anliegen.faces.workspace.tickets.choices import Choices
from anliegen.flow.automation import team_of_topic
from anliegen.records.accounts.models import Team
from anliegen.records.tickets.models import Ticket

OF_TOPIC, MINE = "topic", "me"
# What was read out of the message that somebody reads first, whatever it is about: why people alone see to it.
READ_FIRST = frozenset({"bereavement", "illness", "hardship", "fear", "threat"})


@dataclass(frozen=True)
class Place:
    """What is asked of a ticket: topics and who may see to it, as (value, words); empty: not asked. It stands at the
    head, or, where it `waits`, below what was said."""

    topics: list[tuple[str, str]]
    whom: list[tuple[str, str]]
    asks_topic: bool
    waits: bool


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
    whom = _whom(ticket, choices, teams) if asks_whom else []
    return Place(topics, whom, asks_topic=not ticket.topic, waits=ticket.by_hand_why in READ_FIRST)


def _whom(ticket: Ticket, choices: Choices, teams: dict[str, Team]) -> list[tuple[str, str]]:
    if not ticket.topic:
        first = [(OF_TOPIC, _("the topic's team, if it has one"))]
    elif ticket.topic in teams:
        first = [(OF_TOPIC, _("%(team)s, the topic's team") % {"team": teams[ticket.topic]})]
    else:
        first = [("", _("Choose a team"))]
    return [*first, (MINE, _("I take it on")), *((f"team:{key}", name) for key, name in choices.teams)]
