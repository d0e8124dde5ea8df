"""What was learnt, as an administrator decides it: let speak, paused, silenced; and missing topics."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.flow.automation.models import Decision, Learnt, TopicProposal
from anliegen.flow.automation.teaching import lessons, speaking
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

PAGE = "/workspace/settings/learnt/"


@pytest.fixture
def waiting(operator: object, now: datetime) -> Learnt:
    for code in SAID:
        examples = [one.text for one in made_up(9) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)
    return lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none")


@pytest.fixture
def admins(client: Client, admin: Agent) -> Client:
    client.force_login(admin)
    return client


def test_a_person_lets_it_speak_pauses_and_silences_it(
    waiting: Learnt, admins: Client, admin: Agent, mira: Agent, open_ticket: Callable[..., Ticket],
    kim_address: Address, run_pipeline: Callable[[], int],
) -> None:  # fmt: skip
    def asks_about(text: str) -> bool:
        ticket = open_ticket(kim_address, text=text, subject="")
        run_pipeline()
        return Decision.objects.filter(ticket=ticket, question="topic").exists()

    assert "wartet, bis ein Mensch" in admins.get(PAGE).text
    assert admins.post(f"{PAGE}{waiting.version}/speak/", {"responsible": str(mira.pk)}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.responsible, waiting.settled_by) == ("speaking", mira, admin)
    speaking.forget()
    assert asks_about("Ich ziehe um")
    admins.post(f"{PAGE}pause/")
    assert "Sie ist angehalten" in admins.get(PAGE).text
    assert not asks_about("Ich ziehe um")
    admins.post(f"{PAGE}pause/", {"again": "1"})
    assert asks_about("Ich ziehe um")
    admins.post(f"{PAGE}{waiting.version}/silence/")
    speaking.forget()
    assert not asks_about("Ich ziehe um")


def test_a_version_is_refused_with_its_reason(waiting: Learnt, admins: Client) -> None:
    admins.post(f"{PAGE}{waiting.version}/refuse/", {"reason": "Zu wenige Beispiele"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("refused", "Zu wenige Beispiele")
    assert "Zu wenige Beispiele" in admins.get(f"{PAGE}{waiting.version}/").text


def test_who_may_not_manage_settings_decides_nothing(waiting: Learnt, client: Client, mira: Agent) -> None:
    client.force_login(mira)
    for path in ("", "learn/", "pause/", "1/speak/", "1/silence/", "1/refuse/"):
        assert client.post(f"{PAGE}{path}").status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_a_missing_topic_is_taken_up_once_or_dismissed(admins: Client, ticket: Ticket, now: datetime) -> None:
    taken, dismissed = (
        TopicProposal.objects.create(words=["glasfaser"], tickets=[ticket.pk], made_at=now) for _each in range(2)
    )
    where = "/workspace/settings/topics/proposed"
    assert "Fehlt ein Thema?" in admins.get("/workspace/settings/topics/").text
    admins.post(f"{where}/{dismissed.pk}/dismiss/")
    admins.post(f"{where}/{dismissed.pk}/take-up/", {"name": "Zu spät"})
    for _press in range(2):
        admins.post(f"{where}/{taken.pk}/take-up/", {"name": "Glasfaser"})
    assert list(Topic.objects.values_list("code", "examples")) == [("glasfaser", [])]
    ticket.refresh_from_db()
    assert ticket.topic == "glasfaser"
