"""Each trigger raises the level by itself, nothing lowers it, and the limits are the operator's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.escalation import (
    TRIGGERS,
    Facts,
    Level,
    Thresholds,
    amount_at_stake,
    level_of,
    wanted_level,
)


@pytest.mark.parametrize(
    ("facts", "level", "trigger"),
    [
        ({"waits": timedelta(days=5)}, 3, "time"),
        ({"late_by": timedelta(days=1)}, 2, "time"),
        ({"broken_promises": 1}, 3, "time"),
        ({"broken_promises": 3}, 4, "time"),
        ({"at_stake": 50_000}, 2, "value"),
        ({"at_stake": 500_000}, 3, "value"),
        ({"signals": frozenset({"anger"})}, 2, "emotion"),
        ({"signals": frozenset({"threat_of_suing"})}, 3, "emotion"),
        ({"signals": frozenset({"bereavement"})}, 2, "vulnerability"),
        ({"signals": frozenset({"threat_of_harm"})}, 3, "vulnerability"),
        ({"repeats": 1}, 2, "repeat"),
        ({"repeats": 3}, 3, "repeat"),
        ({"reopened": 1}, 2, "repeat"),
        ({"wants": 3}, 3, "request"),
        ({"wants": 4}, 4, "request"),
    ],
)
def test_each_trigger_raises_the_level_by_itself(facts: dict[str, Any], level: int, trigger: str) -> None:
    assert level_of(Facts(**facts)) == Level(level, (trigger,))


def test_with_nothing_to_tell_it_stays_with_the_team() -> None:
    almost = Facts(waits=timedelta(days=4, hours=23), at_stake=49_999, signals=frozenset({"defect", "cancellation"}))
    assert level_of(almost) == Level(1, ())


def test_a_wish_for_a_person_brings_self_service_to_the_team() -> None:
    assert level_of(Facts(level=0, wants=1)) == Level(1, ("request",))


def test_the_operator_may_set_every_limit_or_switch_it_off() -> None:
    facts = Facts(at_stake=20_000, waits=timedelta(days=9))
    assert level_of(facts, Thresholds(value_specialist=10_000, waits_lead=None)) == Level(2, ("value",))


FACTS = st.builds(
    Facts,
    level=st.integers(0, 4),
    signals=st.frozensets(st.sampled_from(["anger", "fear", "threat_of_harm", "threat_of_suing", "defect"])),
    waits=st.timedeltas(timedelta(), timedelta(days=20)),
    late_by=st.timedeltas(timedelta(), timedelta(days=20)),
    broken_promises=st.integers(0, 4),
    at_stake=st.integers(0, 1_000_000),
    repeats=st.integers(0, 5),
    reopened=st.integers(0, 4),
    wants=st.integers(0, 4),
)


@given(FACTS)
def test_it_never_lowers_and_says_why_exactly_when_it_raises(facts: Facts) -> None:
    level = level_of(facts)
    assert level.level >= facts.level
    assert bool(level.triggers) == (level.level > facts.level)
    assert list(level.triggers) == [one for one in TRIGGERS if one in level.triggers]


@given(FACTS, FACTS)
def test_more_reason_never_gives_less(facts: Facts, other: Facts) -> None:
    more = replace(
        facts,
        signals=facts.signals | other.signals,
        waits=max(facts.waits, other.waits),
        at_stake=max(facts.at_stake, other.at_stake),
        broken_promises=max(facts.broken_promises, other.broken_promises),
        wants=max(facts.wants, other.wants),
    )
    assert level_of(more).level >= level_of(facts).level


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("Es geht um 840 Euro", 84_000),
        ("1.234,56 € wurden abgebucht, nicht 99 €", 123_456),
        ("€ 50.20", 5_020),
        ("12 500 EUR", 1_250_000),
        ("30,- Euro", 3_000),
        ("Kundennummer 998877", 0),
    ],
)
def test_the_sum_at_stake_is_the_largest_named(text: str, cents: int) -> None:
    assert amount_at_stake(text) == cents


@pytest.mark.parametrize(
    ("text", "signals", "level"),
    [
        ("Ich möchte mit einem Menschen sprechen", {"wish_for_person"}, 1),
        ("Ich will Ihren Vorgesetzten sprechen", {"wish_for_person"}, 3),
        ("Bitte an den Ombudsmann", {"wish_for_person"}, 4),
        ("Wer ist der Chef der Firma?", set(), 0),
    ],
)
def test_who_is_asked_for(text: str, signals: set[str], level: int) -> None:
    assert wanted_level(text, frozenset(signals)) == level
