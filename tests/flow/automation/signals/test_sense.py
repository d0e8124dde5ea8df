"""Language, nonsense, urgency and several concerns, read out of a text."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.signals import read
from anliegen.flow.automation.signals.dates import dates_in
from anliegen.flow.automation.signals.languages import language
from anliegen.flow.automation.signals.nonsense import sense
from anliegen.flow.automation.signals.several import Label, Passage, passages, several
from anliegen.flow.automation.signals.urgency import urgency
from tests.flow.automation.signals.corpus import examples

MONDAY = date(2026, 11, 16)
JULY = date(2026, 7, 6)

NONSENSE = [
    "", "   ", "...",
    "asdf asdf asdfgh", "qwertz qwertz", "jkl sdfkj wrtkl xcvnm", "aaaaaaaaaaaaaaaa", "hahahahahahahahahaha",
    "xqzvk pwqjx mnbrt", "fghjk dfghjk rtzui", "test test test test test test", "lkjhgfdsa", "wqrtpsdfg hjklyxcv bnmqw",
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_keys_struck_at_random_are_nonsense(text: str) -> None:
    assert sense(text).is_nonsense
    assert language(text).code == "unknown"


@pytest.mark.parametrize("name", ["made_on", "kept_back"])
def test_no_message_of_a_person_is_taken_for_nonsense(name: str) -> None:
    assert [one.text for one in examples(name) if sense(one.text).is_nonsense] == []


@pytest.mark.parametrize(
    "text", ["Nr. 44871", "4711", "Hilfe", "Strom weg", "Angstschweiß", "Rechtsschutzversicherung", "PDF"]
)
def test_short_and_long_words_that_mean_something_are_none(text: str) -> None:
    assert not sense(text).is_nonsense


def test_the_language_of_all_messages_long_enough() -> None:
    said = [(one.language, language(one.text)) for one in examples("kept_back")]
    known = [(truth, guess) for truth, guess in said if guess.code != "unknown"]
    right = sum(truth == guess.code for truth, guess in known)
    assert (len(known) / len(said) >= 0.9, right / len(known) >= 0.95) == (True, True)


def test_a_language_comes_with_how_sure_it_is_and_what_else_it_might_be() -> None:
    german = language("Ich habe eine Frage zu meiner Rechnung und bitte um Rückruf.")
    assert (german.code, german.runner_up) == ("de", "unknown")
    assert 0.8 < german.confidence < 1
    assert language("Ok.").code == "unknown"
    mixed = language("Merhaba ve teşekkür ederim, çok iyi: bir soru için. Ist das so?")
    assert (mixed.code, mixed.runner_up) == ("tr", "de")
    assert mixed.confidence + mixed.runner_up_confidence == pytest.approx(1)
    assert 0 < mixed.runner_up_confidence < german.confidence


@pytest.mark.parametrize(
    ("text", "today", "priority", "reason"),
    [
        ("Es riecht nach Gas im Keller!", MONDAY, 4, "gas"),
        ("Wir haben seit heute Morgen keinen Strom.", MONDAY, 4, "no-power"),
        ("Die Heizung ist ausgefallen.", MONDAY, 4, "no-heating"),
        ("Die Heizung ist ausgefallen.", JULY, 2, ""),
        ("Morgen wird uns der Strom abgestellt.", MONDAY, 4, "cut-off-soon"),
        ("Sie drohen mit einer Stromsperre.", MONDAY, 3, "cut-off"),
        ("Ich bringe mich um.", MONDAY, 4, "threat-of-harm"),
        ("Ich setze Ihnen eine Frist bis zum 18.11.2026.", MONDAY, 4, "deadline-near"),
        ("Ich setze Ihnen eine Frist bis zum 27.11.2026.", MONDAY, 3, "deadline"),
        ("Ich setze Ihnen eine Frist bis zum 27.12.2026.", MONDAY, 2, ""),
        ("Bitte dringend um Antwort!", MONDAY, 3, "says-so"),
        ("Eine Unverschämtheit, ich bin stinksauer!!!", MONDAY, 2, ""),
        ("Der Stromausfall ist behoben, danke.", MONDAY, 2, ""),
        ("Wie ist mein Zählerstand?", MONDAY, 2, ""),
    ],
)
def test_urgency_by_the_open_table(text: str, today: date, priority: int, reason: str) -> None:
    proposed = urgency(text, read(text), today=today)
    assert (proposed.priority, proposed.reasons[0].code if proposed.reasons else "") == (priority, reason)
    assert all(word in text for one in proposed.reasons for word in one.words)


def test_the_word_urgent_raises_by_one_at_most_and_is_not_believed() -> None:
    text = "DRINGEND!!! Sofort! Notfall! " * 20
    assert (urgency(text, read(text), today=MONDAY).priority, urgency(text, read(text), today=MONDAY).confidence) == (
        3,
        0.3,
    )


@given(
    st.sampled_from(["Unverschämtheit!", "Frechheit!", "Ich bin stinksauer.", "Saftladen!", "Abzocke!"]),
    st.sampled_from(examples("kept_back")),
)
def test_anger_alone_never_raises(outburst: str, example: object) -> None:
    calm = example.text  # type: ignore[attr-defined]
    loud = f"{calm.rstrip('.!? ')}. {outburst}"
    assert urgency(loud, read(loud), today=MONDAY).priority == urgency(calm, read(calm), today=MONDAY).priority


@pytest.mark.parametrize(
    ("passage", "days"),
    [
        ("bis zum 18.11.", [2]), ("am 5. Januar", [50]), ("bis 2026-11-20", [4]), ("innerhalb von 14 Tagen", [14]),
        ("binnen zwei Wochen", [14]), ("bis Montag", [7]), ("bis Freitag", [4]), ("bis morgen", [1]),
        ("am 31.2.2027", []), ("within 7 days", [7]), ("binnen 24 Stunden", [1]),
    ],
)  # fmt: skip
def test_days_and_periods_are_dates(passage: str, days: list[int]) -> None:
    found = dates_in(passage, today=MONDAY)
    assert [(each - MONDAY) // timedelta(days=1) for each in found] == days


@given(st.text(max_size=300))
def test_every_text_is_read_to_its_end(text: str) -> None:
    dates_in(text, today=MONDAY)
    assert 1 <= urgency(text, read(text), today=MONDAY).priority <= 4
    found = passages(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Guten Tag, ich habe eine Frage zur Rechnung.\n\nAußerdem möchte ich mein Konto ändern.\n\nViele Grüße",
            ["Guten Tag, ich habe eine Frage zur Rechnung.", "Außerdem möchte ich mein Konto ändern."],
        ),
        ("Wann kommt der Techniker? Ich bin ab 8 Uhr da.", ["Wann kommt der Techniker? Ich bin ab 8 Uhr da."]),
        (
            "1. Bitte schicken Sie mir die Rechnung Nr. 5.\n2. Wie kann ich kündigen?",
            ["1. Bitte schicken Sie mir die Rechnung Nr. 5.", "2. Wie kann ich kündigen?"],
        ),
        ("Alles bestens.", []),
        ("Vielen Dank für die schnelle Hilfe!", []),
    ],
)
def test_what_is_asked_for_is_taken_apart(text: str, expected: list[str]) -> None:
    assert [text[one.start : one.end] for one in passages(text)] == expected


def test_two_topics_are_two_concerns_only_when_that_is_sure() -> None:
    one, two, apart = Passage(0, 9, False), Passage(10, 19, False), Passage(10, 19, True)
    bill, move, whole = Label("topic:1", 0.9), Label("topic:2", 0.4), Label("topic:1", 0.8)
    assert several([one, two], [bill, move], whole) == ()
    assert several([one, apart], [bill, move], whole) == ("topic:1", "topic:2")
    assert several([one, two], [bill, Label("topic:1", 0.9)], whole) == ()
    assert several([one, two], [bill, Label("", 0.9)], whole) == ()
    with pytest.raises(ValueError, match="one label"):
        several([one], [], whole)


def test_what_is_said_in_passing_of_one_sure_concern_is_none_of_its_own() -> None:
    found = [Passage(0, 9, False), Passage(10, 19, False)]
    bill, strange = Label("topic:1", 0.9, -1.5), Label("topic:2", 0.9, -1.5)
    assert several(found, [bill, strange], Label("topic:1", 0.99)) == ()
    assert several(found, [bill, strange], Label("topic:1", 0.8)) == ("topic:1", "topic:2")
    asks = [found[0], Passage(10, 19, False, asks=True)]
    assert several(asks, [bill, strange], Label("topic:1", 0.99)) == ("topic:1", "topic:2")
    assert several(found, [bill, Label("topic:2", 0.9)], Label("topic:1", 0.99)) == ("topic:1", "topic:2")
