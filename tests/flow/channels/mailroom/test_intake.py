"""Taking in when something is wrong: one bad mail stops no other, and a full disk is no mail's fault."""

import errno
from datetime import datetime

import pytest
from django.db import IntegrityError, connection

from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email import parse
from anliegen.flow.channels.email.explain import explain
from anliegen.flow.channels.email.laid import Laid
from anliegen.flow.channels.email.quotes.split import Split
from anliegen.flow.channels.mailroom import aside, intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Mailbox
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)


def stored(number: int, **headers: str) -> Intake:
    return store_raw(mail(message_id=f"<{number}@example.org>", **headers), source="smtp")


def results() -> list[str]:
    return list(Intake.objects.order_by("pk").values_list("result", flat=True))


def test_a_mail_whose_rows_the_database_refuses_is_set_aside_and_the_others_go_on(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL calls a value that is too large an operational error, as it does a lost connection."""

    def refusing(incoming, line, **given):  # type: ignore[no-untyped-def]
        if incoming.subject == "zu groß":
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '54000'; END $$")
        return accept(incoming, line, **given)

    monkeypatch.setattr(intake, "accept", refusing)
    for number, subject in enumerate(["eins", "zu groß", "drei"]):
        stored(number, subject=subject)
    intake.take_in_all()
    assert results() == ["created", "quarantined", "created"]
    assert Intake.objects.get(result="quarantined").reason == "database-refused"


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EMFILE])
def test_mails_wait_while_the_disk_is_full(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, trouble: int) -> None:
    def full(sha256: str) -> bytes:
        raise OSError(trouble, "no room")

    stored(1)
    stored(2)
    with monkeypatch.context() as patched:
        patched.setattr(files, "get", full)
        with pytest.raises(OSError):
            intake.take_in_all()
        assert results() == ["received", "received"]
    intake.take_in_all()
    assert results() == ["created", "created"]


def test_a_mail_whose_file_is_gone_is_set_aside_and_can_be_taken_in_when_it_is_back(
    mailbox: Mailbox, now: datetime
) -> None:
    line = stored(1)
    away = files.path(line.sha256).with_suffix(".away")
    files.path(line.sha256).rename(away)
    intake.take_in_all()
    line.refresh_from_db()
    assert (line.result, line.reason) == ("quarantined", "file-missing")
    away.rename(files.path(line.sha256))
    aside.retry(line, actor=SYSTEM, at=now)
    intake.take_in_all()
    assert results() == ["created"]


def test_a_mail_that_our_own_code_fails_on_is_set_aside_with_the_place_and_its_neighbours_go_on(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_on(monkeypatch, "drei")
    lines = [stored(number, subject=subject) for number, subject in enumerate(["eins", "zwei", "drei", "vier"])]
    intake.take_in_all()
    assert results() == ["created", "created", "quarantined", "created"]
    line = Intake.objects.get(pk=lines[2].pk)
    assert (line.reason, line.detail.partition(" in ")[0]) == ("not-understood", "ZeroDivisionError")
    assert line.detail.startswith("ZeroDivisionError in test_intake.py:")
    assert line.ticket is None
    assert files.get(line.sha256) == mail(message_id="<2@example.org>", subject="drei")
    # Who only asks how it is understood is told as much as can be.
    assert explain(files.get(line.sha256))["defects"] == ["not understood: ZeroDivisionError"]


def test_what_one_version_could_not_take_in_the_next_tries_once_more(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    with monkeypatch.context() as broken:
        fails_on(broken, "Abschlag zu hoch")
        line = stored(1)
        intake.take_in_all()
        assert aside.retry_after_update(now) == 0  # the same version would fail again
        broken.setattr(aside, "__version__", "9.0")
        assert aside.retry_after_update(now) == 1
        intake.take_in_all()  # and this one fails too
        assert aside.retry_after_update(now) == 0
        assert results() == ["quarantined"]
    monkeypatch.setattr(aside, "__version__", "9.1")
    assert aside.retry_after_update(now) == 1
    intake.take_in_all()
    assert results() == ["created"]
    told = Event.objects.filter(subject=f"intake:{line.pk}").order_by("pk")
    assert [event.verb for event in told] == ["intake.quarantined", "intake.retried"] * 2


def test_a_line_that_only_a_person_can_help_is_no_matter_of_versions(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    files.path(stored(1).sha256).unlink()
    intake.take_in_all()
    monkeypatch.setattr(aside, "__version__", "9.0")
    assert (aside.retry_after_update(now), results()) == (0, ["quarantined"])


def test_a_line_that_another_worker_took_in_meanwhile_is_not_told_to_be_set_aside(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = stored(1)
    alone = intake._alone

    def beaten(pk: int) -> Intake:
        alone(pk)
        raise IntegrityError("the other one was quicker")

    monkeypatch.setattr(intake, "_alone", beaten)
    assert intake.take_in_one(line).result == "created"
    assert list(Event.objects.filter(verb="intake.quarantined")) == []


@pytest.mark.parametrize(
    "body", [b"-----BEGIN PGP MESSAGE-----\n\nx\n", b"Content-Type: application/pkcs7-mime", b"LS0tLS1CRUdJTiBQR1Ag"]
)
def test_what_may_be_sealed_keeps_no_others_waiting(mailbox: Mailbox, body: bytes) -> None:
    for number in range(5):
        raw = mail(message_id=f"<{number}@example.org>")
        store_raw(raw + body if number == 2 else raw, source="smtp")
    taken = []
    while done := intake.take_in():
        taken.append(done)
    assert taken == [2, 1, 2]


def test_what_was_read_is_taken_in_before_reading_lasts_too_long(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        stored(number)
    monkeypatch.setattr(intake, "TOGETHER_S", 0.0)
    assert intake.take_in() == 1
    assert intake.take_in_all() == 4
    assert results() == ["created"] * 5


def fails_on(monkeypatch: pytest.MonkeyPatch, subject: str) -> None:
    """One step of understanding a mail fails, whenever it meets this subject."""
    split = parse.split

    def failing(shown: Laid, *, subject: str, is_answer: bool) -> Split:
        return split(shown, subject=str(1 // (subject != wanted)), is_answer=is_answer)

    wanted = subject
    monkeypatch.setattr(parse, "split", failing)
