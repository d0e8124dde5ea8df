"""What an agent's rights are made of: the words of a statement depend on some of it, its values on the rest.

For questions that are put together once (`ground/compiled.py`) and asked for everybody with the same rights.
"""

from typing import NamedTuple

from anliegen.records.accounts.models import Agent, Role


class Rights(NamedTuple):
    """What decides which conditions a statement has."""

    is_active: bool
    sees_all_teams: bool
    permissions: frozenset[str]


def rights_of(agent: Agent) -> Rights:
    return Rights(agent.is_active, agent.role.sees_all_teams, frozenset(agent.role.permissions))


def keys_of(agent: Agent) -> tuple[int, list[int]]:
    """The agent and their teams: the values of those conditions."""
    return agent.pk, agent.team_ids()


def standing_for(agent: int, teams: list[int], rights: Rights) -> Agent:
    """Somebody with these keys and rights, of whom nothing else is known."""
    role = Role(sees_all_teams=rights.sees_all_teams, permissions=list(rights.permissions))
    one = Agent(pk=agent, role=role, is_active=rights.is_active)
    one.teams_read = teams  # type: ignore[attr-defined]
    return one
