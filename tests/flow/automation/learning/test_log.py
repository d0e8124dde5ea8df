"""From which confidence on a suggestion may be applied: by what came, and by what was kept back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.learning.keeping import from_bytes, to_bytes
from anliegen.flow.automation.learning.learn import learn
from anliegen.flow.automation.learning.log import (
    LOOKED_BACK,
    NO_EXAMPLE,
    OF_THE_BOUND,
    SILENT,
    KeptBack,
    counted,
    shown_by,
    surest,
)
from tests.flow.automation.learning.clopper_pearson import error_at_most
from tests.flow.automation.learning.examples import made_up

BOUND = 0.05
PAIRS = st.lists(st.tuples(st.sampled_from([0.3, 0.6, 0.9, 0.99]), st.booleans()), max_size=300)
RIGHT, WRONG = (0.9, True), (0.9, False)


@given(PAIRS, PAIRS)
def test_among_what_it_is_learnt_from_so_few_were_wrong(
    live: list[tuple[float, bool]], kept_back: list[tuple[float, bool]]
) -> None:
    found = surest(live, BOUND, kept_back)
    if found <= 1:
        of_all = [right for sure, right in counted(live, kept_back) if sure >= found]
        of_live = [right for sure, right in live if sure >= found]
        shown = [error_at_most(one.count(False), len(one)) for one in (of_all, of_live) if one]
        assert min(shown) <= OF_THE_BOUND * BOUND


def test_what_was_kept_back_counts_until_enough_has_come() -> None:
    few = [RIGHT] * 20
    assert surest(few, BOUND) == float("inf")
    assert surest(few, BOUND, [RIGHT] * 100) == 0.9
    assert surest(few, BOUND, [RIGHT] * 90 + [WRONG] * 10) == float("inf")
    assert counted([RIGHT] * LOOKED_BACK, [WRONG] * 500) == [RIGHT] * LOOKED_BACK


def test_where_what_comes_is_wrong_too_often_what_was_kept_back_counts_no_more() -> None:
    kept_back = [RIGHT] * 1400
    assert surest([WRONG] + [RIGHT] * 20, BOUND, kept_back) == 0.9  # may be chance
    assert surest([WRONG] * 4 + [RIGHT] * 20, BOUND, kept_back) == float("inf")
    well = [(0.99, True)] * 100
    assert surest([WRONG] * 4 + [RIGHT] * 20 + well, BOUND, kept_back) == 0.9  # four of 124 may be
    assert surest([WRONG] * 40 + well, BOUND, kept_back) == 0.99
    alone = shown_by([WRONG] * 10 + well, BOUND, kept_back)
    assert (alone.surest, len(alone.live), alone.kept_back) == (0.99, 110, [])  # from what came alone
    both = shown_by([RIGHT] * 20, BOUND, kept_back)
    assert (both.surest, len(both.live), len(both.kept_back)) == (0.9, 20, 1400)


def test_what_fits_nothing_counts_as_wrong_in_its_part() -> None:
    tried = KeptBack(np.arange(10), np.full(10, 0.9, np.float32), np.ones(10, bool))
    assert len(KeptBack(np.arange(2), np.array([0.9, SILENT]), np.ones(2, bool)).pairs()) == 1
    more = tried.with_strange([0.8, None, 0.7, 0.6], 20)  # of 20 examples ten were tried: so of these two
    assert more.which.tolist() == [NO_EXAMPLE, *range(10)]
    assert more.pairs()[0] == (float(np.float32(0.8)), False) and len(more) == 11
    assert len(tried.with_strange([], 20)) == 10
    assert len(tried.only(np.arange(10) < 3)) == 3


def test_a_model_keeps_what_it_said_of_examples_that_it_had_not_learnt_from() -> None:
    examples = made_up(30)
    model = learn(examples)
    kept_back = model.kept_back
    assert kept_back is not None and len(kept_back) > 0.9 * len(examples)  # in ten rounds, each once
    assert len(set(kept_back.which.tolist())) == len(kept_back)
    again = from_bytes(to_bytes(model), None).kept_back
    assert again is not None and again.pairs() == kept_back.pairs()
    assert np.array_equal(again.which, kept_back.which)
