"""What hangs on an agent, a team or a topic, and what agents see together: asked before a setting is changed.

Each count ends at COUNT_TO and walks along an index, so it is cheap however many tickets there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Concession, Draft, Message, SavedView, Target, Ticket
from anliegen.records.tickets.queries import COUNT_TO, count

NEWEST = 1000  # tickets that are looked through where no index answers
MOST_VIEWS = 500


def lying(whose: Q) -> int:
    """Open tickets of a team, an agent or a topic: those in the lists and those put aside, each along its index."""
    found = 0
    for aside in (False, True):
        if found < COUNT_TO:
            found += count(Ticket.objects.open().filter(whose, snoozed_until__isnull=not aside))
    return min(found, COUNT_TO)


def seen_together(agents: Iterable[Agent]) -> int:
    """Open tickets that at least one of these sees: in parts, none of which holds a ticket of another."""
    readers = [one for one in agents if may(one, "ticket.read")]
    if not readers:
        return 0
    if any(one.role.sees_all_teams for one in readers):
        return lying(Q())
    keys, teams = [one.pk for one in readers], {team for one in readers for team in one.team_ids()}
    elsewhere = Q(team__isnull=False) & ~Q(team__in=teams)
    brought_in = elsewhere & ~Q(guests=[]) & Q(guests__overlap=keys) & ~Q(assignee__in=keys)
    found = 0
    for part in (Q(team=None), Q(team__in=teams), elsewhere & Q(assignee__in=keys), brought_in):
        if found < COUNT_TO:
            found += lying(part)
    return min(found, COUNT_TO)


@dataclass(frozen=True)
class OnAgent:
    """What waits for one agent, to be handed on: never what they did."""

    tickets: int
    drafts: int
    reviews: int  # answers of others that they are asked to look at
    scheduled: int  # answers of theirs that leave at a chosen time
    wishes: int  # concessions that they asked for and somebody else decides
    views: int  # shared views of theirs


def on_agent(agent: Agent) -> OnAgent:
    return OnAgent(
        tickets=lying(Q(assignee=agent)),
        drafts=_bounded(Draft.objects.filter(agent=agent)),
        reviews=_bounded(Draft.objects.filter(reviewer=agent, review="asked")),
        scheduled=_bounded(Message.objects.scheduled().filter(agent=agent)),
        wishes=_bounded(Concession.objects.waiting().filter(asked_by=agent)),
        views=_bounded(SavedView.objects.filter(owner=agent).exclude(reach="own")),
    )


@dataclass(frozen=True)
class OnTeam:
    """What names a team."""

    tickets: int
    reviews: int
    targets: int
    views: tuple[str, ...]  # shared ones that are for it or filter by it


def on_team(team: Team) -> OnTeam:
    return OnTeam(
        tickets=lying(Q(team=team)),
        reviews=_bounded(Draft.objects.filter(reviewer_team=team, review="asked")),
        targets=_bounded(Target.objects.in_force().filter(team=team)),
        views=views_with("team", str(team.pk), also=Q(team=team)),
    )


@dataclass(frozen=True)
class OnTopic:
    """What names a topic."""

    tickets: int
    targets: int
    agents: int
    views: tuple[str, ...]


def on_topic(topic: str) -> OnTopic:
    return OnTopic(
        tickets=lying(Q(topic=topic) & ~Q(topic="")),
        targets=_bounded(Target.objects.in_force().filter(topic=topic)),
        agents=_bounded(Agent.objects.active().filter(skills__contains=[topic])),
        views=views_with("topic", topic),
    )


def views_with(name: str, value: str, *, also: Q | None = None) -> tuple[str, ...]:
    """The names of shared views whose filter asks for this; nobody's own ones, which concern nobody else."""
    asks_for = Q(**{f"filter__{name}__contains": [value]})
    shared = SavedView.objects.exclude(reach="own").filter(asks_for | also if also is not None else asks_for)
    return tuple(shared.order_by("name", "pk").values_list("name", flat=True)[:MOST_VIEWS])


def newest_with(**which: object) -> tuple[int, int]:
    """How many of the newest tickets are such, and of how many: for what no index answers."""
    newest = Ticket.objects.order_by("-pk").values("pk")[:NEWEST]
    looked_at = newest.count()
    return Ticket.objects.filter(pk__in=newest, **which).count(), looked_at


def readers_of(team: Team) -> list[Agent]:
    """Who sees this team's tickets."""
    everybody = Agent.objects.at_work().filter(is_active=True, role__permissions__contains=["ticket.read"])
    return [one for one in everybody.order_by("pk") if one.role.sees_all_teams or team.pk in one.team_ids()]


def _bounded(rows: "QuerySet[Any]") -> int:
    return rows.order_by()[:COUNT_TO].count()
