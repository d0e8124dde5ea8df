"""What people say after a lesson is appended cheaply, and counts exactly as if all had been put together anew."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.flow.automation.learning import room
from anliegen.flow.automation.learning.keeping import UnknownFormat, check, from_bytes, to_bytes
from anliegen.flow.automation.learning.learn import learn
from anliegen.flow.automation.learning.model import Model
from anliegen.flow.automation.learning.voices import Neighbours
from tests.flow.automation.learning.examples import SAID, made_up

LEARNT = learn(made_up(5))
NUMBER = len(LEARNT.neighbours.columns)
SENTENCES = [sentence for said in SAID.values() for sentence in said]
TEXTS = st.sampled_from([*SENTENCES, "Glasfaser", ""])
LABELS = st.sampled_from([*SAID, "unbekannt"])


class Plain:
    """The same by putting all together each time."""

    def __init__(self) -> None:
        self.points, self.columns, self.numbers = LEARNT.neighbours.points, LEARNT.neighbours.columns, [-1] * NUMBER

    def copy(self) -> "Plain":
        other = Plain()
        other.points, other.columns, other.numbers = self.points, self.columns, [*self.numbers]
        return other

    def remember(self, text: str, label: str, number: int) -> None:
        if label in LEARNT.labels:
            self.points = np.vstack([self.points, LEARNT.place_of(text)])
            self.columns = np.append(self.columns, LEARNT.labels.index(label))
            self.numbers.append(number)


def same(model: Model, plain: Plain) -> bool:
    told = model.told or Neighbours(plain.points[NUMBER:], plain.columns[NUMBER:], len(LEARNT.labels))
    numbers = [model.number_of(at) for at in range(len(plain.columns))]
    return (
        np.array_equal(model.neighbours.points, plain.points)
        and model.neighbours.points.dtype == plain.points.dtype
        and np.array_equal(model.neighbours.columns, plain.columns)
        and np.array_equal(told.points, plain.points[NUMBER:])
        and np.array_equal(told.columns, plain.columns[NUMBER:])
        and numbers == plain.numbers
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), TEXTS, LABELS), max_size=25))
def test_in_whatever_order_models_are_told_each_is_as_if_put_together_anew(
    steps: list[tuple[int, str, str]],
) -> None:
    """A step adds to one of the models there are, also to an older one: none changes by what another was told."""
    models, plains = [LEARNT], [Plain()]
    for number, (which, text, label) in enumerate(steps, 1):
        at = which % len(models)
        plain = plains[at].copy()
        plain.remember(text, label, number)
        models.append(models[at].remember(text, label, number))
        plains.append(plain)
    assert all(same(model, plain) for model, plain in zip(models, plains, strict=True))


def test_one_word_more_copies_nothing_of_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    build = room.Room.__init__
    monkeypatch.setattr(
        room.Room, "__init__", lambda self, *given: (made.append(len(given[1])), build(self, *given))[1]
    )
    monkeypatch.setattr("anliegen.flow.automation.learning.model.Room", room.Room)
    model = LEARNT
    for number in range(1000):
        model = model.remember(SENTENCES[number % len(SENTENCES)], "umzug", number)
    assert len(model.told.columns) == 1000
    assert len(made) <= 1 + 1000 // room.FEWEST_SPARE  # once for each full room
    after = model.remember("Ich ziehe um", "umzug")
    assert np.shares_memory(after.neighbours.points, model.neighbours.points)


def test_what_was_told_is_not_kept_and_the_numbers_of_the_examples_are() -> None:
    numbered = LEARNT.remember("Ich ziehe um", "umzug", 812)
    assert from_bytes(to_bytes(LEARNT), None).number_of(0) == room.NOT_KNOWN
    back = from_bytes(to_bytes(numbered), None)
    assert (len(back.neighbours.columns), back.told, len(back.numbers)) == (NUMBER, None, NUMBER)
    (answer,) = numbered.answer(["Ich ziehe um"])
    assert numbered.number_of(answer.nearest) in (812, room.NOT_KNOWN)


KEPT = to_bytes(LEARNT)


@given(st.integers(0, len(KEPT) - 1), st.integers(0, len(KEPT) - 1), st.integers(1, 255))
def test_bytes_that_were_cut_off_or_changed_are_told_from_a_model(end: int, at: int, by: int) -> None:
    with pytest.raises(UnknownFormat):
        from_bytes(KEPT[:end], None)
    changed = bytearray(KEPT)
    changed[at] ^= by
    with suppress(UnknownFormat):  # or what was changed is of no matter
        from_bytes(bytes(changed), None)
    with suppress(UnknownFormat):
        check(bytes(changed), None)
