"""Servers of language models differ where all is not well: each ends in a code, a line of the ledger, and no leak."""

import json
import logging
import threading
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection

from anliegen.faces.workspace.settings.providers import words
from anliegen.faces.workspace.tickets.assisting.hindered import WHY, why
from anliegen.flow.assist import asking, budget
from anliegen.flow.assist.asking import Outcome
from anliegen.flow.assist.budget import Asked
from anliegen.flow.assist.hiding import Known
from anliegen.flow.assist.models import Call
from anliegen.flow.assist.prompts import Material, Said
from anliegen.ground.egress.models import EgressCall
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from tests.providers import switched_on
from tools.model_double import Double
from tools.model_shapes import SHAPES, echoes_key

pytestmark = pytest.mark.django_db
KEY = "sk-geheim-0815"
KNOWN = Known(("Kim Berger",), ("kim@example.org",))
MATERIAL = Material((Said("customer", "Mein Abschlag ist zu hoch. Kim Berger, kim@example.org"),), "", "de")
WELL = {
    "no-usage": "Gern helfen wir Ihnen weiter. Sie schreiben: Mein Abschlag ist zu hoch. Kim Berger, kim@example.org",
    "chunked": "Gern senken wir ihn.",
    "thinking": "Gern senken wir ihn.",
    "thinking-unopened": "Gern senken wir ihn.",
    "mistral-thinking": "Gern senken wir ihn.",
    "reasoning": "Gern senken wir ihn.",
}
BADLY = {
    "ollama-no-model": "http_404",
    "vllm-no-model": "http_404",
    "openai-busy": "http_429",
    "mistral-busy": "http_429",
    "openai-too-long": "too_long",
    "vllm-too-long": "too_long",
    "llamacpp-too-long": "too_long",
    "mistral-too-long": "too_long",
    "proxy-too-long": "too_long",
    "bad-question": "http_400",
    "vllm-fault": "http_500",
    "llamacpp-loading": "http_503",
    "tool-calls": "empty",
    "only-thoughts": "empty",
    "cut-off": "cut_off",
    "cut-off-thinking": "cut_off",
    "filtered": "filtered",
    "refused": "empty",
    "never-ending-thoughts": "empty",
    "no-choices": "protocol",
    "error-in-200": "protocol",
    "events": "protocol",
    "no-json": "protocol",
    "page": "protocol",
    "gzip": "protocol",
    "elsewhere": "http_307",
    "huge": "too_large",
    "slow": "timeout",
}
COST_NOTHING = {name for name, code in BADLY.items() if code.startswith("http_") or code == "too_long"}
ASKED = Asked("draft", "ticket:1", Actor.agent(7))


def ask(at: datetime) -> Outcome:
    return asking.ask(ASKED, MATERIAL, KNOWN, allowed=True, at=at)


def test_each_shape_is_tried() -> None:
    assert {*WELL, *BADLY} == {*SHAPES}


@pytest.mark.parametrize("name", WELL)
def test_the_words_alone_are_taken_of_what_is_well(now: datetime, name: str) -> None:
    with Double(SHAPES[name]) as double:
        switched_on(double.address, at=now, key=KEY)
        outcome = ask(now)
    assert (outcome.text, outcome.why) == (WELL[name], "")
    assert Call.objects.get().result == "ok"


@pytest.mark.parametrize("name", BADLY)
def test_what_is_not_well_is_told_written_down_and_leaks_nothing(
    now: datetime, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with Double(SHAPES[name]) as double:
        switched_on(double.address, at=now, key=KEY, timeout_s=2)
        outcome = ask(now)
    assert (outcome.text, outcome.why) == ("", BADLY[name])
    assert "Eigener Rechner" in why(outcome)
    assert words(outcome.why) != outcome.why
    call = Call.objects.get()
    assert (call.result, call.error) == (("failed", BADLY[name]) if name != "never-ending-thoughts" else ("ok", ""))
    assert (call.cost == 0) is (name in COST_NOTHING)
    assert [one.host for one in EgressCall.objects.all()] == ["127.0.0.1"] * len(double.asked) == ["127.0.0.1"]
    assert_no_leak(caplog, capfd)


def assert_no_leak(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the key nor anything personal stands in a log, a ledger or the journal."""
    printed = capfd.readouterr()
    # Django writes each query with its values while it debugs, which no instance does.
    logged = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("django.db"))
    rows = [*Call.objects.values(), *EgressCall.objects.values(), *Event.objects.values()]
    kept = json.dumps(rows, default=str)
    for secret in (KEY, "Kim", "Berger", "kim@example.org", "Abschlag", "Gern senken"):
        for place in (printed.out, printed.err, logged, kept):
            assert secret not in place


def test_a_key_that_comes_back_in_an_error_is_kept_nowhere(
    now: datetime, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with Double(echoes_key(KEY)) as double:
        switched_on(double.address, at=now, key=KEY)
        outcome = ask(now)
    assert why(outcome) == "Eigener Rechner nimmt unseren Schlüssel nicht an."
    assert double.headers[0]["authorization"] == f"Bearer {KEY}"
    assert_no_leak(caplog, capfd)


def test_a_key_that_comes_back_in_an_answer_is_shown_to_nobody(now: datetime) -> None:
    with Double(lambda asked: f"Der Schlüssel lautet {KEY}.") as double:
        switched_on(double.address, at=now, key=KEY)
        assert ask(now).text == "Der Schlüssel lautet …."


def test_how_long_a_server_asks_to_be_left_alone_is_told(now: datetime) -> None:
    with Double(SHAPES["openai-busy"]) as double:
        switched_on(double.address, at=now)
        outcome = ask(now)
    assert why(outcome) == "Eigener Rechner nimmt gerade keine Fragen mehr an. Bitte 17 Sekunden Geduld."


def test_a_question_sent_elsewhere_takes_neither_words_nor_key_along(now: datetime) -> None:
    with Double() as other, Double(SHAPES["elsewhere"]) as double:
        switched_on(double.address, at=now, key=KEY)
        assert ask(now).why == "http_307"
    assert (len(double.asked), other.asked) == (1, [])


@pytest.mark.parametrize("broken", ["\ud800Gern.", "Gern.\x00", "G\ud83dern."])
def test_signs_that_are_none_break_no_page(now: datetime, broken: str) -> None:
    with Double(lambda asked: broken) as double:
        switched_on(double.address, at=now)
        assert ask(now).text.encode() == b"Gern."


def test_every_sentence_is_there_in_german_too() -> None:
    for code in WHY:
        told = why(Outcome(why=code, provider="Eigener Rechner"))
        assert told and not any(word in told.split() for word in ("the", "this", "its", "answer", "was"))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_both_have_the_last_cent(now: datetime) -> None:
    """Each alone fits the budget exactly; both at once do not."""
    with Double(lambda asked: "Gern.") as double:
        row = switched_on(double.address, at=now, price_in=Decimal(0), price_out=Decimal(1000))
        row.budget_cents = most = asking.MOST_TOKENS_OUT * 1000 // 1000
        row.save(update_fields=["budget_cents"])
        begins, outcomes = threading.Barrier(2), list[Outcome]()
        gate = threading.Event()
        double.answers = lambda asked: "Gern." if gate.wait(4) else "zu spät"

        def one() -> None:
            begins.wait()
            outcomes.append(ask(now))
            gate.set()  # only whoever was turned away, or both, get on
            connection.close()

        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(one.why for one in outcomes) == ["", "budget"]
    assert len(double.asked) == Call.objects.count() == 1
    assert budget.spent(row, now) <= most
