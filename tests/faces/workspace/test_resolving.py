"""Marking a concern as resolved: the customer is told once, in the same step, unless the agent chooses otherwise."""

import re
from datetime import datetime

import pytest
from django.test import Client

from anliegen.flow.channels import resolution
from anliegen.flow.channels.mailroom.send import as_mail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Operator, Role
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.links import status_link
from anliegen.records.tickets.models import Message, Ticket
from tests.faces.workspace.test_ticket import come_in


def asked(client: Client, ticket: Ticket) -> dict[str, str]:
    """What the dialog sends as it stands there."""
    html = client.get(f"/workspace/tickets/{ticket.pk}/resolve/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', html)
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert version is not None
    return {"version": version[1], "text": text[1] if text else ""}


def press(client: Client, ticket: Ticket, given: dict[str, str], *, tell: str) -> str:
    return client.post(f"/workspace/tickets/{ticket.pk}/resolve/", given | {"tell": tell}).content.decode()


def written(ticket: Ticket) -> list[Message]:
    return list(Message.objects.filter(ticket=ticket, direction="out").order_by("pk"))


def status_of(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


def test_the_mail_is_begun_with_what_is_known_and_in_the_customers_language(
    ticket: Ticket, operator: Operator, mira: Agent, now: datetime
) -> None:
    assert resolution.words(ticket, operator) == (
        "Guten Tag Kim Berger,\n\n"
        f"von unserer Seite ist Ihr Anliegen „{ticket.subject}“ erledigt.\n\n"
        "Wenn noch etwas fehlt, antworten Sie einfach auf diese Mail: dann geht es weiter."
    )
    answer = actions.reply(ticket, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=now)
    actions.mark_sent(answer, actor=SYSTEM, at=now)
    ticket.person.language = "en"
    assert "\n\nOur last answer to you is of Nov. 16, 2026.\n\n" in resolution.words(ticket, operator)


def test_the_customer_is_told_in_the_agents_words_and_it_can_be_taken_back(
    miras_parts: Client, ticket: Ticket, mira: Agent
) -> None:
    given = asked(miras_parts, ticket)
    html = press(miras_parts, ticket, given | {"text": given["text"] + "\n\nDer Abschlag ist gesenkt."}, tell="yes")
    (message,) = written(ticket)
    assert (message.agent, message.rule, message.state, message.channel) == (mira, "", "queued", "email")
    assert message.text.endswith("\n\nDer Abschlag ist gesenkt.")
    assert message.to == [{"name": "Kim Berger", "address": "kim@example.org"}]
    assert status_of(ticket) == "resolved"
    assert "Gelöst. Die Nachricht an Kim Berger geht gleich hinaus." in html

    miras_parts.post(f"/workspace/messages/{message.pk}/undo/", {"from": "toast"})
    assert (status_of(ticket), written(ticket)[0].state) == ("open", "cancelled")


def test_the_mail_asks_whether_it_is_settled_and_says_where_to_answer(miras_parts: Client, ticket: Ticket) -> None:
    press(miras_parts, ticket, asked(miras_parts, ticket), tell="yes")
    mail = as_mail(written(ticket)[0])
    assert f"Ist Ihr Anliegen {ticket.pk} damit erledigt? Sagen Sie es uns hier: {status_link(ticket)}#question" in (
        mail.text
    )
    assert (mail.auto_submitted, mail.actor_kind) == (None, "human")


def test_an_answer_that_resolves_nothing_asks_nothing(ticket: Ticket, mira: Agent, now: datetime) -> None:
    message = actions.reply(ticket, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=now)
    text = as_mail(Message.objects.get(pk=message.pk)).text
    assert f"Wie es um Ihr Anliegen {ticket.pk} steht, jederzeit: {status_link(ticket)}\n" in text
    assert "damit erledigt" not in text


def test_the_agent_may_choose_that_nobody_is_told(miras_parts: Client, ticket: Ticket) -> None:
    html = press(miras_parts, ticket, asked(miras_parts, ticket), tell="no")
    assert (status_of(ticket), written(ticket)) == ("resolved", [])
    assert "Gelöst. Niemand wurde benachrichtigt." in html


@pytest.mark.parametrize("second", ["yes", "no"])
def test_pressed_twice_or_by_two_agents_it_happens_once(
    miras_parts: Client, janas: Client, ticket: Ticket, second: str
) -> None:
    given = asked(miras_parts, ticket)
    press(miras_parts, ticket, given, tell="yes")
    press(miras_parts, ticket, given, tell=second)
    press(janas, ticket, given, tell=second)
    assert len(written(ticket)) == 1
    assert Event.objects.filter(verb="ticket.resolved").count() == 1


def test_when_the_customer_wrote_meanwhile_nothing_happens_and_the_words_stay(
    miras_parts: Client, ticket: Ticket, kim_address: Address, now: datetime
) -> None:

    given = asked(miras_parts, ticket) | {"text": "Der Abschlag ist gesenkt."}
    come_in(ticket, kim_address, now)
    html = press(miras_parts, ticket, given, tell="yes")
    assert (status_of(ticket), written(ticket)) == ("new", [])
    assert "Inzwischen ist an diesem Vorgang etwas geschehen" in html
    assert "Der Abschlag ist gesenkt.</textarea>" in html
    again = re.search(r'name="version" value="(\d+)"', html)
    assert again is not None
    press(miras_parts, ticket, given | {"version": again[1]}, tell="yes")
    assert (status_of(ticket), len(written(ticket))) == ("resolved", 1)


@pytest.mark.parametrize("by_machine", [{"automatic": "auto-reply"}, {"from_address": "no-reply@laden.example"}])
def test_a_machine_is_never_told(
    miras_parts: Client, ticket: Ticket, by_machine: dict[str, str], operator: Operator
) -> None:
    Message.objects.filter(ticket=ticket).update(**by_machine)
    given = asked(miras_parts, ticket)
    assert given["text"] == ""
    assert 'value="yes"' not in miras_parts.get(f"/workspace/tickets/{ticket.pk}/resolve/").content.decode()
    press(miras_parts, ticket, given | {"text": "Gelöst."}, tell="yes")
    assert (status_of(ticket), written(ticket)) == ("new", [])
    press(miras_parts, ticket, given, tell="no")
    assert status_of(ticket) == "resolved"


def test_without_words_nothing_is_sent(miras_parts: Client, ticket: Ticket) -> None:
    html = press(miras_parts, ticket, asked(miras_parts, ticket) | {"text": " \n"}, tell="yes")
    assert "Bitte schreiben Sie etwas, oder markieren Sie den Vorgang ohne Nachricht als gelöst." in html
    assert (status_of(ticket), written(ticket)) == ("new", [])


def test_who_may_not_write_to_customers_can_resolve_only(miras_parts: Client, ticket: Ticket, agent_role: Role) -> None:
    agent_role.permissions = [code for code in agent_role.permissions if code != "ticket.reply"]
    agent_role.save()
    given = asked(miras_parts, ticket)
    assert given["text"] == ""
    url = f"/workspace/tickets/{ticket.pk}/resolve/"
    assert miras_parts.post(url, given | {"text": "Gelöst.", "tell": "yes"}).status_code == 403
    assert press(miras_parts, ticket, given, tell="no")
    assert (status_of(ticket), written(ticket)) == ("resolved", [])


def test_another_teams_concern_does_not_exist(toms: Client, ticket: Ticket) -> None:
    url = f"/workspace/tickets/{ticket.pk}/resolve/"
    assert [toms.get(url).status_code, toms.post(url, {"tell": "no"}).status_code] == [404, 404]


def test_without_a_script_it_is_a_page(miras: Client, ticket: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/resolve/").content.decode()
    assert "<h1>Als gelöst markieren</h1>" in html
    response = miras.post(f"/workspace/tickets/{ticket.pk}/resolve/", asked(miras, ticket) | {"tell": "yes"})
    assert (response.status_code, response["Location"]) == (302, f"/workspace/tickets/{ticket.pk}/")
    assert (status_of(ticket), len(written(ticket))) == ("resolved", 1)
