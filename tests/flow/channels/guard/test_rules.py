"""Rules that reject: read and reversed by a person, never against a customer whose concern is open."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from anliegen.flow.channels.guard import rules
from anliegen.flow.channels.guard.watch import change_guard
from anliegen.flow.channels.mailroom import aside, intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake, RejectionRule
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import mail, take

Make = Callable[..., RejectionRule]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(admin: Agent, mailbox: Mailbox) -> Make:
    def rule(kind: str, pattern: str, **fields: Any) -> RejectionRule:
        given = {"kind": kind, "pattern": pattern, "reason": "Werbung, die wir nicht bestellt haben"} | fields
        return rules.create_rule(actor=Actor.agent(admin.pk), maker=admin, at=clock.now(), **given)

    return rule


@pytest.mark.parametrize(
    ("kind", "pattern", "applies"),
    [
        ("address", "Werbung@Shop.example", True),
        ("address", "bung@shop.example", False),
        ("domain", "shop.example", True),
        ("domain", "@SHOP.example", True),
        ("domain", "op.example", False),
        ("domain", "example", True),
        ("subject", "gewinnspiel", True),
        ("subject", "jetzt   beim Gewinnspiel", True),
        ("subject", "Gewinn", False),
        ("subject", "spiel", False),
        ("subject", "Angebot", False),
    ],
)
def test_a_rule_compares_whole_addresses_domains_and_words(kind: str, pattern: str, applies: bool) -> None:
    rule = RejectionRule(kind=kind, pattern=pattern)
    assert rules.applies(rule, "werbung@shop.example", "Jetzt beim GEWINNSPIEL: mitmachen!") is applies


def test_a_domain_stands_for_what_lies_in_it_as_well(make: Make) -> None:
    rule = make("domain", "shop.example")
    assert rules.applies(rule, "a@mail.shop.example", "") is True
    assert rules.applies(rule, "a@workshop.example", "") is False


def test_a_rejected_mail_is_kept_names_its_rule_and_opens_nothing(make: Make) -> None:
    rule = make("subject", "Abschlag")
    line = take(mail())
    assert (line.result, line.reason, line.rule, Ticket.objects.count()) == ("rejected", "rule", rule, 0)
    event = Event.objects.get(verb="intake.rejected")
    assert (event.subject, event.data) == (f"intake:{line.pk}", {"rule": f"rejectionrule:{rule.pk}"})


def test_taken_in_again_it_comes_in_and_is_not_rejected_once_more(make: Make, admin: Agent) -> None:
    make("subject", "Abschlag")
    line = aside.retry(take(mail()), actor=Actor.agent(admin.pk), at=clock.now())
    line = intake.take_in_one(line)
    assert (line.result, line.rule, Ticket.objects.count()) == ("created", None, 1)
    assert Event.objects.filter(verb="intake.retried", actor=f"agent:{admin.pk}").count() == 1


def test_switched_off_it_rejects_nothing_and_what_it_rejected_still_names_it(make: Make, admin: Agent) -> None:
    rule = make("address", "kim@example.org")
    line = take(mail())
    rules.change_rule(rule, is_active=False, actor=Actor.agent(admin.pk), at=clock.now())
    assert take(mail(message_id="<2@example.org>", text="Noch einmal")).result == "created"
    assert Intake.objects.get(pk=line.pk).rule == rule
    assert [event.verb for event in Event.objects.filter(subject=f"rejectionrule:{rule.pk}").order_by("id")] == [
        "setting.created",
        "setting.changed",
    ]


def test_it_spares_a_customer_whose_concern_is_open_until_it_is_closed(make: Make, admin: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    make("domain", "example.org")
    assert take(mail(message_id="<2@example.org>", subject="Neues", text="Noch etwas")).result == "created"
    for each in Ticket.objects.all():
        actions.change(each, Change(status="closed"), actor=Actor.agent(admin.pk), at=clock.now())
    assert take(mail(message_id="<3@example.org>", subject="Neues", text="Und noch etwas")).result == "rejected"


def test_it_spares_whoever_takes_part_in_an_open_concern(make: Make, ticket: Ticket) -> None:
    make("subject", "Abschlag")
    assert take(mail()).result == "created"  # Kim asked
    assert take(mail(message_id="<2@x.example>", sender="Eva <eva@x.example>")).result == "rejected"


def test_it_spares_nobody_when_the_person_who_made_it_says_so(make: Make, ticket: Ticket) -> None:
    make("address", "kim@example.org", includes_customers=True)
    assert take(mail()).result == "rejected"


def test_in_one_batch_a_customer_is_spared_as_one_by_one(make: Make) -> None:
    make("subject", "Abschlag")
    first = mail(subject="Umzug")
    second = mail(message_id="<2@example.org>", subject="Abschlag", text="Und mein Abschlag?")
    lines = [store_raw(raw, source="smtp", envelope_from="kim@example.org") for raw in (first, second)]
    intake.take_in()
    assert [Intake.objects.get(pk=line.pk).result for line in lines] == ["created", "created"]


def test_who_pretends_to_be_that_customer_is_not_spared(make: Make, ticket: Ticket) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=["mx.musterstadt.example"])
    make("subject", "Abschlag")
    failed = "mx.musterstadt.example; dmarc=fail header.from=example.org"
    assert take(mail(Authentication_Results=failed)).result == "rejected"


def test_the_preview_names_what_would_have_been_rejected_in_ninety_days(
    make: Make, mailbox: Mailbox, now: datetime
) -> None:
    for number, sender in enumerate(["Eins <a@shop.example>", "Zwei <b@news.shop.example>", "Kim <kim@example.org>"]):
        take(mail(message_id=f"<{number}@x>", sender=sender, text=f"Text {number}", subject="Angebot der Woche"))
    Ticket.objects.filter(pk=Ticket.objects.order_by("pk")[1].pk).update(status="open")
    rule = RejectionRule(kind="domain", pattern="shop.example", reason="x", includes_customers=True)
    seen = rules.preview(rule, at=clock.now())
    assert ([each.from_address for each in seen.rejected], seen.count, seen.spared, seen.is_more) == (
        ["b@news.shop.example", "a@shop.example"], 2, 0, False,
    )  # fmt: skip
    spared = rules.preview(RejectionRule(kind="subject", pattern="woche"), at=clock.now())
    assert (spared.count, spared.spared) == (0, 3)
    Message.objects.update(created_at=clock.now() - timedelta(days=91))
    assert rules.preview(rule, at=clock.now()).count == 0


def test_the_same_rule_is_made_once(make: Make) -> None:
    make("domain", "@Shop.example")
    with pytest.raises(IntegrityError):
        make("domain", "shop.example ")


def test_a_rule_of_one_mailbox_rejects_nothing_that_comes_to_another(make: Make, mailbox: Mailbox) -> None:
    other = Mailbox.objects.create(address="netz@musterstadt.example", brand=mailbox.brand)
    rule = make("subject", "Abschlag", mailbox=mailbox)
    make("subject", "Abschlag", mailbox=other, is_active=False)  # the same words may be meant otherwise elsewhere
    rejected = take(mail())
    assert (rejected.result, rejected.rule) == ("rejected", rule)
    for number, goal in enumerate((other.address, "nirgends@musterstadt.example")):
        raw = mail(message_id=f"<{number}@x>", to=goal, sender=f"p{number}@x.example", text=goal)
        assert take(raw, to=goal).result == "created"


def test_the_preview_of_a_rule_for_one_mailbox_shows_its_mails_alone(make: Make, mailbox: Mailbox) -> None:
    other = Mailbox.objects.create(address="netz@musterstadt.example", brand=mailbox.brand)
    take(mail())
    take(mail(message_id="<2@x>", to=other.address, text="Anders"), to=other.address)
    given: dict[str, Any] = {"kind": "subject", "pattern": "abschlag", "includes_customers": True}
    counts = [
        rules.preview(RejectionRule(mailbox=one, **given), at=clock.now()).count for one in (None, mailbox, other)
    ]
    assert counts == [2, 1, 1]
