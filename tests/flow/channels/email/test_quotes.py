"""What the sender wrote now, apart from quotes and signatures. The cases lie in `quoted/`: one letter before each line
says where the line belongs: `r` reply, `q` quoted, `s` signature."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import readable, tree
from anliegen.flow.channels.email.quotes.split import split

FOLDER = Path(__file__).parent / "quoted"
UNQUOTE = Path(__file__).resolve().parents[5] / "shared/data/mail/quotes/unquotemail.jsonl"


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
    assert len(cases()) >= 60


def test_a_forward_says_so() -> None:
    head = "Von: a@b.example\nBetreff: x\nAn: c@d.example"
    forwarded = f"Bitte prüfen.\n\n-------- Weitergeleitete Nachricht --------\n{head}\n\nText"
    assert split(forwarded).forwarded
    assert not split(forwarded.replace("Weitergeleitete", "Ursprüngliche")).forwarded


def test_the_subject_tells_a_forward_of_outlook_from_its_answer() -> None:
    text = "Bitte prüfen.\n\nVon: a@b.example\nGesendet: Montag\nAn: c@d.example\nBetreff: x\n\nText"
    assert split(text, subject="WG: x").forwarded
    assert not split(text, subject="AW: WG: x").forwarded


piece = st.sampled_from(
    [
        "Guten Tag,",
        "",
        "> zitiert",
        ">> tiefer",
        "Am 16.11.26 um 10:15 schrieb Stadtwerke:",
        "Von: A <a@b.example>",
        "Gesendet: Montag",
        "An: C",
        "Betreff: x",
        "-- ",
        "--",
        "________________________________",
        "-----Ursprüngliche Nachricht-----",
        "Mit freundlichen Grüßen",
        "Max Muster",
        "Tel. 0341 123456",
        "Von meinem iPhone gesendet",
        "kleingeschrieben weiter",
        "wrote:",
    ]
)


@given(st.lists(st.one_of(piece, st.text(max_size=40)), max_size=30))
def test_nothing_is_lost_and_nothing_stands_twice(lines: list[str]) -> None:
    text = "\n".join(lines)
    said = split(text)
    parts = [*words(said.reply_text), *words(said.quoted_text), *words(said.signature)]
    assert sorted(part.strip() for part in parts) == sorted(line.strip() for line in words(text))


@given(st.lists(piece, max_size=30))
def test_own_words_keep_their_order(lines: list[str]) -> None:
    text = "\n".join(f"{at:03d} {line}" if line == "Guten Tag," else line for at, line in enumerate(lines))
    numbered = [line for line in words(split(text).reply_text) if line.endswith("Guten Tag,")]
    assert numbered == sorted(numbered)


@pytest.mark.skipif(not UNQUOTE.exists(), reason="the public set of quotes is not on this machine")
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
