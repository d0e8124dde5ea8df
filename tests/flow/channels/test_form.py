"""The contact form takes the way of a mail: on disk, in the ledger, one ticket, whoever presses twice."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from anliegen.flow.channels import form
from anliegen.flow.channels.form import Entry
from anliegen.flow.channels.incoming import IncomingAttachment
from anliegen.flow.channels.models import Intake
from anliegen.flow.channels.reasons import explain
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Mailbox, Operator, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Link, Message, Ticket

NONCE = "0123456789abcdef" * 2
KIM = Entry(
    text="Mein Abschlag ist zu hoch.\n\nBitte prüfen Sie ihn.",
    nonce=NONCE,
    language="de",
    given_name="Kim",
    family_name="Berger",
    address_form="neutral",
    email="kim@example.org",
)


def upload(name: str, content: bytes) -> IncomingAttachment:
    return IncomingAttachment(
        filename=name,
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content_id=None,
        inline=False,
        content=content,
    )


@pytest.fixture
def fill_in(mailbox: Mailbox, now: datetime) -> Callable[[Entry], Message]:
    return lambda entry: form.open_concern(entry, brand=mailbox.brand, mailbox=mailbox, at=now)


def test_a_filled_in_form_becomes_a_ticket_with_its_person(fill_in: Callable[[Entry], Message], now: datetime) -> None:
    message = fill_in(KIM)
    ticket, person = message.ticket, message.ticket.person
    assert (ticket.channel, ticket.status, ticket.waiting_since) == ("form", "new", now)
    assert ticket.subject == "Mein Abschlag ist zu hoch."
    assert (person.name, person.given_name, person.family_name) == ("Kim Berger", "Kim", "Berger")
    assert (person.address_form, person.language) == ("neutral", "de")
    assert (message.direction, message.text, message.from_address) == ("in", KIM.text, "kim@example.org")
    event = Event.objects.get(verb="message.received")
    assert (event.actor, event.subject) == (f"person:{person.pk}", f"ticket:{ticket.pk}")


def test_the_form_is_sorted_and_acknowledged_like_a_mail(
    fill_in: Callable[[Entry], Message],
    run_pipeline: Callable[[], int],
    billing: Team,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)
    ticket = fill_in(KIM).ticket
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.team == billing
    said = Message.objects.get(ticket=ticket, rule="acknowledge")
    assert said.to == [{"name": "Kim Berger", "address": "kim@example.org"}]
    for part in ("Guten Tag Kim Berger,", str(ticket.pk), "Abrechnung", f"/anliegen/{ticket.pk}/"):
        assert part in said.text


def test_what_was_filled_in_is_on_disk_and_has_its_line_in_the_ledger(
    fill_in: Callable[[Entry], Message], mailbox: Mailbox
) -> None:
    message = fill_in(replace(KIM, uploads=(upload("foto.pdf", b"%PDF-1"),)))
    line = Intake.objects.get()
    assert (line.source, line.result, line.reason, line.mailbox) == ("form", "created", "form", mailbox)
    assert (line.message, line.ticket, line.envelope_from) == (message, message.ticket, "kim@example.org")
    assert explain(line)
    kept = json.loads(files.get(line.sha256))
    assert kept["text"] == KIM.text
    assert kept["uploads"] == [{"filename": "foto.pdf", "sha256": hashlib.sha256(b"%PDF-1").hexdigest()}]


def test_files_arrive_with_the_message(fill_in: Callable[[Entry], Message]) -> None:
    message = fill_in(replace(KIM, uploads=(upload("a.pdf", b"%PDF-a"), upload("b.pdf", b"%PDF-b"))))
    found = message.attachments.order_by("pk")
    assert [(each.filename, files.get(each.sha256)) for each in found] == [("a.pdf", b"%PDF-a"), ("b.pdf", b"%PDF-b")]


def test_the_same_page_sent_twice_is_one_ticket(fill_in: Callable[[Entry], Message]) -> None:
    first, second = fill_in(KIM), fill_in(KIM)
    assert first == second
    assert (Ticket.objects.count(), Message.objects.count(), Intake.objects.count()) == (1, 1, 1)


def test_a_page_that_was_changed_and_sent_again_is_news(fill_in: Callable[[Entry], Message]) -> None:
    fill_in(KIM)
    fill_in(replace(KIM, text="Und noch etwas ganz anderes."))
    assert Ticket.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_click_waits_and_makes_one_ticket(fill_in: Callable[[Entry], Message]) -> None:
    found: list[int] = []

    def press() -> None:
        try:
            found.append(fill_in(KIM).pk)
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert Ticket.objects.count() == 1


def test_a_telephone_number_alone_is_enough(fill_in: Callable[[Entry], Message]) -> None:
    message = fill_in(Entry(text="Bitte rufen Sie an.", nonce=NONCE, language="de", phone="0341 99887766"))
    address = Address.objects.get(person=message.ticket.person)
    assert (address.kind, address.folded, message.from_address) == ("phone", "+4934199887766", "0341 99887766")
    assert message.text == "Bitte rufen Sie an."


def test_a_number_beside_the_mail_address_stands_in_the_message(fill_in: Callable[[Entry], Message]) -> None:
    message = fill_in(replace(KIM, phone="0341 99887766"))
    assert message.text == f"{KIM.text}\n\nTelefon: 0341 99887766"
    kinds = Address.objects.filter(person=message.ticket.person).values_list("kind", flat=True)
    assert list(kinds) == ["email"]  # nothing proves that the number is theirs


def test_who_gave_somebodys_number_gets_nothing_of_what_is_said_with_that_number_later(
    fill_in: Callable[[Entry], Message], run_pipeline: Callable[[], int], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)
    mallory = fill_in(replace(KIM, email="mallory@evil.example", phone="0341 7766551"))
    victim = fill_in(Entry(text="Meine IBAN ist neu.", nonce=NONCE[::-1], language="de", phone="0341 7766551"))
    run_pipeline()
    assert victim.ticket.person_id != mallory.ticket.person_id
    assert not Message.objects.filter(ticket=victim.ticket, direction="out").exists()


def test_a_concern_by_number_alone_gets_no_mail_although_an_agent_noted_an_address_of_theirs(
    fill_in: Callable[[Entry], Message],
    run_pipeline: Callable[[], int],
    kim: Person,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)
    customers.add_address(kim, kind="phone", value="0341 7766551", actor=SYSTEM, at=now)
    ticket = fill_in(Entry(text="Bitte rufen Sie an.", nonce=NONCE, language="de", phone="0341 7766551")).ticket
    run_pipeline()
    assert ticket.person == kim
    assert tickets.recipients_of(ticket) == ()
    assert not Message.objects.filter(ticket=ticket, direction="out").exists()


def test_a_stranger_cannot_change_what_we_know_of_somebody(
    fill_in: Callable[[Entry], Message], kim: Person, kim_address: Address
) -> None:
    fill_in(replace(KIM, given_name="Böser", family_name="Mensch", address_form="herr", phone="0900 666666"))
    kim.refresh_from_db()
    assert (kim.name, kim.family_name, kim.address_form) == ("Kim Berger", "", "")
    assert [each.kind for each in kim.addresses.all()] == ["email"]


def test_a_number_that_is_somebody_elses_stays_theirs(fill_in: Callable[[Entry], Message], now: datetime) -> None:
    other = customers.meet(kind="phone", value="0341 99887766", name="Ada", actor=SYSTEM, at=now)
    message = fill_in(replace(KIM, phone="0341 99887766"))
    other.refresh_from_db()
    assert other.person_id != message.ticket.person_id


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Guten Tag,\n\nmein Abschlag ist zu hoch.", "Mein Abschlag ist zu hoch."),
        ("Guten Tag Frau Dr. Uhlig, mein Zähler steht.", "Mein Zähler steht."),
        ("Sehr geehrte Damen und Herren,\nich ziehe um.", "Ich ziehe um."),
        ("Hallo zusammen! Wann kommt der Monteur?", "Wann kommt der Monteur?"),
        ("Hello, my bill is wrong.", "My bill is wrong."),
        ("Moin", "Moin"),
        ("Hallo meine Heizung ist kalt, bitte kommen", "Hallo meine Heizung ist kalt, bitte kommen"),
        ("Liebe Grüße vorweg und eine Frage", "Liebe Grüße vorweg und eine Frage"),
        ("Abschlag, Guten Tag, zu hoch", "Abschlag, Guten Tag, zu hoch"),
    ],
)
def test_a_greeting_is_no_subject(fill_in: Callable[[Entry], Message], text: str, subject: str) -> None:
    assert fill_in(replace(KIM, text=text)).ticket.subject == subject


def test_a_long_first_line_is_cut_for_the_subject(fill_in: Callable[[Entry], Message]) -> None:
    subject = fill_in(replace(KIM, text="Wort " * 100)).ticket.subject
    assert len(subject) <= 81
    assert subject.endswith("Wort…")


def test_a_message_on_the_status_page_opens_what_was_resolved(ticket: Ticket, now: datetime) -> None:
    tickets.resolve(ticket, actor=SYSTEM, at=now)
    message = form.add(Entry(text="Es stimmt noch nicht.", nonce=NONCE, language="de"), ticket, at=now)
    ticket.refresh_from_db()
    assert (message.ticket, message.person, ticket.status) == (ticket, ticket.person, "open")
    assert message.is_from_stranger is False
    line = Intake.objects.get(source="form")
    assert (line.result, line.reason, line.envelope_from) == ("appended", "status-page", "kim@example.org")


@pytest.mark.parametrize(("days", "is_new"), [(30, False), (31, True)])
def test_after_the_operators_days_a_message_is_a_concern_of_its_own(
    ticket: Ticket, operator: Operator, now: datetime, days: int, is_new: bool
) -> None:
    ticket = tickets.change(ticket, tickets.Change(status="closed"), actor=SYSTEM, at=now)
    later = now + timedelta(days=days)
    message = form.add(Entry(text="Wieder dasselbe.", nonce=NONCE, language="de"), ticket, at=later)
    assert (message.ticket != ticket) is is_new
    ticket.refresh_from_db()
    assert ticket.status == ("closed" if is_new else "open")
    links = list(Link.objects.filter(ticket=message.ticket, other=ticket).values_list("kind", flat=True))
    assert links == (["follow_up"] if is_new else [])
    if is_new:
        assert (message.ticket.person, message.ticket.mailbox) == (ticket.person, ticket.mailbox)
        assert Intake.objects.get(source="form").reason == "after-a-closed-one"


def test_the_same_answer_sent_twice_is_one_message(ticket: Ticket, now: datetime) -> None:
    entry = Entry(text="Hier ist mein Konto.", nonce=NONCE, language="de")
    assert form.add(entry, ticket, at=now) == form.add(entry, ticket, at=now)
    assert Message.objects.filter(ticket=ticket, channel="form").count() == 1


def test_the_author_is_the_person_not_the_system(ticket: Ticket, now: datetime) -> None:
    form.add(Entry(text="Noch etwas.", nonce=NONCE, language="de"), ticket, at=now)
    newest = Event.objects.filter(verb="message.received").latest("id")
    assert newest.actor == Actor.person(ticket.person_id).ref
