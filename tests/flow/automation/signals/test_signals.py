"""What is read out of a message: the figures on two corpora, what decided, what is denied, and what it costs."""

import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.signals import SIGNALS, measured, read
from anliegen.flow.automation.signals.lists import lists
from anliegen.flow.automation.signals.patterns import is_one_slip
from anliegen.flow.automation.signals.words import LONGEST, words_of
from tests.flow.automation.signals.corpus import examples

# What docs/flow-automation-signals.md says; a change of the rules that loses some of it is seen here.
LEAST = {
    # signal: (precision, recall) on the messages kept back, at least
    "complaint": (1.0, 0.77),
    "cancellation": (1.0, 0.77),
    "withdrawal": (1.0, 1.0),
    "bereavement": (1.0, 1.0),
    "illness": (1.0, 1.0),
    "hardship": (1.0, 0.88),
    "fear": (0.87, 1.0),
    "anger": (1.0, 0.87),
    "threat_of_harm": (1.0, 0.84),
    "threat_of_suing": (1.0, 1.0),
    "wish_for_person": (0.94, 0.9),
    "legal_deadline": (0.77, 0.87),
    "defect": (0.87, 0.87),
    "instruction_to_machine": (1.0, 1.0),
}


def codes(text: str) -> set[str]:
    return {signal.code for signal in read(text)}


def test_the_figures_on_the_messages_kept_back_are_those_of_the_docs() -> None:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for example in examples("kept_back"):
        said = codes(example.text)
        right.update(said & example.signals)
        wrong.update(said - example.signals)
        missed.update(example.signals - said)
    for signal, (precision, recall) in LEAST.items():
        assert right[signal] / (right[signal] + wrong[signal]) >= precision, signal
        assert right[signal] / (right[signal] + missed[signal]) >= recall, signal


def test_both_corpora_are_large_enough_to_say_something() -> None:
    count = Counter(
        example.language if example.language in ("de", "en") else "other"
        for name in ("made_on", "kept_back")
        for example in examples(name)
    )
    assert (count["de"] >= 200, count["en"] >= 60, count["other"] >= 40) == (True, True, True)
    assert not {one.text for one in examples("made_on")} & {one.text for one in examples("kept_back")}


def test_how_sure_a_signal_is_was_measured_on_messages_it_was_not_made_on() -> None:
    answers = [({one.code: one.strength for one in read(each.text)}, each.signals) for each in examples("kept_back")]
    stored = tomllib.loads((Path(measured.__file__).with_name("measured.toml")).read_text(encoding="utf-8"))
    again = {
        signal: {strength: list(counts) for strength, counts in table.items()}
        for signal, table in measured.counted(answers).items()
    }
    assert stored == again


def test_how_sure_it_is_is_the_share_that_was_right_and_never_certain() -> None:
    assert measured.measurement("fear", "sure") == measured.Measurement(7, 6)
    assert measured.confidence("fear", "sure") == pytest.approx(7 / 9), "not the lower end for so few"
    assert measured.measurement("legal_deadline", "likely").of_all, "once: all signals of that strength are asked"
    assert all(0.5 < measured.confidence(signal, "sure") < 1 for signal in SIGNALS)
    more = replace(measured.measurement("fear", "sure"), heard=40, true=10)
    assert more.confidence == pytest.approx(17 / 49)
    assert more.as_evidence() == {
        "version": measured.VERSION, "said": 7, "right": 6, "of_all": False, "heard": 40, "true": 10,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mein Mann ist verstorben", {"bereavement"}),
        ("Die Vorlesung war sterbenslangweilig", set()),
        ("Ich bin nicht verärgert", set()),
        ("Ich bin nicht nur verärgert, ich bin wütend", {"anger"}),
        ("keine Beschwerde, nur eine Frage", set()),
        ("Keine Antwort. Ich beschwere mich!", {"complaint"}),
        ("Ich kuendige hiermit", {"cancellation"}),
        ("ICH KÜNDIGE HIERMIT", {"cancellation"}),
        ("ich kundige hiermit", {"cancellation"}),
        ("Ich möchte meinen Vertrag kündgien", {"cancellation"}),
        ("Ich kündige den Vertrag nicht", set()),
        ("Meine Beschwrede über Sie", {"complaint"}),
        ("Rückenbeschwerden", set()),
        ("", set()),
    ],
)
def test_denial_spelling_and_slips(text: str, expected: set[str]) -> None:
    assert codes(text) == expected


def test_the_words_that_decided_are_told_by_their_place() -> None:
    text = "Guten Tag, gestern ist mein Vater gestorben. Ich möchte mit einem Menschen sprechen."
    assert {one.code: one.words(text) for one in read(text)} == {
        "bereavement": ("ist mein Vater gestorben",),
        "wish_for_person": ("möchte mit einem Menschen sprechen",),
    }


def test_a_text_in_decomposed_letters_is_read_like_any_other() -> None:
    text = "Ich ku\u0308ndige meinen Vertrag"
    assert [one.words(text) for one in read(text)] == [("Ich ku\u0308ndige meinen Vertrag",)]


@given(st.text(max_size=400))
def test_whatever_the_text_places_lie_in_it_apart_and_in_order(text: str) -> None:
    for signal in read(text):
        places = [place for span in signal.spans for place in span]
        assert places == sorted(places)
        assert 0 <= places[0] < places[-1] <= len(text)
        assert 0 <= signal.confidence < 1
        assert all(word.strip() for word in signal.words(text))


@given(st.text(alphabet="abcdü", min_size=2, max_size=9), st.data())
def test_one_slip_is_one_letter(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert is_one_slip(word[:at] + word[at + 1 :], word)
    assert is_one_slip(word[:at] + "z" + word[at + 1 :], word)
    assert is_one_slip(word[:at] + "z" + word[at:], word)
    assert not is_one_slip(word + "zz", word)


# What makes slow rules slow: one word over and over, marks, one endless word, words that nearly match.
HOSTILE: list[Callable[[int], str]] = [
    lambda size: "mann " * (size // 5),
    lambda size: "ich möchte " * (size // 11),
    lambda size: "nicht " * (size // 6),
    lambda size: "." * size,
    lambda size: "\n " * (size // 2),
    lambda size: "a" * size,
    lambda size: "a'" * (size // 2),
    lambda size: "bitte bis zum 1 2 3 " * (size // 20),
    lambda size: "künd" * (size // 4),
    lambda size: "<" * size,
    lambda size: "ü" + "\u0308" * size,
    lambda size: "ignoriere deine mit einem mein will bis " * (size // 40),
]


@pytest.mark.parametrize("made", HOSTILE)
def test_the_work_grows_no_faster_than_the_text(made: Callable[[int], str]) -> None:
    once, thrice = _steps(made(2_000)), _steps(made(6_000))
    assert thrice <= 4 * once + 2_000


@pytest.mark.parametrize("made", HOSTILE)
def test_of_a_very_long_text_only_the_beginning_is_read(made: Callable[[int], str]) -> None:
    long = made(100_000)
    assert len(words_of(long)) <= LONGEST
    assert _steps(long) <= 1.1 * _steps(long[:LONGEST]) + 2_000


def _steps(text: str) -> int:
    """How many lines of Python it takes to read a text: the same on every machine."""
    lists()
    count = 0

    def trace(_frame: object, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count
