"""One acknowledgement for each concern of a person; none for machines, for the past, or in a loop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from anliegen.flow.channels import acknowledge
from anliegen.flow.channels.greeting import greeted
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Brand, Calendar, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import links
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.enclosed import Enclosed, Seal
from anliegen.records.tickets.models import Message, Ticket

Open = Callable[..., Ticket]
Run = Callable[[], int]


@pytest.fixture
def write(open_ticket: Open, run_pipeline: Run) -> Callable[..., Ticket]:
    """Somebody writes just now (or as long ago as given), and the pipeline runs."""

    def send(address: Address, *, ago: timedelta = timedelta(0), **fields: Any) -> Ticket:
        ticket = open_ticket(address, at=clock.now() - ago, **fields)
        run_pipeline()
        return ticket

    return send


def acknowledged(ticket: Ticket | None = None) -> int:
    said = Message.objects.filter(rule=acknowledge.RULE)
    return said.filter(ticket=ticket).count() if ticket else said.count()


def test_a_new_concern_is_acknowledged_once_with_number_and_the_way_to_a_person(
    write: Callable[..., Ticket], kim_address: Address, run_pipeline: Run
) -> None:
    ticket = write(kim_address)
    for event in Event.objects.filter(verb="ticket.triaged"):
        acknowledge.acknowledge(event)  # read again, as after a crash
    said = Message.objects.get(rule=acknowledge.RULE)
    assert said.to == [{"name": "Kim Berger", "address": "kim@example.org"}]
    assert said.text.startswith("Guten Tag Kim Berger,\n")
    for part in ("Abschlag", str(ticket.pk), "+49 341 123456", "rueckruf@musterstadt.example", "Automatik"):
        assert part in said.text
    assert said.subject.endswith(f"[#{ticket.pk}]")
    queued = Event.objects.get(verb="message.queued")
    assert (queued.actor, queued.because) == ("rule:acknowledge", Event.objects.get(verb="ticket.triaged").position)


def test_writing_again_is_not_acknowledged_again(
    write: Callable[..., Ticket], kim_address: Address, run_pipeline: Run
) -> None:
    ticket = write(kim_address)
    more = Received(channel="email", person_id=ticket.person_id, text="Noch etwas", written_at=clock.now())
    tickets.receive(more, ticket=ticket, at=clock.now())
    run_pipeline()
    assert acknowledged() == 1


def test_it_is_in_the_language_the_person_wrote_or_chose(write: Callable[..., Ticket], kim_address: Address) -> None:
    customers.change(kim_address.person, language="en", actor=SYSTEM, at=clock.now())
    write(kim_address)
    said = Message.objects.get(rule=acknowledge.RULE)
    assert said.text.startswith("Hello Kim Berger,\n")
    assert "We have received your concern" in said.text


def test_after_ten_in_ten_minutes_it_stops_for_this_person_and_nobody_else(
    write: Callable[..., Ticket], open_ticket: Open, kim_address: Address, run_pipeline: Run
) -> None:
    for number in range(acknowledge.BRAKE + 3):
        open_ticket(kim_address, at=clock.now(), subject=f"Nummer {number}")
    run_pipeline()
    assert acknowledged() == acknowledge.BRAKE
    ana = customers.meet(kind="email", value="ana@example.org", name="Ana", actor=SYSTEM, at=clock.now())
    assert acknowledged(write(ana)) == 1
    Message.objects.filter(rule=acknowledge.RULE).update(created_at=clock.now() - acknowledge.WITHIN)
    assert acknowledged(write(kim_address)) == 1


@pytest.mark.parametrize(
    "sender",
    ["no-reply@shop.example", "NoReply-77@shop.example", "MAILER-DAEMON@mx.example", "bounce+kim@list.example"],
)
def test_an_address_that_nobody_reads_gets_none(write: Callable[..., Ticket], operator: Operator, sender: str) -> None:
    write(customers.meet(kind="email", value=sender, name="Shop", actor=SYSTEM, at=clock.now()))
    assert acknowledged() == 0


def test_what_a_machine_wrote_gets_none(write: Callable[..., Ticket], kim_address: Address) -> None:
    write(kim_address, automatic="auto-generated")
    assert acknowledged() == 0


def test_after_a_long_standstill_nobody_is_greeted_for_yesterdays_mail(
    write: Callable[..., Ticket], kim_address: Address
) -> None:
    assert acknowledged(write(kim_address, ago=acknowledge.TOO_OLD + timedelta(minutes=1))) == 0
    assert acknowledged(write(kim_address, ago=acknowledge.TOO_OLD - timedelta(minutes=5))) == 1


def test_an_operator_may_do_without(write: Callable[..., Ticket], kim_address: Address, operator: Operator) -> None:
    accounts.change(operator, acknowledges=False, actor=SYSTEM, at=clock.now())
    write(kim_address)
    assert acknowledged() == 0


def test_the_link_is_only_in_the_mail(write: Callable[..., Ticket], kim_address: Address) -> None:
    ticket = write(kim_address)
    said = Message.objects.get(rule=acknowledge.RULE)
    assert links.status_link(ticket) in as_mail(said).text
    assert links.token(ticket) not in said.text


SPAM = "Ihr Konto ist gesperrt: evil.example"


@pytest.mark.parametrize(
    "fields", [{"channel": "form"}, {"channel": "api"}, {"channel": "email", "from_address": "mallory@evil.example"}]
)
def test_whoever_did_not_write_it_gets_no_words_of_a_stranger_by_our_mail(
    write: Callable[..., Ticket], operator: Operator, fields: dict[str, str]
) -> None:
    victim = customers.meet(kind="email", value="victim@example.org", name=SPAM, actor=SYSTEM, at=clock.now())
    ticket = write(victim, subject=SPAM, **fields)
    said = Message.objects.get(rule=acknowledge.RULE)
    assert said.to == [{"name": "", "address": "victim@example.org"}]
    assert said.subject == f"Ihr Anliegen ist angekommen [#{ticket.pk}]"
    assert said.text.startswith("Guten Tag,\n")
    assert "gesperrt" not in as_mail(said).text
    assert f"Ihre Vorgangsnummer: {ticket.pk}" in said.text


@pytest.mark.parametrize(
    "name",
    ["Kim Berger", "Dr. Anna-Lena O'Neill", "Mira Yılmaz", "Ana Sá", "Blum & Söhne", "सीता देवी", "Nguyễn Thị Hoa"],
)
def test_a_name_is_repeated(name: str) -> None:
    assert greeted(name) == name


@pytest.mark.parametrize(
    "name",
    [SPAM, "evil.example", "Rufen Sie 0900 1234", "Bitte zahlen Sie heute noch alles", "a" * 61, "Kim\u202eBerger"],
)
def test_what_looks_like_no_name_is_not(name: str) -> None:
    assert greeted(name) == ""


FRIDAY_EVENING = datetime(2026, 11, 20, 17, 22, tzinfo=UTC)


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def said_to(ticket: Ticket) -> str:
    return Message.objects.get(ticket=ticket, rule=acknowledge.RULE).text


def test_while_we_are_closed_nobody_decides_now_and_nobody_is_at_the_telephone(
    write: Callable[..., Ticket], kim_address: Address, calendar: Calendar, it_is: Callable[[datetime], None]
) -> None:
    it_is(FRIDAY_EVENING)
    said = said_to(write(kim_address))
    assert (
        "Sobald wir wieder da sind, entscheidet ein Mensch, welches Team sich darum kümmert: "
        "ab Montag, 23. November, 8 Uhr." in said
    )
    assert "Wir haben jetzt geschlossen und sind ab Montag, 23. November, 8 Uhr wieder da." in said
    assert "+49 341 123456 (Mo bis Fr 8:00 bis 17:00 Uhr; wieder ab Montag, 23. November, 8 Uhr)." in said
    assert "entscheidet jetzt" not in said


def test_while_we_are_open_somebody_decides_now(
    write: Callable[..., Ticket],
    kim_address: Address,
    calendar: Calendar,
    it_is: Callable[[datetime], None],
    now: datetime,
) -> None:
    it_is(now)
    said = said_to(write(kim_address))
    assert "Ein Mensch entscheidet jetzt, welches Team sich darum kümmert." in said
    assert "Rufen Sie uns an: +49 341 123456 (Mo bis Fr 8:00 bis 17:00 Uhr)." in said


def test_a_public_holiday_is_no_day_on_which_somebody_is_there(
    write: Callable[..., Ticket], kim_address: Address, calendar: Calendar, it_is: Callable[[datetime], None]
) -> None:
    it_is(datetime(2026, 4, 30, 17, 0, tzinfo=UTC))  # Thursday evening before the first of May
    said = said_to(write(kim_address))
    assert "ab Montag, 4. Mai, 8 Uhr." in said


def test_it_brings_the_brands_signature_and_legal_details(write: Callable[..., Ticket], kim_address: Address) -> None:
    Brand.objects.update(legal_footer="Sitz Musterstadt, HRB 4711")
    write(kim_address)
    text = as_mail(Message.objects.get(rule=acknowledge.RULE)).text
    assert text.endswith("liest ein Mensch.\n\nIhre Stadtwerke Musterstadt\n\n-- \nSitz Musterstadt, HRB 4711")


def test_a_brand_is_reached_by_its_own_number(write: Callable[..., Ticket], kim_address: Address) -> None:
    Brand.objects.update(phone="030 23125-150")
    said = said_to(write(kim_address))
    assert "Rufen Sie uns an: 030 23125-150. Oder bitten Sie um einen Rückruf: rueckruf@musterstadt.example." in said
    assert "+49 341 123456" not in said


def test_without_a_subject_it_is_called_by_its_first_words(write: Callable[..., Ticket], kim_address: Address) -> None:
    ticket = write(kim_address, subject=" ", text="Guten Tag,\n\nmein Zähler steht seit gestern still.\n\nKim Berger")
    said = Message.objects.get(rule=acknowledge.RULE)
    assert f"Ihr Anliegen: Mein Zähler steht seit gestern still.\nIhre Vorgangsnummer: {ticket.pk}\n" in said.text
    assert said.subject == f"Ihr Anliegen ist angekommen: Mein Zähler steht seit gestern still. [#{ticket.pk}]"


def test_what_lay_under_a_seal_is_told_to_nobody_outside(write: Callable[..., Ticket], kim_address: Address) -> None:
    sealed = Enclosed(None, Seal(encryption="opened"))
    ticket = write(kim_address, subject="", text="Meine Diagnose", enclosed=sealed)
    assert Message.objects.get(direction="in").came_encrypted
    said = Message.objects.get(rule=acknowledge.RULE)
    assert "Diagnose" not in said.text + said.subject
    assert f"Ihre Vorgangsnummer: {ticket.pk}" in said.text


def test_a_form_is_named_by_when_it_came_and_by_none_of_its_words(
    write: Callable[..., Ticket], kim_address: Address, it_is: Callable[[datetime], None]
) -> None:
    it_is(FRIDAY_EVENING)
    said = said_to(write(kim_address, channel="form", subject="Mein Abschlag ist zu hoch"))
    assert "Ihr Anliegen: über unser Kontaktformular, Freitag, 20. November, 18:22 Uhr\n" in said
    assert "Abschlag" not in said
