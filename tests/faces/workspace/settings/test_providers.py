"""The settings page of AI providers: entered, tried out, switched on by a person, with a budget and a ledger."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from anliegen.flow.assist.models import NEEDED, Call, Provider
from anliegen.ground import secrets
from anliegen.records.accounts.models import Agent
from tests.providers import entered, switched_on
from tools.model_double import Double

pytestmark = pytest.mark.django_db
AT = "/workspace/settings/providers/"


def given(admin: Agent, **more: Any) -> dict[str, Any]:
    return {
        "name": "Eigener Rechner",
        "address": "http://127.0.0.1:11434/v1/",
        "model": "muster-7b",
        "key": "sk-geheim",
        "allow_private": "on",
        "deeds": ["draft", "shorter"],
        "data_classes": ["own", "knowledge"],
        "purpose": "Entwürfe",
        "jurisdiction": "here",
        "contract": "eigener Betrieb",
        "contract_on": "2026-01-02",
        "responsible": admin.pk,
        "budget": "12,50",
        "price_in": "0,05",
        "price_out": "0,2",
        "timeout_s": "20",
    } | more


def test_without_a_provider_the_page_says_that_none_is_needed(janas: Client) -> None:
    assert "Kein KI-Anbieter, und es braucht auch keinen" in janas.get(AT).content.decode()
    assert "Noch keine Frage" in janas.get(f"{AT}questions/").content.decode()


def test_one_is_entered_switched_off_with_its_key_hidden(janas: Client, admin: Agent) -> None:
    answer = janas.post(f"{AT}new/", given(admin))
    row = Provider.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{AT}{row.pk}/")
    assert (row.is_on, row.budget_cents, row.responsible, row.address) == (
        False, 1250, f"agent:{admin.pk}", "http://127.0.0.1:11434/v1",
    )  # fmt: skip
    assert secrets.unlock(row.key) == "sk-geheim"
    page = janas.get(f"{AT}{row.pk}/").content.decode()
    assert "sk-geheim" not in page and "ausgeschaltet" in page and "hinterlegt, verschlüsselt" in page
    assert 'value="12,5"' in page and 'value="0,05"' in page and "12,50" in page


def test_what_switching_on_needs_is_not_called_optional(janas: Client, admin: Agent) -> None:
    janas.post(f"{AT}new/", given(admin))
    for page in (janas.get(f"{AT}new/").text, janas.get(f"{AT}{Provider.objects.get().pk}/").text):
        marks = dict(
            re.findall(r'<label class="label" for="id_(\w+)">[^<]*<span class="optional">([^<]*)</span>', page)
        )
        assert {name for name, mark in marks.items() if mark == "(nötig zum Einschalten)"} == set(NEEDED)
        assert marks["key"] == "(freiwillig)"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "nirgends"}, "Das ist keine Adresse"),
        ({"address": "http://ai.example.org/v1", "allow_private": ""}, "Ohne Verschlüsselung"),
        ({"timeout_s": "600"}, "60"),
        ({"price_in": "-1"}, "0"),
        ({"budget": "-5"}, "0"),
        ({"deeds": []}, "Darf gefragt werden: "),
        ({"deeds": ["pay"]}, "pay"),
    ],
)
def test_bad_input_is_refused_with_words(janas: Client, admin: Agent, wrong: dict[str, Any], words: str) -> None:
    answer = janas.post(f"{AT}new/", given(admin, **wrong))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Provider.objects.exists()


def test_while_something_is_missing_it_says_what_and_stays_off(janas: Client, admin: Agent) -> None:
    janas.post(f"{AT}new/", given(admin, contract="", responsible=""))
    row = Provider.objects.get()
    page = janas.post(f"{AT}{row.pk}/switch/", {"to": "on"}, follow=True).content.decode()
    assert "Er kann noch nicht eingeschaltet werden. Es fehlt: der Vertrag, die verantwortliche Person." in page
    assert not Provider.objects.get().is_on


def test_a_person_switches_it_on_and_off(janas: Client, now: datetime) -> None:
    row = entered("http://127.0.0.1:11434/v1", at=now)
    janas.post(f"{AT}{row.pk}/switch/", {"to": "on"})
    assert Provider.objects.get().is_on
    janas.post(f"{AT}{row.pk}/switch/", {"to": "off"})
    assert not Provider.objects.get().is_on


def test_what_must_be_known_is_not_taken_away_while_it_is_on(janas: Client, admin: Agent, now: datetime) -> None:
    row = switched_on("http://127.0.0.1:11434/v1", at=now)
    answer = janas.post(f"{AT}{row.pk}/", given(admin, key="", contract=""))
    assert answer.status_code == 422
    assert "Er ist eingeschaltet, und dies muss bekannt sein: der Vertrag." in answer.content.decode()


def test_a_kept_key_is_asked_for_again_where_it_would_go_elsewhere(janas: Client, admin: Agent, now: datetime) -> None:
    row = entered("http://127.0.0.1:11434/v1", at=now, key="sk")
    answer = janas.post(f"{AT}{row.pk}/", given(admin, key="", address="https://ai.example.org/v1"))
    assert answer.status_code == 422 and "Er ginge an einen anderen Server." in answer.content.decode()
    assert janas.post(f"{AT}{row.pk}/", given(admin, key="", name="Anders")).status_code == 302
    assert secrets.unlock(Provider.objects.get().key) == "sk"


def test_a_test_question_says_whether_it_answers_and_stands_in_the_ledger(janas: Client, now: datetime) -> None:
    with Double() as double:
        row = entered(double.address, at=now, budget_cents=100_000)
        assert "Er antwortet." in janas.post(f"{AT}{row.pk}/test/", follow=True).content.decode()
        double.status = 404
        page = janas.post(f"{AT}{row.pk}/test/", follow=True).content.decode()
    assert "Keine brauchbare Antwort: Unter dieser Adresse ist nichts, oder es gibt dieses Modell nicht." in page
    assert list(Call.objects.order_by("pk").values_list("deed", "result", "error")) == [
        ("test", "ok", ""), ("test", "failed", "http_404"),
    ]  # fmt: skip
    ledger = janas.get(f"{AT}questions/").content.decode()
    assert "Jana Kowalski" in ledger and "muster-7b" in ledger and "Probe" in ledger


@pytest.mark.parametrize(
    "code", ["budget", "busy", "off", "protocol", "empty", "no_key", "http_401", "http_429", "http_500", "timeout"]
)
def test_every_trouble_has_words(janas: Client, now: datetime, code: str) -> None:
    row = entered("http://127.0.0.1:11434/v1", at=now)
    Call.objects.create(
        provider=row, actor="agent:1", deed="draft", model="m", started_at=now, tokens_in=1, tokens_out=1, cost=1,
        result="failed", duration_ms=3, error=code,
    )  # fmt: skip
    page = janas.get(f"{AT}questions/").content.decode()
    assert f'<span class="hint" title="{code}">{code}</span>' not in page and f'title="{code}"' in page


def test_one_that_is_taken_out_is_gone_and_its_ledger_stays(janas: Client, now: datetime) -> None:
    with Double() as double:
        row = entered(double.address, at=now)
        janas.post(f"{AT}{row.pk}/test/")
    janas.post(f"{AT}{row.pk}/withdraw/")
    assert janas.get(f"{AT}{row.pk}/").status_code == 404
    assert "Eigener Rechner" in janas.get(f"{AT}questions/").content.decode()


@pytest.mark.parametrize("place", ["", "new/", "questions/"])
def test_only_who_may_change_settings_sees_them(miras: Client, place: str) -> None:
    assert miras.get(f"{AT}{place}").status_code == 403
