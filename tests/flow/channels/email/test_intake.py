"""Taking in when something is wrong: one bad mail stops no other, and a full disk is no mail's fault."""

import errno
from datetime import datetime

import pytest
from django.db import connection

from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email import intake
from anliegen.flow.channels.email.receive import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM
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
    intake.retry(line, actor=SYSTEM, at=now)
    intake.take_in_all()
    assert results() == ["created"]
