"""Whose turn it is: promises, what is due, who waits too long, who knows whom; and why, in that order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets.precedence import Formula
from anliegen.records.tickets.turn import Candidate, Mind, turns

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
DAYS = timedelta(days=3)
FORMULA = Formula((1.0, 2.0, 3.0, 4.0), (DAYS,) * 4, 1.0)  # one ceiling for all; `test_precedence` has several
FRESH = Mind()


def waits(number: int, hours: float = 1, **more: object) -> Candidate:
    return Candidate(number, more.pop("is_mine", False), NOW - timedelta(hours=hours), **more)  # type: ignore[arg-type]


def order(*candidates: Candidate, mind: Mind = FRESH) -> list[int]:
    return [turn.number for turn in turns(candidates, mind, now=NOW, formula=FORMULA)]


def why(candidate: Candidate, mind: Mind = FRESH) -> tuple[str, ...]:
    return turns([candidate], mind, now=NOW, formula=FORMULA)[0].reasons


def test_what_was_promised_comes_before_the_law_and_that_before_who_waits_long_and_that_before_our_own_target() -> None:
    promised = waits(1, promised_for=NOW + timedelta(hours=1))
    legal = waits(2, legally_due_at=NOW + timedelta(minutes=30))
    starving = waits(3, hours=80)
    due = waits(4, due_at=NOW + timedelta(minutes=30))
    assert order(waits(5, hours=5), due, starving, legal, promised) == [1, 2, 3, 4, 5]


def test_of_two_promises_the_earlier_comes_first() -> None:
    assert order(waits(1, promised_for=NOW + timedelta(hours=2)), waits(2, promised_for=NOW - timedelta(hours=2))) == [
        2,
        1,
    ]


def test_a_promise_for_next_week_is_not_yet_a_reason() -> None:
    assert why(waits(1, promised_for=NOW + timedelta(days=7))) == ("waiting",)


def test_one_s_own_come_before_the_known_and_those_before_what_one_is_good_at() -> None:
    mind = Mind(skills=frozenset({"abschlag"}))
    assert order(
        waits(1, hours=9),
        waits(2, topic="abschlag"),
        waits(3, knows_agent=True),
        waits(4, is_mine=True),
        mind=mind,
    ) == [4, 3, 2, 1]


def test_who_waits_too_long_comes_before_all_that_fits_better() -> None:
    assert order(waits(1, is_mine=True, knows_agent=True), waits(2, hours=73)) == [2, 1]


def test_after_something_hard_something_lighter_comes_unless_a_promise_is_at_stake() -> None:
    tired = Mind(needs_breather=True)
    heavy, light = waits(1, hours=40, is_heavy=True), waits(2)
    assert order(heavy, light, mind=tired) == [2, 1]
    assert "lighter" in why(light, tired)
    promised = waits(3, is_heavy=True, promised_for=NOW)
    assert order(promised, light, mind=tired) == [3, 2]
    starving = waits(4, hours=90, is_heavy=True)
    assert order(starving, light, mind=tired) == [4, 2], "nobody's wait passes its ceiling for that"


def test_what_was_just_left_comes_last() -> None:
    assert order(waits(1, hours=90), waits(2), mind=Mind(seen=frozenset({1}))) == [2, 1]


def test_who_cannot_answer_in_a_language_is_given_it_last() -> None:
    assert order(waits(1, hours=9, language="fr"), waits(2, language="de"), mind=Mind(languages=frozenset({"de"}))) == [
        2,
        1,
    ]


candidates = st.builds(
    waits,
    st.integers(1, 10**6),
    st.floats(0, 500),
    is_mine=st.booleans(),
    knows_agent=st.booleans(),
    is_heavy=st.booleans(),
    priority=st.integers(1, 4),
    promised_for=st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours)),
    due_at=st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours)),
    legally_due_at=st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours)),
)
minds = st.builds(Mind, needs_breather=st.booleans())


several = st.lists(candidates, max_size=8, unique_by=lambda one: one.number)


@given(several, minds)
def test_the_order_does_not_depend_on_how_they_are_given(given_: list[Candidate], mind: Mind) -> None:
    assert order(*given_, mind=mind) == order(*reversed(given_), mind=mind)
    assert sorted(order(*given_, mind=mind)) == sorted(one.number for one in given_)


@given(several)
def test_nobody_starves_while_nothing_is_promised_or_set_by_law(given_: list[Candidate]) -> None:
    free = [one for one in given_ if one.promised_for is None and one.legally_due_at is None]
    starving = [one for one in free if NOW - one.waiting_since >= DAYS]
    if starving:
        assert order(*free)[0] in [one.number for one in starving]
