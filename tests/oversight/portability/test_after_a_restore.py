"""What left between backup and crash does not leave again by itself; what was moved on purpose goes on as it was."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from anliegen.flow.channels import outbox, restored
from anliegen.flow.channels.mailroom import intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Delivery, Intake
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.portability import export, restore
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mail_server import MailServer, in_use
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[[], int]
HOUR = timedelta(hours=1)


@pytest.fixture
def server(settings: Any, operator: Operator) -> Iterator[MailServer]:
    with in_use(settings) as made:
        yield made


@pytest.fixture
def concern(mailbox: Mailbox, run_pipeline: Run) -> Ticket:
    """A concern of just now, acknowledged, with the acknowledgement not sent yet."""
    store_raw(mail(), source="smtp", envelope_to=[mailbox.address])
    intake.take_in_all()
    run_pipeline()
    return Ticket.objects.get()


def answer(ticket: Ticket, mira: Agent, run_pipeline: Run, text: str = "Wir senken ihn.", **fields: Any) -> Message:
    message = tickets.reply(ticket, Answer(text, **fields), actor=Actor.agent(mira.pk), at=clock.now() - HOUR)
    run_pipeline()
    return message


def send_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker does in the next hour: readers, and the deliveries that are due."""
    later = clock.now() + HOUR
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        for delivery in Delivery.objects.filter(done_at=None).order_by("pk"):
            outbox.deliver.func(delivery.pk)


def crash_and_restore(place: Path, **how: bool) -> restore.Restored:
    call_command("flush", interactive=False, verbosity=0)
    return restore.restore(place, **how)


def states(**wanted: object) -> list[str]:
    return list(Message.objects.filter(direction="out", **wanted).order_by("pk").values_list("state", flat=True))


def test_five_answers_that_left_after_the_backup_wait_for_a_person(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        answer(concern, mira, run_pipeline, f"Antwort {number}")
    export.backup(tmp_path / "out.tar")
    send_all(monkeypatch)
    assert len(server.mails) == 6  # the acknowledgement too

    found = crash_and_restore(tmp_path / "out.tar")
    assert (found.ok, found.held, found.not_sent) == (True, 5, 1)
    run_pipeline()
    send_all(monkeypatch)
    outbox.find_forgotten(0)
    assert len(server.mails) == 6
    assert states(rule="") == ["maybe_sent"] * 5
    assert set(Delivery.objects.values_list("code", flat=True)) == {restored.CODE}
    assert Message.objects.troubled().count() == 5  # nobody has to look after the acknowledgement
    told = Event.objects.get(verb="instance.restored")
    assert (told.actor, told.subject, told.data) == ("system", "instance", {"answers": 5, "automatic": 1})


def test_send_again_and_leave_it_are_both_possible(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [answer(concern, mira, run_pipeline, text) for text in ("Noch einmal", "Lassen")]
    export.backup(tmp_path / "out.tar")
    crash_and_restore(tmp_path / "out.tar")
    again, left = (Message.objects.get(pk=one.pk) for one in made)
    tickets.try_again(again, actor=Actor.agent(mira.pk), at=clock.now())
    tickets.settle(left, actor=Actor.agent(mira.pk), at=clock.now())
    run_pipeline()
    send_all(monkeypatch)
    (sent,) = server.mails
    assert f"Message-ID: <{again.rfc_message_id}>".encode() in sent
    assert (states(rule=""), Message.objects.troubled().count()) == (["sent", "maybe_sent"], 0)


def test_what_was_queued_and_not_planned_yet_waits_as_well(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets.reply(concern, Answer("Eben"), actor=Actor.agent(mira.pk), at=clock.now())  # no reader has seen it
    export.backup(tmp_path / "out.tar")
    assert crash_and_restore(tmp_path / "out.tar").held == 1
    run_pipeline()
    send_all(monkeypatch)
    assert (server.mails, states(rule="")) == ([], ["maybe_sent"])


def test_what_leaves_later_stays_scheduled_and_what_would_have_left_waits(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon, late = clock.now() + HOUR, clock.now() + 5 * HOUR
    for send_at in (soon, late):
        answer(concern, mira, run_pipeline, send_at=send_at)
    export.backup(tmp_path / "out.tar")
    call_command("flush", interactive=False, verbosity=0)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: soon)
        assert restore.restore(tmp_path / "out.tar").held == 1
    assert states(rule="") == ["maybe_sent", "queued"]
    assert Message.objects.scheduled().get().send_at == late
    assert Delivery.objects.get(done_at=None).due_at == late


def test_what_was_refused_for_now_and_is_to_be_tried_later_stays(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path
) -> None:
    message = answer(concern, mira, run_pipeline)
    tried = clock.now()
    Delivery.objects.filter(message=message).update(
        attempts=3, started_at=tried, due_at=tried + 2 * HOUR, trouble="passing"
    )
    under_way = answer(concern, mira, run_pipeline)
    Delivery.objects.filter(message=under_way).update(attempts=1, started_at=tried, due_at=tried + restored.UNDER_WAY)
    export.backup(tmp_path / "out.tar")
    assert crash_and_restore(tmp_path / "out.tar").held == 1
    assert states(rule="") == ["queued", "maybe_sent"]


def test_the_recipients_that_were_still_to_come_are_named(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = answer(concern, mira, run_pipeline, cc=(("Leo Ott", "leo@example.net"),))
    server.mood.recipients = {"leo@example.net": "450 4.2.0 greylisted"}
    send_all(monkeypatch)
    Delivery.objects.filter(message=message).update(due_at=clock.now(), started_at=clock.now() - HOUR)
    export.backup(tmp_path / "out.tar")
    with monkeypatch.context() as patch:
        at = clock.now() + HOUR
        patch.setattr(clock, "now", lambda: at)
        assert crash_and_restore(tmp_path / "out.tar").held == 1
    kept = Message.objects.get(pk=message.pk)
    assert (kept.state, kept.needs_a_person) == ("sent", True)
    assert kept.unreached == [{"address": "leo@example.net", "reason": restored.CODE}]
    assert Delivery.objects.get(message=kept).done_at is not None


@pytest.mark.parametrize("read", [True, False])
def test_a_mail_of_before_the_crash_is_not_confirmed_by_the_new_instance_and_a_later_one_is(
    server: MailServer, mailbox: Mailbox, run_pipeline: Run, tmp_path: Path, read: bool
) -> None:
    store_raw(mail(), source="smtp", envelope_to=[mailbox.address])
    if read:  # by the worker; the readers of the journal have not come to it
        intake.take_in_all()
    export.backup(tmp_path / "out.tar")
    crash_and_restore(tmp_path / "out.tar")
    intake.take_in_all()
    run_pipeline()
    assert (Ticket.objects.count(), states()) == (1, [])
    new = mail(message_id="<neu@example.org>", subject="Zähler", text="Neu", sender="Leo <leo@example.net>")
    store_raw(new, source="smtp", envelope_to=[mailbox.address])
    intake.take_in_all()
    run_pipeline()
    assert Message.objects.get(direction="out").rule == "acknowledge"


def test_what_was_moved_on_purpose_goes_on_as_it_was(
    server: MailServer, concern: Ticket, mira: Agent, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(concern, mira, run_pipeline)
    export.export(tmp_path / "out")
    found = crash_and_restore(tmp_path / "out", moved=True)
    assert (found.held, found.not_sent, Event.objects.filter(verb="instance.restored").count()) == (0, 0, 0)
    run_pipeline()
    send_all(monkeypatch)
    assert (len(server.mails), states()) == (2, ["sent", "sent"])


def test_an_instance_at_rest_comes_in_the_same_to_the_byte(
    server: MailServer, concern: Ticket, run_pipeline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_all(monkeypatch)
    store_raw(mail(message_id="<wartet@example.org>"), source="smtp")  # waits to be read; readers have to read too
    made = export.export(tmp_path / "out")
    crash_and_restore(tmp_path / "out")
    assert export.export(tmp_path / "again").hashes == made.hashes
    assert Intake.objects.count() == 2
