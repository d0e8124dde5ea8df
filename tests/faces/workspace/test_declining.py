"""Saying no in the workspace: the letter goes out only with all that belongs to it."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Recourse
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Refusal, Ticket

FACTS = {
    "request": "Erlass der Mahngebühr",
    "scope": "whole",
    "decision": "Die Mahngebühr von 5 Euro erstatten wir nicht.",
    "reason": "Die Rechnung war drei Wochen fällig, und wir hatten zweimal erinnert.",
    "rule": "§ 17 Abs. 2 StromGVV: Bei Verzug dürfen wir die Kosten pauschal berechnen.",
    "alternatives": "Wir stunden den Rest gern bis Januar.",
}


@pytest.fixture
def office(admin: Agent) -> Recourse:
    fields = {"kind": "conciliation", "name": "Schlichtungsstelle Energie e. V.", "note": "Für Sie kostenlos."}
    return accounts.create(Recourse, actor=SYSTEM, at=clock.now(), **fields)


@pytest.fixture
def say(miras: Client, ticket: Ticket, office: Recourse) -> Callable[..., object]:
    """What Mira fills in, up to a step of the form."""
    until = (clock.now() + timedelta(days=28)).date().isoformat()

    def post(step: str, **given: object) -> object:
        ticket.refresh_from_db()
        fixed = {"version": ticket.version, "seen": 10**9, "object_until": until, "recourse": office.pk, "step": step}
        return miras.post(f"/workspace/tickets/{ticket.pk}/decline/", FACTS | fixed | given)

    return post


def letter_in(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="text"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_the_form_begins_with_the_ticket_and_shows_what_was_written(
    miras: Client, ticket: Ticket, office: Recourse
) -> None:
    page = miras.get(f"/workspace/tickets/{ticket.pk}/decline/").content.decode()
    assert "Abschlag</textarea>" in page
    assert "Mein Abschlag ist zu hoch." in page
    assert "Schlichtungsstelle Energie e. V." in page


@pytest.mark.parametrize("empty", ["request", "decision", "reason", "rule", "alternatives"])
def test_without_one_of_its_parts_no_letter_is_made(say: Callable[..., object], empty: str) -> None:
    answer = say("letter", **{empty: "  "})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_the_letter_is_read_before_it_goes_out(say: Callable[..., object], ticket: Ticket) -> None:
    page = say("letter").content.decode()
    letter = letter_in(page)
    assert letter.startswith("Guten Tag Kim Berger,")
    assert "Für Sie kostenlos.\nSchlichtungsstelle Energie e. V." in letter
    assert "carried-lost" not in page
    assert "Ablehnung an Kim Berger senden" in page
    assert not Message.objects.filter(direction="out").exists()


def test_sent_it_is_recorded_as_it_was_read(
    say: Callable[..., object], ticket: Ticket, mira: Agent, office: Recourse
) -> None:
    letter = letter_in(say("letter").content.decode()).replace("zweimal erinnert", "dreimal erinnert")
    assert say("send", text=letter).status_code == 302
    refusal = Refusal.objects.get()
    assert refusal.reason == "Die Rechnung war drei Wochen fällig, und wir hatten dreimal erinnert."
    assert (refusal.recourse, refusal.decided_by, refusal.responsible) == (office, mira, mira)
    assert refusal.message.text == letter.strip()


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Was wir entschieden haben", "die Entscheidung"),
        ("Warum wir so entschieden haben", "die Begründung"),
        ("Worauf das beruht", "die Regel"),
        ("Was stattdessen möglich ist", "die Alternativen"),
        ("Wenn Sie es anders sehen", "der Widerspruch"),
        ("Wer als Nächstes entscheidet", "die nächste Instanz"),
    ],
)
def test_a_letter_that_lost_a_part_stays_in_the_house_and_says_which(
    say: Callable[..., object], heading: str, name: str
) -> None:
    letter = letter_in(say("letter").content.decode()).replace(heading, "")
    answer = say("send", text=letter)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"Im Brief fehlt noch: {name}." in page
    assert letter_in(page).strip() == letter.strip()
    assert not Message.objects.filter(direction="out").exists() and not Refusal.objects.exists()


def test_while_it_is_changed_the_page_says_what_is_missing(say: Callable[..., object]) -> None:
    assert say("check", text="Nein.").content.decode().count("carried-lost") == 6


def test_without_an_office_and_a_lead_somebody_has_to_say_who_decides_next(say: Callable[..., object]) -> None:
    page = say("letter", recourse="").content.decode()
    assert "fehlt: „Wer als Nächstes entscheidet“" in page
    assert say("send", recourse="", text=letter_in(page)).status_code == 422


def test_back_to_what_it_is_made_of_keeps_it(say: Callable[..., object]) -> None:
    page = say("facts").content.decode()
    assert "Wir stunden den Rest gern bis Januar.</textarea>" in page


def test_a_day_that_has_passed_is_no_period(say: Callable[..., object]) -> None:
    answer = say("letter", object_until="2020-01-01")
    assert "Dieser Tag ist schon vorbei" in answer.content.decode()


def test_taken_back_it_is_begun_again_with_what_was_filled_in(
    say: Callable[..., object], miras: Client, ticket: Ticket, mira: Agent
) -> None:
    say("send", text=letter_in(say("letter").content.decode()))
    actions.cancel(Message.objects.get(direction="out"), actor=Actor.agent(mira.pk), at=clock.now())
    page = miras.get(f"/workspace/tickets/{ticket.pk}/decline/").content.decode()
    assert "Wir stunden den Rest gern bis Januar.</textarea>" in page
    assert "nicht in Kraft" in miras.get(f"/workspace/tickets/{ticket.pk}/promises/").content.decode()


def test_it_does_not_leave_through_the_door_of_an_ordinary_answer_when_it_lost_a_part(
    say: Callable[..., object], miras_parts: Client, ticket: Ticket
) -> None:
    letter = letter_in(say("letter").content.decode())
    ticket.refresh_from_db()
    fields = {"text": letter, "status": "open", "version": ticket.version, "seen": 10**9}
    answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", fields)
    assert answer.status_code == 422
    assert "Das ist eine Ablehnung" in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_it_stops_when_somebody_was_quicker(say: Callable[..., object], ticket: Ticket, admin: Agent) -> None:
    letter = letter_in(say("letter").content.decode())
    actions.write_note(ticket, text="Kim hat angerufen", actor=Actor.agent(admin.pk), at=clock.now())
    answer = say("send", text=letter, version=0, seen=0)
    assert answer.status_code == 422
    assert "Jana Kowalski hat eine interne Notiz" in answer.content.decode()
    assert not Refusal.objects.exists()


def test_the_timeline_says_that_something_was_declined_and_who_answers_for_it(
    say: Callable[..., object], miras: Client, ticket: Ticket
) -> None:
    say("send", text=letter_in(say("letter").content.decode()))
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Mira Yılmaz hat den ganzen Wunsch abgelehnt; verantwortlich ist Mira Yılmaz" in page


def test_another_team_cannot_decline(toms: Client, ticket: Ticket) -> None:
    assert toms.get(f"/workspace/tickets/{ticket.pk}/decline/").status_code == 404


def test_a_refusal_that_is_sent_twice_goes_out_once(say: Callable[..., object], ticket: Ticket) -> None:
    letter = letter_in(say("letter").content.decode())
    given = {"version": ticket.version, "seen": 0, "text": letter}
    assert [say("send", **given).status_code for _time in range(2)] == [302, 302]
    assert (Refusal.objects.count(), Message.objects.filter(direction="out").count()) == (1, 1)
