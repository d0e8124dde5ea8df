import json
from datetime import datetime

from anliegen.flow.channels import interface
from anliegen.flow.channels.models import Intake
from anliegen.flow.channels.reasons import explain
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Brand, Mailbox
from anliegen.records.customers.models import Person

SUBMITTED = interface.Submitted(
    subject="Zähler", text="4711", email="Kim@Example.org", name="Kim Berger", channel="chat"
)


def test_what_a_program_submits_becomes_a_ticket_of_its_customer(
    mira: Agent, mailbox: Mailbox, brand: Brand, now: datetime
):
    message = interface.open_concern(SUBMITTED, brand=brand, mailbox=mailbox, actor=Actor.agent(mira.pk), at=now)
    ticket = message.ticket
    assert (ticket.subject, ticket.channel, ticket.brand, ticket.mailbox) == ("Zähler", "chat", brand, mailbox)
    assert (ticket.person.name, message.from_address, message.said) == ("Kim Berger", "Kim@Example.org", "4711")
    actors = set(Event.objects.filter(subject=f"ticket:{ticket.pk}").values_list("actor", flat=True))
    assert actors == {f"agent:{mira.pk}"}


def test_it_is_on_disk_and_in_the_ledger_with_its_reason(mira: Agent, mailbox: Mailbox, brand: Brand, now: datetime):
    message = interface.open_concern(SUBMITTED, brand=brand, mailbox=mailbox, actor=Actor.agent(mira.pk), at=now)
    line = Intake.objects.get()
    assert (line.source, line.result, line.message, line.ticket) == ("api", "created", message, message.ticket)
    assert (line.mailbox, line.envelope_to, line.done_at) == (mailbox, [mailbox.address], now)
    assert json.loads(files.get(line.sha256))["text"] == "4711"
    assert line.size == files.size(line.sha256)
    assert explain(line) != "interface"


def test_a_known_customer_keeps_the_name_we_know(mira: Agent, brand: Brand, kim: Person, now: datetime):
    other = interface.Submitted(subject="", text="x", email="kim@example.org", name="Somebody Else")
    message = interface.open_concern(other, brand=brand, mailbox=None, actor=Actor.agent(mira.pk), at=now)
    assert message.ticket.person == kim
    assert Person.objects.get().name == "Kim Berger"
