"""In works-council mode no figure tells of a single person, nor of a group in which one could be made out."""

import ast
import re
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts import figures
from anliegen.records.accounts.models import Agent, Calendar, Operator, Role, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, queries
from anliegen.records.tickets.content import Answer

CODE = Path(__file__).resolve().parents[3] / "anliegen"
PEOPLE = re.compile(r"assignee|agent|team|author")
MEASURES = re.compile(
    r"\b(Count|Avg|Sum|Min|Max|StdDev)\(|GROUP BY|\bavg\(|percentile|answer_range\(|\.count\(\)|Counter\(|aggregate\("
)
# Counts that are no figure about anybody's work, and why.
NO_FIGURE = {
    "oversight/compliance/register/figures.py:_count": "what automated actors decided, never people",
    "flow/automation/denied.py:_count": "how often a rule's reading was right, never whose word it was",
    "faces/api/tickets.py:_said": "messages of one ticket",
    "flow/automation/colleagues.py:loads": "what waits with each, so that a concern finds who has room",
    "flow/automation/rules/queries.py:figures": "how rules fare, by rule",
    "faces/workspace/frame.py:_on_the_way": "what waits for the agent who asks",
    "faces/workspace/problems/problem.py:show": "concerns that hang on a problem, by their status",
    "faces/workspace/settings/brakes.py:brake": "mails that were set aside",
    "faces/workspace/settings/calendars.py:calendars": "teams that use a calendar",
    "faces/workspace/settings/foreseen/people.py:_tools": "keys of programs that somebody who leaves has",
    "faces/workspace/settings/foreseen/people.py:_topic": "macros and skills that name a topic",
    "faces/workspace/settings/foreseen/people.py:_wishes": "approvals of who leaves, by who is asked then",
    "faces/workspace/settings/foreseen/people.py:of_leaving": "what lies with who leaves and is handed on",
    "faces/workspace/settings/foreseen/standing.py:of": "agents who may manage settings",
    "faces/workspace/settings/foreseen/teams.py:of_giving_up": "promises of a team that is given up, by who gets them",
    "faces/workspace/settings/overview.py:_teams": "how many teams there are",
    "faces/workspace/settings/overview.py:_agents": "how many agents there are",
    "faces/workspace/settings/overview.py:_recourses": "offices one can turn to",
    "faces/workspace/settings/roles.py:roles": "agents that have a role",
    "faces/workspace/settings/teams.py:teams": "members of a team",
    "faces/workspace/noticing/digest.py:send": "notices for the agent who gets the mail",
    "oversight/compliance/access.py:_tell": "what is kept of one customer, for that customer",
    "oversight/measurement/bench/day/checks.py:_answers": "whether each answer of a made-up day left once",
    "oversight/measurement/bench/day/checks.py:_events": "whether each deed of a made-up day is in the journal",
    "oversight/measurement/bench/day/checks.py:_mails": "whether each mail of a made-up day has one place",
    "oversight/measurement/bench/day/house.py:cast": "who plays in a made-up day",
    "oversight/measurement/bench/pages.py:measure": "server time",
    "oversight/measurement/bench/pages.py:_cast": "who plays in a measurement",
    "oversight/measurement/doctor.py:_configuration": "what is set up",
    "oversight/portability/demo/fill.py:_told": "what the demo holds",
    "records/tickets/actions/beforehand.py:side_of": "what is in one ticket",
    "records/tickets/actions/desk.py:pin": "what lies on one's own desk",
    "records/tickets/leeway.py:given_until": "what was given for one ticket and its customer, against the frame",
    "records/tickets/mentions.py:_by_words": "first names that two have",
}


@pytest.fixture
def protected(operator: Operator, now: datetime) -> Operator:
    return accounts.change(operator, works_council=True, actor=SYSTEM, at=now)


@pytest.fixture
def large(billing: Team, mira: Agent, agent_role: Role, now: datetime) -> Team:
    """Billing with five people."""
    for number in range(4):
        accounts.create_agent(
            email=f"a{number}@musterstadt.example",
            name=f"A{number}",
            role=agent_role,
            teams=[billing],
            actor=SYSTEM,
            at=now,
        )
    return billing


def test_the_mode_is_a_setting_and_stands_in_the_journal(operator: Operator, now: datetime) -> None:
    assert not figures.is_protected()
    accounts.change(operator, works_council=True, actor=SYSTEM, at=now)
    assert figures.is_protected()
    event = Event.objects.filter(verb="setting.changed").latest("id")
    assert event.data == {"fields": ["works_council"]}


def test_without_the_mode_everything_is_shown(operator: Operator, billing: Team, mira: Agent) -> None:
    assert figures.by_person({mira.pk: 3}) == {mira.pk: 3}
    assert figures.by_team({billing.pk: 3}) == {billing.pk: 3}
    assert figures.shows_people()
    assert figures.shows_team(billing.pk)


def test_in_the_mode_no_figure_is_by_person(protected: Operator, mira: Agent) -> None:
    assert figures.by_person({mira.pk: 3}) == {}
    assert not figures.shows_people()


def test_a_team_of_five_is_shown_and_one_of_one_is_not(
    protected: Operator, large: Team, technics: Team, tom: Agent
) -> None:
    assert figures.shows_team(large.pk)
    assert not figures.shows_team(technics.pk)
    assert figures.by_team({large.pk: 7}) == {large.pk: 7}


def test_a_single_small_team_takes_another_along_so_that_no_total_gives_it_away(
    protected: Operator, large: Team, technics: Team, tom: Agent
) -> None:
    assert figures.by_team({large.pk: 7, technics.pk: 2}) == {}


def test_who_has_left_is_not_counted(
    protected: Operator, large: Team, mira: Agent, admin: Agent, now: datetime
) -> None:
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    assert not figures.shows_team(large.pk)


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 12), max_size=12))
def test_who_is_hidden_hides_among_enough(people: dict[int, int]) -> None:
    gone = figures.hidden(people)
    assert all(people[key] >= figures.SMALLEST_GROUP for key in people.keys() - gone)
    if gone and gone != people.keys():
        assert len(gone) > 1
        assert sum(people[key] for key in gone) >= figures.SMALLEST_GROUP


def test_how_long_a_small_team_takes_is_told_to_nobody(
    operator: Operator, technics: Team, large: Team, kim_address: Address, open_ticket, calendar: Calendar, mira: Agent,
    now: datetime, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(days=2))
    for team in (technics, large):
        for number in range(25):
            ticket = open_ticket(kim_address, at=now + timedelta(minutes=number))
            actions.assign(ticket, to=team, actor=SYSTEM, at=now)
            actions.reply(ticket, Answer("Ja."), actor=Actor.agent(mira.pk), at=now + timedelta(hours=2))
    assert queries.answer_range_of(technics) is not None
    accounts.change(operator, works_council=True, actor=SYSTEM, at=now)
    assert queries.answer_range_of(technics) is None
    assert queries.answer_range_of(large) is not None


@cache
def measuring() -> dict[str, ast.FunctionDef]:
    """Every function of the program that counts or measures by what may be a person or a group."""
    found = {}
    for file in CODE.rglob("*.py"):
        source = file.read_text()
        lines = source.split("\n")  # by `get_source_segment` the whole file would be cut again for each function
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef):
                continue
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            if PEOPLE.search(text) and MEASURES.search(text):
                found[f"{file.relative_to(CODE)}:{node.name}"] = node
    return {name: node for name, node in found.items() if not name.startswith("records/accounts/figures.py")}


def test_every_figure_there_is_was_declared_and_asks_before_it_is_shown() -> None:
    """A new one fails here until it is declared with `figures.figure` and asks, or is said to be none."""
    functions = measuring()
    assert "records/tickets/queries.py:answer_range_of" in functions, "the search itself must find something"
    unknown = functions.keys() - NO_FIGURE.keys()
    for name in sorted(unknown):
        node = functions[name]
        decorators = [ast.unparse(one) for one in node.decorator_list]
        assert any("figure(" in one for one in decorators), f"{name}: declare it with figures.figure, or say why not"
        asks = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
        assert asks & {f"figures.{one}" for one in ("by_person", "by_group", "by_team", "shows_team", "shows_people")}


def test_nothing_is_said_to_be_no_figure_that_is_not_there() -> None:
    assert NO_FIGURE.keys() - measuring().keys() == set()


def test_declared_figures_say_by_what_they_are() -> None:
    for room in ("queries", "promises"):  # a figure is declared when its room is loaded
        import_module(f"anliegen.records.tickets.{room}")
    assert figures.FIGURES["anliegen.records.tickets.queries.answer_range_of"] == "group"
    assert figures.FIGURES["anliegen.records.tickets.promises.counted"] == "group"
    assert set(figures.FIGURES.values()) <= {"person", "group"}
