"""Asking colleagues in by `@name`: whom a note names, who may not see the concern, and what was seen to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.tickets.page import acted, ticket_for, ticket_seen_by
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.queries import colleagues
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.mentions import Colleague, named_in
from anliegen.records.tickets.models import Ticket


@dataclass
class Named:
    """Whom a note names: those who see the concern, and those who do not, with their names for the question."""

    seeing: list[Asked] = field(default_factory=list)
    unseeing: list[Asked] = field(default_factory=list)
    unseeing_names: list[str] = field(default_factory=list)

    def asked(self, *, with_unseeing: bool) -> Sequence[Asked]:
        return [*self.seeing, *(self.unseeing if with_unseeing else ())]

    @property
    def strangers(self) -> list[Agent]:
        """Those who would have to be brought in."""
        return list({one.agent.pk: one.agent for one in self.unseeing}.values())


def named_by(text: str, ticket: Ticket) -> Named:
    """Nothing is asked of the database where no `@` stands."""
    found = Named()
    if "@" not in text:
        return found
    named = named_in(text, [Colleague(ref, name) for ref, name in colleagues()])
    for asked, name in _people(named):
        sees = [one for one in asked if may(one.agent, "ticket.read", ticket)]
        found.seeing += sees
        if asked and not sees:
            found.unseeing += asked
            found.unseeing_names.append(name)
    return found


def _people(named: Sequence[Colleague]) -> Iterable[tuple[list[Asked], str]]:
    """Each of them with the agents that stand behind it. Two queries."""
    agents = Agent.objects.at_work().filter(is_active=True, role__permissions__contains=["ticket.read"])
    single = {agent.pk: agent for agent in agents.filter(pk__in=[one.key for one in named if not one.is_team])}
    teams = Team.objects.in_bulk([one.key for one in named if one.is_team])
    members = list(agents.filter(teams__in=teams).distinct()) if teams else []
    for one in named:
        if one.is_team:
            team = teams[one.key]
            yield [Asked(agent, team) for agent in members if team.pk in agent.team_ids()], one.name
        elif one.key in single:
            yield [Asked(single[one.key])], one.name


@asks("ticket.note")
@require_safe
def names(request: HttpRequest, number: int) -> HttpResponse:
    """Who can be named in a note at this concern, for the list that opens while typing; and who does not see it."""
    agent = agent_of(request)
    ticket = ticket_seen_by(agent, number)
    known = colleagues()
    keys = [int(ref.partition(":")[2]) for ref, _name in known if ref.startswith("agent:")]
    seeing = {
        f"agent:{one.pk}" for one in Agent.objects.at_work().filter(pk__in=keys) if may(one, "ticket.read", ticket)
    }
    listed = [
        {"name": name, "team": ref.startswith("team:"), "sees": ref.startswith("team:") or ref in seeing}
        for ref, name in known
        if ref != f"agent:{agent.pk}"
    ]
    return JsonResponse({"names": listed})


@asks("ticket.read")
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one has seen to what one was asked here."""
    agent = agent_of(request)
    ticket = ticket_for(agent, number)
    actions.settle_mentions(ticket, agent, how="said", actor=actor_of(request), at=clock.now())
    return acted(request, ticket)
