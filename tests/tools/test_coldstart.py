"""Learning on the job: silent at first, then right, and what it settles alone is wrong no more often than it may be."""

import random

import pytest

from tests.flow.automation.learning.examples import made_up
from tests.flow.automation.learning.test_learning import STRANGE, Bags
from tools import apprentice as apprentices
from tools.apprentice import Apprentice
from tools.coldstart import EVERY, Stretch, picture, practise


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprentices, "FIRST_MODEL", 20)


def stream(number: int, seed: int = 1) -> list[tuple[str, str | None]]:
    said = [(one.text, one.label) for one in made_up(number // 4, seed)]
    random.Random(seed).shuffle(said)
    return said


def test_it_says_nothing_before_the_first_examples_and_applies_nothing_before_it_was_right_often_enough() -> None:
    new = Apprentice()
    assert new.suggest("Abschlag") is None
    was_applied = []
    for text, label in stream(120):
        suggested = new.suggest(text)
        was_applied.append(suggested is not None and suggested.is_applied)
        new.told(text, label, suggested)
    assert not any(was_applied[:57])  # 57 without an error show 4 % with certainty 0.9
    assert any(was_applied)


@pytest.mark.parametrize("encoder", [None, Bags()])
def test_what_it_applies_is_wrong_no_more_often_than_it_may_be(encoder: Bags | None) -> None:
    """One label in five is drawn at random: nobody could be right there, and it must know."""
    chance = random.Random(3)
    labels = sorted({one.label for one in made_up(1)})
    noisy = [(text, chance.choice(labels) if "Rechnung" in text else label) for text, label in stream(960)]
    new, applied, wrong = Apprentice(encoder=encoder), 0, 0
    for text, label in noisy:
        suggested = new.suggest(text)
        if suggested is not None and suggested.is_applied:
            applied, wrong = applied + 1, wrong + (suggested.answer.label != label)
        new.told(text, label, suggested)
    assert applied > 50
    assert wrong / applied <= 0.05


def test_a_correction_is_remembered_at_once() -> None:
    new = Apprentice(encoder=Bags())
    for text, label in stream(40):
        new.told(text, label, new.suggest(text))
    strange = "Der Zähler der Rechnung vom Umzug Abschlag Leerstand"
    before = new.suggest(strange)
    assert before is not None
    other = "umzug" if before.answer.label != "umzug" else "rechnung"
    number = len(new.examples)
    for _again in range(3):
        new.told(strange, other, before)
    assert number + 3 < 40 * apprentices.GROWTH  # no new model was made meanwhile
    after = new.suggest(strange)
    assert after is not None
    assert new.model is not None and new.model.answer([strange])[0].likeness > before.answer.likeness


def test_a_category_that_is_new_waits_for_the_next_model() -> None:
    new = Apprentice()
    for text, label in stream(40):
        new.told(text, label, new.suggest(text))
    for number in range(12):
        new.told(f"Glasfaser Anschluss bestellen {number}", "glasfaser", new.suggest("Glasfaser"))
    suggested = new.suggest("Wann kommt die Glasfaser?")
    assert suggested is not None and suggested.answer.label == "glasfaser"


def test_what_fits_no_category_is_no_example_but_counts_as_wrong_where_it_was_not_noticed() -> None:
    new = Apprentice()
    for text, label in stream(200):
        new.told(text, label, new.suggest(text))
    number, surest = len(new.examples), new.surest
    assert surest < float("inf")
    noticed = new.suggest(STRANGE[3])
    assert noticed is not None and noticed.answer.is_unknown and not noticed.is_applied
    new.told(STRANGE[3], None, noticed)
    assert (len(new.examples), new.surest) == (number, surest)
    for text, _label in stream(40, seed=7):
        new.told(text, None, new.suggest(text))
    assert new.surest == float("inf")  # it was wrong too often: it settles nothing any more


def test_one_category_alone_gives_no_model_yet() -> None:
    new = Apprentice()
    for number in range(25):
        new.told(f"Abschlag {number}", "abschlag", new.suggest("Abschlag"))
    assert new.model is None and new.suggest("Abschlag") is None


def test_the_beginning_is_told_in_stretches_and_drawn() -> None:
    told = list(practise([("Abschlag zu hoch", "abschlag")] * (2 * EVERY + 7), Apprentice()))
    assert [(one.until, one.messages, one.applied, one.error) for one in told] == [(500, 500, 0, 0), (1000, 500, 0, 0)]
    drawn = picture([Stretch(500, 500, 100, 2), Stretch(1000, 500, 400, 100)])
    assert drawn.count("<polyline") == 2 and "1000 messages" in drawn
