"""The score card of `make corpus`, on a few mails of our own: the public ones may not be there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.corpus import data, score
from tools.corpus.__main__ import main

PERSON = b"From: Erika <e@x.de>\nTo: service@lindenau.example\nMessage-ID: <1@x.de>\nSubject: Frage\n\nWie geht das?\n"
BOUNCE = (
    b"From: MAILER-DAEMON@x.de\nSubject: Undelivered Mail Returned to Sender\nReturn-Path: <>\n\n"
    b"<k@x.de>: 550 5.1.1 User unknown\n"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for folder in ("raw/set", "raw/flufl-bounce", "quotes"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "raw/set/person.eml").write_bytes(PERSON)
    (tmp_path / "raw/flufl-bounce/one.txt").write_bytes(BOUNCE)
    rows = [{"file": "x/one.txt", "permanent": ["k@x.de"], "temporary": []}]
    rows += [{"file": "x/one.txt", "permanent": ["other@x.de"], "temporary": []}]
    (tmp_path / "raw/flufl-bounce/expected.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    row = {"email": "Ja.\n\nAm 1.1.2026 um 10:00 schrieb A <a@x.de>:\n> Gut?", "reply": "Ja.", "html": False}
    (tmp_path / "quotes/unquotemail.jsonl").write_text(json.dumps(row), "utf-8")
    return tmp_path


def test_every_mail_goes_through_intake_and_is_counted_once(place: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.corpus", str(place), "--json"], capture_output=True, check=False
    )
    assert done.returncode == 1
    card = score.Card(**json.loads(done.stdout))
    assert (card.mails, card.accounted_for, card.exceptions) == (2, 2, 0)
    assert card.results == {"created": 1, "bounce": 1}
    assert card.automatic == {"bounce": 1, "a person's": 1}
    assert (card.bounces, card.bounces_of, card.bounces_wrong) == (1, 2, ["one.txt"])
    assert (card.quotes, card.quotes_of) == (1, 1)
    assert 0 < card.slowest_s < score.SLOWEST_S
    assert 0 < card.peak_mb < score.PEAK_MB
    assert card.missed == ["bounces: 1, wanted 113 of 2", "quotes: 1, wanted 95 of 1"]
    assert "MISSED" in score.told(card)


def test_without_the_mails_it_says_so_and_ends_with_1(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.corpus", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"No mails in {tmp_path}. Say where they are: ANLIEGEN_CORPUS=PATH, or PATH as argument.\n"


def test_the_environment_says_where_the_mails_are(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(data.VARIABLE, str(place))
    assert (data.folder(), data.is_there()) == (place, True)
    assert [file.name for file in data.mails()] == ["one.txt", "person.eml"]


def test_as_json_the_card_stands_alone_on_standard_output(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = score.Card(mails=1, accounted_for=1)
    monkeypatch.setattr(score, "card", lambda _place: made)
    monkeypatch.setattr(sys, "argv", ["corpus", str(place), "--json"])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)["mails"] == 1


@pytest.mark.parametrize(
    ("card", "missed"),
    [
        (score.Card(mails=3, accounted_for=2), "1 mails have no place in the ledger"),
        (score.Card(exceptions=1), "1 unhandled exceptions or mails set aside"),
        (score.Card(slowest_mail="a", slowest_s=6.0), "a takes 6.0 s, allowed are 5.0"),
        (score.Card(peak_mb=600.0), "600.0 MB of memory, allowed are 500.0"),
    ],
)
def test_a_goal_that_is_missed_is_named(card: score.Card, missed: str) -> None:
    assert list(score._missed(card)) == [missed]
