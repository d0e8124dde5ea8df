"""Putting a concern aside, as an agent does it: by a click or in words, with the way back in sight."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Calendar
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

FRIDAY = datetime(2026, 11, 27, 9, 20, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def friday(monkeypatch: pytest.MonkeyPatch, calendar: Calendar) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def text_of(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def post(client: Client, ticket: Ticket, **given: str) -> Any:
    return client.post(f"/workspace/tickets/{ticket.pk}/snooze/", given)


def until(ticket: Ticket) -> datetime | None:
    return Ticket.objects.get(pk=ticket.pk).snoozed_until


def test_the_page_offers_moments_at_which_work_begins(miras: Client, ticket: Ticket):
    page = text_of(miras.get(f"/workspace/tickets/{ticket.pk}/snooze/"))
    for name in ("Heute Nachmittag heute 14:00", "Montag Mo 30.11. 08:00", "In einer Woche Fr 4.12. 08:00"):
        assert name in re.sub(r" \w+, \d+\. \w+ 2026, \d\d:\d\d Uhr", "", page)


def test_one_click_puts_it_aside_and_offers_to_undo_it(miras_parts: Client, ticket: Ticket):
    answer = post(miras_parts, ticket, until=TUESDAY.isoformat(), reason="Ablesung abwarten")
    assert until(ticket) == TUESDAY
    page = text_of(answer)
    assert "Auf Wiedervorlage: Di 1.12. 09:00" in re.sub(r" Dienstag, 1\. Dezember 2026, 09:00 Uhr", "", page)
    assert "Ablesung abwarten" in page
    undo = miras_parts.post(f"/workspace/tickets/{ticket.pk}/wake/", {"from": "toast"})
    assert until(ticket) is None
    assert "Rückgängig gemacht" in text_of(undo)


def test_words_are_shown_as_what_they_were_understood_before_anything_is_saved(miras: Client, ticket: Ticket):
    asked = post(miras, ticket, when="Di 9 Uhr")
    assert (asked.status_code, until(ticket)) == (422, None)
    assert "Dienstag, 1. Dezember 2026, 09:00 Uhr" in text_of(asked)
    mark = re.search(r'name="understood" value="([^"]+)"', asked.content.decode())
    assert mark is not None
    done = post(miras, ticket, when="Di 9 Uhr", understood=mark[1])
    assert (done.status_code, until(ticket)) == (302, TUESDAY)


def test_words_that_were_changed_after_they_were_shown_are_shown_again(miras: Client, ticket: Ticket):
    asked = post(miras, ticket, when="Mi 9 Uhr", understood=TUESDAY.isoformat())
    assert (asked.status_code, until(ticket)) == (422, None)
    assert "Mittwoch, 2. Dezember 2026, 09:00 Uhr" in text_of(asked)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bald", "„bald“ wurde nicht verstanden."),
        ("heute 8 Uhr", "Das ist schon vorbei"),
        ("in 9 Jahren", "mehr als zwei Jahre"),
        ("Di 3.12.", "Das passt nicht zusammen: Dieser Tag ist Donnerstag, 3. Dezember 2026."),
        ("Sonntag", "Da ist der Service geschlossen."),
        ("", ""),
    ],
)
def test_while_typing_it_says_what_it_understands_or_why_not(miras: Client, ticket: Ticket, words: str, said: str):
    answer = miras.get(f"/workspace/tickets/{ticket.pk}/snooze/understood/", {"when": words})
    assert said in text_of(answer)
    assert (text_of(answer) == "") == (words == "")


def test_without_any_time_it_asks_for_one(miras: Client, ticket: Ticket):
    asked = post(miras, ticket, when=" ")
    assert asked.status_code == 422
    assert "Bitte sagen Sie, wann" in text_of(asked)


def test_who_saw_an_older_version_is_shown_that_something_happened(miras: Client, ticket: Ticket):
    asked = post(miras, ticket, until=TUESDAY.isoformat(), version=str(ticket.version - 1), reason="Ablesung")
    assert (asked.status_code, until(ticket)) == (422, None)
    assert "Inzwischen ist an diesem Vorgang etwas geschehen" in text_of(asked)
    assert 'value="Ablesung"' in asked.content.decode()


def test_another_agents_team_and_a_done_concern_stay_as_they_are(
    toms: Client, miras: Client, ticket: Ticket, mira: Agent
):
    assert post(toms, ticket, until=TUESDAY.isoformat()).status_code == 404
    actions.resolve(ticket, actor=Actor.agent(mira.pk), at=FRIDAY)
    assert post(miras, ticket, until=TUESDAY.isoformat()).status_code == 302
    assert until(ticket) is None


def test_what_is_due_before_is_said(miras: Client, ticket: Ticket):
    Ticket.objects.filter(pk=ticket.pk).update(promised_for=FRIDAY + timedelta(hours=4))
    page = text_of(miras.get(f"/workspace/tickets/{ticket.pk}/snooze/"))
    assert "Vorher wird etwas fällig" in page


def test_list_and_ticket_show_until_when_and_why_and_the_timeline_what_woke_it(
    miras: Client, ticket: Ticket, mira: Agent, run_pipeline: Callable[[], int]
):
    reason = "Ablesung abwarten <b>"
    actions.snooze(ticket, until=TUESDAY, reason=reason, actor=Actor.agent(mira.pk), at=FRIDAY)
    listed, page = miras.get("/workspace/?view=snoozed"), miras.get(f"/workspace/tickets/{ticket.pk}/")
    for one in (listed, page):
        assert "Ablesung abwarten &lt;b&gt;" in one.content.decode()
    assert "Mira Yılmaz hat das auf Wiedervorlage gelegt: Di 1. Dezember 2026, 09:00" in text_of(page)
    actions.wake(Ticket.objects.get(), why="customer", actor=Actor("system"), at=FRIDAY + timedelta(hours=1))
    page = text_of(miras.get(f"/workspace/tickets/{ticket.pk}/"))
    assert "Liegt wieder vor: es kam eine Nachricht" in page
    assert page.count("Grund: Ablesung abwarten") == 2
