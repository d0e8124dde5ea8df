"""From examples to answers: right, sure as often as right, and silent about what fits nothing."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from anliegen.flow.automation.learning import calibration, choose, encoders
from anliegen.flow.automation.learning import learn as learning
from anliegen.flow.automation.learning.evaluate import evaluate
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.learn import TooLittle, learn
from anliegen.flow.automation.learning.terms import words_of
from tests.flow.automation.learning.examples import SAID, made_up

STRANGE = ("Wann spielt der FC", "Rezept für Apfelkuchen mit Streuseln", "lorem ipsum dolor", "xqzt vvvv", "")


class Bags:
    """An encoder for tests: words thrown into buckets."""

    name, size = "bags", 64

    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        found = np.full((len(texts), self.size), 1e-3, np.float32)
        for at, text in enumerate(texts):
            for word in words_of(text):
                found[at, sum(map(ord, word)) % self.size] += 1
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def words_alone(_examples: Sequence[Example]) -> None:
    """No encoder hears them."""


@pytest.fixture(scope="module", params=["words alone", "with an encoder"])
def model(request: pytest.FixtureRequest):
    return learn(made_up(40), encoder=Bags() if request.param == "with an encoder" else None)


def test_new_messages_are_understood_by_the_words_that_decide(model) -> None:
    asked = made_up(10, seed=9)
    answers = model.answer([one.text for one in asked])
    assert [one.label for one in answers] == [one.label for one in asked]
    first = model.answer(["Der Abschlag ist viel zu hoch!"])[0]
    assert (first.label, first.words[0][0]) == ("abschlag", "Abschlag")
    assert first.runner_up != first.label and first.runner_up_confidence < first.confidence
    assert all(share > 0 for _word, share in first.words)


def test_what_fits_nothing_is_said_to_fit_nothing(model) -> None:
    assert [one.is_unknown for one in model.answer(STRANGE)] == [True] * len(STRANGE)
    assert not any(one.is_sure for one in model.answer(STRANGE))
    asked = model.answer([one.text for one in made_up(50, seed=5)])
    assert sum(one.is_unknown for one in asked) / len(asked) < 0.12


def test_an_answer_does_not_depend_on_what_is_asked_beside_it(model) -> None:
    asked = [one.text for one in made_up(3, seed=4)]
    together = model.answer(asked)
    for text, beside in zip(asked, together, strict=True):
        alone = model.answer([text])[0]
        assert (alone.label, alone.nearest) == (beside.label, beside.nearest)
        assert alone.confidence == pytest.approx(beside.confidence, abs=1e-4)
    assert model.answer([]) == []


def test_the_same_examples_give_the_same_model() -> None:
    first, second = (learn(made_up(12)).answer(["Der Zähler ist kaputt"])[0] for _ in range(2))
    assert first == second


def test_nothing_is_sure_while_too_few_examples_have_shown_it() -> None:
    few = learn(made_up(6))
    assert not any(one.is_sure for one in few.answer([one.text for one in made_up(5, seed=3)]))
    assert [one.label for one in few.answer(["Zählerstand", "Umzug"])] == ["zaehler", "umzug"]


def test_a_few_descriptions_are_enough_to_begin() -> None:
    described = [Example(sentences[0], topic) for topic, sentences in SAID.items()]
    assert [one.label for one in learn(described).answer(["Abschlag?", "umziehen"])] == ["abschlag", "umzug"]


def test_one_category_is_nothing_to_tell_apart() -> None:
    with pytest.raises(TooLittle):
        learn([Example("a", "x"), Example("b", "x")])
    with pytest.raises(TooLittle):
        learn([])


def test_the_same_text_twice_is_never_learnt_and_tried() -> None:
    """Every text under two labels at random: whoever tore equal texts apart would think they were known."""
    chance = random.Random(3)
    examples = [Example(f"Satz {number}", chance.choice("ab")) for number in range(40)] * 5
    answers = learn(examples).answer(["Satz 500", "Satz 501"])
    assert not any(one.is_sure for one in answers)


def test_figures_of_an_evaluation() -> None:
    test = [*made_up(15, seed=8), *(Example(text, "sonst") for text in STRANGE)]
    figures = evaluate(made_up(40), test, encoder=words_alone, unknown="sonst")
    assert set(figures) == {
        "accuracy", "macro_f1", "coverage", "accuracy_covered", "in_scope_accuracy", "in_scope_accepted",
        "unknown_recall", "unknown_auroc", "ece", "train_seconds", "ms_per_message", "encoder",
    }  # fmt: skip
    assert (figures["in_scope_accuracy"], figures["macro_f1"], figures["unknown_recall"]) == (1.0, 1.0, 1.0)
    assert figures["unknown_auroc"] > 0.99 and figures["in_scope_accepted"] > 0.85
    assert figures["encoder"] == "none" and figures["train_seconds"] > 0 < figures["ms_per_message"]


def test_what_cannot_be_said_of_an_evaluation_is_not_said() -> None:
    figures = evaluate(made_up(10), made_up(4, seed=2), encoder=words_alone)
    assert (figures["unknown_recall"], figures["unknown_auroc"]) == (None, None)
    assert evaluate(made_up(10), [Example("Apfelkuchen", "sonst")], encoder=words_alone, unknown="sonst")["ece"] is None


def test_unknown_ones_among_the_examples_are_not_learnt_from() -> None:
    examples = [*made_up(10), *(Example(text, "sonst") for text in STRANGE)]
    test = made_up(4, seed=2)
    with_them, without = (
        evaluate(each, test, encoder=words_alone, unknown="sonst") for each in (examples, made_up(10))
    )
    timed = ("train_seconds", "ms_per_message")
    assert {k: v for k, v in with_them.items() if k not in timed} == {
        k: v for k, v in without.items() if k not in timed
    }


def test_encoders_by_name() -> None:
    assert encoders.named("none") is None
    with pytest.raises(encoders.EncoderMissing, match="no encoder is called bert"):
        encoders.named("bert")


def test_an_encoder_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in encoders.KNOWN.values():
        monkeypatch.setattr(kind, "packages", ("numpy", "not_there_at_all"))
    assert encoders.first() == "none" and choose.encoder_for(made_up(2)) is None
    assert encoders.installed() == []
    for name in encoders.KNOWN:
        with pytest.raises(encoders.EncoderMissing, match="not installed; install"):
            encoders.named.__wrapped__(name)


@pytest.mark.skipif("use" not in encoders.installed(), reason="needs the encoder of sentences (anliegen[encoder])")
def test_sentences_that_mean_the_same_lie_near_each_other_in_two_languages() -> None:
    use = encoders.named("use")
    assert use is not None
    found = use.encode(["Ich möchte kündigen", "I want to cancel my contract", "Der Zähler ist kaputt", ""])
    assert found.shape == (4, use.size)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-3)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.1


def test_where_there_is_little_more_rounds_are_tried_to_say_how_sure_the_answers_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []
    certainty_for = calibration.certainty_for

    def heard(scores, truth):
        tried.append(len(truth))
        return certainty_for(scores, truth)

    monkeypatch.setattr(calibration, "certainty_for", heard)
    examples = made_up(40)
    classes = len({one.label for one in examples})
    learn(examples, encoder=None)
    monkeypatch.setattr(learning, "ENOUGH_TRIED", 4 * classes)
    learn(examples, encoder=None)
    assert tried == [10 * 4 * classes, 4 * classes]  # a tenth ten times, and a tenth once


class Blind(Bags):
    """Hears nothing that decides."""

    name = "blind"

    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        found = np.array([[len(text), text.count("e") + 1.0] for text in texts], np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_the_encoder_that_hears_the_examples_best_is_taken_and_the_first_where_none_does() -> None:
    examples = made_up(12)
    assert choose.best_of([Blind(), Bags()], examples).name == "bags"
    assert choose.best_of([Bags(), Blind()], examples).name == "bags"
    assert choose.best_of([Blind(), Blind()], examples).name == "blind"


def test_only_few_examples_are_worth_trying_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "installed", lambda: ["blind", "bags"])
    monkeypatch.setattr(encoders, "named", {"blind": Blind(), "bags": Bags()}.get)
    chosen = [choose.encoder_for(made_up(number)) for number in (2, 12, 40)]
    assert [one.name for one in chosen if one is not None] == ["blind", "bags", "blind"]


@pytest.mark.skipif("minilm" not in encoders.installed(), reason="needs the encoder of English sentences")
def test_the_english_encoder_gives_the_points_that_its_weights_stand_for() -> None:
    """The first numbers of two texts, reckoned with the same weights one by one and with the exact error function."""
    minilm = encoders.named("minilm")
    texts = ["My card has not arrived yet", "the new card is still not here", "Can I open an account for my child?"]
    points = minilm.encode([*texts, "", "word " * 3000])
    assert points.shape == (5, 384)
    assert np.linalg.norm(points, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert points[0, :4] == pytest.approx([-0.04067, 0.01603, -0.00558, 0.01572], abs=1e-3)
    assert points[2, :4] == pytest.approx([-0.0489, -0.02955, -0.03246, -0.00309], abs=1e-3)
    assert points[0] @ points[1] > 0.5 > 0.2 > points[0] @ points[2]
    assert minilm.encode(texts[:1])[0] == pytest.approx(points[0], abs=1e-5)
    assert minilm.encode([]).shape == (0, 384)
