"""Folders of this machine as sources: a Maildir and an mbox that another program delivers into."""

import fcntl
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.places import mbox
from anliegen.flow.channels.mailroom.sources import EVERYTHING, TODAY, UNREAD, create_source
from anliegen.flow.channels.models import Intake, Source
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Mailbox

from .conftest import aside, fetch_again, stored
from .servers import letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.ANLIEGEN_MAIL_FOLDERS = str(tmp_path)  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def local(mailbox: Mailbox, place: Path, jana: Actor, now: datetime) -> Callable[..., Source]:
    def make(kind: str, folder: Path, choice: int = EVERYTHING, **fields: object) -> Source:
        return create_source(mailbox, kind=kind, folder=str(folder), last_uid=choice, actor=jana, at=now, **fields)

    return make


@pytest.fixture
def maildir(place: Path) -> Path:
    for each in ("new", "cur", "tmp"):
        (place / "md" / each).mkdir(parents=True)
    return place / "md"


def unix(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n")


def append(file: Path, *mails: bytes) -> None:
    with file.open("ab") as box:
        for mail in mails:
            box.write(b"From kim@example.org Fri Nov 20 10:00:00 2026\n" + unix(mail) + b"\n")


def test_a_maildir_is_read_as_it_fills(local: Callable[..., Source], maildir: Path) -> None:
    source = local("maildir", maildir)
    (maildir / "new" / "1.a").write_bytes(letter("eins"))
    fetch_again(source)
    os.rename(maildir / "new" / "1.a", maildir / "cur" / "1.a:2,S")  # somebody reads it
    (maildir / "new" / "2.b").write_bytes(letter("zwei"))
    (maildir / "tmp" / "3.c").write_bytes(letter("unfertig"))
    (maildir / "new" / ".hidden").write_bytes(b"x")
    assert fetch_again(source).error == ""
    assert stored() == [letter("eins"), letter("zwei")]
    assert Intake.objects.earliest("pk").source == f"maildir:{source.pk}"
    assert not Destination.objects.exists()


def test_a_maildir_may_be_emptied_as_it_is_read(local: Callable[..., Source], maildir: Path) -> None:
    source = local("maildir", maildir, deletes=True)
    (maildir / "new" / "1.a").write_bytes(letter("eins"))
    fetch_again(source)
    assert (stored(), list((maildir / "new").iterdir())) == ([letter("eins")], [])


def test_only_unread_mails_of_a_maildir(local: Callable[..., Source], maildir: Path) -> None:
    (maildir / "cur" / "1.a:2,RS").write_bytes(letter("gelesen"))
    (maildir / "cur" / "2.b:2,").write_bytes(letter("gesehen"))
    (maildir / "new" / "3.c").write_bytes(letter("neu"))
    source = local("maildir", maildir, UNREAD)
    fetch_again(source)
    assert sorted(stored()) == sorted([letter("gesehen"), letter("neu")])
    assert aside(source) == [("1.a", "left")]


def test_only_mails_of_today_of_a_maildir(local: Callable[..., Source], maildir: Path) -> None:
    (maildir / "new" / "1.a").write_bytes(letter("alt"))
    os.utime(maildir / "new" / "1.a", (1_000_000_000, 1_000_000_000))
    (maildir / "new" / "2.b").write_bytes(letter("heute"))
    fetch_again(local("maildir", maildir, TODAY))
    assert stored() == [letter("heute")]


def test_a_link_out_of_the_folder_is_no_mail(local: Callable[..., Source], maildir: Path, place: Path) -> None:
    (place / "geheim").write_bytes(b"geheim")
    (maildir / "new" / "1.a").symlink_to(place / "geheim")
    assert fetch_again(local("maildir", maildir)).error == ""
    assert stored() == []


def test_a_folder_outside_of_those_allowed_is_refused(
    local: Callable[..., Source], maildir: Path, settings: pytest.FixtureRequest
) -> None:
    settings.ANLIEGEN_MAIL_FOLDERS = str(maildir / "new")  # type: ignore[attr-defined]
    trouble = fetch.check(local("maildir", maildir))
    assert trouble is not None and trouble.code == "folder_not_allowed"


def test_a_link_to_a_folder_outside_is_refused(
    local: Callable[..., Source], place: Path, settings: pytest.FixtureRequest
) -> None:
    (place / "in").mkdir()
    (place / "out").mkdir()
    (place / "in" / "link").symlink_to(place / "out")
    settings.ANLIEGEN_MAIL_FOLDERS = str(place / "in")  # type: ignore[attr-defined]
    trouble = fetch.check(local("maildir", place / "in" / "link"))
    assert trouble is not None and trouble.code == "folder_not_allowed"


def test_a_folder_that_is_none_is_named(local: Callable[..., Source], place: Path) -> None:
    assert fetch_again(local("maildir", place / "nowhere")).error == "folder_missing"
    assert fetch_again(local("mbox", place / "nothing")).error == "folder_missing"


def test_an_mbox_is_read_as_it_grows(local: Callable[..., Source], place: Path) -> None:
    box = place / "box"
    append(box, letter("eins"), letter("zwei", body="Hallo\r\n\r\n>From mir\r\nFrom hier\r\n"))
    source = local("mbox", box)
    fetch_again(source)
    append(box, letter("drei"))
    fetch_again(source)
    wanted = [letter("eins"), letter("zwei", body="Hallo\r\n\r\nFrom mir\r\nFrom hier\r\n"), letter("drei")]
    assert stored() == [unix(mail) for mail in wanted]


def test_an_mbox_that_was_shortened_and_noted_in_doubles_nothing(local: Callable[..., Source], place: Path) -> None:
    box = place / "box"
    append(box, letter("eins"), letter("zwei"))
    source = local("mbox", box)
    fetch_again(source)
    box.write_bytes(b"")
    append(box, letter("zwei").replace(b"Subject", b"Status: RO\r\nSubject"), letter("drei"))
    fetch_again(source)
    assert stored() == [unix(letter(name)) for name in ("eins", "zwei", "drei")]


def test_an_mbox_that_is_locked_is_read_later(
    local: Callable[..., Source], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "PATIENCE_S", 0.2)
    box = place / "box"
    append(box, letter("eins"))
    source = local("mbox", box)
    (place / "box.lock").touch()
    assert fetch_again(source).error == "folder_locked"
    (place / "box.lock").unlink()
    assert fetch_again(source).error == ""
    assert stored() == [unix(letter("eins"))]


def test_a_writer_in_another_process_is_waited_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "PATIENCE_S", 5.0)
    box = place / "box"
    append(box, letter("eins"))
    child = os.fork()
    if child == 0:  # pragma: no cover
        with box.open("ab") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            (place / "ready").touch()
            time.sleep(0.5)
        os._exit(0)
    while not (place / "ready").exists():
        time.sleep(0.01)
    began = time.monotonic()
    with mbox.locked(box):
        waited = time.monotonic() - began
    os.waitpid(child, 0)
    assert waited > 0.2


def test_half_a_mail_at_the_end_is_waited_for(local: Callable[..., Source], place: Path) -> None:
    box = place / "box"
    append(box, letter("eins"))
    with box.open("ab") as half:
        half.write(b"From kim@example.org Fri Nov 20 10:00:00 2026\nSubject: zw")
    source = local("mbox", box)
    fetch_again(source)
    assert stored() == [unix(letter("eins"))]
    with box.open("ab") as rest:
        rest.write(b"ei\n\nHallo\n\n")
    fetch_again(source)
    assert stored()[1:] == [b"Subject: zwei\n\nHallo\n"]


def test_only_unread_mails_of_an_mbox(local: Callable[..., Source], place: Path) -> None:
    box = place / "box"
    append(box, letter("gelesen").replace(b"Subject", b"Status: RO\r\nSubject"), letter("neu"))
    source = local("mbox", box, UNREAD)
    fetch_again(source)
    append(box, letter("spaeter"))
    fetch_again(source)
    assert stored() == [unix(letter("neu")), unix(letter("spaeter"))]
