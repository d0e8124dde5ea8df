"""Whoever writes into somebody else's concern hears that it arrived, and learns nothing of the concern."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.flow.channels import acknowledge, strangers
from anliegen.flow.channels.email.compose import compose
from anliegen.flow.channels.guard import watch
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.flow.channels.models import Brake, Intake, Restoration
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Brand, Mailbox, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import links
from anliegen.records.tickets.models import Message, Participant, Ticket
from tests.flow.channels.mailroom.test_outgoing import come_in

Write = Callable[..., Message]


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch, now: datetime) -> list[datetime]:
    """The present moment, which a test may replace."""
    moment = [now + timedelta(hours=1)]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def son(operator: Operator, now: datetime) -> Address:
    return customers.meet(kind="email", value="leo@example.net", name="Leo Ott", language="de", actor=SYSTEM, at=now)


@pytest.fixture
def concern(ticket: Ticket, mailbox: Mailbox) -> Ticket:
    """Kim's, in a mailbox whose answers carry signed addresses."""
    Ticket.objects.update(mailbox=mailbox)
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def write(concern: Ticket, son: Address, run_pipeline: Callable[[], int], present: list[datetime]) -> Write:
    """The son writes into Kim's concern."""

    def make(address: Address = son, **fields: Any) -> Message:
        message = come_in(concern, address, present[0], "Ich antworte für sie.", subject="Re: Abschlag", **fields)
        run_pipeline()
        return message

    return make


def told() -> list[Message]:
    return list(Message.objects.filter(rule=strangers.RULE).order_by("pk"))


def test_he_hears_that_it_arrived_and_that_the_person_gets_the_answer(write: Write, concern: Ticket) -> None:
    assert write().is_from_stranger
    (said,) = told()
    assert said.to == [{"name": "Leo Ott", "address": "leo@example.net"}]
    assert said.subject == "Ihre Nachricht ist angekommen"
    assert said.text.split("\n\n")[:2] == [
        "Guten Tag Leo Ott,",
        "Ihre Nachricht ist angekommen. Wir antworten der Person, um die es geht.",
    ]
    assert said.text.endswith("Diese Nachricht hat eine Automatik geschrieben.")
    queued = Event.objects.filter(verb="message.queued").latest("pk")
    assert (queued.actor, queued.because is not None) == ("rule:stranger", True)


def test_the_whole_mail_names_neither_number_nor_subject_nor_link_nor_person(write: Write, concern: Ticket) -> None:
    Ticket.objects.filter(pk=concern.pk).update(subject="Pfändung")
    write()
    (said,) = told()
    mail = as_mail(said)
    raw = compose(mail).decode()
    assert (mail.reply_to, mail.in_reply_to, mail.references) == (None, None, ())
    assert mail.auto_submitted == "auto-replied"
    for part in (links.token(concern), "/anliegen/", "Pfändung", "Abschlag", "Kim", "Ich antworte", "#question"):
        assert part not in mail.text + raw
    assert re.findall(rf"(?<!\d){concern.pk}(?!\d)", mail.text + str(mail.message_id) + mail.subject) == []


def test_the_concern_itself_does_not_move(write: Write, concern: Ticket) -> None:
    write()
    concern.refresh_from_db()
    assert concern.first_answered_at is None
    assert concern.waiting_since is not None
    assert Participant.objects.filter(ticket=concern, address__folded="leo@example.net").count() == 0
    assert write().is_from_stranger  # to have been told this makes nobody part of it


def test_he_is_told_once_in_a_week_and_concern(write: Write, present: list[datetime]) -> None:
    write()
    write()
    assert len(told()) == 1
    present[0] += strangers.ONCE_IN + timedelta(minutes=1)
    write()
    assert len(told()) == 2


def test_who_takes_part_and_the_customer_are_told_nothing(
    write: Write, concern: Ticket, kim_address: Address, son: Address
) -> None:
    write(kim_address)
    Participant.objects.create(ticket=concern, address=son, role="copy")
    write()
    assert told() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"automatic": "auto-reply"},
        {"automatic": "list"},
        {"authenticity": "failed dmarc"},
        {"written_by": "noreply@shop.example"},
        {"written_by": "service@musterstadt.example"},
    ],
    ids=["absence", "list", "feigned", "nobody reads it", "our own mailbox"],
)
def test_no_program_and_no_feigned_sender_is_told(
    write: Write, fields: dict[str, str], operator: Operator, now: datetime
) -> None:
    sender = fields.pop("written_by", "leo@example.net")
    address = customers.meet(kind="email", value=sender, name="Leo Ott", actor=SYSTEM, at=now)
    assert write(address, **fields).is_from_stranger
    assert told() == []


def test_after_a_long_standstill_nobody_is_told(write: Write, present: list[datetime], concern: Ticket) -> None:
    written_at = present[0]
    present[0] += acknowledge.TOO_OLD + timedelta(minutes=1)
    son = Address.objects.get(folded="leo@example.net")
    come_in(concern, son, written_at, "Lange her.")
    write(Address.objects.get(folded="kim@example.org"))
    assert told() == []


def test_what_is_of_the_past_or_came_before_a_restore_is_not_answered(
    write: Write, concern: Ticket, son: Address, present: list[datetime], run_pipeline: Callable[[], int]
) -> None:
    old = come_in(concern, son, present[0], "Vom letzten Jahr, aus einer Datei.")
    Message.objects.filter(pk=old.pk).update(written_at=present[0] - acknowledge.OF_THE_PAST * 2)
    Intake.objects.create(
        source="file", received_at=present[0], sha256="0" * 64, size=1, message=old, ticket=concern,
        result="appended", reason="message-id", done_at=present[0], acknowledges_old=False,
    )  # fmt: skip
    run_pipeline()
    assert told() == []
    Restoration.objects.create(at=present[0] + timedelta(minutes=1))
    write()
    assert told() == []


def test_an_operator_who_does_without_acknowledgements_does_without_this(write: Write) -> None:
    Operator.objects.update(acknowledges=False)
    write()
    assert told() == []


def test_the_brake_on_all_answers_holds_this_back_too(
    write: Write, monkeypatch: pytest.MonkeyPatch, operator: Operator
) -> None:
    guard = watch.the_guard()
    monkeypatch.setattr("anliegen.flow.channels.guard.answers.the_guard", lambda: guard)
    guard.most_answers = 0
    write()
    assert told() == []
    assert [brake.kind for brake in Brake.objects.all()] == ["answers"]


def test_who_writes_into_many_concerns_is_told_only_so_often(
    open_ticket: Callable[..., Ticket], kim_address: Address, son: Address, brand: Brand, present: list[datetime],
    run_pipeline: Callable[[], int],
) -> None:  # fmt: skip
    Operator.objects.update(acknowledges=True)
    for _ in range(acknowledge.BRAKE + 2):
        come_in(open_ticket(kim_address, at=present[0]), son, present[0], "Und hier?")
    run_pipeline()
    assert len(told()) == acknowledge.BRAKE
    assert set(Brake.objects.values_list("kind", "key")) >= {("person", str(son.person_id))}
