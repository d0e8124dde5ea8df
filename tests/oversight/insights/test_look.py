"""An unbiased stream raises nothing, a planted bias is found: over all measures and all groups at once."""

from dataclasses import replace

import numpy as np
import pytest

from anliegen.oversight.insights.fairness import look as looking
from anliegen.oversight.insights.fairness.look import Found, look
from anliegen.oversight.insights.fairness.stream import Stream
from anliegen.oversight.insights.fairness.tone import tone_of
from tests.oversight.insights.streams import stream

RUNS = 100


def test_of_a_hundred_unbiased_streams_at_least_95_raise_nothing() -> None:
    assert look(stream(0), with_figures=False).comparisons > 100, "many are asked at once"
    raised = [seed for seed in range(RUNS) if look(stream(seed), seed=seed, with_figures=False).found]
    assert len(raised) <= RUNS - 95


def test_that_is_no_merit_of_the_bounds_of_what_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them, the tests alone keep the level over all comparisons."""
    said = Found(looking.WAITING, "", "", 1, 2.0, 1.0, 0.5, 1.5, 30, 30, 0.0)
    monkeypatch.setattr(looking, "_wait_found", lambda *_compared: said)
    monkeypatch.setattr(looking, "MATTERS", 1e-9)
    raised = [seed for seed in range(RUNS) if look(stream(1000 + seed), seed=seed, with_figures=False).found]
    assert len(raised) <= RUNS - 95


def test_that_is_a_merit_of_comparing_like_with_like(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same streams without strata: nearly each would accuse somebody. So the test above can fail."""
    monkeypatch.setattr(Stream, "strata", lambda self, _dimension: np.zeros_like(self.topics))
    monkeypatch.setattr(Stream, "topics_for", lambda self, _dimension: np.zeros_like(self.topics))
    raised = [seed for seed in range(10) if look(stream(seed), with_figures=False).found]
    assert len(raised) >= 8


@pytest.mark.parametrize(("dimension", "group"), [("language", "tr"), ("channel", "phone"), ("tone", "angry")])
def test_a_group_that_waits_half_as_long_again_is_found(dimension: str, group: str) -> None:
    missed = []
    for seed in range(20):
        found = look(delayed(stream(seed), dimension, group, 1.5), with_figures=False).found
        if (looking.WAITING, dimension, group) not in {(one.measure, one.dimension, one.group) for one in found}:
            missed.append(seed)
    assert len(missed) <= 3  # of groups of about 150 of 3000


def test_it_is_said_who_waits_and_by_how_much() -> None:
    found = look(delayed(stream(2), "channel", "form", 1.5), with_figures=False).found
    assert {(one.dimension, one.group) for one in found} == {("channel", "form")}
    worst = found[0]
    assert worst.measure == looking.WAITING and worst.chance <= looking.LEVEL
    assert worst.low > 0 and 1.3 < worst.value / worst.others < 1.7


def test_only_the_slowest_tenth_being_slower_is_found() -> None:
    """One in four of a group is forgotten for long; most of it waits as others do."""
    random, made = np.random.default_rng(4), stream(4)
    is_group = made.groups["channel"].codes == 1
    forgotten = is_group & (random.random(len(made)) < 0.25)
    found = look(replace(made, waits=np.where(forgotten, made.waits * 20, made.waits)), with_figures=False).found
    assert (looking.LATE, "channel", "form") in {(one.measure, one.dimension, one.group) for one in found}


@pytest.mark.parametrize(
    ("measure", "share", "sign"),
    [
        ("urgent", 0.02, -1),
        ("unplaced", 0.12, 1),
        ("by_rule", 0.95, 1),
        ("by_rule", 0.3, -1),
        ("by_model", 0.9, 1),
        ("by_model", 0.2, -1),
        ("fulfilled", 0.4, -1),
    ],
)
def test_each_share_that_differs_is_found(measure: str, share: float, sign: int) -> None:
    made, random = stream(6), np.random.default_rng(6)
    is_group = made.groups["channel"].codes == 1
    was = made.rates[measure]
    planted = np.where(is_group & ~np.isnan(was), (random.random(len(made)) < share).astype(float), was)
    found = look(replace(made, rates={**made.rates, measure: planted}), with_figures=False).found
    assert ("channel", "form", measure, sign) in {(one.dimension, one.group, one.measure, one.sign) for one in found}


def test_of_too_small_a_group_nothing_is_said() -> None:
    made = stream(1, n=3000)
    codes = np.where(made.groups["language"].codes == 3, 0, made.groups["language"].codes)
    codes[np.flatnonzero(codes == 0)[: looking.SMALLEST - 1]] = 3
    small = replace(made, groups={"language": replace(made.groups["language"], codes=codes)})
    seen = look(delayed(small, "language", "uk", 100.0))
    assert [one.group for one in seen.found if one.group == "uk"] == []
    uk = next(one for one in seen.groups["language"] if one.name == "uk")
    assert (uk.n, uk.waits, uk.rates, uk.calibration) == (looking.SMALLEST - 1, None, {}, None)


def test_figures_of_every_group_with_intervals() -> None:
    seen = look(stream(1))
    phone = next(one for one in seen.groups["channel"] if one.name == "phone")
    assert phone.waits is not None and phone.waits.median.low <= phone.waits.median.value <= phone.waits.median.high
    assert phone.waits.p90.value > phone.waits.median.value and phone.waits.beside is not None
    assert phone.rates.keys() == {"urgent", "unplaced", "by_rule", "by_model", "fulfilled"}
    assert phone.calibration is not None and phone.calibration.error < 0.15
    assert phone.calibration.sure_at_least is not None and 0.5 < phone.calibration.sure_at_least < 0.7


def test_the_same_seed_gives_the_same_figures() -> None:
    assert look(stream(1), seed=3) == look(stream(1), seed=3)


def test_of_nothing_nothing_is_said() -> None:
    assert look(stream(1, n=0)).found == []
    assert look(stream(1, n=1)).comparisons == 0


@pytest.mark.parametrize(
    ("text", "language", "tone"),
    [
        ("Das ist eine Unverschämtheit! Mit freundlichen Grüßen", "de", "angry"),
        ("Könnten Sie bitte nachsehen?", "de", "polite"),
        ("Zählerstand 4711", "de", "neutral"),
        ("This is unacceptable.", "en", "angry"),
        ("Sayacım bozuk", "tr", None),
        ("  ", "de", None),
    ],
)
def test_the_tone_of_a_message(text: str, language: str, tone: str | None) -> None:
    assert tone_of(text, language) == tone


def delayed(made: Stream, dimension: str, group: str, by: float) -> Stream:
    """The same stream, but this group waits so many times as long."""
    grouping = made.groups[dimension]
    is_group = grouping.codes == grouping.names.index(group)
    return replace(made, waits=np.where(is_group, made.waits * by, made.waits))
