"""Protection, rejections and brakes in the browser: each change says who, and each refusal why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anliegen.flow.channels.guard import rules
from anliegen.flow.channels.guard.pace import trip
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Brake, Guard, Intake, RejectionRule
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Ticket
from tests.faces.workspace.settings.conftest import address as to

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]
LIMITS = {"most_per_address": "20", "most_per_ticket": "30", "most_mails": "5000", "most_answers": "100"}
RULE = {"kind": "domain", "pattern": "@Shop.example", "reason": "Bestellt hat das niemand.", "is_active": "on"}


@pytest.fixture
def brake(mailbox: Mailbox) -> Brake:
    """Two mails of a loop were set aside."""
    pk = trip("address", "loop@shop.example", most=60, held=2, at=clock.now())
    for number in range(2):
        line = store_raw(f"From: loop@shop.example\n\nMail {number}".encode(), source="smtp")
        Intake.objects.filter(pk=line.pk).update(
            result="quarantined", reason="too-many-address", brake=pk, done_at=clock.now()
        )
    return Brake.objects.get()


def test_limits_and_trusted_servers_are_set(browser: Client, said: Said) -> None:
    browser.post(to("guard"), LIMITS | {"trusted_servers": " MX1.example.org,\nmx2.example.org\n\nmx1.example.org"})
    guard = Guard.objects.get()
    limits = (guard.most_per_address, guard.most_per_ticket, guard.most_mails, guard.most_answers)
    assert limits == (20, 30, 5000, 100)
    assert guard.trusted_servers == ["mx1.example.org", "mx2.example.org"]
    assert [(verb, subject) for verb, subject, _data in said()] == [("setting.changed", "guard:1")]
    assert "mx1.example.org\nmx2.example.org</textarea>" in browser.get(to("guard")).text
    assert "mx1.example.org" in browser.get(to("overview")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"most_per_address": "4"},
        {"most_answers": "0"},
        {"most_mails": "4"},
        {"trusted_servers": "mx; <script>"},
        {"most_per_ticket": ""},
    ],
)
def test_what_would_stop_everything_or_means_nothing_is_refused(
    browser: Client, said: Said, wrong: dict[str, str]
) -> None:
    assert browser.post(to("guard"), LIMITS | wrong).status_code == 422
    assert said() == []


def test_a_rule_is_made_changed_and_switched_off(browser: Client, admin: Agent, said: Said) -> None:
    browser.post(to("rejection-new"), RULE)
    rule = RejectionRule.objects.get()
    assert (rule.pattern, rule.created_by, rule.is_active, rule.includes_customers) == (
        "shop.example",
        admin,
        True,
        False,
    )
    page = browser.get(to("rejections")).text
    assert "shop.example" in page and "Bestellt hat das niemand." in page and "Jana Kowalski" in page
    browser.post(to("rejection", rule.pk), RULE | {"is_active": ""})
    assert not RejectionRule.objects.get().is_active
    assert [(verb, subject, data) for verb, subject, data in said()] == [
        ("setting.created", f"rejectionrule:{rule.pk}", {}),
        ("setting.changed", f"rejectionrule:{rule.pk}", {"fields": ["is_active"]}),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"pattern": "shop"},
        {"pattern": ""},
        {"reason": ""},
        {"kind": "address"},
        {"kind": "subject", "pattern": "ab"},
        {"kind": "colour"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(browser: Client, wrong: dict[str, str]) -> None:
    assert browser.post(to("rejection-new"), RULE | wrong).status_code == 422
    assert not RejectionRule.objects.exists()


def test_a_rule_that_is_there_already_is_refused(browser: Client) -> None:
    browser.post(to("rejection-new"), RULE)
    assert browser.post(to("rejection-new"), RULE).status_code == 422


def test_a_rule_may_hold_for_one_mailbox_and_the_list_names_it(browser: Client, mailbox: Mailbox) -> None:
    browser.post(to("rejection-new"), RULE | {"mailbox": str(mailbox.pk)})
    assert RejectionRule.objects.get().mailbox == mailbox
    assert browser.post(to("rejection-new"), RULE | {"mailbox": str(mailbox.pk)}).status_code == 422
    assert mailbox.address in browser.get(to("rejections")).text
    browser.post(to("rejection-new"), RULE)
    assert list(RejectionRule.objects.order_by("pk").values_list("mailbox", flat=True)) == [mailbox.pk, None]


def test_the_preview_shows_which_mails_it_would_have_rejected(browser: Client, ticket: Ticket) -> None:
    ticket.messages.update(created_at=clock.now())
    spared = browser.post(to("rejection-preview"), {"kind": "domain", "pattern": "example.org"}).text
    assert "0 mails" in spared and "1 more is let through" in spared
    both = {"kind": "domain", "pattern": "example.org", "includes_customers": "on"}
    seen = browser.post(to("rejection-preview"), both).text
    assert "1 mail<" in seen and "kim@example.org" in seen and f"#{ticket.pk}" in seen
    nothing = browser.post(to("rejection-preview"), {"kind": "domain", "pattern": ""}).text
    assert "As soon as you have said what is compared" in nothing
    assert not RejectionRule.objects.exists()


def test_a_rejected_mail_names_its_rule_and_is_taken_in_all_the_same(
    browser: Client, admin: Agent, mailbox: Mailbox, said: Said
) -> None:
    rule = rules.create_rule(
        kind="domain", pattern="shop.example", reason="Bestellt hat das niemand.", actor=Actor.agent(admin.pk),
        maker=admin, at=clock.now(),
    )  # fmt: skip
    line = store_raw(b"From: a@shop.example\nSubject: Angebot\n\nText", source="smtp")
    Intake.objects.filter(pk=line.pk).update(result="rejected", reason="rule", rule=rule, done_at=clock.now())
    page = browser.get(to("intake-line", line.pk)).text
    assert "Rejected by the rule “shop.example” (the sender&#39;s domain)" in page
    assert "Bestellt hat das niemand." in page and "made by Jana Kowalski" in page
    assert "Bestellt hat das niemand." in browser.get(to("intake")).text
    browser.post(to("intake-retry", line.pk))
    assert Intake.objects.get(pk=line.pk).result == "created"


def test_a_pulled_brake_is_seen_in_the_inbox_and_the_settings_by_who_may_decide(
    browser: Client, client_of: Callable[[Agent], Client], mira: Agent, brake: Brake
) -> None:
    for address in ("/workspace/", to("intake"), to("guard")):
        assert "Very many mails of loop@shop.example" in browser.get(address).text
    assert "1 brake waits for a decision" in browser.get(to("overview")).text
    assert "loop@shop.example" not in client_of(mira).get("/workspace/").text
    page = browser.get(to("intake-brake", brake.pk)).text
    assert "More than 60 came within ten minutes. 2 mails were set aside. They are kept whole." in page
    assert "Look at some of the mails." in page and "Release the brake" in page and "Keep it pulled" in page
    assert "Very many mails of loop@shop.example" in browser.get(to("intake-brakes")).text


def test_a_brake_is_released(browser: Client, admin: Agent, brake: Brake, said: Said) -> None:
    browser.post(to("intake-brake-release", brake.pk))
    assert Intake.objects.filter(result="received").count() == 2
    assert said()[-1] == ("brake.released", f"brake:{brake.pk}", {"mails": 2})
    assert Brake.objects.get().released_by == admin
    assert "Release the brake" not in browser.get(to("intake-brake", brake.pk)).text
    assert "Very many mails" not in browser.get("/workspace/").text


def test_a_brake_is_kept_and_can_be_released_later(browser: Client, brake: Brake, said: Said) -> None:
    browser.post(to("intake-brake-keep", brake.pk))
    assert Intake.objects.filter(result="rejected", reason="stopped").count() == 2
    page = browser.get(to("intake-brake", brake.pk)).text
    assert "stays pulled" in page and "Release the brake" in page and "Keep it pulled?" not in page
    browser.post(to("intake-brake-release", brake.pk))
    assert Intake.objects.filter(result="received").count() == 2


@pytest.mark.parametrize("kind", ["person", "answers", "ticket"])
def test_each_kind_of_brake_has_its_words(browser: Client, ticket: Ticket, kind: str) -> None:
    key = {"person": str(ticket.person_id), "answers": "", "ticket": str(ticket.pk)}[kind]
    pk = trip(kind, key, most=10, held=1, at=clock.now())
    page = browser.get(to("intake-brake", pk)).text
    title = {
        "person": "Very many acknowledgements to Kim Berger",
        "answers": "Very many acknowledgements in all",
        "ticket": f"Very many mails to the concern #{ticket.pk} Abschlag",
    }[kind]
    assert title in page


@pytest.mark.parametrize(
    ("name", "method"),
    [("guard", "post"), ("rejection-new", "post"), ("intake-brakes", "get"), ("rejection-preview", "post")],
)
def test_somebody_without_the_permission_changes_nothing(
    client_of: Callable[[Agent], Client], mira: Agent, said: Said, name: str, method: str
) -> None:
    given: dict[str, Any] = LIMITS | RULE
    assert getattr(client_of(mira), method)(to(name), given).status_code == 403
    assert said() == []
