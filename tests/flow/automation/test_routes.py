"""Who is given a concern: what they can, what waits with them, whether they are there, whom they know. Nothing else."""

from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.routes import Choice, Colleague, Concern, Route, route

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
CODES = st.sampled_from(["", "umzug", "abschlag", "tr", "pl"])
SETS = st.frozensets(st.sampled_from(["umzug", "abschlag", "tr", "pl"]))
MOMENTS = st.none() | st.integers(0, 5).map(lambda hours: NOW - timedelta(hours=hours))
PEOPLE = st.lists(
    st.builds(
        Colleague,
        agent=st.integers(1, 9),
        is_at_work=st.booleans(),
        waiting=st.integers(0, 6),
        heavy=st.integers(0, 2),
        skills=SETS,
        speaks=SETS,
        last_given_at=MOMENTS,
    ),
    max_size=7,
    unique_by=lambda one: one.agent,
)
CONCERNS = st.builds(
    Concern, topic=CODES, language=CODES, known=st.none() | st.integers(1, 9), has_left=st.just(value=False)
)


def here(agent: int, waiting: int = 0, **more: object) -> Colleague:
    return Colleague(agent, True, waiting, **more)  # type: ignore[arg-type]


def order(concern: Concern, *people: Colleague, ceiling: int = 8) -> list[int]:
    return [choice.agent for choice in route(concern, people, ceiling=ceiling).choices]


def test_nothing_else_is_asked_of_a_colleague_or_a_concern() -> None:
    """No speed, no rating, no count of what somebody has done, and nothing of what a customer is worth: whoever adds
    an input must come here, and to decision 0034."""
    assert [one.name for one in fields(Colleague)] == [
        *("agent", "is_at_work", "waiting", "heavy", "skills", "speaks", "last_given_at"),
    ]
    assert [one.name for one in fields(Concern)] == ["topic", "language", "known", "has_left"]


def test_who_knows_the_customer_comes_first_then_who_speaks_the_language_then_the_versed_then_who_has_least() -> None:
    concern = Concern(topic="umzug", language="tr", known=5)
    least, speaks = here(1, 0, speaks=frozenset({"pl"})), here(2, 3, speaks=frozenset({"tr"}))
    unsaid_versed, unsaid = here(3, 3, skills=frozenset({"umzug"})), here(4, 1)
    assert order(concern, least, speaks, unsaid_versed, unsaid, here(5, 7)) == [5, 2, 3, 4, 1]


def test_the_reasons_say_what_holds() -> None:
    concern = Concern(topic="umzug", language="tr", known=5)
    able = here(5, 3, skills=frozenset({"umzug"}), speaks=frozenset({"tr"}))
    assert route(concern, [able, here(1)], ceiling=8) == Route(
        (Choice(5, ("known", "language", "skill", "load")), Choice(1, ("no-language", "load")))
    )


def test_among_equals_who_was_given_something_longest_ago_comes_first() -> None:
    lately, before = NOW - timedelta(minutes=1), NOW - timedelta(hours=1)
    people = here(1, last_given_at=lately), here(2, last_given_at=before), here(3)
    assert order(Concern(), *people) == [3, 2, 1]


def test_what_is_hard_to_hear_counts_twice() -> None:
    assert order(Concern(), here(1, 2, heavy=2), here(2, 3)) == [2, 1]
    assert order(Concern(), here(1, 2, heavy=2), ceiling=4) == []


def test_why_the_known_one_is_passed_over_is_said() -> None:
    full, away = here(1, 8), Colleague(1, False)
    assert route(Concern(known=1), [full, here(2)], ceiling=8).passed == "full"
    assert route(Concern(known=1), [away, here(2)], ceiling=8).passed == "away"
    assert route(Concern(known=1), [here(2)], ceiling=8).passed == "elsewhere"
    assert route(Concern(known=1, has_left=True), [here(2)], ceiling=8).passed == "left"
    assert route(Concern(known=1), [here(1), here(2)], ceiling=8).passed == ""
    assert route(Concern(), [here(2)], ceiling=8).passed == ""


def test_without_anybody_it_says_why() -> None:
    assert route(Concern(), [], ceiling=8) == Route((), "", "away")
    assert route(Concern(), [Colleague(1, False)], ceiling=8).nobody == "away"
    assert route(Concern(), [Colleague(1, False), here(2, 8)], ceiling=8).nobody == "full"


@given(CONCERNS, PEOPLE, st.integers(1, 6))
def test_nobody_who_is_away_or_at_the_ceiling_is_ever_chosen_and_everybody_else_is(
    concern: Concern, people: list[Colleague], ceiling: int
) -> None:
    found = {choice.agent for choice in route(concern, people, ceiling=ceiling).choices}
    assert found == {one.agent for one in people if one.is_at_work and one.waiting + one.heavy < ceiling}


@given(CONCERNS, PEOPLE, st.integers(1, 6))
def test_the_known_one_is_first_or_it_is_said_why_not(concern: Concern, people: list[Colleague], ceiling: int) -> None:
    found = route(concern, people, ceiling=ceiling)
    is_first = bool(found.choices) and found.choices[0].agent == concern.known
    assert (concern.known is None) or (is_first != bool(found.passed))


@given(CONCERNS, PEOPLE, st.integers(1, 6), st.randoms())
def test_the_order_in_which_people_are_asked_does_not_count(
    concern: Concern, people: list[Colleague], ceiling: int, chance: object
) -> None:
    mixed = people[:]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert route(concern, people, ceiling=ceiling) == route(concern, mixed, ceiling=ceiling)


@given(st.integers(2, 6), st.integers(1, 40), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_among_who_can_the_same_it_is_spread_evenly(people: int, concerns: int, begins: list[int]) -> None:
    """Whoever began with less is given more, until all have the same to one."""
    team = {agent: here(agent, begins[agent]) for agent in range(people)}
    got: Counter[int] = Counter()
    for number in range(concerns):
        first = route(Concern(), team.values(), ceiling=1000).choices[0].agent
        assert team[first].load == min(one.load for one in team.values())
        at = NOW + timedelta(minutes=number)
        team[first] = replace(team[first], waiting=team[first].waiting + 1, last_given_at=at)
        got[first] += 1
    if concerns >= sum(max(begins[:people]) - one for one in begins[:people]):
        loads = [one.load for one in team.values()]
        assert max(loads) - min(loads) <= 1
