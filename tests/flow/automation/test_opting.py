"""Somebody wishes for people alone: what automation asks at their concerns is withdrawn with it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.flow.automation import approval, escalate, opting, routing, team_of_topic, triage, unwanted
from anliegen.flow.automation.approval import AlreadySettled, Proposal
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.teaching import speaking
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.decided import decided
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket

MODEL = Actor.model("triage@3")
RULE = Actor.rule("7")
Propose = Callable[..., Decision]


@pytest.fixture
def propose(mira: Agent, now: datetime) -> Propose:
    def propose(ticket: Ticket, choice: str = "topic:umzug", by: Actor = MODEL, **more: object) -> Decision:
        kind = choice.partition(":")[0]
        question = {"agent": "assignee"}.get(kind, kind)
        proposal = Proposal(choice, 0.5, "no-mailbox", mira.pk, {"words": ["Umzug"]})
        return approval.submit(ticket, question, proposal, actor=by, at=now, **more)  # type: ignore[arg-type]

    return propose


def state(decision: Decision) -> tuple[str, bool]:
    decision.refresh_from_db()
    return decision.settled_as, decision.waits


@pytest.mark.parametrize("by_agent", [True, False])
def test_what_was_proposed_is_withdrawn_at_once_and_it_is_said_why(
    ticket: Ticket, propose: Propose, mira: Agent, now: datetime, by_agent: bool
) -> None:
    topic, urgency = propose(ticket), propose(ticket, "priority:3", RULE)
    actor = Actor.agent(mira.pk) if by_agent else Actor.person(ticket.person_id)
    opting.people_for_this(ticket, actor=actor, at=now)
    assert [state(one) for one in (topic, urgency)] == [("unwanted", False)] * 2
    topic.refresh_from_db()
    assert (topic.settled_at, topic.settled_by) == (now, None)
    told = Event.objects.filter(verb="decision.unwanted").order_by("pk")
    assert [(one.actor, one.subject, one.data["question"]) for one in told] == [
        (actor.ref, f"ticket:{ticket.pk}", "topic"),
        (actor.ref, f"ticket:{ticket.pk}", "priority"),
    ]
    said_of_it = sentences(told, mira)[told[0].pk]
    assert said_of_it.endswith("möchte hier nur Menschen; ein Vorschlag der Automatik ist zurückgenommen")
    [said, _other] = decided(ticket.pk, mira)
    assert said["settled_in_words"] == "Es sollen sich nur Menschen darum kümmern; deshalb wurde es zurückgenommen."
    with pytest.raises(AlreadySettled):
        approval.confirm(topic, by=mira, at=now)


def test_for_all_of_theirs_it_holds_at_every_open_concern_and_at_nobody_elses(
    ticket: Ticket, open_ticket: Callable[..., Ticket], propose: Propose, kim_address: Address, now: datetime
) -> None:
    otto = customers.meet(kind="email", value="otto@example.org", name="Otto", actor=SYSTEM, at=now)
    second, foreign = open_ticket(kim_address), open_ticket(otto)
    theirs, others = [propose(second), propose(ticket)], propose(foreign)
    opting.people_for_all(ticket, actor=Actor.person(ticket.person_id), at=now)
    assert [state(one) for one in theirs] == [("unwanted", False)] * 2
    assert state(others) == ("", True)


def test_when_the_wish_is_taken_back_nothing_returns_by_itself(
    ticket: Ticket, propose: Propose, run_pipeline: Callable[[], int], now: datetime
) -> None:
    run_pipeline()
    topic = propose(ticket)
    kim = Actor.person(ticket.person_id)
    opting.people_for_this(ticket, actor=kim, at=now)
    opting.automation_for_this(ticket, actor=kim, at=now + timedelta(minutes=1))
    run_pipeline()
    assert state(topic) == ("unwanted", False)
    assert not Decision.objects.waiting().filter(question="topic").exists()


def test_what_was_about_to_happen_does_not_and_what_is_in_force_stays(
    ticket: Ticket, propose: Propose, now: datetime
) -> None:
    applied = propose(ticket, "topic:umzug", bound=0.4)
    delayed = propose(ticket, "topic:gas", bound=0.4, delay=timedelta(minutes=10))
    opting.people_for_this(ticket, actor=Actor.person(ticket.person_id), at=now)
    assert (state(applied), state(delayed)) == (("", False), ("unwanted", False))
    assert (applied.applied_at, delayed.applies_at) == (now, None)


def test_what_brings_people_stays_so_that_nobody_waits_longer_for_their_wish(
    ticket: Ticket, propose: Propose, mira: Agent, now: datetime
) -> None:
    offered = propose(ticket, f"agent:{mira.pk}", routing.AUTHOR, may_act=False)
    danger = propose(ticket, "priority:4", escalate.AUTHOR, may_act=False)
    opting.people_for_this(ticket, actor=Actor.person(ticket.person_id), at=now)
    assert [state(one) for one in (offered, danger)] == [("", True)] * 2
    authors = (escalate.AUTHOR, routing.AUTHOR, triage.AUTHOR, team_of_topic.AUTHOR)
    assert tuple(author.ref for author in authors) == unwanted.BRINGS_PEOPLE


def test_it_is_withdrawn_too_where_people_alone_had_it_for_another_reason(
    ticket: Ticket, propose: Propose, now: datetime
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(by_hand_since=now, by_hand_why="bereavement")
    topic = propose(ticket)
    opting.people_for_this(ticket, actor=Actor.person(ticket.person_id), at=now)
    assert state(topic) == ("unwanted", False)


def test_what_the_customer_wants_checked_stays_to_be_checked(ticket: Ticket, propose: Propose, now: datetime) -> None:
    kim = Actor.person(ticket.person_id)
    checked = contest(propose(ticket), actor=kim, at=now)
    opting.people_for_this(ticket, actor=kim, at=now)
    assert state(checked) == ("", True)


def test_a_withdrawn_suggestion_says_nothing_of_how_right_the_model_is(
    ticket: Ticket, propose: Propose, now: datetime
) -> None:
    propose(ticket)
    opting.people_for_this(ticket, actor=Actor.person(ticket.person_id), at=now)
    assert speaking.log() == []
