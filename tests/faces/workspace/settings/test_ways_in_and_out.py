"""Mailboxes, where mail is fetched from, and outgoing connections."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.flow.channels.mailroom.sources import FROM_NOW, UNDECIDED
from anliegen.flow.channels.models import Source
from anliegen.ground import secrets
from anliegen.ground.egress.models import Destination, EgressCall
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def given(brand: Brand, billing: Team, mira: Agent) -> dict[str, Any]:
    """A mailbox as the form sends it."""
    return {
        "address": "netz@musterstadt.example",
        "brand": brand.pk,
        "team": billing.pk,
        "responsible": mira.pk,
        "signs_replies": "on",
        "is_active": "on",
    }


SOURCE = {
    "host": "IMAP.Musterstadt.example.",
    "port": "993",
    "security": "tls",
    "username": "service",
    "password": " geheim ",
    "folder": "INBOX",
    "is_active": "on",
    "last_uid": str(FROM_NOW),
}


def test_a_mailbox_is_created(browser: Client, given: dict[str, Any], mira: Agent, billing: Team, said: Said) -> None:
    browser.post(to("mailbox-new"), given)
    box = Mailbox.objects.get()
    assert (box.address, box.team, box.responsible) == ("netz@musterstadt.example", billing, mira)
    assert box.signs_replies and box.is_active
    assert said() == [("setting.created", f"mailbox:{box.pk}", {})]


def test_a_team_needs_somebody_who_answers_for_the_decision(browser: Client, given: dict[str, Any]) -> None:
    answer = browser.post(to("mailbox-new"), given | {"responsible": ""})
    assert answer.status_code == 422
    assert "Choose who answers for giving these concerns to the team." in answer.text
    assert "a decision needs a person who answers for it" in answer.text
    assert not Mailbox.objects.exists()


def test_a_mailbox_without_a_team_needs_nobody(browser: Client, given: dict[str, Any]) -> None:
    browser.post(to("mailbox-new"), given | {"responsible": "", "team": ""})
    assert Mailbox.objects.get().team is None


def test_an_address_takes_concerns_in_once(browser: Client, given: dict[str, Any], mailbox: Mailbox) -> None:
    answer = browser.post(to("mailbox-new"), given | {"address": "SERVICE@musterstadt.example"})
    assert answer.status_code == 422
    assert "There is a mailbox of this address already." in answer.text


def test_an_address_too_long_to_be_signed_is_refused(browser: Client, given: dict[str, Any]) -> None:
    answer = browser.post(to("mailbox-new"), given | {"address": f"{'lang' * 15}@musterstadt.example"})
    assert answer.status_code == 422
    assert "too long to carry a signature" in answer.text


def test_somebody_who_left_cannot_be_made_responsible(browser: Client, given: dict[str, Any], mira: Agent) -> None:
    Agent.objects.filter(pk=mira.pk).update(is_active=False)
    assert browser.post(to("mailbox-new"), given).status_code == 422


def test_a_source_is_created_with_its_password_locked_and_its_server_registered(
    browser: Client, mailbox: Mailbox, said: Said
) -> None:
    answer = browser.post(to("source-new", mailbox.pk), SOURCE)
    source = Source.objects.get()
    assert answer.headers["Location"] == to("source", mailbox.pk, source.pk)
    assert (source.host, source.last_uid) == ("imap.musterstadt.example", FROM_NOW)
    assert secrets.unlock(source.password) == " geheim "
    destination = Destination.objects.get()
    assert (destination.scheme, destination.host, destination.port) == ("imaps", "imap.musterstadt.example", 993)
    assert [verb for verb, _subject, _data in said()] == ["setting.created", "destination.registered"]


def test_the_password_is_never_shown_again(browser: Client, mailbox: Mailbox) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    page = browser.get(to("source", mailbox.pk, Source.objects.get().pk)).text
    assert "geheim" not in page


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"host": "imap.evil.example"},
        {"port": "1993"},
        {"security": "starttls"},
        {"security": "none", "allow_private": "on"},
    ],
)
def test_a_kept_password_goes_to_no_other_place(
    browser: Client, mailbox: Mailbox, said: Said, elsewhere: dict[str, str]
) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    source = Source.objects.get()
    before = said()
    answer = browser.post(to("source", mailbox.pk, source.pk), SOURCE | elsewhere | {"password": ""})
    assert (answer.status_code, said()) == (422, before)
    assert "Please enter it again: it would go to another server, or another way." in answer.text
    kept = Source.objects.get()
    assert (kept.host, kept.port, kept.security) == (source.host, source.port, source.security)
    answer = browser.post(to("source", mailbox.pk, source.pk), SOURCE | elsewhere | {"password": "neu"})
    assert (answer.status_code, secrets.unlock(Source.objects.get().password)) == (302, "neu")


def test_an_empty_password_keeps_the_present_one(browser: Client, mailbox: Mailbox, said: Said) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    source = Source.objects.get()
    browser.post(to("source", mailbox.pk, source.pk), SOURCE | {"password": "", "folder": "Kunden"})
    source.refresh_from_db()
    assert (source.folder, secrets.unlock(source.password)) == ("Kunden", " geheim ")
    assert said()[-1] == ("setting.changed", f"source:{source.pk}", {"fields": ["folder"]})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": "kein server"}, "This is no name of a server"),
        ({"password": ""}, "Password: This field is required."),
        ({"port": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"security": "none"}, "Without encryption the password could be read on the way."),
    ],
)
def test_a_source_that_cannot_work_is_refused_in_words(
    browser: Client, mailbox: Mailbox, wrong: dict[str, str], words: str
) -> None:
    answer = browser.post(to("source-new", mailbox.pk), SOURCE | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Source.objects.exists()


def test_a_folder_is_fetched_from_once(browser: Client, mailbox: Mailbox) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    answer = browser.post(to("source-new", mailbox.pk), SOURCE)
    assert answer.status_code == 422
    assert "Mail is fetched from this folder already." in answer.text


def test_a_connection_that_does_not_work_says_what_to_do(browser: Client, mailbox: Mailbox, said: Said) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE | {"host": "127.0.0.1", "port": "1"})
    source = Source.objects.get()
    before = len(said())
    answer = browser.post(to("source-check", mailbox.pk, source.pk), follow=True)
    assert "This server lies in your own network, and that is not allowed for it." in answer.text
    assert "tick “The server is in our own network”" in answer.text
    assert len(said()) == before


def test_a_source_that_fails_shows_since_when_and_why(browser: Client, mailbox: Mailbox, now: datetime) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    source = Source.objects.get()
    Source.objects.update(failed_at=now, retry_at=now, error="login", attempts=3)
    page = browser.get(to("source", mailbox.pk, source.pk)).text
    assert "The mail server refuses the user name or the password." in page
    assert "Some providers want a password of its own for programs." in page
    assert "fails" in browser.get(to("mailboxes")).text
    assert f"fetching fails for 1: {mailbox.address}" in browser.get(to("overview")).text


def test_a_source_that_waits_for_a_decision_is_named(browser: Client, mailbox: Mailbox) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    Source.objects.update(last_uid=UNDECIDED, begun_at=None)
    assert f"1 waits for your decision: {mailbox.address}" in browser.get(to("overview")).text


def test_a_source_that_is_deleted_takes_its_registration_along(browser: Client, mailbox: Mailbox, said: Said) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    source = Source.objects.get()
    browser.post(to("source-delete", mailbox.pk, source.pk))
    assert not Source.objects.exists()
    assert not Destination.objects.active().exists()
    assert [verb for verb, _subject, _data in said()][2:] == ["setting.deleted", "destination.withdrawn"]


def test_a_source_is_reached_by_its_own_mailbox_only(browser: Client, mailbox: Mailbox, given: dict[str, Any]) -> None:
    browser.post(to("source-new", mailbox.pk), SOURCE)
    browser.post(to("mailbox-new"), given)
    other = Mailbox.objects.get(address="netz@musterstadt.example")
    assert browser.get(to("source", other.pk, Source.objects.get().pk)).status_code == 404


def connection(admin: Agent, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Unser Mailanbieter",
        "purpose": "mail",
        "scheme": "smtps",
        "host": "smtp.example.org",
        "port": "",
        "responsible": admin.pk,
        "timeout_s": "20",
    } | fields


def test_a_connection_is_allowed_withdrawn_and_allowed_again(browser: Client, admin: Agent, said: Said) -> None:
    browser.post(to("connection-new"), connection(admin))
    first = Destination.objects.get()
    assert (first.port, first.responsible, first.allow_private) == (465, f"agent:{admin.pk}", False)
    browser.post(to("connection-withdraw", first.pk))
    assert not Destination.objects.active().exists()
    browser.post(to("connection-again", first.pk))
    again = Destination.objects.active().get()
    assert again.pk != first.pk
    assert (again.host, again.port, again.responsible) == (first.host, first.port, first.responsible)
    assert [(verb, subject) for verb, subject, _data in said()] == [
        ("destination.registered", f"destination:{first.pk}"),
        ("destination.withdrawn", f"destination:{first.pk}"),
        ("destination.registered", f"destination:{again.pk}"),
    ]


def test_the_register_names_who_is_responsible(browser: Client, admin: Agent) -> None:
    browser.post(to("connection-new"), connection(admin))
    page = browser.get(to("connections")).text
    assert "smtp.example.org:465" in page and "Jana Kowalski" in page


@pytest.mark.parametrize("wrong", [{"host": "a b"}, {"port": "70000"}, {"responsible": ""}, {"purpose": "gossip"}])
def test_a_connection_that_makes_no_sense_is_refused(browser: Client, admin: Agent, wrong: dict[str, str]) -> None:
    assert browser.post(to("connection-new"), connection(admin, **wrong)).status_code == 422
    assert not Destination.objects.exists()


def test_calls_are_listed_and_filtered_by_how_they_ended(browser: Client, now: datetime) -> None:
    for host, result in (("good.example", "ok"), ("bad.example", "refused")):
        EgressCall.objects.create(
            scheme="https", host=host, port=443, purpose="mail", started_at=now, duration_ms=12, result=result
        )
    everything = browser.get(to("calls")).text
    assert "good.example:443" in everything and "bad.example:443" in everything
    refused = browser.get(to("calls"), {"result": "refused"}).text
    assert "good.example" not in refused and "bad.example:443" in refused


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("broken_off", "The server broke off the connection."),
        ("timeout", "The server does not answer in time."),
        ("not_registered", "This server is not registered as an outgoing connection."),
        ("smtp_451", "The mail server said no (451)."),
        ("ValueError", ">ValueError<"),
    ],
)
def test_why_a_call_failed_is_said_in_words(browser: Client, now: datetime, code: str, words: str) -> None:
    EgressCall.objects.create(
        scheme="https",
        host="x.example",
        port=443,
        purpose="mail",
        started_at=now,
        duration_ms=1,
        result="error",
        error=code,
    )
    assert words in browser.get(to("calls")).text


@pytest.mark.parametrize("name", ["mailbox-new", "connection-new"])
def test_somebody_without_the_permission_opens_no_way(
    client_of: Callable[[Agent], Client], mira: Agent, given: dict[str, Any], said: Said, name: str
) -> None:
    assert client_of(mira).post(to(name), given | connection(mira)).status_code == 403
    assert said() == []
