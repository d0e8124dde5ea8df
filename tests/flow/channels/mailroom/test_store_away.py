"""The file store is away for a moment: mails wait for it. What was set aside because of it comes in by itself."""

import errno
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from anliegen.flow.channels.mailroom import aside, intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
Away = Callable[[Path], None]


def is_gone(store: Path) -> None:
    """Not there at all."""


def is_not_mounted(store: Path) -> None:
    store.mkdir()


def is_no_folder(store: Path) -> None:
    store.write_text("")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file store of the test's own."""
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    return tmp_path / "files"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves a clock that stands."""
    at = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: at[0])

    def move(by: timedelta) -> None:
        at[0] += by

    return move


def stored(number: int) -> Intake:
    return store_raw(mail(message_id=f"<{number}@example.org>"), source="smtp")


def results() -> list[tuple[str, str]]:
    return list(Intake.objects.order_by("pk").values_list("result", "reason"))


@pytest.mark.parametrize("how", [is_gone, is_not_mounted, is_no_folder])
def test_mails_wait_while_the_file_store_is_away(mailbox: Mailbox, store: Path, how: Away) -> None:
    for number in range(3):
        stored(number)
    away = store.rename(store.with_name("files.away"))
    how(store)
    for _ in range(4):
        with pytest.raises(OSError):
            intake.take_in_all()
    assert results() == [("received", "")] * 3
    if store.is_dir():
        store.rmdir()
    store.unlink(missing_ok=True)
    away.rename(store)
    intake.take_in_all()
    assert results() == [("created", "mailbox")] * 3


@pytest.mark.parametrize("trouble", [errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.ENXIO])
def test_mails_wait_while_the_file_server_is_away(
    mailbox: Mailbox, store: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    stored(1)
    fails(monkeypatch, trouble)
    with pytest.raises(OSError):
        intake.take_in_all()
    assert results() == [("received", "")]


@pytest.mark.parametrize("trouble", [errno.EIO, errno.EACCES])
def test_one_file_that_cannot_be_read_is_no_trouble_of_the_others(
    mailbox: Mailbox, store: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    bad = stored(1)
    stored(2)
    fails(monkeypatch, trouble, bad.sha256)
    intake.take_in_all()
    assert results() == [("quarantined", "disk"), ("created", "mailbox")]


@pytest.mark.parametrize("trouble", [errno.EIO, errno.EACCES])
def test_a_trouble_of_all_files_is_waited_for(
    mailbox: Mailbox, store: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    stored(1)
    fails(monkeypatch, trouble)
    monkeypatch.setattr(aside.os, "scandir", lambda folder: fail(trouble))
    with pytest.raises(OSError):
        intake.take_in_all()
    assert results() == [("received", "")]


def test_a_person_who_retries_while_the_store_is_away_is_told_that_it_waits(
    mailbox: Mailbox, admin: Agent, store: Path, now: datetime
) -> None:
    line = stored(1)
    Intake.objects.update(result="quarantined", reason="file-missing", done_at=now)
    store.rename(store.with_name("files.away"))
    assert intake.let_in(line, actor=Actor.agent(admin.pk), at=now).result == "received"


def test_what_is_there_again_is_taken_in_by_itself(
    mailbox: Mailbox, store: Path, watch: Callable[[timedelta], None]
) -> None:
    back, gone = stored(1), stored(2)
    away = files.path(back.sha256).rename(store.with_name("away"))
    files.path(gone.sha256).unlink()
    intake.take_in_all()
    assert results() == [("quarantined", "file-missing")] * 2
    watch(6 * MINUTE)
    aside.retry_what_is_there_again(0)
    assert results() == [("quarantined", "file-missing")] * 2
    away.rename(files.path(back.sha256))
    aside.retry_what_is_there_again(0)
    intake.take_in_all()
    assert results() == [("created", "mailbox"), ("quarantined", "file-missing")]
    told = Event.objects.filter(verb="intake.retried").values_list("subject", "actor")
    assert list(told) == [(f"intake:{back.pk}", SYSTEM.ref)]


def test_what_fails_again_is_tried_more_and_more_seldom(
    mailbox: Mailbox, store: Path, monkeypatch: pytest.MonkeyPatch, watch: Callable[[timedelta], None]
) -> None:
    bad = stored(1)
    fails(monkeypatch, errno.EIO, bad.sha256)
    intake.take_in_all()
    waited = []
    for _ in range(4):
        minutes = 0
        while results() == [("quarantined", "disk")]:
            minutes += 5
            watch(5 * MINUTE)
            aside.retry_what_is_there_again(0)
        intake.take_in_all()
        waited.append(minutes)
    assert waited == [5, 10, 20, 40]


def fail(trouble: int) -> None:
    raise OSError(trouble, "no")


def fails(monkeypatch: pytest.MonkeyPatch, trouble: int, sha256: str = "") -> None:
    """Reading this file fails; without one, reading any."""
    get = files.get

    def failing(wanted: str) -> bytes:
        if not sha256 or wanted == sha256:
            fail(trouble)
        return get(wanted)

    monkeypatch.setattr(files, "get", failing)
