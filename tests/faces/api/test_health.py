import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from anliegen.faces.api import health
from anliegen.ground import files


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


def test_looking_leaves_no_file_behind(client: Client, db):
    before = set(files.data_path().iterdir())
    client.get("/healthz")
    assert set(files.data_path().iterdir()) == before
