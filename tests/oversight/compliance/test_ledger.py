"""Every mail that came in is accounted for, and its bytes are there."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.apps import apps
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.oversight.compliance import checks, ledger, queries
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db

Line = Callable[..., Intake]


@pytest.fixture
def line(now: datetime) -> Line:
    """Writes a line of the ledger with its file."""

    def write(content: bytes = b"Subject: Abschlag\r\n\r\nHallo", **fields: object) -> Intake:
        result = fields.setdefault("result", "automatic")
        fields.setdefault("done_at", None if result == "received" else now)
        return Intake.objects.create(
            received_at=now, source="smtp", sha256=files.put(content), size=len(content), **fields
        )

    return write


def test_in_is_out_and_waiting(line: Line) -> None:
    for result in ("automatic", "automatic", "bounce", "received"):
        line(result=result)
    found = ledger.balance()
    assert found.received == 4
    assert {code: count for code, count in found.outcomes.items() if count} == {
        "received": 1,
        "automatic": 2,
        "bounce": 1,
    }


def test_a_new_concern_whose_message_is_gone_is_adrift(line: Line) -> None:
    line(result="created")
    assert ledger.check_files().adrift == 1


def test_an_empty_ledger_is_short_and_whole(db: None) -> None:
    assert ledger.balance().received == 0
    assert not ledger.is_long()
    assert ledger.sample_files() == ledger.Files()


def test_files_that_are_there_are_counted(line: Line) -> None:
    for number in range(5):
        line(b"mail %d" % number)
    assert ledger.check_files() == ledger.Files(lines=5)
    assert ledger.sample_files().lines == 5


def test_a_missing_and_a_shortened_file_are_named(line: Line) -> None:
    line(b"this one stays")
    gone, short = line(b"this one goes"), line(b"this one shrinks")
    files.path(gone.sha256).unlink()
    files.path(short.sha256).write_bytes(b"this one")
    for found in (ledger.check_files(), ledger.sample_files()):
        assert (found.lines, found.bad, found.missing, found.damaged) == (3, 2, [gone.pk], [short.pk])
        assert not found.all_there


def test_a_changed_byte_in_a_file_of_the_same_size_is_found_by_the_full_check(line: Line) -> None:
    line(b"this one stays")
    changed = line(b"this one is changed")
    files.path(changed.sha256).write_bytes(b"this one is CHANGED")
    found = ledger.check_files()
    assert (found.lines, found.bad, found.missing, found.damaged) == (2, 1, [], [changed.pk])
    assert ledger.sample_files().all_there  # that only looks quickly


def attach(ticket: Ticket, content: bytes) -> Attachment:
    message = ticket.messages.get()
    fields = {"filename": "Zaehler.jpg", "content_type": "image/jpeg", "size": len(content)}
    return Attachment.objects.create(message=message, sha256=files.put(content), **fields)


def test_attachments_are_checked_each_file_once(ticket: Ticket, line: Line) -> None:
    line()
    one, _same, gone, changed = (attach(ticket, each) for each in (b"Foto", b"Foto", b"Rechnung", b"Vertrag"))
    assert ledger.check_files() == ledger.Files(lines=1, attachments=3)
    files.path(gone.sha256).unlink()
    files.path(changed.sha256).write_bytes(b"vertrag")
    found = ledger.check_files()
    assert (found.checked, found.bad, found.bad_attachments, found.concerns) == (4, 2, 2, [ticket.pk])
    files.path(one.sha256).write_bytes(b"foto")
    assert ledger.check_files().bad_attachments == 3


def test_more_files_than_are_read_at_once_are_all_checked(
    ticket: Ticket, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LINES", 2)
    for number in range(5):
        line(b"mail %d" % number)
        attach(ticket, b"Foto %d" % number)
    assert ledger.check_files() == ledger.Files(lines=5, attachments=5)


def test_whatever_names_a_file_is_checked() -> None:
    named = {
        model for model in apps.get_models() if any(field.column == "sha256" for field in model._meta.concrete_fields)
    }
    assert named == set(ledger.NAME_FILES)


def test_a_check_says_so_in_the_journal(line: Line, admin: Agent, now: datetime) -> None:
    gone = line(b"this one goes as well")
    files.path(gone.sha256).unlink()
    found = checks.check_ledger(actor=Actor.agent(admin.pk), at=now)
    assert found is not None and found.missing == [gone.pk]
    said = queries.last_check("ledger")
    assert said is not None and said.data == {"checked": 1, "missing": 1, "adrift": 0}


def test_a_long_check_goes_on_as_a_job(line: Line, admin: Agent, now: datetime) -> None:
    line()
    assert checks.check_ledger(actor=Actor.agent(admin.pk), at=now, seconds=-1) is None
    assert ProcrastinateJob.objects.filter(task_name__endswith="ledger_in_full", status="todo").count() == 1
    checks.ledger_in_full(actor=f"agent:{admin.pk}")
    said = queries.last_check("ledger")
    assert said is not None and said.data["checked"] == 1


def test_an_agent_sees_the_lines_of_the_own_teams_and_of_none(
    line: Line, ticket: Ticket, mailbox: Mailbox, admin: Agent, mira: Agent, tom: Agent
) -> None:
    of_billing = line(result="automatic", ticket=ticket)
    to_billing = line(result="bounce", mailbox=mailbox)
    of_nobody = line(result="quarantined", reason="not-understood")
    assert set(ledger.lines_for(admin)) == {of_billing, to_billing, of_nobody}
    assert set(ledger.lines_for(mira)) == {of_billing, to_billing, of_nobody}
    assert set(ledger.lines_for(tom)) == {of_nobody}


def test_counts_name_every_outcome(line: Line, admin: Agent) -> None:
    line(result="bounce")
    found = ledger.counts(ledger.lines_for(admin))
    assert found["bounce"] == 1
    assert sum(found.values()) == 1
    assert next(iter(found)) == "received"
