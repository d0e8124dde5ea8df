"""The arithmetic of fairness, against the handbook's vectors and against others who have worked it out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from anliegen.oversight.insights.fairness import counts, many, quantiles, ranks, reliability


def test_selection_rates_of_the_handbook() -> None:
    found = counts.selection(30, 60, 45, 60)
    assert round(found.ratio.value, 3) == 0.667
    assert round(abs(found.z), 2) == 2.83
    assert found.ratio.low < found.ratio.value < found.ratio.high < 0.9


def test_what_never_happened_has_a_ratio_with_an_interval() -> None:
    found = counts.selection(0, 40, 12, 40)
    assert (found.ratio.value, found.ratio.low > 0, found.ratio.high < 1) == (0.0, True, True)
    assert counts.selection(0, 40, 0, 40).ratio.value == 1.0


def test_split_conformal_of_the_handbook() -> None:
    scores = np.random.default_rng(1).permutation(np.arange(1.0, 500.0))
    assert reliability.conformal_bound(scores, 0.1) == 450
    assert reliability.conformal_bound(np.array([0.1, 0.2]), 0.1) == float("inf")


def test_a_share_near_nothing_has_an_interval_within_0_and_1() -> None:
    found = counts.wilson(0, 30)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.1135, abs=1e-4)


def test_holm_of_a_known_example() -> None:
    assert many.holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_holm_never_makes_anything_likelier_and_keeps_the_order(chances: list[float]) -> None:
    found = many.holm(np.array(chances))
    assert (found >= np.array(chances)).all() and (found <= 1).all()
    assert (np.diff(found[np.argsort(chances, kind="stable")]) >= 0).all()


def test_the_quantile_is_a_value_that_was_seen() -> None:
    values = np.arange(1.0, 11.0)
    assert [quantiles.quantile(values, share) for share in (0.5, 0.9, 1.0)] == [5, 9, 10]


def test_resampling_without_drawing_is_like_drawing() -> None:
    random = np.random.default_rng(3)
    values = np.sort(random.lognormal(0, 1, 101))
    drawn = np.sort(random.choice(values, (20_000, 101)), axis=1)
    for share in (0.5, 0.9):
        short = quantiles.resampled(values, share, random, 20_000)
        slow = drawn[:, int(np.ceil(101 * share)) - 1]
        assert stats.ks_2samp(short, slow).statistic < 0.02


def test_an_interval_holds_what_it_is_to_hold() -> None:
    """The true median of the exponential is ln 2; 95 of 100 intervals hold it, give or take."""
    random = np.random.default_rng(5)
    held = [quantiles.with_interval(random.exponential(1, 200), 0.5, random) for _ in range(400)]
    share = np.mean([one.low <= np.log(2) <= one.high for one in held])
    assert 0.92 <= share <= 0.98


def test_the_difference_compares_only_within_strata() -> None:
    """The group has more of the slow topic, and is nowhere slower than others of the same topic."""
    random = np.random.default_rng(7)
    strata = np.concatenate([np.zeros(300), np.ones(300)]).astype(np.int64)
    is_group = np.concatenate([random.random(300) < 0.1, random.random(300) < 0.8])
    values = np.exp(random.normal(3.0 * strata, 0.5))
    found = quantiles.difference(values, is_group, strata, 0.5, random)
    assert found is not None and found.difference.low < 0 < found.difference.high
    assert np.median(values[is_group]) > 3 * np.median(values[~is_group]), "unlike unlike with unlike"


@pytest.mark.parametrize("per_stratum", [4, 60])
def test_times_as_long_is_found_in_small_strata_too(per_stratum: int) -> None:
    random = np.random.default_rng(9)
    strata = np.repeat(np.arange(600 // per_stratum), per_stratum)
    is_group = np.arange(600) % per_stratum < per_stratum // 4
    values = np.exp(random.normal(0.2 * (strata % 7), 0.8)) * np.where(is_group, 1.5, 1.0)
    found = quantiles.times_as_long(values, is_group, strata, random)
    assert found is not None
    ratio, own, n, n_others = found
    assert ratio.low < 1.5 < ratio.high and 1.2 < ratio.value < 1.9
    assert own == pytest.approx(np.median(values[is_group]), rel=0.02)
    assert (n, n_others) == (150, 450)


def test_times_as_long_is_once_where_nobody_differs() -> None:
    random, held = np.random.default_rng(10), 0
    for _ in range(100):
        strata, is_group = random.integers(0, 20, 300), random.random(300) < 0.3
        found = quantiles.times_as_long(np.exp(random.normal(0.2 * strata, 1.0)), is_group, strata, random)
        assert found is not None
        held += found[0].low <= 1 <= found[0].high
    assert held >= 90


def test_without_a_stratum_in_common_there_is_no_difference() -> None:
    strata = np.array([0] * 10 + [1] * 10)
    assert quantiles.difference(np.ones(20), strata == 0, strata, 0.5, np.random.default_rng(1)) is None
    assert quantiles.times_as_long(np.ones(20), strata == 0, strata, np.random.default_rng(1)) is None


@given(st.integers(0, 10_000), st.booleans())
def test_in_one_stratum_ranks_are_those_of_mann_and_whitney(seed: int, tied: bool) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 8, 60).astype(float) if tied else random.normal(size=60)
    is_group = np.arange(60) < 25
    z = ranks.longer(ranks.ranked(values, np.zeros(60, dtype=np.int64)), is_group)
    known = stats.mannwhitneyu(
        values[is_group], values[~is_group], alternative="greater", method="asymptotic", use_continuity=False
    )
    assert ranks.chance_above(z) == pytest.approx(known.pvalue, abs=1e-9)


@given(st.integers(0, 10_000))
def test_ranks_of_several_strata_are_those_of_each(seed: int) -> None:
    random = np.random.default_rng(seed)
    strata, values = random.integers(0, 4, 80), random.integers(0, 30, 80).astype(float)
    found = ranks.ranked(values, strata)
    for each in np.unique(strata):
        assert found.ranks[strata == each] == pytest.approx(stats.rankdata(values[strata == each]))


def test_nothing_to_compare_is_no_difference() -> None:
    same = ranks.ranked(np.ones(40), np.zeros(40, dtype=np.int64))
    assert ranks.longer(same, np.arange(40) < 20) == 0.0
    assert counts.more_often(np.ones(40, dtype=bool), np.arange(40) < 20, np.arange(40)) == 1.0


@given(st.integers(0, 10_000))
def test_in_one_stratum_counts_are_those_of_fisher(seed: int) -> None:
    random = np.random.default_rng(seed)
    is_group = random.random(80) < 0.4
    happened = random.random(80) < np.where(is_group, 0.5, 0.15)
    one = np.zeros(80, dtype=np.int64)
    found = counts.more_often(happened, is_group, one)
    table = [[int((happened == h)[is_group == g].sum()) for h in (True, False)] for g in (True, False)]
    known = stats.fisher_exact(table, alternative="greater").pvalue
    assert found == pytest.approx(known, rel=1e-6) if found <= counts.CLEARLY_NOT else known > 0.1


def test_counts_over_strata_are_those_of_shuffling_within_them() -> None:
    random = np.random.default_rng(11)
    strata = random.integers(0, 3, 90)
    is_group = random.random(90) < 0.2 + 0.2 * strata
    happened = random.random(90) < 0.1 + 0.15 * strata
    happened |= is_group & (random.random(90) < 0.12)
    seen, more, draws = int((happened & is_group).sum()), 0, 20_000
    for _ in range(draws):
        shuffled = is_group[np.lexsort((random.random(90), strata))]
        more += int((happened[np.argsort(strata, kind="stable")] & shuffled).sum()) >= seen
    assert counts.more_often(happened, is_group, strata) == pytest.approx(more / draws, abs=0.012)


def test_a_rare_thing_is_no_finding_where_an_approximation_would_be_sure() -> None:
    """Four of 30 where 0.6 were to be expected: z is above 4, the true chance is some in a thousand."""
    is_group = np.arange(2000) < 30
    happened = np.zeros(2000, dtype=bool)
    happened[:4] = happened[100:136] = True
    found = counts.more_often(happened, is_group, np.zeros(2000, dtype=np.int64))
    assert found == pytest.approx(stats.hypergeom.sf(3, 2000, 40, 30), rel=1e-6)
    assert found > 1e-3


def test_calibration_by_bins() -> None:
    sure = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 9 + [False] + [True] * 3 + [False] * 7)
    bins = reliability.reliability(sure, right)
    assert [(one.n, round(one.right, 2)) for one in bins] == [(10, 0.3), (10, 0.9)]
    assert reliability.calibration_error(bins) == pytest.approx(0.15)
    assert reliability.calibration_error([]) == 0.0


def test_in_one_stratum_the_ratio_is_that_of_the_shares() -> None:
    is_group = np.arange(120) < 60
    happened = np.concatenate([np.arange(60) < 30, np.arange(60) < 45])
    found = counts.ratio_alike(happened, is_group, np.zeros(120, dtype=np.int64))
    crude = counts.selection(30, 60, 45, 60).ratio
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((crude.value, crude.low, crude.high))


def test_over_strata_the_ratio_is_that_of_comparable_ones() -> None:
    """In each of both it is half as often; the group has more of the stratum in which it happens to all. So together,
    without comparing like with like, it would seem to be more often."""
    rows = [  # stratum, is it the group, happened, of
        (0, True, 120, 300), (0, False, 80, 100), (1, True, 2, 40), (1, False, 40, 400),
    ]  # fmt: skip
    strata = np.concatenate([np.full(of, stratum) for stratum, _is, _count, of in rows])
    is_group = np.concatenate([np.full(of, is_it) for _stratum, is_it, _count, of in rows])
    happened = np.concatenate([np.arange(of) < count for _stratum, _is, count, of in rows])
    found = counts.ratio_alike(happened, is_group, strata)
    shares = counts.alike(happened, is_group, strata)
    assert found is not None and shares is not None
    assert found.value == pytest.approx(0.5) == shares[0] / shares[1]
    assert found.low < 0.5 < found.high < 0.65
    assert counts.selection(122, 340, 120, 500).ratio.low > 1, "what was shown before: the wrong way round"
    assert counts.meet(is_group, strata) == (340, 500)


def test_the_interval_over_strata_holds_the_truth_as_often_as_it_says() -> None:
    random, held, runs = np.random.default_rng(7), 0, 600
    strata, is_group = np.repeat(np.arange(6), 60), np.tile(np.arange(60) < 20, 6)
    chance = (0.1 + 0.05 * strata) * np.where(is_group, 1.5, 1.0)
    for _run in range(runs):
        found = counts.ratio_alike(random.random(len(strata)) < chance, is_group, strata)
        held += found is not None and found.low <= 1.5 <= found.high
    assert 0.925 <= held / runs <= 0.975


def test_what_never_happened_to_a_side_has_an_interval_over_strata_too() -> None:
    strata, is_group = np.repeat(np.arange(2), 40), np.tile(np.arange(40) < 20, 2)
    found = counts.ratio_alike(~is_group & (np.arange(80) % 2 == 0), is_group, strata)
    assert found is not None and (found.value, 0 < found.low < found.high < 1) == (0.0, True)
    assert counts.ratio_alike(is_group, np.ones(80, dtype=bool), strata) is None
