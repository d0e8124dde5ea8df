from datetime import datetime

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from anliegen.faces.workspace import attempts
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions
from anliegen.records.accounts.models import Agent

RIGHT = "richtig-langes-wort"


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None) -> None:
    cache.clear()


def log_in(client: Client, password: str, *, email: str = "mira@musterstadt.example", then: str = "") -> HttpResponse:
    return client.post("/workspace/login/", {"login": email, "password": password, "next": then})  # type: ignore[return-value]


def test_an_agent_logs_in_and_out(client: Client, mira: Agent) -> None:
    assert log_in(client, RIGHT).headers["Location"] == "/workspace/"
    assert client.get("/workspace/").status_code == 200
    assert client.get("/workspace/logout/").status_code == 405
    assert client.post("/workspace/logout/").headers["Location"] == "/workspace/login/"
    assert client.get("/workspace/").status_code == 302


def test_the_password_is_kept_as_argon2(mira: Agent) -> None:
    assert mira.password.startswith("argon2$argon2id$")


def test_logging_in_leads_on_within_the_house_only(client: Client, mira: Agent) -> None:
    inside = log_in(client, RIGHT, then="/workspace/profile/")
    assert inside.headers["Location"] == "/workspace/profile/"
    outside = log_in(Client(), RIGHT, then="https://evil.example/")
    assert outside.headers["Location"] == "/workspace/"


def test_a_wrong_password_says_so_and_nothing_more(client: Client, mira: Agent) -> None:
    wrong, unknown = log_in(client, "falsch-falsch"), log_in(client, "falsch-falsch", email="nobody@example.org")
    for response in (wrong, unknown):
        assert response.status_code == 422
        html = response.content.decode()
        assert "E-Mail-Adresse und Passwort passen nicht zusammen." in html
        assert "Bitten Sie Ihre Administration um einen Link" in html


def test_too_many_wrong_passwords_close_the_door_even_for_the_right_one(client: Client, mira: Agent) -> None:
    for _attempt in range(5):
        log_in(client, "falsch-falsch")
    refused = log_in(client, RIGHT)
    assert refused.status_code == 422
    assert "Zu viele Versuche, bitte in fünf Minuten erneut." in refused.content.decode()
    assert client.get("/workspace/").status_code == 302


def test_wrong_passwords_of_a_stranger_lock_nobody_out(mira: Agent) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.7")
    for _attempt in range(6):
        log_in(stranger, "falsch-falsch")
    assert log_in(stranger, RIGHT).status_code == 422
    assert log_in(Client(REMOTE_ADDR="192.0.2.8"), RIGHT).status_code == 302


def test_many_strangers_cannot_guess_on_and_who_was_here_lately_is_spared(
    mira: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts.LIMITS, "login_anywhere", "3/h/key")
    assert log_in(Client(REMOTE_ADDR="192.0.2.8"), RIGHT).status_code == 302
    for number in range(3):
        log_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "falsch-falsch")
    assert log_in(Client(REMOTE_ADDR="198.51.100.9"), RIGHT).status_code == 422
    assert log_in(Client(REMOTE_ADDR="192.0.2.8"), RIGHT).status_code == 302


def test_logging_in_rightly_uses_nothing_up(mira: Agent) -> None:
    assert {log_in(Client(), RIGHT).status_code for _time in range(7)} == {302}


def test_one_sender_cannot_try_all_addresses(client: Client, mira: Agent) -> None:
    for number in range(100):
        log_in(client, "falsch-falsch", email=f"a{number}@example.org")
    refused = log_in(client, RIGHT)
    assert refused.status_code == 422
    assert "Zu viele Versuche" in refused.content.decode()


def test_a_flood_of_logins_is_refused_in_words(client: Client, mira: Agent) -> None:
    for _attempt in range(300):
        client.post("/workspace/login/", {})
    refused = log_in(client, RIGHT)
    assert refused.status_code == 429
    assert "Zu viele Versuche, bitte in einer Minute erneut." in refused.content.decode()


def test_an_agent_who_left_is_refused(client: Client, mira: Agent, admin: Agent, now: datetime) -> None:
    actions.deactivate(mira, actor=SYSTEM, at=now)
    assert log_in(client, RIGHT).headers["Location"] == "/workspace/login/"
    assert "Dieser Zugang ist stillgelegt." in client.get("/workspace/login/").content.decode()
    assert client.get("/workspace/").status_code == 302


def test_a_session_ends_with_the_account(client: Client, mira: Agent, admin: Agent, now: datetime) -> None:
    log_in(client, RIGHT)
    actions.deactivate(mira, actor=SYSTEM, at=now)
    assert client.get("/workspace/").status_code in (302, 403)


def test_an_address_of_before_no_longer_opens(client: Client, mira: Agent, admin: Agent, now: datetime) -> None:
    log_in(client, RIGHT)
    actions.change_agent(mira, email="mira.neu@musterstadt.example", actor=SYSTEM, at=now)
    assert log_in(Client(), RIGHT).status_code == 422
    new = log_in(Client(), RIGHT, email="mira.neu@musterstadt.example")
    assert new.status_code == 302


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/workspace/signup/"])
def test_nobody_signs_up(client: Client, mira: Agent, address: str) -> None:
    assert client.get(address).status_code == 404
