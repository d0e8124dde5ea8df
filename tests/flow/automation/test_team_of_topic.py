"""Whoever says what a concern is about: what nobody has goes to the team that the operator gave the topic."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from anliegen.flow.automation import approval, pauses, team_of_topic
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket

Open = Callable[..., Ticket]
Run = Callable[[], int]


@pytest.fixture(autouse=True)
def nothing_paused() -> Iterator[None]:
    pauses.look_again()
    yield
    pauses.look_again()


@pytest.fixture
def gas(technics: Team, mira: Agent, now: datetime) -> Topic:
    """A branch with a team, one topic under it, and one without a team."""
    made = accounts.create(Topic, code="gas", name="Gas", team=technics, responsible=mira, actor=SYSTEM, at=now)
    accounts.create(Topic, code="gasgeruch", name="Gasgeruch", parent=made, actor=SYSTEM, at=now)
    accounts.create(Topic, code="umzug", name="Umzug", actor=SYSTEM, at=now)
    return made


@pytest.fixture
def nobodys(gas: Topic, open_ticket: Open, kim_address: Address, run_pipeline: Run) -> Ticket:
    ticket = open_ticket(kim_address)
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.lacks == ("topic", "team")
    return ticket


def by_agent(ticket: Ticket, mira: Agent, now: datetime) -> None:
    tickets.change(ticket, Change(topic="gas"), actor=Actor.agent(mira.pk), at=now)


def by_rule(ticket: Ticket, mira: Agent, now: datetime) -> None:
    approval.submit(ticket, "topic", Proposal("topic:gas", 1.0, "rule", mira.pk), actor=Actor.rule(12), at=now)


def by_confirming(ticket: Ticket, mira: Agent, now: datetime) -> None:
    proposal = Proposal("topic:gasgeruch", 0.5, "topic-words", mira.pk)
    decision = approval.submit(ticket, "topic", proposal, actor=Actor.model("triage@1"), at=now)
    approval.confirm(decision, by=mira, at=now)


def by_correcting(ticket: Ticket, mira: Agent, now: datetime) -> None:
    proposal = Proposal("topic:umzug", 1.0, "topic-words", mira.pk)
    decision = approval.submit(ticket, "topic", proposal, actor=Actor.model("triage@1"), at=now)
    approval.correct(decision, "topic:gas", by=mira, at=now)


@pytest.mark.parametrize("say", [by_agent, by_rule, by_confirming, by_correcting])
def test_the_team_follows_whoever_says_the_topic(
    nobodys: Ticket, technics: Team, mira: Agent, run_pipeline: Run, now: datetime,
    say: Callable[[Ticket, Agent, datetime], None],
) -> None:  # fmt: skip
    say(nobodys, mira, now)
    run_pipeline()
    nobodys.refresh_from_db()
    assert (nobodys.team, nobodys.unplaced_since, nobodys.due_for) == (technics, None, "")
    decision = Decision.objects.get(ticket=nobodys, question="team", applied_at__isnull=False)
    assert (decision.author, decision.responsible, decision.evidence) == (
        "rule:team-of-topic", mira, {"topic": "gas"},
    )  # fmt: skip
    approval.reject(decision, by=mira, at=now)
    nobodys.refresh_from_db()
    assert (nobodys.team, nobodys.lacks) == (None, ("team",))  # taken back: nobody has it, and it is listed
    run_pipeline()
    nobodys.refresh_from_db()
    assert (nobodys.team, nobodys.due_for) == (None, "place")


def test_what_a_person_took_back_is_not_given_again_when_the_topic_comes_again(
    nobodys: Ticket, technics: Team, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    for topic in ("umzug", "gas"):  # the first of them names no team
        tickets.change(nobodys, Change(topic=topic), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    approval.reject(Decision.objects.get(author="rule:team-of-topic"), by=mira, at=now)
    said = list(Event.objects.filter(verb="ticket.topic_changed").order_by("id"))
    for again in (said, said[:1], said[1:]):  # the second time it may come in other parts
        team_of_topic.follow(again)
    nobodys.refresh_from_db()
    assert (nobodys.team, Decision.objects.filter(author="rule:team-of-topic").count()) == (None, 1)


def test_who_moved_it_since_decided(
    nobodys: Ticket, technics: Team, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    tickets.change(nobodys, Change(topic="gas"), actor=Actor.agent(mira.pk), at=now)
    for team in (technics, None):
        tickets.change(nobodys, Change(team=team), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert not Decision.objects.filter(author="rule:team-of-topic").exists()


def test_a_topic_taken_back_leaves_it_listed(nobodys: Ticket, mira: Agent, run_pipeline: Run, now: datetime) -> None:
    proposal = Proposal("topic:umzug", 1.0, "topic-words", mira.pk)
    decision = approval.submit(nobodys, "topic", proposal, actor=Actor.model("triage@1"), at=now)
    run_pipeline()
    nobodys.refresh_from_db()
    assert (nobodys.topic, nobodys.lacks) == ("umzug", ("team",))
    approval.reject(decision, by=mira, at=now)
    nobodys.refresh_from_db()
    assert (nobodys.topic, nobodys.lacks) == ("", ("topic", "team"))


def test_what_a_person_has_or_is_asked_for_stays_with_them(
    nobodys: Ticket, gas: Topic, technics: Team, mailbox: Mailbox, mira: Agent, open_ticket: Open,
    kim_address: Address, run_pipeline: Run, now: datetime,
) -> None:  # fmt: skip
    tickets.assign(nobodys, to=mira, actor=SYSTEM, at=now)
    pauses.pause("rule:mailbox", actor=SYSTEM, at=now)
    asked = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    for ticket in (nobodys, asked):
        tickets.change(ticket, Change(topic="gas"), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert set(Ticket.objects.values_list("team", flat=True)) == {None}
    assert not Decision.objects.filter(author="rule:team-of-topic").exists()
    asked.refresh_from_db()
    assert asked.lacks == ("team",)


def test_while_it_is_paused_it_proposes_and_the_concern_stays_listed(
    nobodys: Ticket, technics: Team, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    pauses.pause("rule:team-of-topic", actor=SYSTEM, at=now)
    by_agent(nobodys, mira, now)
    run_pipeline()
    pauses.resume("rule:team-of-topic", actor=Actor.agent(mira.pk), at=now)
    nobodys.refresh_from_db()
    decision = Decision.objects.get(author="rule:team-of-topic")
    assert (decision.waits, nobodys.lacks) == (True, ("team",))
    approval.confirm(decision, by=mira, at=now)
    nobodys.refresh_from_db()
    assert (nobodys.team, nobodys.lacks) == (technics, ())


def test_each_topic_has_the_team_of_the_nearest_branch(gas: Topic, technics: Team) -> None:
    assert team_of_topic.by_topic() == {"gas": technics, "gasgeruch": technics}
    Team.objects.update(is_active=False)
    assert (team_of_topic.by_topic(), team_of_topic.propose("gas")) == ({}, None)
