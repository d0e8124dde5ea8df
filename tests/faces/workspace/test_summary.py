"""The summary at a ticket: its own sentences with the way to their places, up to which message, and what came since."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket

QUESTION = "Wann kommt der Monteur?"


@pytest.fixture
def talk(ticket: Ticket, billing: Team, mira: Agent, now: datetime) -> Ticket:
    """The customer asks, we answer by a promise, and a rule says that it arrived."""
    actions.assign(ticket, to=billing, actor=SYSTEM, at=now)
    Message.objects.filter(ticket=ticket).update(text=f"Guten Tag,\nmein Zähler ist defekt. {QUESTION}", language="de")
    answer = Answer(text="Guten Tag,\nwir schicken Ihnen den Monteur bis Freitag.")
    actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=now + timedelta(minutes=5))
    return ticket


def listed(client: Client, ticket: Ticket, query: str = "") -> list[tuple[str, str]]:
    """(message, sentence) of each line."""
    html = client.get(f"/workspace/tickets/{ticket.pk}/summary/{query}").content.decode()
    return re.findall(r'data-sentence="(\d+)"[^>]*>([^<]*)</a>', html)


def test_each_line_is_a_sentence_and_names_the_message_it_stands_in(miras: Client, talk: Ticket) -> None:
    first, second = talk.messages.order_by("pk").values_list("pk", flat=True)
    assert listed(miras, talk) == [
        (str(first), "mein Zähler ist defekt."),
        (str(first), QUESTION),
        (str(second), "wir schicken Ihnen den Monteur bis Freitag."),
    ]


def test_it_says_up_to_which_message_it_goes_and_that_a_rule_chose(miras: Client, talk: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{talk.pk}/summary/").content.decode()
    assert re.search(r"bis zur Nachricht von <time .*</time> \(Nr\. 2 von 2\)", html)
    assert "Automatik" in html


def test_up_to_an_older_message_it_says_that_something_is_missing(miras: Client, talk: Ticket) -> None:
    first = talk.messages.order_by("pk")[0].pk
    html = miras.get(f"/workspace/tickets/{talk.pk}/summary/?upto={first}").content.decode()
    assert "Nr. 1 von 2" in html
    assert "Seitdem kam eine Nachricht, die noch nicht darin ist." in html


def test_a_summary_hears_of_a_newer_message_and_only_of_a_newer_one(miras: Client, talk: Ticket) -> None:
    first, last = talk.messages.order_by("pk").values_list("pk", flat=True)
    path = f"/workspace/tickets/{talk.pk}/summary/news/?upto="
    assert "Seitdem kam eine Nachricht" in miras.get(f"{path}{first}").content.decode()
    assert miras.get(f"{path}{last}").content.decode().strip() == ""
    assert miras.get(f"{path}x").content.decode().strip() == ""


def test_what_machines_wrote_and_what_was_taken_back_is_not_in_it(
    miras: Client, talk: Ticket, mira: Agent, now: datetime
) -> None:
    answer = Answer(text="Wir erstatten Ihnen morgen 500 €.")
    said = actions.reply(talk, answer, actor=Actor.agent(mira.pk), at=now + timedelta(minutes=9))
    actions.cancel(said, actor=Actor.agent(mira.pk), at=now + timedelta(minutes=9, seconds=5))
    Message.objects.filter(direction="in").update(automatic="auto-reply")
    assert [text for _key, text in listed(miras, talk)] == ["wir schicken Ihnen den Monteur bis Freitag."]


def test_a_ticket_of_another_team_has_none_for_them(toms: Client, talk: Ticket) -> None:
    assert toms.get(f"/workspace/tickets/{talk.pk}/summary/").status_code == 404
    assert toms.get(f"/workspace/tickets/{talk.pk}/summary/news/?upto=1").status_code == 404


def test_a_long_conversation_fetches_it_by_itself_and_a_short_one_when_asked(
    miras: Client, talk: Ticket, receive: Callable[..., Message], now: datetime
) -> None:
    def trigger() -> str:
        html = miras.get(f"/workspace/tickets/{talk.pk}/").content.decode()
        return re.search(r'summary/[^"]*" hx-trigger="([^"]*)"', html)[1]  # type: ignore[index]

    assert trigger() == "toggle once"
    for number in range(4):
        receive(talk, f"Noch etwas: Punkt {number}?", now + timedelta(hours=1 + number))
    assert trigger() == "intersect once, toggle once"


@pytest.fixture
def receive() -> Callable[[Ticket, str, datetime], Message]:
    def come(ticket: Ticket, text: str, at: datetime) -> Message:
        first = ticket.messages.order_by("pk")[0]
        row = Message.objects.get(pk=first.pk)
        row.pk, row.text, row.created_at, row.rfc_message_id = None, text, at, ""
        row.save(force_insert=True)
        return row

    return come


def test_the_handover_offers_its_first_line_and_takes_none_by_itself(miras: Client, talk: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{talk.pk}/handover/").content.decode()
    assert 'data-fill="id_summary" data-value="mein Zähler ist defekt."' in html
    assert re.search(r'<input[^>]*id="id_summary"[^>]*>', html)[0].count('value="mein') == 0  # type: ignore[index]


def test_without_words_nothing_is_proposed(miras: Client, talk: Ticket) -> None:
    Message.objects.update(text="", reply_text="")
    html = miras.get(f"/workspace/tickets/{talk.pk}/handover/").content.decode()
    assert "Vorschlag aus der Zusammenfassung" not in html
