"""A promise never loses its owner, and the clock never forgets one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.flow.automation import promise_clock
from anliegen.ground import clock
from anliegen.ground.jobs import SomeFailed
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Promised
from anliegen.records.tickets.models import Promise, Ticket

Run = Callable[[], int]


@pytest.fixture
def promise(ticket: Ticket, mira: Agent, now: datetime) -> Promise:
    promised = Promised("Ich melde mich bis Freitag.", now + timedelta(days=4), mira)
    return actions.promise(ticket, promised, actor=Actor.agent(mira.pk), at=now)


def owner_of(promise: Promise) -> str:
    return Promise.objects.get(pk=promise.pk).owner_ref


def test_who_leaves_leaves_the_promise_to_whoever_has_the_ticket(
    promise: Promise, ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.assign(ticket, to=admin, actor=SYSTEM, at=now)
    run_pipeline()
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"agent:{admin.pk}"
    given = Event.objects.get(verb="promise.given")
    assert (given.actor, given.data["was"]) == ("rule:promise-owner", f"agent:{mira.pk}")


def test_else_to_the_team(
    promise: Promise, mira: Agent, admin: Agent, billing: Team, run_pipeline: Run, now: datetime
) -> None:
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"team:{billing.pk}"


@pytest.fixture
def teams_promise(promise: Promise, technics: Team, run_pipeline: Run, now: datetime) -> Promise:
    """Given to the other team, which does not have the ticket."""
    run_pipeline()
    return actions.hand_over(promise, to=technics, actor=SYSTEM, at=now)


def test_a_team_that_is_given_up_leaves_the_promise_to_the_team_of_the_ticket(
    teams_promise: Promise, billing: Team, technics: Team, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    run_pipeline()
    assert owner_of(teams_promise) == f"team:{technics.pk}"
    accounts.change(technics, actor=Actor.agent(admin.pk), at=now, is_active=False)
    run_pipeline()
    assert owner_of(teams_promise) == f"team:{billing.pk}"
    given = Event.objects.filter(verb="promise.given").latest("id")
    assert (given.actor, given.data["was"]) == ("rule:promise-owner", f"team:{technics.pk}")
    assert given.because == Event.objects.get(verb="setting.changed", subject=f"team:{technics.pk}").position


def test_and_never_to_one_that_was_given_up_too(
    teams_promise: Promise,
    ticket: Ticket,
    billing: Team,
    technics: Team,
    admin: Agent,
    run_pipeline: Run,
    now: datetime,
) -> None:
    actions.resolve(ticket, actor=SYSTEM, at=now)  # a broken promise may still be owed there
    for team in (billing, technics):
        accounts.change(team, actor=Actor.agent(admin.pk), at=now, is_active=False)
    run_pipeline()
    assert owner_of(teams_promise) == f"agent:{admin.pk}"


def test_a_team_that_is_only_renamed_keeps_its_promises(
    teams_promise: Promise, technics: Team, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    accounts.change(technics, actor=Actor.agent(admin.pk), at=now, name="Netz")
    accounts.change(admin.role, actor=SYSTEM, at=now, name="Leitung")
    run_pipeline()
    assert owner_of(teams_promise) == f"team:{technics.pk}"


def test_a_ticket_that_moves_takes_its_promises_to_the_new_team(
    promise: Promise, ticket: Ticket, technics: Team, run_pipeline: Run, now: datetime
) -> None:
    actions.assign(ticket, to=technics, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"team:{technics.pk}"


def test_who_hands_a_ticket_on_hands_on_its_promises(
    promise: Promise, ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.assign(ticket, to=mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"agent:{mira.pk}"
    actions.assign(ticket, to=admin, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"agent:{admin.pk}"


def test_what_is_settled_stays_with_whom_it_was(
    promise: Promise, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.keep(promise, actor=Actor.agent(mira.pk), at=now)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"agent:{mira.pk}"


def test_without_team_and_assignee_an_administrator_sees_to_it(
    promise: Promise, ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.change(ticket, actions.Change(team=None), actor=SYSTEM, at=now)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert owner_of(promise) == f"agent:{admin.pk}"


def test_the_clock_strikes_for_what_is_due_once_and_makes_up_for_what_was_missed(
    promise: Promise, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    for at in (now, promise.remind_at, promise.remind_at, promise.due_at + timedelta(days=9)):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        promise_clock.strike(0)
    told = Event.objects.filter(verb__startswith="promise.").order_by("id").values_list("verb", flat=True)
    assert list(told) == ["promise.made", "promise.due_soon", "promise.broken"]
    promise_clock.strike(0)
    assert Event.objects.filter(verb="promise.broken").count() == 1


def test_a_promise_that_holds_again_does_not_go_back_to_who_left_meanwhile(
    ticket: Ticket, mira: Agent, admin: Agent, billing: Team, run_pipeline: Run, now: datetime
) -> None:
    promised = Promised("Ich melde mich bis Freitag.", now + timedelta(days=4), mira)
    answer = Answer("Bis Freitag.", send_at=now + timedelta(hours=3), promises=(promised,))
    said = actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=now)
    actions.stop(said, actor=SYSTEM, at=now)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    actions.send_now(said, actor=Actor.agent(admin.pk), at=now)
    run_pipeline()
    promise = Promise.objects.get()
    assert (promise.state, promise.owner_ref) == ("open", f"team:{billing.pk}")


def test_one_of_which_nothing_can_be_said_keeps_no_other(
    promise: Promise, ticket: Ticket, mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    promised = Promised("Und am Samstag noch einmal.", now + timedelta(days=5), mira)
    other = actions.promise(ticket, promised, actor=Actor.agent(mira.pk), at=now)
    strike = actions.strike

    def fail_for_the_first(one: Promise, *, actor: Actor, at: datetime) -> Promise:
        if one.pk == promise.pk:
            raise RuntimeError
        return strike(one, actor=actor, at=at)

    monkeypatch.setattr(actions, "strike", fail_for_the_first)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=6))
    with pytest.raises(SomeFailed):  # so that it shows
        promise_clock.strike(0)
    states = Promise.objects.order_by("pk").values_list("pk", "state")
    assert list(states) == [(promise.pk, "open"), (other.pk, "broken")]


def test_what_a_clock_that_was_ahead_has_broken_is_owed_again(
    promise: Promise, ticket: Ticket, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days, state in ((30, "broken"), (1, "open"), (5, "broken")):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days))
        promise_clock.strike(0)
        assert Promise.objects.get().state == state
    told = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__startswith="promise.").order_by("id")
    assert [event.verb for event in told] == ["promise.made", "promise.broken", "promise.mended", "promise.broken"]
