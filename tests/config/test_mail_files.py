"""`anliegen intake`: what of a path is a mail, and what is said when something fails in the middle."""

import io
import json
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer
from django.db import OperationalError

from anliegen.config.cli import mails as command
from anliegen.flow.channels.mailroom import intake as taking
from anliegen.flow.channels.mailroom import storing
from anliegen.flow.channels.mailroom.places import given
from anliegen.flow.channels.mailroom.places.given import A_LINK, TOO_LARGE, UNREADABLE, Given
from anliegen.flow.channels.models import Intake
from anliegen.records.accounts.models import Mailbox
from tests.stories.mails import mail

SECRET = b"From: geheim@example.org\n\nnur fuer uns\n"


def told(path: Path | str, piped: bytes = b"") -> list[Given]:
    return list(given.mails(str(path), io.BytesIO(piped)))


def test_links_inside_of_a_directory_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "in"
    (outside / "deep").mkdir(parents=True)
    (folder / "sub").mkdir(parents=True)
    (outside / "secret.eml").write_bytes(SECRET)
    (folder / "a.eml").write_bytes(b"eins")
    (folder / "sub" / "b.eml").write_bytes(b"zwei")
    (folder / "c.eml").symlink_to(outside / "secret.eml")
    (folder / "d").symlink_to(outside)
    assert told(folder) == [
        Given(f"{folder}/a.eml", b"eins"),
        Given(f"{folder}/c.eml", trouble=A_LINK),
        Given(f"{folder}/d", trouble=A_LINK),
        Given(f"{folder}/sub/b.eml", b"zwei"),
    ]
    # What a person names is meant, link or not.
    assert told(folder / "c.eml") == [Given(f"{folder}/c.eml", SECRET)]


def test_links_inside_of_a_maildir_are_not_followed(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "secret.eml").write_bytes(SECRET)
    (tmp_path / "box" / "new" / "1").write_bytes(b"eins")
    (tmp_path / "box" / "cur" / "2:2,S").symlink_to(tmp_path / "secret.eml")
    assert told(tmp_path / "box") == [Given(f"{tmp_path}/box:1", b"eins")]


def test_an_mbox_is_read_mail_by_mail_each_as_often_as_it_stands_there(tmp_path: Path) -> None:
    box = tmp_path / "alt.mbox"
    one, two = b"Subject: eins\n\n>From hier\n", b"Subject: zwei\n\nText ohne Zeilenende"
    box.write_bytes(b"From a Mon\n" + one + b"\nFrom b Tue\n" + one + b"\nFrom c Wed\n" + two)
    read = one.replace(b">From", b"From")
    assert told(box) == [Given(f"{box}:1", read), Given(f"{box}:2", read), Given(f"{box}:3", two)]
    box.write_bytes(b"From a Mon\n" + two)
    assert told(box) == [Given(str(box), two)]


def test_what_is_too_large_or_no_file_is_left_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "LARGEST", 10)
    (tmp_path / "a.eml").write_bytes(b"x" * 10)
    (tmp_path / "b.eml").write_bytes(b"x" * 11)
    assert [each.trouble for each in told(tmp_path)] == ["", TOO_LARGE]
    assert [each.trouble for each in told("-", b"x" * 11)] == [TOO_LARGE]
    assert [each.trouble for each in told("/dev/zero")] == [UNREADABLE]
    assert [each.trouble for each in told(tmp_path / "none.eml")] == [UNREADABLE]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("where", "what", "words"),
    [
        (storing, "store_raw", "not stored: the server is gone. What was taken in before is kept."),
        (taking, "take_in_one", "but not read yet: the server is gone. A worker reads it when that is over."),
    ],
)
def test_a_database_that_goes_away_is_told_with_what_is_kept(
    mailbox: Mailbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    where: object,
    what: str,
    words: str,
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.eml").write_bytes(mail(message_id=f"<{number}@example.org>"))
    whole, calls = getattr(where, what), []

    def failing(*given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise OperationalError("the server is gone\nand more")
        return whole(*given, **named)

    monkeypatch.setattr(command, "instance", nullcontext)
    monkeypatch.setattr(where, what, failing)
    with pytest.raises(typer.Exit) as ended:
        command.intake([str(tmp_path)], as_json=True)
    shown = capsys.readouterr()
    assert ended.value.exit_code == 1
    assert [json.loads(line)["result"] for line in shown.out.splitlines()] == ["created"]
    assert shown.err.startswith(f"{tmp_path}/1.eml: ")
    assert words in shown.err
    assert Intake.objects.count() == (1 if what == "store_raw" else 2)


def test_explain_says_one_line_for_each_file_however_it_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.eml").write_bytes(mail(subject="eins"))
    (tmp_path / "b.eml").write_bytes(mail(subject="zwei"))
    for as_json in (False, True):
        command.explain([tmp_path / "a.eml", tmp_path / "b.eml"], as_json=as_json)
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)["subject"] for line in lines] == ["eins", "zwei"]
