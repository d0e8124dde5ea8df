"""`anliegen intake`: what of a path is a mail, and what is said when something fails in the middle."""

import io
import json
import random
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import typer
from django.db import OperationalError
from django.utils import translation

from anliegen.config.cli import mails as command
from anliegen.flow.channels.email.mime import looks_like_a_mail
from anliegen.flow.channels.mailroom import intake as taking
from anliegen.flow.channels.mailroom import storing
from anliegen.flow.channels.mailroom.places import given
from anliegen.flow.channels.mailroom.places.given import A_LINK, TOO_LARGE, UNREADABLE, Given
from anliegen.flow.channels.models import Intake
from anliegen.flow.channels.reasons import explain
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Message
from tests.stories.mails import mail, take

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


@pytest.fixture
def take_in(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[dict[str, Any]], str]]:
    """`anliegen intake`: how it ended, its lines, and what it said beside them."""
    monkeypatch.setattr(command, "instance", lambda **_wanted: nullcontext())

    def run(*paths: Path, as_json: bool = True, **options: Any) -> tuple[int, list[dict[str, Any]], str]:
        code = 0
        try:
            command.intake([str(path) for path in paths], as_json=as_json, **options)
        except typer.Exit as ended:
            code = ended.exit_code
        shown = capsys.readouterr()
        return code, [json.loads(line) for line in shown.out.splitlines() if as_json], shown.err

    return run


TakeIn = Callable[..., tuple[int, list[dict[str, Any]], str]]


def written(file: Path, ago: timedelta | None, number: int = 1) -> Path:
    """A mail with its date so long ago, or without one."""
    raw = mail(message_id=f"<{number}@example.org>", sender=f"Kim <kim{number}@example.org>")
    when = b"" if ago is None else b"Date: " + formatdate((clock.now() - ago).timestamp()).encode() + b"\n"
    file.write_bytes(re.sub(rb"Date: .*\n", when, raw))
    return file


def confirmed() -> list[str]:
    """To whom an acknowledgement goes."""
    said = Message.objects.filter(rule="acknowledge").order_by("pk")
    return [one.to[0]["address"] for one in said]


@pytest.mark.django_db(transaction=True)
def test_an_archive_writes_to_nobody_and_what_came_today_is_confirmed(
    take_in: TakeIn, tmp_path: Path, run_pipeline: Callable[[], int]
) -> None:
    ages = [timedelta(days=2555), timedelta(days=4), timedelta(days=2), timedelta(0), None]
    given = [written(tmp_path / f"{number}.eml", ago, number) for number, ago in enumerate(ages)]
    code, _lines, said = take_in(*given, as_json=False)
    run_pipeline()
    assert (code, list(Intake.objects.values_list("result", flat=True))) == (0, ["created"] * 5)
    assert confirmed() == ["kim2@example.org", "kim3@example.org", "kim4@example.org"]
    assert said.startswith("2 new concerns were written more than three days ago: no confirmation is sent")


@pytest.mark.django_db(transaction=True)
def test_old_mails_are_confirmed_when_somebody_wants_it(
    take_in: TakeIn, tmp_path: Path, run_pipeline: Callable[[], int]
) -> None:
    code, _lines, said = take_in(written(tmp_path / "old.eml", timedelta(days=2555)), acknowledge=True, as_json=False)
    run_pipeline()
    assert (code, confirmed(), said) == (0, ["kim1@example.org"], "")


@pytest.mark.django_db(transaction=True)
def test_what_waited_long_at_a_mail_server_is_confirmed(
    mailbox: Mailbox, tmp_path: Path, run_pipeline: Callable[[], int]
) -> None:
    take(written(tmp_path / "old.eml", timedelta(days=5)).read_bytes())
    run_pipeline()
    assert confirmed() == ["kim1@example.org"]


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_is_not_there_is_refused_and_those_that_are_there_named(take_in: TakeIn, tmp_path: Path) -> None:
    given = written(tmp_path / "a.eml", timedelta(0))
    code, lines, said = take_in(given, mailbox="nope@example.org")
    assert (code, lines, Intake.objects.count()) == (1, [], 0)
    assert said == (
        "No mailbox has the address nope@example.org; there are: service@musterstadt.example. Nothing was taken in.\n"
    )
    assert take_in(given, mailbox="Service+Zaehler@Musterstadt.example")[0] == 0
    assert Intake.objects.get().mailbox is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "raw",
    [random.Random(1).randbytes(3000), b"MZ\x90\0\3\0\0\0" + bytes(500) + b"\nv: \1\2\3\n"],
    ids=["random", "exe"],
)
def test_a_file_that_is_no_mail_is_set_aside_until_a_person_wants_it(
    take_in: TakeIn, tmp_path: Path, admin: Agent, raw: bytes
) -> None:
    (tmp_path / "x").write_bytes(raw)
    code, lines, _said = take_in(tmp_path / "x")
    assert (code, [(line["result"], line["reason"]) for line in lines]) == (1, [("quarantined", "not-a-mail")])
    line = Intake.objects.get()
    with translation.override("en"):
        assert (explain(line).partition(":")[0], files.get(line.sha256)) == ("It does not look like a mail", raw)
    assert Event.objects.get(verb="intake.quarantined").data == {"reason": "not-a-mail"}
    assert taking.take_in_all() == 0  # nobody reads it by itself
    assert taking.let_in(line, actor=Actor.agent(admin.pk), at=clock.now()).result == "created"


@pytest.mark.parametrize("text", ["", "Nur ein Satz.\n", "Grüße\taus Köln\n"])
def test_words_without_a_head_are_somebodys(text: str) -> None:
    assert looks_like_a_mail(text.encode())


@pytest.mark.parametrize(
    "first", ["Subject: hallo", "From a Mon\nSubject: hallo", "X-Nur-Ein-Feld: ja", "\ufeffTo: a@b.de\nCc: c@d.de"]
)
def test_a_single_header_field_makes_a_mail(first: str) -> None:
    assert looks_like_a_mail(f"{first}\n\nText".encode())
    assert looks_like_a_mail(f"{first}\n\nText".replace("\n", "\r").encode())


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

    monkeypatch.setattr(command, "instance", lambda **_wanted: nullcontext())
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
