"""The one place that listens: new mail within a second or two, drops survived, each source by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from anliegen.flow.channels.mailroom import fetch, watch
from anliegen.flow.channels.mailroom.sources import UNDECIDED, change_source, create_source
from anliegen.flow.channels.models import Intake, Source
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Mailbox

from .conftest import stored
from .servers import Folder, Server, letter, running

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def watching() -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=watch.watch, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
        for each in threading.enumerate():
            if each.name.startswith("watch-"):
                each.join(25)
                assert not each.is_alive()
        assert not thread.is_alive()


def until(question: Callable[[], bool], *, within: float = 15) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not question():
        assert time.monotonic() - began < within, "it did not come to that"
        time.sleep(0.02)
    return time.monotonic() - began


def idles(folder: Folder) -> bool:
    return "IDLE" in folder.commands


def test_new_mail_is_here_within_two_seconds(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    with watching():
        until(lambda: idles(folder) and Intake.objects.count() == 1)
        for number, name in enumerate(("zwei", "drei"), 2):
            folder.add(letter(name))
            assert until(lambda number=number: Intake.objects.count() == number) < 2
        kept = Source.objects.get()
        assert kept.listens and kept.watched_until is not None and kept.watched_until > clock.now()
    assert stored() == [letter("eins"), letter("zwei"), letter("drei")]
    assert Source.objects.get().watched_until is None


def test_a_connection_that_drops_is_made_anew_and_what_came_meanwhile_is_fetched(
    source: Source, folder: Folder, server: Server
) -> None:
    with watching():
        until(lambda: idles(folder))
        server.hung_up.set()
        folder.add(letter("inzwischen"))
        until(lambda: Intake.objects.count() == 1)
        server.hung_up.clear()
        until(lambda: folder.commands.count("IDLE") > 1)
        folder.add(letter("danach"))
        until(lambda: Intake.objects.count() == 2)
    assert stored() == [letter("inzwischen"), letter("danach")]


def test_a_server_without_idle_is_asked_again_and_again(
    source: Source, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "POLL_S", 0.2)
    folder.can = "IMAP4rev1 AUTH=PLAIN"
    with watching():
        until(lambda: Source.objects.get().fetched_at is not None)
        folder.add(letter("eins"))
        until(lambda: Intake.objects.count() == 1)
    assert not idles(folder)
    assert not Source.objects.get().listens


def test_a_source_that_stalls_does_not_slow_another(
    source: Source, folder: Folder, server: Server, mailbox: Mailbox, fields: dict[str, Any], jana: Actor
) -> None:
    folder.stalls_at = "LOGIN"
    well = Folder()
    with running(Server(well)) as good:
        create_source(mailbox, actor=jana, at=clock.now(), **fields | {"username": "gut", "port": good.port})
        with watching():
            until(lambda: idles(well))
            well.add(letter("schnell"))
            assert until(lambda: Intake.objects.count() == 1) < 2
            folder.stalls_at = "never"
            server.released.set()


def test_a_source_that_refuses_is_noted_and_not_stormed(source: Source, folder: Folder) -> None:
    folder.password = "anders"
    with watching():
        until(lambda: Source.objects.get().error == "login")
        tried = folder.logins
        time.sleep(3)
        assert folder.logins == tried <= 2


def test_what_is_paused_or_not_decided_is_left_alone(source: Source, folder: Folder, jana: Actor) -> None:
    Source.objects.update(last_uid=UNDECIDED)
    with watching():
        time.sleep(1)
        assert folder.commands == []
        Source.objects.update(last_uid=0)
        until(lambda: idles(folder))
        change_source(source, is_active=False, actor=jana, at=clock.now())
        until(lambda: not [each for each in threading.enumerate() if each.name.startswith("watch-")])
        connections = folder.logins
        folder.add(letter("eins"))
        time.sleep(1)
        assert (Intake.objects.count(), folder.logins) == (0, connections)


def test_a_folder_of_this_machine_is_read_within_two_seconds(
    mailbox: Mailbox, jana: Actor, tmp_path: Any, settings: Any
) -> None:
    settings.ANLIEGEN_MAIL_FOLDERS = str(tmp_path)
    for each in ("new", "cur", "tmp"):
        (tmp_path / each).mkdir()
    create_source(mailbox, kind="maildir", folder=str(tmp_path), last_uid=0, actor=jana, at=clock.now())
    with watching():
        until(lambda: Source.objects.get().fetched_at is not None)
        (tmp_path / "new" / "1.a").write_bytes(letter("eins"))
        assert until(lambda: Intake.objects.count() == 1) < 2.5


def test_the_clock_leaves_alone_what_is_listened_at(source: Source, folder: Folder) -> None:
    asked: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "defer", lambda _task, *, key, source_id: asked.append(source_id))
        now = clock.now()
        Source.objects.update(watched_until=now + watch.PROMISE, fetched_at=now)
        fetch.fetch_due(0)
        assert asked == []
        Source.objects.update(failed_at=now)
        fetch.fetch_due(0)
        assert asked == [source.pk]


def test_a_worker_that_loses_its_database_listens_again(source: Source, folder: Folder) -> None:
    with watching():
        until(lambda: idles(folder))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s",
                [watch.LOCK],
            )
        until(lambda: folder.commands.count("IDLE") > 1)
        folder.add(letter("eins"))
        until(lambda: Intake.objects.count() == 1)
