"""What is kept back while a model is learnt: as large a part of what is rare as of what is common."""

import os
import subprocess
import sys

import numpy as np
import pytest

from anliegen.flow.automation.learning import held_out
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.held_out import kept_back, of_a_few
from anliegen.flow.automation.learning.learn import learn
from tests.flow.automation.learning.examples import made_up
from tests.flow.automation.learning.test_learning import Bags

RARE = ["Glasfaser bestellen", "Parkausweis verlängern", "Hund anmelden", "Sperrmüll abholen", "Baugenehmigung fragen"]


def examples() -> list[Example]:
    return [*made_up(30), *(Example(text, f"rare-{at}") for at, text in enumerate(RARE))]


def test_in_ten_rounds_each_is_tried_once_on_a_model_that_does_not_know_it() -> None:
    given = examples()
    rounds = kept_back(given, None, 1, 10)
    times = sum(tried.astype(int) for _learnt, tried in rounds)
    assert times.max() == 1 and times[-len(RARE) :].min() == 1
    assert not any((learnt & tried).any() for learnt, tried in rounds)
    assert of_a_few(given).tolist() == [False] * (len(given) - len(RARE)) + [True] * len(RARE)


def test_where_fewer_rounds_are_tried_so_are_fewer_of_what_is_rare() -> None:
    rare = [Example(f"Sache {number} {number * 7}", f"rare-{number}") for number in range(400)]
    given = [*made_up(100), *rare]
    (only,) = kept_back(given, None, 1, 1)
    of_rare = only[1][-len(rare) :].sum()
    assert 20 <= of_rare <= 60  # a tenth, by lot


def test_only_what_may_be_tried_is_compared_with_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """With thirty thousand examples one round is enough, and each comparison reads all of a class."""
    compared, likeness = [], held_out._likeness
    monkeypatch.setattr(held_out, "_likeness", lambda rows, one: compared.append(1) or likeness(rows, one))
    kept_back(made_up(100), None, 1, 1)
    assert len(compared) == len(made_up(100)) / 10


def test_what_was_told_last_counts_first() -> None:
    """Of more than are looked at the newest count: what people write changes."""
    model = learn(made_up(30))
    assert model.kept_back is not None
    which = model.kept_back.which.tolist()
    assert which == sorted(which, reverse=True)


ONE_THREAD = """
from threadpoolctl import threadpool_info
from anliegen.flow.automation.learning import learn
from tests.flow.automation.learning.examples import made_up
fit, seen = learn._fit, []
def looked(*given, **more):
    model = fit(*given, **more)
    seen.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
    return model
learn._fit = looked
learn.learn(made_up(8))
print(sorted({*seen}))
"""


def test_linear_algebra_takes_one_thread_in_the_first_lesson_of_a_process_too() -> None:
    """Limited is what is loaded: scikit-learn brings linear algebra of its own, and comes with the first lesson."""
    elsewhere = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}  # as in use
    done = subprocess.run(
        [sys.executable, "-c", ONE_THREAD], env=elsewhere, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[1]"


def test_what_was_never_heard_of_counts_as_wrong_and_not_for_how_sure_the_others_are() -> None:
    for encoder in (None, Bags()):
        model = learn(examples(), encoder=encoder)
        told = model.kept_back
        assert told is not None
        rare = told.which >= len(examples()) - len(RARE)
        assert not told.right[rare].any() and told.right[~rare].mean() > 0.8
        plain = learn(made_up(30), encoder=encoder)
        assert np.isclose(model.usual.evidence[0], plain.usual.evidence[0], atol=0.2)


def test_with_much_to_learn_from_too_a_class_may_be_missing_while_one_of_it_is_tried() -> None:
    """Two classes at a time are compared then, and the one that is missing scores lowest."""
    given = [*made_up(100), Example("Hund anmelden", "rare")]
    model = learn(given, encoder=Bags())
    assert model.meant is not None and model.meant.pairs is not None and model.meant.pairs.columns is None
    assert model.kept_back is not None
