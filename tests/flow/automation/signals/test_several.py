"""Two concerns in one message, on texts that were kept back while the rules were made."""

from pathlib import Path

import pytest

from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.learn import learn
from anliegen.flow.automation.learning.model import Answer, Model
from anliegen.flow.automation.signals.several import Label, passages, several

TAUGHT = {
    "abschlag": "Mein Abschlag ist zu hoch|Bitte den Abschlag senken|Abschlag anpassen|Wie hoch ist mein Abschlag"
    "|My monthly instalment is too high|Please lower my instalment|Change the monthly payment",
    "umzug": "Ich ziehe um|Umzug in die neue Wohnung|Wir sind umgezogen, neue Adresse|Umzug zum Monatsende melden"
    "|I am moving to a new flat|We moved house, new address|What do I do for my move",
    "zaehler": "Der Zähler zeigt nichts an|Zählerstand melden|Der Zähler ist kaputt|Ablesung des Zählers"
    "|The meter shows nothing|Submit my meter reading|The meter is broken, replace it",
    "rechnung": "Die Rechnung stimmt nicht|Rechnung fehlt noch|Jahresrechnung prüfen"
    "|Ich brauche eine Kopie der Rechnung|My bill is wrong|I need a copy of the invoice"
    "|I never received the annual bill",
    "kuendigung": "Hiermit kündige ich meinen Vertrag|Kündigung zum Jahresende|Bitte die Kündigung bestätigen"
    "|Wie kann ich kündigen|Please cancel my contract|I want to cancel at the end of the year|Confirm the cancellation",
    "stoerung": "Das Internet ist gestört|Der Strom ist ausgefallen|Die Heizung funktioniert nicht|Störung beheben"
    "|The internet is down|The heating is not working|There is an outage, repair the fault",
    "bank": "Neue Bankverbindung|Meine IBAN hat sich geändert|Lastschrift von einem anderen Konto abbuchen"
    "|Kontonummer ändern|New bank details|Change the bank account for the direct debit|I have another bank now",
}
# Of 20 with two concerns so many are seen, and of 20 with one so many wrongly: what is told in the docs. The first
# texts are by who made the rules; the others by somebody who did not know them, and are the ones to go by.
FIGURES = {"several_kept_back.txt": (20, 2), "several_by_others.txt": (12, 5)}


def texts(name: str, kind: str) -> list[str]:
    whole = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [part.partition("\n")[2].strip() for part in whole.split("# ") if part.startswith(kind)]


@pytest.fixture(scope="module")
def model() -> Model:
    said = [Example(sentence, topic) for topic, line in TAUGHT.items() for sentence in line.split("|")]
    return learn([*said, *said])


def topics_of(model: Model, text: str) -> tuple[str, ...]:
    found = passages(text)
    if len(found) < 2:
        return ()
    whole, *answers = model.answer([text, *(text[one.start : one.end] for one in found)])
    return several(found, [label(one) for one in answers], label(whole))


def label(answer: Answer) -> Label:
    return Label("" if answer.is_unknown else answer.label, answer.confidence, answer.evidence + answer.likeness)


@pytest.mark.parametrize(("name", "seen", "wrongly"), [(name, *figures) for name, figures in FIGURES.items()])
def test_two_are_seen_and_one_long_concern_stays_one(model: Model, name: str, seen: int, wrongly: int) -> None:
    two, one = texts(name, "two"), texts(name, "one")
    assert (len(two), len(one)) == (20, 20)
    assert sum(len(topics_of(model, text)) > 1 for text in two) >= seen
    assert sum(len(topics_of(model, text)) > 1 for text in one) <= wrongly


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Guten Tag,\n\nich ziehe zum 1. Januar um und möchte Strom mitnehmen. Außerdem fehlt die Rechnung.\n\nGruß",
            ["ich ziehe zum 1. Januar um und möchte Strom mitnehmen.", "Außerdem fehlt die Rechnung."],
        ),
        (
            "Drei Punkte:\n1. Zählerstand melden: 4711\n2. Abschlag senken\n3. Rechnungskopie schicken",
            ["1. Zählerstand melden: 4711", "2. Abschlag senken", "3. Rechnungskopie schicken"],
        ),
        ("Hallo, ich ziehe in eine neue Wohnung.", ["Hallo, ich ziehe in eine neue Wohnung."]),
        (
            "Ich habe die Rechnung bekommen. Können Sie sie prüfen? Sie ist falsch.",
            ["Ich habe die Rechnung bekommen. Können Sie sie prüfen? Sie ist falsch."],
        ),
        ("Furthermore, the bill is wrong. Another thing: I moved house.",
         ["Furthermore, the bill is wrong.", "Another thing: I moved house."]),
    ],
)  # fmt: skip
def test_a_paragraph_a_point_of_a_list_and_what_is_set_apart_may_each_be_one(text: str, expected: list[str]) -> None:
    assert [text[one.start : one.end] for one in passages(text)] == expected
