"""One answer to "may they?", whatever role, team and concern."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.models import Agent, Role
from anliegen.records.accounts.permissions import PERMISSIONS, UnknownPermission, may, reaches

PERMISSION = st.sampled_from(sorted(PERMISSIONS))
TEAMS = st.integers(min_value=1, max_value=4)


@dataclass
class Concern:
    team_id: int | None
    assignee_id: int | None


def agent(
    *, granted: Sequence[str] = (), teams: Sequence[int] = (), sees_all: bool = False, active: bool = True
) -> Agent:
    """An agent that needs no database: number 7."""
    made = Agent(pk=7, is_active=active, role=Role(permissions=list(granted), sees_all_teams=sees_all))
    made._team_ids = list(teams)
    return made


CONCERN = st.builds(Concern, team_id=st.none() | TEAMS, assignee_id=st.none() | st.integers(min_value=6, max_value=8))


@given(st.sets(PERMISSION), PERMISSION, st.sets(TEAMS), st.booleans(), st.booleans(), st.none() | CONCERN)
def test_it_takes_an_active_agent_the_permission_and_the_reach(
    granted: set[str], asked: str, teams: set[int], sees_all: bool, active: bool, concern: Concern | None
) -> None:
    who = agent(granted=sorted(granted), teams=sorted(teams), sees_all=sees_all, active=active)
    within = concern is None or sees_all or concern.team_id in {None, *teams} or concern.assignee_id == 7
    assert may(who, asked, concern) is (active and asked in granted and within)


@given(CONCERN, st.sets(TEAMS), TEAMS)
def test_one_more_team_never_takes_reach_away(concern: Concern, teams: set[int], more: int) -> None:
    if reaches(agent(teams=sorted(teams)), concern):
        assert reaches(agent(teams=sorted(teams | {more})), concern)


def test_a_colleagues_concern_in_another_team_is_out_of_reach() -> None:
    assert not may(agent(granted=["ticket.read"], teams=[1]), "ticket.read", Concern(team_id=2, assignee_id=8))
    assert may(agent(granted=["ticket.read"], teams=[1]), "ticket.read", Concern(team_id=2, assignee_id=7))


def test_a_permission_that_nobody_declared_is_our_fault_and_not_a_no() -> None:
    with pytest.raises(UnknownPermission):
        may(agent(granted=["ticket.fly"], sees_all=True), "ticket.fly")
