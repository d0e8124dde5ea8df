"""Mails written by hand for this project, most of them German: beside each `.eml` a `.json` says how a person reads it.

Texts are compared line by line without empty ones, because where those stand is presentation.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from anliegen.flow.channels.email import bodies, mime
from anliegen.flow.channels.email.bodies import Segment
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.explain import as_json
from anliegen.flow.channels.email.html import readable, tree
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.email.quotes.split import split

FOLDER = Path(__file__).parent / "corpus"
MAILS = sorted(FOLDER.glob("*.eml"))
TEXTS = ("reply_text", "quoted_text", "signature")


def words(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip("> ")]


def expected(mail: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(mail.with_suffix(".json").read_text("utf-8"))
    return {key: words(value) if key in TEXTS else value for key, value in told.items()}


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_a_mail_is_understood_as_a_person_reads_it(mail: Path) -> None:
    wanted = expected(mail)
    incoming = parse(mail.read_bytes())
    told = as_json(incoming)
    told["attachments"] = [one["filename"] for one in told["attachments"]]
    told["forwarded"] = incoming.forwarded
    if told["bounce"]:
        told["bounce"]["recipients"] = [
            {key: value for key, value in one.items() if key in ("address", "status")}
            for one in told["bounce"]["recipients"]
        ]
    assert {key: words(told[key]) if key in TEXTS else told[key] for key in wanted} == wanted


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_its_html_alone_says_the_same_as_its_text(mail: Path) -> None:
    segments = bodies.read(mime.split(mail.read_bytes(), Defects()), Defects()).segments
    both = [segment for segment in segments if isinstance(segment, Segment) and segment.plain and segment.html]
    if not both:
        return
    wanted = json.loads(mail.with_suffix(".json").read_text("utf-8"))
    said = split(readable.laid_out(tree.parse(both[0].html or "", Defects())), subject=wanted["subject"])
    assert (said.reply_text.split(), said.signature.split()) == (
        wanted["reply_text"].split(),
        wanted["signature"].split(),
    )


def test_there_are_enough_of_them_to_mean_something() -> None:
    german = [mail for mail in MAILS if expected(mail).get("language") == "de"]
    assert len(MAILS) >= 150
    assert len(german) >= 120
