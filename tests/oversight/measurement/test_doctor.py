"""The doctor finds what is wrong and says what to do; what cannot be checked is a finding too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from anliegen.config.pipeline import READERS
from anliegen.flow.channels.guard.watch import change_guard
from anliegen.flow.channels.models import Delivery, Intake, Source
from anliegen.ground import clock, egress, jobs, open_files
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal import breaks, read, seal, tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor
from anliegen.ground.journal.record import record
from anliegen.oversight.compliance.verbs import READER_RETRIED
from anliegen.oversight.measurement import doctor
from anliegen.oversight.measurement.doctor import examine
from anliegen.oversight.measurement.findings import Finding
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Operator, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def worker(db: None) -> None:
    """Somebody works."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def found(check: str) -> Finding:
    (finding,) = (each for each in examine() if each.check == check)
    return finding


def bad() -> set[str]:
    """What is wrong although the worker works, leaving out the disk of the machine that runs the tests."""
    tail.drain(READERS)
    return wrong()


def wrong() -> set[str]:
    return {each.check for each in examine() if not each.ok} - {"disk"}


@pytest.fixture
def well(mailbox: Mailbox, billing: Team, mira: Agent, now: datetime) -> None:
    accounts.change(billing, lead=mira, actor=SYSTEM, at=now)


def test_nothing_is_wrong_with_a_well_kept_instance(well: None) -> None:
    assert bad() == set()


def test_as_long_as_no_server_is_trusted_the_operator_is_told_what_that_means(well: None, now: datetime) -> None:
    warned = found("senders")
    assert (warned.ok, warned.advice.startswith("Settings, protection: name the mail server")) == (True, True)
    change_guard(actor=SYSTEM, at=now, trusted_servers=["mx.musterstadt.example"])
    assert found("senders") == Finding("senders", True, "mx.musterstadt.example says whether they are who they say")


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


@pytest.fixture
def website(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[egress.Certificate | Exception], None]:
    """What a look at the certificate of https://hilfe.example.org gives."""
    settings.ANLIEGEN_BASE_URL = "https://hilfe.example.org"

    def give(answer: egress.Certificate | Exception) -> None:
        def look(url: str, *, purpose: str) -> egress.Certificate:
            assert Destination.objects.active().filter(scheme="https", host="hilfe.example.org", port=443).exists()
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(egress, "website_certificate", look, raising=False)

    return give


def lasting(life: timedelta, left: timedelta) -> egress.Certificate:
    ends_at = clock.now() + left
    return egress.Certificate(ends_at - life, ends_at)


@pytest.mark.parametrize(
    ("life", "left", "ok"),
    [
        (timedelta(days=90), timedelta(days=89), True),
        (timedelta(days=90), timedelta(days=14, minutes=1), True),
        (timedelta(days=90), timedelta(days=14), False),
        (timedelta(days=6), timedelta(days=3), True),
        (timedelta(days=6), timedelta(days=1), False),
        (timedelta(days=90), timedelta(minutes=1), False),
    ],
)
def test_a_certificate_that_ends_soon_is_found(
    website: Callable[[egress.Certificate | Exception], None], life: timedelta, left: timedelta, ok: bool
) -> None:
    ends_at = clock.now() + left
    website(lasting(life, left))
    certificate = found("certificate of the address")
    assert certificate.ok is ok
    assert certificate.seen.startswith(f"good until {ends_at:%Y-%m-%d}, ")
    assert bool(certificate.advice) is not ok


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        (egress.Failed("certificate", "The certificate is not valid: expired."), "Renew it, for this very name"),
        (egress.Unreachable("connect_failed", "It cannot be reached."), "Does the proxy in front run?"),
    ],
)
def test_a_certificate_that_is_not_good_or_cannot_be_seen_comes_with_advice(
    website: Callable[[egress.Certificate | Exception], None], problem: egress.EgressError, advice: str
) -> None:
    website(problem)
    certificate = found("certificate of the address")
    assert (certificate.ok, certificate.seen) == (False, str(problem))
    assert certificate.advice.startswith(advice)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[..., None]:
    """What the mail server says, and its certificate (None: the session is not encrypted)."""
    settings.ANLIEGEN_SMTP_URL = "smtp://mail.example.org:25"

    def give(*, says: Exception | None = None, shows: egress.Certificate | None = None) -> None:
        @contextmanager
        def session(url: str, *, purpose: str) -> Iterator[None]:
            assert Destination.objects.active().filter(host="mail.example.org", purpose=purpose).exists()
            if says is not None:
                raise says
            yield

        monkeypatch.setattr(egress, "smtp", session, raising=False)
        monkeypatch.setattr(egress, "session_certificate", lambda session: shows, raising=False)

    return give


def test_the_mail_server_and_its_certificate_are_looked_at(well: None, mail_server: Callable[..., None]) -> None:
    mail_server(shows=lasting(timedelta(days=90), timedelta(days=3)))
    assert found("mail session").seen == "answers"
    assert bad() == {"certificate of the mail server"}
    mail_server()  # such as one on this machine
    assert [each.check for each in examine() if "certificate" in each.check] == []


@pytest.mark.parametrize(
    ("says", "advice"),
    [
        (egress.TurnedAway(535, "no"), "Are user name and password in ANLIEGEN_SMTP_URL still right?"),
        (egress.Failed("certificate", "not valid"), "Mails wait and are tried again for two days."),
    ],
)
def test_a_mail_server_that_does_not_take_mail_is_found(
    well: None, mail_server: Callable[..., None], says: Exception, advice: str
) -> None:
    mail_server(says=says)
    assert bad() == {"mail session"}
    assert found("mail session").advice.startswith(advice)


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


def test_a_job_that_failed_is_named(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (found("jobs").ok, found("jobs").seen) == (True, "none failed")
    monkeypatch.setattr(jobs, "failed_lately", lambda: {"records.tickets.jobs.wake_due": 3})
    assert (found("jobs").ok, found("jobs").seen) == (
        False,
        "records.tickets.jobs.wake_due failed 3 times within a day",
    )


def test_a_stopped_reader_is_named_with_its_error(well: None) -> None:
    at = clock.now()
    stop = {"failed_at": at, "failed_position": 7, "error": "KeyError: 'x'", "attempts": 1, "retry_at": at}
    Cursor.objects.filter(name="triage").update(**stop)
    assert found("readers").seen == "triage stopped at 7: KeyError: 'x'"


def silence(interval: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() + %s::interval", [interval])


def test_a_worker_that_does_nothing_is_found_before_any_mail_comes(well: None) -> None:
    run = found("worker")
    assert (run.ok, run.seen) == (True, "1 at work")
    for interval in ("-61 seconds", "1 day"):  # the clock was put back by a day: by then it would seem alive
        silence(interval)
        assert bad() == {"worker"}
        assert found("worker").seen == "0 at work, 1 not heard of for a minute"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert found("worker").seen == "0 at work"


def stand_for(monkeypatch: pytest.MonkeyPatch, moment: datetime, seconds: float) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment + timedelta(seconds=seconds))


def unwell() -> set[str]:
    """What is wrong while nobody works, and the test's own clock is not the database's."""
    return wrong() - {"clock"}


def test_events_that_nobody_seals_are_found_by_their_age(
    well: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_for(monkeypatch, now, 0)
    tail.seal_all()
    read.enrol(READERS)
    Cursor.objects.update(position=seal.last()[0], moved_at=now)
    with transaction.atomic():
        record(READER_RETRIED, "reader:triage", actor=SYSTEM, at=now)
    for seconds, expected in ((59, set()), (61, {"journal"})):
        stand_for(monkeypatch, now, seconds)
        assert unwell() == expected
    assert found("journal").seen == "1 events are not sealed yet, for 61 s"


def test_an_old_time_alone_is_no_standstill(well: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when old mail is imported: its events bear old times, and the sealer is at work."""
    stand_for(monkeypatch, now, 0)
    tail.seal_all()
    Cursor.objects.update(position=seal.last()[0], moved_at=now)
    with transaction.atomic():
        record(READER_RETRIED, "reader:triage", actor=SYSTEM, at=now - timedelta(days=400))
    assert unwell() == set()


def test_a_reader_that_stays_behind_is_named_by_the_time_it_stands(
    well: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_for(monkeypatch, now, 0)
    with transaction.atomic():
        record(READER_RETRIED, "reader:triage", actor=SYSTEM, at=now)
    tail.seal_all()
    Cursor.objects.update(position=seal.last()[0], moved_at=now)
    Cursor.objects.filter(name="triage").update(position=0, verbs=["reader.retried"])
    for seconds, expected in ((59, set()), (61, {"reading"})):
        stand_for(monkeypatch, now, seconds)
        assert unwell() == expected
    assert found("reading").seen == "triage behind"
    Cursor.objects.filter(name="triage").update(verbs=["ticket.opened"])
    assert unwell() == set()  # nothing waits that concerns it


def test_an_answer_that_nobody_began_to_deliver_is_counted(ticket: Ticket, mira: Agent) -> None:
    at = clock.now()
    actions.reply(ticket, Answer("Ja."), actor=Actor.agent(mira.pk), at=at - timedelta(seconds=100))
    actions.reply(ticket, Answer("Später.", send_at=at + timedelta(days=1)), actor=Actor.agent(mira.pk), at=at)
    assert found("answers").seen == "0 wait and nobody has begun to deliver them"
    actions.reply(ticket, Answer("Nein."), actor=Actor.agent(mira.pk), at=at - timedelta(seconds=121))
    finding = found("answers")
    assert (finding.ok, finding.seen) == (False, "1 wait and nobody has begun to deliver them")


def test_a_source_that_was_not_compared_for_two_days_is_found(well: None, mailbox: Mailbox) -> None:
    at = clock.now()
    fields = {"begun_at": at - timedelta(days=9), "fetched_at": at, "watched_until": at + timedelta(minutes=1)}
    source = accounts.create(
        Source, mailbox=mailbox, host="imap.example.org", username="service", actor=SYSTEM, at=at, **fields
    )
    day = timedelta(days=1)
    for compared_at, expected in (
        (None, False),
        (at - day, True),
        (at - 2 * day - day / 9, False),
        (at + 3 * day, False),
    ):
        Source.objects.filter(pk=source.pk).update(compared_at=compared_at)
        assert found("comparison").ok is expected
    Source.objects.update(is_active=False)
    assert found("comparison").ok


def test_a_journal_that_was_cut_off_is_found_and_stays_so(well: None, now: datetime) -> None:
    assert found("whole journal") == Finding("whole journal", True, "it ends as signed")
    tail.seal_all()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_event WHERE position = (SELECT max(position) FROM journal_event)")
    assert found("whole journal").seen == "broken, and marked so at no position yet"
    stood = seal.last()[0]
    with transaction.atomic():
        record(READER_RETRIED, "reader:triage", actor=SYSTEM, at=now)
    tail.seal_all()
    assert (found("whole journal").ok, found("whole journal").seen) == (False, f"broken, and marked so at {stood + 2}")
    breaks.acknowledge(breaks.marks().get(), why="The disk was full.", actor=SYSTEM, at=now)
    assert (found("whole journal").ok, found("whole journal").seen) == (
        True,
        f"broken, and marked so at {stood + 2}; somebody has looked into it",
    )


def test_where_mails_are_kept_is_said_by_its_real_name(well: None, data: Path) -> None:
    assert found("mail out").seen == f"mails are kept in {data}/outbox and not sent"


def test_too_few_open_files_are_found(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_files, "most", lambda: 60)
    finding = found("open files")
    assert (finding.ok, finding.seen, "LimitNOFILE=512" in finding.advice) == (False, "60 at once", True)


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


def test_a_mail_server_that_refuses_us_is_named_with_its_reason(ticket: Ticket, mira: Agent, now: datetime) -> None:
    message = actions.reply(ticket, Answer("Ja."), actor=Actor.agent(mira.pk), at=now)
    Delivery.objects.create(
        message=message, due_at=clock.now() + timedelta(minutes=1), code="smtp_535", trouble="server"
    )
    finding = found("mail server")
    assert (finding.ok, finding.seen) == (False, "1 answers wait because of it: smtp_535")
