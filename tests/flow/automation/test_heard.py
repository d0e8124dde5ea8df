"""What people do says something of what automation decided, without anybody pressing anything for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anliegen.flow.automation import approval, heard
from anliegen.flow.automation.approval import AlreadySettled, Proposal
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team, Topic
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket

MODEL = Actor.model("triage@1")
Decide = Callable[..., Decision]
Run = Callable[[], int]
LATER = timedelta(hours=1)


@pytest.fixture
def decide(ticket: Ticket, mira: Agent, now: datetime) -> Decide:
    """The model decides something on Kim's ticket, at first for sure."""

    def make(question: str, choice: str, *, sure: float = 0.99, **more: Any) -> Decision:
        proposal = Proposal(choice, sure, "mailbox-without-team", mira.pk, {"mailbox": 1})
        return approval.submit(ticket, question, proposal, actor=MODEL, at=now, **more)

    return make


@pytest.fixture
def topics(ticket: Ticket, now: datetime) -> None:
    for code in ("umzug", "gas"):
        accounts.create(Topic, code=code, name=code.title(), actor=SYSTEM, at=now)


def said(decision: Decision) -> tuple[str, str, bool]:
    decision.refresh_from_db()
    return decision.settled_as, decision.settled_choice, decision.is_implied


def change(ticket: Ticket, by: Agent, at: datetime, **wanted: Any) -> None:
    tickets.change(ticket, Change(**wanted), actor=Actor.agent(by.pk), at=at)


def test_another_topic_set_by_an_agent_corrects_the_one_in_force(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    decision = decide("topic", "topic:umzug")
    change(ticket, mira, now + LATER, topic="gas")
    run_pipeline()
    assert said(decision) == ("corrected", "topic:gas", True)
    assert (decision.settled_by, decision.settled_at) == (mira, now + LATER)
    event = Event.objects.get(verb="decision.corrected")
    assert event.data == {
        "decision": f"decision:{decision.pk}",
        "question": "topic",
        "implied": True,
        "choice": "topic:gas",
    }
    changed = Event.objects.get(verb="ticket.topic_changed", actor=f"agent:{mira.pk}")
    assert (event.actor, event.because) == (changed.actor, changed.position)


@pytest.mark.parametrize(
    ("question", "choice", "wanted", "other"),
    [
        ("priority", "priority:4", {"priority": 3}, "priority:3"),
        ("priority", "priority:4", {"priority": 4}, ""),
        ("topic", "topic:umzug", {"topic": "umzug"}, ""),
    ],
)
def test_what_was_only_proposed_is_settled_by_what_the_agent_sets(
    decide: Decide,
    topics: None,
    ticket: Ticket,
    mira: Agent,
    now: datetime,
    run_pipeline: Run,
    question: str,
    choice: str,
    wanted: dict[str, Any],
    other: str,
) -> None:
    decision = decide(question, choice, sure=0.6)
    change(ticket, mira, now + LATER, **wanted)
    run_pipeline()
    assert said(decision) == ("corrected" if other else "confirmed", other, True)
    assert decision.applied_at is None  # the agent did it, not the automation


def test_team_and_assignee_too(
    decide: Decide, ticket: Ticket, technics: Team, mira: Agent, tom: Agent, now: datetime, run_pipeline: Run
) -> None:
    team, assignee = decide("team", f"team:{technics.pk}"), decide("assignee", f"agent:{tom.pk}")
    billing = mira.teams.get()
    change(ticket, mira, now + LATER, team=billing, assignee=mira)
    run_pipeline()
    assert said(team) == ("corrected", f"team:{billing.pk}", True)
    assert said(assignee) == ("corrected", f"agent:{mira.pk}", True)


def test_taking_it_away_takes_back_what_was_in_force_and_says_nothing_of_what_waits(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    in_force, waiting = decide("topic", "topic:umzug"), decide("topic", "topic:gas", sure=0.5)
    change(ticket, mira, now + LATER, topic="")
    run_pipeline()
    assert said(in_force) == ("undone", "", True)
    assert said(waiting) == ("", "", False)


def test_an_answer_with_topic_and_team_unchanged_confirms_both_and_nothing_else(
    decide: Decide, topics: None, ticket: Ticket, technics: Team, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    topic, team = decide("topic", "topic:umzug"), decide("team", f"team:{technics.pk}")
    urgency, proposed = decide("priority", "priority:4"), decide("language", "language:en", sure=0.5)
    tickets.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=now + LATER)
    run_pipeline()
    assert [said(one) for one in (topic, team)] == [("confirmed", "", True)] * 2
    assert [said(one)[0] for one in (urgency, proposed)] == ["", ""]


def test_what_an_agent_sets_after_answering_counts_more_than_the_answer(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    decision = decide("topic", "topic:umzug")
    tickets.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=now + LATER)
    run_pipeline()
    assert said(decision)[0] == "confirmed"
    change(ticket, mira, now + 2 * LATER, topic="gas")
    run_pipeline()
    assert said(decision) == ("corrected", "topic:gas", True)


def test_a_persons_own_word_stands_above_what_they_did(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, tom: Agent, now: datetime, run_pipeline: Run
) -> None:
    decision = decide("topic", "topic:umzug")
    tickets.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=now + LATER)
    run_pipeline()
    decision = approval.correct(decision, "topic:gas", by=tom, at=now + 2 * LATER)
    assert said(decision) == ("corrected", "topic:gas", False)
    with pytest.raises(AlreadySettled):
        approval.confirm(decision, by=mira, at=now + 2 * LATER)
    change(ticket, mira, now + 3 * LATER, topic="umzug")
    run_pipeline()
    assert said(decision) == ("corrected", "topic:gas", False)


def test_an_answer_is_no_word_on_what_the_customer_wants_checked(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    decision = decide("topic", "topic:umzug")
    Decision.objects.update(contested_at=now)
    tickets.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=now + LATER)
    run_pipeline()
    assert said(decision) == ("", "", False)


def test_machines_customers_what_came_before_and_shadows_say_nothing(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    change(ticket, mira, now - LATER, topic="gas")
    decision = decide("topic", "topic:umzug")
    shadow = decide("priority", "priority:4", is_shadow=True)
    tickets.change(ticket, Change(topic="gas"), actor=Actor.rule("7"), at=now + LATER)
    change(ticket, mira, now + LATER, priority=3)
    run_pipeline()
    assert [said(one)[0] for one in (decision, shadow)] == ["", ""]


def test_many_events_are_read_with_one_question(
    decide: Decide, topics: None, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    for number in range(5):
        change(
            ticket, mira, now + LATER * (number + 1), topic="gas" if number % 2 else "umzug", priority=number % 4 + 1
        )
    events = list(Event.objects.filter(verb__in=heard.HEARS).order_by("id"))
    assert len(events) >= 9
    with CaptureQueriesContext(connection) as queries:
        heard.hear(events)
    assert [one["sql"] for one in queries.captured_queries if one["sql"].startswith("SELECT")] == [
        one["sql"] for one in queries.captured_queries if "automation_decision" in one["sql"]
    ]
    assert sum("automation_decision" in one["sql"] for one in queries.captured_queries) == 1
