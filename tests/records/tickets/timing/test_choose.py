"""Which target counts: the most specific one that is in force."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets.timing import Aim, Chosen, Place, choose

JANUARY, JUNE, JULY = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 7))
HOUR = timedelta(hours=1)


def aim(number: int, **more: object) -> Aim:
    return Aim(number, "first", HOUR, more.pop("valid_from", JANUARY), **more)  # type: ignore[arg-type]


def number_of(chosen: Chosen | None) -> int | None:
    return chosen.aim.target if chosen else None


GENERAL, TEAM, TOPIC, URGENT = aim(1), aim(2, team=7), aim(3, topic="umzug"), aim(4, priority=4)
TEAM_URGENT, TEAM_TOPIC = aim(5, team=7, priority=4), aim(6, team=7, topic="umzug")
EACH = (GENERAL, TEAM, TOPIC, URGENT, TEAM_URGENT, TEAM_TOPIC)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(), 1),
        (Place(team=7), 2),
        (Place(team=8, topic="umzug"), 3),
        (Place(team=8, topic="umzug", priority=4), 4),  # one condition each: the priority comes first
        (Place(team=7, priority=4), 5),
        (Place(team=7, topic="umzug"), 6),
        (Place(team=7, topic="umzug", priority=4), 5),  # two each: again the one with the priority
    ],
)
def test_the_most_specific_target_counts(place: Place, expected: int) -> None:
    assert number_of(choose(EACH, "first", place, started_at=JUNE)) == expected


def test_topic_comes_before_team() -> None:
    assert number_of(choose((TEAM, TOPIC), "first", Place(team=7, topic="umzug"), started_at=JUNE)) == 3


def test_it_is_told_how_many_were_less_specific() -> None:
    assert choose(EACH, "first", Place(team=7, priority=4), started_at=JUNE) == Chosen(TEAM_URGENT, 3)


def test_another_kind_is_not_asked() -> None:
    assert choose(EACH, "next", Place(team=7), started_at=JUNE) is None


def test_a_target_counts_for_what_begins_while_it_is_in_force() -> None:
    old, new = aim(1, valid_to=JUNE), aim(2, valid_from=JUNE)
    assert number_of(choose((old, new), "first", Place(), started_at=JUNE - HOUR)) == 1
    assert number_of(choose((old, new), "first", Place(), started_at=JUNE)) == 2
    assert choose((new,), "first", Place(), started_at=JUNE - HOUR) is None


def test_one_that_reaches_back_counts_for_what_still_ran_then() -> None:
    old, new = aim(1, valid_to=JUNE, cuts_off=True), aim(2, valid_from=JUNE, reaches_back=True)
    for ended_at, expected in ((None, 2), (JULY, 2), (JUNE, 1), (JUNE - HOUR, 1)):
        chosen = choose((old, new), "first", Place(), started_at=JANUARY, ended_at=ended_at)
        assert number_of(chosen) == expected


def test_one_that_ends_for_good_leaves_what_still_runs_without_a_target() -> None:
    ended = aim(1, valid_to=JUNE, cuts_off=True)
    assert choose((ended,), "first", Place(), started_at=JANUARY) is None
    assert number_of(choose((ended,), "first", Place(), started_at=JANUARY, ended_at=JUNE - HOUR)) == 1


@given(
    st.permutations(EACH),
    st.builds(
        Place, team=st.sampled_from([None, 7, 8]), topic=st.sampled_from(["", "umzug"]), priority=st.integers(1, 4)
    ),
)
def test_the_order_in_which_they_stand_does_not_matter(order: list[Aim], place: Place) -> None:
    assert choose(order, "first", place, started_at=JUNE) == choose(EACH, "first", place, started_at=JUNE)
