"""The doctor finds what is wrong and says what to do; what cannot be checked is a finding too."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anliegen.flow.channels.models import Intake
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Cursor
from anliegen.oversight.measurement import doctor
from anliegen.oversight.measurement.doctor import Finding, examine
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Operator, Team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    return tmp_path


def found(check: str) -> Finding:
    (finding,) = (each for each in examine() if each.check == check)
    return finding


def bad() -> set[str]:
    """What is wrong, leaving out the disk of the machine that runs the tests."""
    return {each.check for each in examine() if not each.ok} - {"disk"}


@pytest.fixture
def well(mailbox: Mailbox, billing: Team, mira: Agent, now: datetime) -> None:
    accounts.change(billing, lead=mira, actor=SYSTEM, at=now)


def test_nothing_is_wrong_with_a_well_kept_instance(well: None) -> None:
    assert bad() == set()


def test_an_instance_that_nobody_set_up_is_told_how() -> None:
    assert found("operator").advice.startswith("anliegen setup --organisation")


def test_whatever_is_bad_comes_with_advice(operator: Operator, billing: Team, now: datetime) -> None:
    accounts.change(operator, phone="", callback_address="", actor=SYSTEM, at=now)
    assert bad() == {"way to a person", "mailboxes", "teams"}
    assert all(each.advice for each in examine() if not each.ok)


@pytest.mark.parametrize(
    ("address", "ok"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://hilfe.example.org", True),
        ("http://hilfe.example.org", False),
        ("http://localhost.example.org", False),
    ],
)
def test_an_open_line_is_found(settings: Any, address: str, ok: bool) -> None:
    settings.ANLIEGEN_BASE_URL = address
    assert found("address").ok is ok


def test_a_key_that_others_can_read_is_named(data: Path, well: None) -> None:
    (data / "keys").mkdir()
    key = data / "keys" / "journal"
    key.write_bytes(b"x" * 32)
    key.chmod(0o644)
    assert "journal" in found("keys").advice
    key.chmod(0o600)
    assert found("keys").ok


def test_mail_that_waits_and_mail_set_aside_are_counted(well: None) -> None:
    def line(**fields: object) -> None:
        Intake.objects.create(source="smtp", sha256="0" * 64, size=1, **fields)

    line(received_at=clock.now())  # just now, nothing to worry about
    assert bad() == set()
    line(received_at=clock.now() - doctor.WAITS_TOO_LONG - timedelta(seconds=1))
    line(received_at=clock.now(), result="quarantined", reason="not-understood", done_at=clock.now())
    assert bad() == {"mail in", "set aside"}
    assert (found("mail in").seen, found("set aside").seen) == (
        "1 mails wait longer than 5 minutes",
        "1 mails wait for a person",
    )


def test_a_stopped_reader_is_named_with_its_error(well: None) -> None:
    at = clock.now()
    stop = {"failed_at": at, "failed_position": 7, "error": "KeyError: 'x'", "attempts": 1, "retry_at": at}
    Cursor.objects.filter(name="triage").update(**stop)
    assert found("readers").seen == "triage stopped at 7: KeyError: 'x'"


def test_a_full_disk_and_a_clock_that_is_off_are_found(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**62)
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + timedelta(minutes=1))
    assert not found("disk").ok
    assert not found("clock").ok


def test_a_check_that_cannot_be_made_is_a_finding_and_the_others_go_on(
    well: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _weather() -> Iterator[Finding]:
        yield Finding("sky", True, "blue")
        raise OSError("no window")

    checks: tuple[Callable[[], Iterator[Finding]], ...] = (_weather, *doctor.CHECKS)
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert found("weather") == Finding("weather", False, "OSError: no window", "See the log of the instance.")
    assert found("operator").ok
