"""What was delayed takes effect by the clock, unless somebody stopped it."""

from datetime import datetime, timedelta

import pytest
from pytest import MonkeyPatch

from anliegen.flow.automation import approval, delayed
from anliegen.flow.automation.approval import AlreadySettled, Proposal
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

TEN = timedelta(minutes=10)


@pytest.fixture
def decision(ticket: Ticket, technics: Team, mira: Agent, now: datetime) -> Decision:
    """A rule gives Kim's ticket to technics, in ten minutes."""
    proposal = Proposal(f"team:{technics.pk}", 1.0, "mailbox", mira.pk, {"mailbox": 1})
    return approval.submit(ticket, "team", proposal, actor=Actor.rule("7"), at=now, delay=TEN)


def strike(monkeypatch: MonkeyPatch, at: datetime) -> Decision:
    monkeypatch.setattr(clock, "now", lambda: at)
    delayed.strike(0)
    return Decision.objects.select_related("ticket").get()


def test_it_waits_for_its_time_and_then_applies_once(
    decision: Decision, technics: Team, now: datetime, monkeypatch: MonkeyPatch
) -> None:
    early = strike(monkeypatch, now + TEN - timedelta(seconds=1))
    assert (early.applied_at, early.ticket.team == technics) == (None, False)
    done = strike(monkeypatch, now + TEN)
    assert (done.applied_at, done.ticket.team) == (now + TEN, technics)
    assert strike(monkeypatch, now + 2 * TEN).applied_at == now + TEN


def test_what_somebody_stopped_never_applies_and_is_stopped_once(
    decision: Decision, technics: Team, mira: Agent, now: datetime, monkeypatch: MonkeyPatch
) -> None:
    approval.stop(decision, by=mira, at=now)
    assert strike(monkeypatch, now + TEN).ticket.team != technics
    with pytest.raises(AlreadySettled):
        approval.stop(decision, by=mira, at=now)


def test_where_people_alone_see_to_it_meanwhile_it_becomes_a_question(
    ticket: Ticket, mira: Agent, now: datetime, monkeypatch: MonkeyPatch
) -> None:
    proposal = Proposal("topic:gas", 1.0, "mailbox", mira.pk, {"mailbox": 1})
    approval.submit(ticket, "topic", proposal, actor=Actor.rule("7"), at=now, delay=TEN)
    tickets.take_by_hand(ticket, why="customer", actor=Actor.person(ticket.person_id), at=now)
    kept = strike(monkeypatch, now + TEN)
    assert (kept.applied_at, kept.applies_at, kept.ticket.topic) == (None, None, "")
    assert Decision.objects.waiting().get() == kept
