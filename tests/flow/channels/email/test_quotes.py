"""What the sender wrote now, apart from quotes and signatures. The cases lie in `quoted/`: one letter before each line
says where the line belongs: `r` reply, `q` quoted, `s` signature."""

import json
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import readable, tree
from anliegen.flow.channels.email.laid import Laid, Mark
from anliegen.flow.channels.email.quotes.split import split
from tests import needs
from tools.corpus import data

FOLDER = Path(__file__).parent / "quoted"
UNQUOTE = data.folder() / "quotes/unquotemail.jsonl"


def cases() -> list[ParameterSet]:
    found: list[ParameterSet] = []
    for file in sorted(FOLDER.glob("*.txt")):
        for block in ("\n" + file.read_text("utf-8")).split("\n=== ")[1:]:
            name, *lines = block.rstrip("\n").split("\n")
            found.append(pytest.param([line for line in lines if line], id=f"{file.stem}: {name}"))
    return found


def told(lines: list[str], kind: str) -> list[str]:
    return [line[2:].rstrip() for line in lines if line[0] == kind and line[2:].strip()]


def words(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("lines", cases())
def test_each_line_lands_where_a_person_would_put_it(lines: list[str]) -> None:
    said = split("\n".join(line[2:] for line in lines))
    assert (words(said.reply_text), words(said.quoted_text), words(said.signature)) == (
        told(lines, "r"),
        told(lines, "q"),
        told(lines, "s"),
    )


def test_there_are_enough_cases_to_mean_something() -> None:
    assert len(cases()) >= 110


def test_a_forward_says_so() -> None:
    head = "Von: a@b.example\nBetreff: x\nAn: c@d.example"
    forwarded = f"Bitte prüfen.\n\n-------- Weitergeleitete Nachricht --------\n{head}\n\nText"
    assert split(forwarded).forwarded
    assert not split(forwarded.replace("Weitergeleitete", "Ursprüngliche")).forwarded


def test_the_subject_tells_a_forward_of_outlook_from_its_answer() -> None:
    text = "Bitte prüfen.\n\nVon: a@b.example\nGesendet: Montag\nAn: c@d.example\nBetreff: x\n\nText"
    assert split(text, subject="WG: x").forwarded
    assert not split(text, subject="AW: WG: x").forwarded


def test_an_answer_without_any_mark_ends_where_a_program_wrote_its_line() -> None:
    text = "Danke, das passt.\n\nVon meinem iPhone gesendet\n\nPasst Ihnen der Donnerstag?"
    said = split(text, is_answer=True)
    assert (said.reply_text, said.quoted_text) == ("Danke, das passt.", "Passt Ihnen der Donnerstag?")
    assert split(text).quoted_text == ""


def test_history_begins_where_the_html_says_so_in_whatever_language() -> None:
    laid = Laid("Ja.\n\nKinek: Erika\n\nJó napot!", {2: Mark.BEGINS})
    assert split(laid).quoted_text == "Kinek: Erika\n\nJó napot!"


def test_what_the_html_keeps_as_signature_is_one_unless_it_is_all_there_is() -> None:
    marks = {2: Mark.SIGNS, 3: Mark.SIGNS}
    assert split(Laid("Bitte um Rückruf.\n\nErika\nFotografin", marks)).signature == "Erika\nFotografin"
    assert split(Laid("\n\nErika\nBitte um Rückruf", marks)).signature == ""


piece = st.sampled_from(
    [
        "Guten Tag,",
        "",
        "> zitiert",
        ">> tiefer",
        "> Anfang der weitergeleiteten Nachricht:",
        "> wrote:",
        ">>> Amt <a@b.example> 16.11.2026 10:15 >>>",
        "Am 16.11.26 um 10:15 schrieb Stadtwerke:",
        "Am 16.11.26 um 10:15 schrieb Stadtwerke <",
        "a@b.example>:",
        "Von: A <a@b.example>",
        "Gesendet: Montag, 16. November 2026 10:15",
        "An: C",
        "Betreff: x",
        "-- ",
        "--",
        "________________________________",
        "-----Ursprüngliche Nachricht-----",
        "---------- Forwarded message ---------",
        "Neue Anfrage über das Kontaktformular",
        "Meine Antworten stehen unten in Rot.",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
        "Mit freundlichen Grüßen",
        "LG Max",
        "Max Muster",
        "Muster GmbH",
        "Tel. 0341 123456",
        "Geschäftsführer: Max Muster, Amtsgericht Leipzig HRB 1",
        "Diese E-Mail ist vertraulich und nur für den richtigen Adressaten bestimmt.",
        "Von meinem iPhone gesendet",
        "kleingeschrieben weiter",
        "wrote:",
    ]
)
mails = st.lists(st.one_of(piece, piece, st.text(max_size=40)), max_size=30)
marks = st.dictionaries(st.integers(0, 30), st.sampled_from(Mark), max_size=4)
subjects = st.sampled_from(["", "AW: x", "WG: x", "x"])


@given(mails, marks, subjects, st.booleans())
def test_nothing_is_lost_nothing_stands_twice_and_all_keeps_its_order(
    lines: list[str], marked: dict[int, Mark], subject: str, is_answer: bool
) -> None:
    text = "\n".join(lines)
    said = split(Laid(text, marked), subject=subject, is_answer=is_answer)
    parts = [words(said.reply_text), words(said.quoted_text), words(said.signature)]
    whole = words(text)
    assert sorted(line.strip() for part in parts for line in part) == sorted(line.strip() for line in whole)
    assert all(stands_in_order(part, whole) for part in parts)


def stands_in_order(part: list[str], whole: list[str]) -> bool:
    rest = iter([line.strip() for line in whole])
    return all(line.strip() in rest for line in part)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=2_000))
def test_any_text_at_all_can_be_split(text: str) -> None:
    assert split(text).forwarded in (True, False)


HOSTILE = {
    "starters": "Am " * 300,
    "verbs": "Am 1 schrieb " * 100 + ":",
    "English verbs": "On 1 wrote " * 60 + ":",
    "addresses": "a@b " * 300 + ":",
    "addresses and verbs": "1 a@b schrieb " * 60 + ":",
    "addresses without an end": "On 1 wrote a" + "@em.b" * 100 + ":",
    "verbs and addresses without an end": "1 skrev a" + "@em.b 1 skrev" * 40 + "@em.b" * 40 + ":",
    "brackets": "<" * 1_000,
    "fields": "Von: " * 300,
    "dashes": "-" * 1_000,
    "dashes and words": "-- original " * 100,
    "arrows": ">" * 1_000,
    "spaces": " " * 1_000 + "x",
    "colons": ":" * 1_000,
    "footers": "gesendet von " * 100,
    "digits": "0341 " * 300,
    "closings": "Mit freundlichen Grüßen " * 60,
    "warnings": "Achtung " * 200,
    "small words": "am um den der von hat " * 60 + "schrieb:",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n> x\n"])
def test_a_hostile_line_costs_no_more_than_its_length(line: str, between: str) -> None:
    text = between.join([line] * 300)
    started = time.process_time()
    split(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("line", ["Guten Tag\n", "\n", "> a\n", "Von: a\n", "am 1 a@b schrieb c:\n", "x"])
def test_fifty_megabytes_are_split_in_bounded_time_and_wholly(line: str) -> None:
    text = line * (50_000_000 // len(line))
    started = time.process_time()
    said = split(text)
    assert time.process_time() - started < 5
    assert sum(len("".join(part.split())) for part in (said.reply_text, said.quoted_text, said.signature)) == len(
        "".join(line.split())
    ) * (50_000_000 // len(line))


def test_a_mail_of_three_kilobytes_takes_about_half_a_millisecond(
    record_property: Callable[[str, object], None],
) -> None:
    text = LETTER + "Am 16.11.26 um 10:15 schrieb Stadtwerke:\n" + "> Wir haben Ihre Nachricht erhalten. Danke!\n" * 45
    best = min(timeit.repeat(lambda: split(text), number=20, repeat=10, timer=time.process_time)) / 20
    record_property("milliseconds", f"{1000 * best:.2f} for {len(text)} characters")
    assert best < 0.001


LETTER = """Sehr geehrte Damen und Herren,

vielen Dank für Ihre Nachricht vom 16.11.2026. Leider stimmt die Rechnung noch immer nicht: der Zählerstand
wurde falsch übernommen. Wir bitten Sie, das zu prüfen und uns eine neue Rechnung zu schicken.

Mit freundlichen Grüßen

Sabine Köhler
Leiterin Einkauf

Köhler & Söhne GmbH
Industriestraße 12
04229 Leipzig
Tel.: +49 341 5556677
Geschäftsführer: Hans Köhler, Amtsgericht Leipzig HRB 1234

Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige
Adressat sind, informieren Sie bitte den Absender.

"""


@needs.public(UNQUOTE)
def test_the_public_set_is_understood(record_property: Callable[[str, object], None]) -> None:
    """Its 104 answers keep the signature, so ours is put back before comparing; HTML is compared as text."""
    rows = [json.loads(line) for line in UNQUOTE.read_text("utf-8").splitlines()]
    exact, without_signature = 0, 0
    for row in rows:
        mail, wanted = (_text(row["email"]), _text(row["reply"])) if row["html"] else (row["email"], row["reply"])
        said = split(mail)
        target = " ".join(wanted.split())
        without_signature += " ".join(said.reply_text.split()) == target
        exact += target in (" ".join(said.reply_text.split()), " ".join(f"{said.reply_text}\n{said.signature}".split()))
    record_property("exact", f"{exact} of {len(rows)}; {without_signature} without the signature")
    assert len(rows) == 104
    assert exact >= 100


def _text(markup: str) -> str:
    return readable.text_of(tree.parse(markup, Defects()))
