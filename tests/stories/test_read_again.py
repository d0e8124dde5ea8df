"""A whole story is read twice: cursors were put back, as with a backup of theirs. Nothing is decided, sent or handed
over a second time, and what people said meanwhile stands."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pprint import pformat
from typing import Any

import pytest
from django.apps import apps

from anliegen.config.pipeline import READERS
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.rules import actions as rules
from anliegen.flow.automation.rules.definition import Action, Definition, Trigger
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.automation.teaching import actions as teaching
from anliegen.flow.automation.teaching import lessons, speaking
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Role, Team, Topic
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Answer, Promised
from anliegen.records.tickets.models import Promise, Ticket
from tests.flow.automation.learning.examples import SAID, made_up
from tests.flow.automation.rules.written import written
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[[], int]
# Whatever automation, routing, escalation and the mails to customers are told by.
AGAIN = (
    *("triage", "hear", "escalate", "moot", "route", "heard", "in-force", "promise-owners", "rules"),
    *("acknowledge", "strangers", "deliver", "stop", "ask"),
)
# What a reader may say of itself: how far it is, and how often a rule looked.
OF_READERS = ("journal.Cursor", "journal.Head", "procrastinate")
LOOKED = "looked_at"


@pytest.fixture
def lea(agent_role: Role, billing: Team, technics: Team) -> Agent:
    return accounts.create_agent(
        email="lea@musterstadt.example", name="Lea Brandt", role=agent_role, teams=[billing, technics], actor=SYSTEM,
        at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def house(mailbox: Mailbox, billing: Team, technics: Team, mira: Agent, lea: Agent, admin: Agent) -> None:
    """Teams give out what comes, a model speaks, and a rule is in force."""
    at = clock.now()
    Agent.objects.filter(pk__in=[mira.pk, lea.pk]).update(last_login=at)
    accounts.change(billing, routing="assign", lead=admin, actor=SYSTEM, at=at)
    accounts.change(technics, routing="propose", lead=admin, actor=SYSTEM, at=at)
    for code in SAID:
        said = [one.text for one in made_up(8) if one.label == code]
        accounts.create(
            Topic, code=code, name=code.title(), examples=said, team=billing, responsible=mira, urgency=3, actor=SYSTEM,
            at=at,
        )  # fmt: skip
    speaking.forget()
    teaching.let_speak(
        lessons.hold(actor=Actor.rule("lessons"), at=at, encoder="none"), responsible=mira, by=admin, at=at
    )
    by_hand = Actor.agent(admin.pk)
    does = Definition(Trigger("message"), (Action("add_tags", "gesehen"), Action("priority_up")))
    made = rules.create(written(does, owner=admin.pk), actor=by_hand, at=at)
    rules.set_stage(Rule.objects.get(pk=made.pk), "on", 100, actor=by_hand, at=at)


def comes(run: Run, number: int, text: str, **more: Any) -> Ticket:
    who = f"p{number}@example.org"
    raw = mail(text=text, message_id=f"<{number}@example.org>", subject=f"Frage {number}", sender=f"P <{who}>", **more)
    message = take(raw, sender=who).message
    assert message is not None
    run()
    return Ticket.objects.get(pk=message.ticket_id)


def put_back(names: Iterable[str]) -> None:
    assert Cursor.objects.filter(name__in=list(names)).update(position=0, moved_at=None) > 0


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the house, but for what a reader says of itself."""
    ours = [model for model in apps.get_models() if not model._meta.label.startswith(OF_READERS)]
    return {
        model._meta.label: sorted(
            model._base_manager.values_list(
                *(one.attname for one in model._meta.concrete_fields if one.name != LOOKED)
            ),
            key=repr,
        )
        for model in ours
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        label: [row for row in after[label] if row not in rows] or [row for row in rows if row not in after[label]]
        for label, rows in before.items()
        if rows != after[label]
    }


@pytest.fixture
def story(house: None, run_pipeline: Run, mira: Agent, lea: Agent, technics: Team, billing: Team, admin: Agent) -> None:
    by_mira, by_admin = Actor.agent(mira.pk), Actor.agent(admin.pk)
    # Sorted, given to somebody, answered; the customer comes back, it is settled, and opened again.
    first = comes(run_pipeline, 1, "Mein Abschlag ist viel zu hoch, bitte senken Sie ihn.")
    by_kim = Actor.person(first.person_id)
    tickets.reply(first, Answer("Wir prüfen das."), actor=by_mira, at=clock.now())
    run_pipeline()
    comes(run_pipeline, 1, "Und wann ziehe ich um? Ich ziehe um und melde den Umzug.", in_reply_to="<1@example.org>")
    tickets.change(first, Change(topic="umzug", priority=1), actor=by_mira, at=clock.now())
    tickets.resolve(first, actor=by_mira, at=clock.now())
    run_pipeline()
    tickets.reopen(first, actor=by_admin, at=clock.now())
    run_pipeline()
    contest(Decision.objects.filter(ticket=first, question="team").latest("pk"), actor=by_kim, at=clock.now())
    run_pipeline()
    # Grief: people alone, up, and to who is asked.
    grief = comes(run_pipeline, 2, "Guten Tag, mein Mann ist verstorben. Was wird aus dem Vertrag, und wer hilft mir?")
    tickets.change(grief, Change(priority=1), actor=by_admin, at=clock.now())
    # Given on with its promise, which its first owner takes back by hand.
    third = comes(run_pipeline, 3, "I have a question about my invoice and would like you to call me back, please.")
    tickets.assign(third, to=mira, actor=by_admin, at=clock.now())
    run_pipeline()
    tickets.promise(
        third, Promised("Wir rufen an.", clock.now() + timedelta(days=3), mira), actor=by_mira, at=clock.now()
    )
    tickets.assign(third, to=lea, actor=by_admin, at=clock.now())
    run_pipeline()
    tickets.hand_over(Promise.objects.get(), to=mira, actor=by_admin, at=clock.now())
    run_pipeline()
    # Given back to the team after somebody had it; nobody is to be given it again.
    fourth = comes(run_pipeline, 4, "Bitte rufen Sie mich wegen meines Zählers zurück.")
    tickets.change(fourth, Change(assignee=None), actor=by_admin, at=clock.now())
    run_pipeline()
    # Offered in a team that only proposes, and the offer refused.
    fifth = comes(run_pipeline, 5, "Der Zähler zeigt nichts mehr an.")
    tickets.assign(fifth, to=technics, actor=by_admin, at=clock.now())
    tickets.change(fifth, Change(assignee=None), actor=by_admin, at=clock.now())
    run_pipeline()


def test_nothing_is_done_twice_when_the_cursors_are_put_back(story: None, run_pipeline: Run) -> None:
    asked = set(Decision.objects.values_list("question", "reason"))
    assert {"topic", "team", "level", "by-hand", "signal", "assignee", "tags"} <= {one for one, _ in asked}
    before = everything()
    put_back(AGAIN)
    assert run_pipeline() > 0
    found = differences(before, everything())
    assert not found, pformat(found)


def test_a_rule_that_came_later_makes_up_for_nothing(story: None, run_pipeline: Run, admin: Agent) -> None:
    by_hand, does = Actor.agent(admin.pk), Definition(Trigger("message"), (Action("add_tags", "nachgeholt"),))
    made = rules.create(written(does, owner=admin.pk, name="Später"), actor=by_hand, at=clock.now())
    rules.set_stage(made, "on", 100, actor=by_hand, at=clock.now())
    put_back(["rules"])
    run_pipeline()
    assert not Ticket.objects.filter(tags__contains=["nachgeholt"]).exists()


def test_all_readers_of_the_house_may_be_put_back(story: None, run_pipeline: Run) -> None:
    before = everything()
    put_back(reader.name for reader in READERS)
    run_pipeline()
    found = differences(before, everything())
    assert not found, pformat(found)
