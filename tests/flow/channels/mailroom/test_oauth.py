"""Logging in without a password: tokens are asked for, kept locked, renewed in time, and what fails is named."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import translation

from anliegen.flow.channels.mailroom import fetch, oauth
from anliegen.flow.channels.mailroom.sources import change_source, connect, create_source, remove_source
from anliegen.flow.channels.mailroom.troubles import SourceRefused
from anliegen.flow.channels.models import Grant, Source
from anliegen.ground import clock, secrets
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Mailbox

from .conftest import fetch_again, stored
from .servers import Folder, Provider, letter, running

pytestmark = pytest.mark.django_db
BACK = "https://service.example.org/workspace/settings/sources/consent/"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running(Provider()) as started:
        yield started


@pytest.fixture
def grant_fields(provider: Provider) -> dict[str, Any]:
    return {
        "provider": "other", "flow": "code", "client_id": "app", "client_secret": "s3cret", "scope": "mail offline",
        "authorize_url": "https://login.example.org/authorize", "token_url": provider.url,
    }  # fmt: skip


@pytest.fixture
def by_consent(
    mailbox: Mailbox, fields: dict[str, Any], grant_fields: dict[str, Any], jana: Actor, now: datetime
) -> Source:
    return create_source(mailbox, grant=grant_fields, actor=jana, at=now, **fields | {"password": ""})


@pytest.fixture
def connected(by_consent: Source, jana: Actor, now: datetime) -> Source:
    """Somebody consented; the token it gave is old by now."""
    values = {"refresh_token": secrets.lock("r1"), "access_token": secrets.lock("old"), "expires_at": now}
    return connect(by_consent, values, actor=jana, at=now)


@pytest.fixture
def by_itself(
    mailbox: Mailbox, fields: dict[str, Any], grant_fields: dict[str, Any], jana: Actor, now: datetime
) -> Source:
    return create_source(
        mailbox, grant=grant_fields | {"flow": "client"}, actor=jana, at=now, **fields | {"password": ""}
    )


def asked(provider: Provider) -> list[dict[str, str]]:
    return [{name: values[0] for name, values in parse_qs(each).items()} for each in provider.asked]


def test_mail_is_fetched_with_a_token_that_the_refresh_token_gave(
    connected: Source, folder: Folder, provider: Provider
) -> None:
    folder.token = "first"
    folder.add(letter("eins"))
    assert fetch_again(connected).error == ""
    assert stored() == [letter("eins")]
    assert asked(provider) == [
        {"grant_type": "refresh_token", "refresh_token": "r1", "client_id": "app", "client_secret": "s3cret"}
    ]


def test_mail_is_fetched_with_a_token_that_the_application_got_by_itself(
    by_itself: Source, folder: Folder, provider: Provider
) -> None:
    folder.token = "first"
    folder.add(letter("eins"))
    assert fetch_again(by_itself).error == ""
    assert asked(provider) == [
        {"grant_type": "client_credentials", "scope": "mail offline", "client_id": "app", "client_secret": "s3cret"}
    ]


def test_a_token_is_used_until_it_is_nearly_over(connected: Source, folder: Folder, provider: Provider) -> None:
    folder.token = "first"
    fetch_again(connected)
    fetch_again(connected)
    assert len(provider.asked) == 1
    Grant.objects.update(expires_at=clock.now() + timedelta(minutes=4))
    fetch_again(connected)
    assert len(provider.asked) == 2


def test_a_new_refresh_token_is_kept_and_an_absent_one_keeps_the_old(
    connected: Source, folder: Folder, provider: Provider
) -> None:
    folder.token = "t"
    provider.answers = [
        (200, {"access_token": "t", "expires_in": 1, "refresh_token": "r2"}),
        (200, {"access_token": "t", "expires_in": "1"}),
    ]
    for _ in range(3):
        assert fetch_again(connected).error == ""
    assert [each["refresh_token"] for each in asked(provider)] == ["r1", "r2", "r2"]


def test_a_token_that_was_withdrawn_before_its_time_is_renewed_once(
    connected: Source, folder: Folder, provider: Provider
) -> None:
    Grant.objects.update(access_token=secrets.lock("withdrawn"), expires_at=clock.now() + timedelta(hours=1))
    folder.token = "first"
    folder.add(letter("eins"))
    assert fetch_again(connected).error == ""
    assert (stored(), len(provider.asked)) == ([letter("eins")], 1)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, {"error": "invalid_grant"}), "oauth_consent"),
        ((401, {"error": "invalid_client"}), "oauth_client"),
        ((400, {"error": "unauthorized_client"}), "oauth_client"),
        ((400, {"error": "invalid_scope"}), "oauth_scope"),
        ((503, b"<html>down"), "oauth_unavailable"),
        ((429, {}), "oauth_unavailable"),
        ((200, b"<html>"), "oauth_answer"),
        ((200, {"token_type": "none"}), "oauth_answer"),
        ((200, {"access_token": "another"}), "oauth_refused"),
    ],
)
def test_what_the_provider_says_is_named(
    connected: Source, folder: Folder, provider: Provider, answer: tuple[int, Any], code: str
) -> None:
    folder.token = "first"
    provider.answers = [answer]
    after = fetch_again(connected)
    assert after.error == code
    with translation.override("en"):
        trouble = fetch.trouble_of(after)
    assert trouble is not None and trouble.step == "logging in"


def test_without_a_consent_nothing_is_asked(by_consent: Source, provider: Provider) -> None:
    assert fetch_again(by_consent).error == "oauth_not_connected"
    assert provider.asked == []


def test_a_provider_that_is_not_there_is_named(connected: Source, jana: Actor, now: datetime) -> None:
    change_source(
        connected, grant={"token_url": "http://127.0.0.1:1/token", "client_secret": "s3cret"}, actor=jana, at=now
    )
    assert fetch_again(connected).error == "oauth_unreachable"


def test_the_consent_is_asked_for_with_a_challenge_that_only_we_can_answer(by_consent: Source) -> None:
    address = urlsplit(oauth.consent_address(by_consent.grant, state="st", verifier="geheim-lang", redirect_uri=BACK))
    digest = hashlib.sha256(b"geheim-lang").digest()
    assert address.netloc == "login.example.org"
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == {
        "client_id": "app",
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "mail offline",
        "state": "st",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "login_hint": "service",
    }


def test_a_consent_is_redeemed(by_consent: Source, folder: Folder, provider: Provider, jana: Actor) -> None:
    provider.answers = [(200, {"access_token": "first", "refresh_token": "r1", "expires_in": 3600})]
    values = oauth.redeem(by_consent.grant, code="c0de", verifier="geheim-lang", redirect_uri=BACK)
    connect(by_consent, values, actor=jana, at=clock.now())
    assert asked(provider) == [
        {
            "grant_type": "authorization_code", "code": "c0de", "redirect_uri": BACK, "code_verifier": "geheim-lang",
            "client_id": "app", "client_secret": "s3cret",
        }
    ]  # fmt: skip
    folder.token = "first"
    assert fetch_again(by_consent).error == ""
    assert len(provider.asked) == 1


def test_a_consent_without_a_lasting_leave_is_refused(by_consent: Source, provider: Provider) -> None:
    with pytest.raises(SourceRefused) as refused:
        oauth.redeem(by_consent.grant, code="c", verifier="v", redirect_uri=BACK)
    assert refused.value.code == "oauth_no_refresh"


def test_all_secrets_are_kept_locked(connected: Source) -> None:
    grant = Grant.objects.get()
    kept = [bytes(grant.client_secret), bytes(grant.refresh_token), bytes(grant.access_token)]
    assert [secrets.unlock(each) for each in kept] == ["s3cret", "r1", "old"]
    assert not any(word in each for each in kept for word in (b"s3cret", b"r1", b"old"))


def test_the_address_for_tokens_is_registered_and_withdrawn_with_the_source(
    by_consent: Source, provider: Provider, jana: Actor, now: datetime
) -> None:
    active = Destination.objects.active().order_by("purpose").values_list("purpose", "port")
    assert list(active) == [("imap", by_consent.port), ("oauth", provider.server_address[1])]
    remove_source(by_consent, actor=jana, at=now)
    assert list(active.all()) == []


def test_a_secret_that_changes_makes_the_token_void(
    connected: Source, folder: Folder, provider: Provider, jana: Actor, now: datetime
) -> None:
    folder.token = "first"
    fetch_again(connected)
    change_source(connected, grant={"client_secret": "s3cret"}, actor=jana, at=now)
    fetch_again(connected)
    assert len(provider.asked) == 1
    change_source(connected, grant={"client_secret": "anders"}, actor=jana, at=now)
    fetch_again(connected)
    assert asked(provider)[1]["client_secret"] == "anders"


@pytest.mark.django_db(transaction=True)
def test_two_who_need_a_new_token_ask_for_one(connected: Source, provider: Provider) -> None:
    """Some providers take a refresh token that comes twice for stolen."""
    provider.takes_s = 0.5
    got: list[str] = []

    def ask() -> None:
        oauth.log_in(Grant.objects.get(), lambda token: got.append(token) is None)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got, len(provider.asked)) == (["first"] * 3, 1)


def test_who_claims_after_another_has_renewed_takes_what_that_one_got(
    connected: Source, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = oauth._claim

    def claim_late(grant: Grant) -> bool:
        monkeypatch.setattr(oauth, "_claim", claim)
        oauth.log_in(Grant.objects.get(), lambda token: True)
        return claim(grant)

    monkeypatch.setattr(oauth, "_claim", claim_late)
    got: list[str] = []
    oauth.log_in(Grant.objects.get(), lambda token: got.append(token) is None)
    assert (got, len(provider.asked)) == (["first"], 1)
    assert Grant.objects.get().renewing_until is None


def test_who_looked_at_the_clock_earlier_and_comes_later_claims_nothing(
    connected: Source, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = Grant.objects.get()
    moments = iter([now, now - timedelta(milliseconds=5), now - timedelta(hours=1)])
    monkeypatch.setattr(oauth.clock, "now", lambda: next(moments))
    assert [oauth._claim(grant) for _who in range(3)] == [True, False, True]  # at last one whose clock was put back
