from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from anliegen.faces.api import health
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import BROKEN

SAID = {"reason": "cut_off", "stands": 3, "signed": 5}


def test_an_instance_that_can_work_says_ok(client: Client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.content, response.headers["Content-Type"]) == (
        200,
        b"ok\n",
        "text/plain; charset=utf-8",
    )


def test_a_missing_migration_is_the_reason(client: Client, db):
    MigrationRecorder.Migration.objects.filter(app="tickets", name="0001_initial").delete()
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.content.decode().startswith("1 migrations are missing")


def test_a_database_that_is_away_is_the_reason(client: Client, db, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"the database does not answer\n")


def test_a_data_directory_that_is_gone_is_the_reason(client: Client, db, monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(files, "data_path", lambda: tmp_path / "gone")
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.content.decode().startswith("the data directory cannot be written")


def test_a_full_disk_is_the_reason(client: Client, db, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**62)
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"the disk is full\n")


def worker(heard: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)", [heard])


def test_a_worker_that_hangs_is_the_reason_unless_another_works(client: Client, db):
    worker("61 seconds")
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (
        503,
        b"no worker has been heard of for a minute: is `anliegen work` running?\n",
    )
    worker("5 seconds")
    assert client.get("/healthz").content == b"ok\n"


def test_events_that_nobody_seals_are_the_reason(client: Client, db):
    for seconds, status in ((50, 200), (70, 503)):
        with transaction.atomic():
            record(BROKEN, "journal", actor=SYSTEM, at=clock.now() - timedelta(seconds=seconds), **SAID)
        assert client.get("/healthz").status_code == status
        Event.objects.all().delete()


def test_a_journal_that_was_cut_off_can_go_on_working_and_says_so(client: Client, db):
    with transaction.atomic():
        record(BROKEN, "journal", actor=SYSTEM, at=clock.now(), **SAID)
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (
        200,
        b"ok\nthe journal was cut off or changed: anliegen journal verify\n",
    )


def test_looking_leaves_no_file_behind(client: Client, db):
    before = set(files.data_path().iterdir())
    client.get("/healthz")
    assert set(files.data_path().iterdir()) == before
