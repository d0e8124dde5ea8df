"""Secrets: from where the operator puts them; and what the database keeps is of no use without the data directory."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground import secrets


@given(st.text())
def test_what_was_locked_opens_again(text: str) -> None:
    assert secrets.unlock(secrets.lock(text)) == text


def test_the_same_text_is_locked_differently_each_time() -> None:
    assert secrets.lock("geheim") != secrets.lock("geheim")


def test_the_locked_text_does_not_stand_in_the_bytes() -> None:
    assert b"geheim" not in secrets.lock("geheim")


def test_changed_bytes_do_not_open() -> None:
    locked = bytearray(secrets.lock("geheim"))
    locked[-1] ^= 1
    with pytest.raises(secrets.Locked):
        secrets.unlock(bytes(locked))


def test_too_few_bytes_do_not_open() -> None:
    with pytest.raises(secrets.Locked):
        secrets.unlock(b"short")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    return tmp_path


def test_a_secret_comes_from_the_environment_before_its_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets.secret("TEST_SECRET") is None
    file = data / "secret"
    file.write_text("  aus der Datei ä\n", encoding="utf-8")
    monkeypatch.setenv("TEST_SECRET_FILE", str(file))
    assert secrets.secret("TEST_SECRET") == "aus der Datei ä"
    monkeypatch.setenv("TEST_SECRET", "aus der Umgebung")
    assert secrets.secret("TEST_SECRET") == "aus der Umgebung"


def test_a_secret_file_that_cannot_be_read_is_refused_by_name(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET_FILE", str(data / "missing"))
    with pytest.raises(secrets.SecretUnreadable, match=r"TEST_SECRET_FILE=.*missing: No such file"):
        secrets.secret("TEST_SECRET")


def test_a_key_is_made_once_and_only_its_owner_reads_it(data: Path) -> None:
    made = secrets.key("test", 48)
    assert (len(made), secrets.key("test", 48), secrets.key("other") == made[:32]) == (48, made, False)
    assert [each.name for each in sorted((data / "keys").iterdir())] == ["other", "test"]
    assert (data / "keys" / "test").stat().st_mode & 0o777 == 0o600
    assert (data / "keys").stat().st_mode & 0o077 == 0


def test_processes_that_start_together_agree_on_one_key(data: Path) -> None:
    program = "import sys; sys.stdin.read(); from anliegen.ground import secrets; print(secrets.key('race').hex())"
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in processes:  # let all of them go at once
        assert each.stdin is not None
        each.stdin.close()
    told = set()
    for each in processes:
        assert each.stdout is not None
        told.add(each.stdout.read().strip())
        each.stdout.close()
        assert each.wait(timeout=60) == 0
    assert told == {secrets.key("race").hex()}


def test_another_instances_key_does_not_open(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = secrets.lock("geheim")
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path / "another"))
    with pytest.raises(secrets.Locked):
        secrets.unlock(locked)
