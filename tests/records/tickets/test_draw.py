"""The next concern is given out: to one agent alone, with its reasons, and never what rests or belongs to others."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import the_operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, waiting
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket

pytestmark = pytest.mark.django_db
Open = Callable[..., Ticket]


@pytest.fixture
def ask(open_ticket: Open, billing: Team, now: datetime) -> Callable[..., Ticket]:
    """Somebody wrote to billing so many hours ago."""

    def make(name: str, hours: float, *, team: Team | None = billing, **fields: object) -> Ticket:
        at = now - timedelta(hours=hours)
        address = customers.meet(kind="email", value=f"{name}@example.org", name=name, actor=SYSTEM, at=at)
        ticket = open_ticket(address, at=at)
        if team is not None:
            actions.assign(ticket, to=team, actor=SYSTEM, at=at)
        Ticket.objects.filter(pk=ticket.pk).update(**fields)
        return ticket

    return make


def test_who_waits_longest_is_given_and_taken_on_with_the_reasons_in_the_journal(
    ask: Callable[..., Ticket], mira: Agent, now: datetime
) -> None:
    ask("ada", 1)
    longest = ask("kim", 5)
    turn = actions.draw(mira, at=now)
    assert turn is not None
    assert (turn.number, turn.reasons) == (longest.pk, ("waiting",))
    longest.refresh_from_db()
    assert longest.assignee == mira
    told = Event.objects.filter(subject=f"ticket:{longest.pk}").order_by("-id").values_list("verb", "data")[:2]
    assert list(told) == [
        ("ticket.assigned", {"to": f"agent:{mira.pk}", "was": None}),
        ("ticket.drawn", {"reasons": ["waiting"]}),
    ]


def test_what_lies_with_others_rests_or_waits_for_the_customer_is_not_given(
    ask: Callable[..., Ticket], mira: Agent, tom: Agent, technics: Team, now: datetime
) -> None:
    ask("others", 5, assignee=tom)
    ask("rests", 6, snoozed_until=now + timedelta(days=1), snoozed_by=tom)
    ask("elsewhere", 7, team=technics)
    ask("answered", 8, waiting_since=None)
    assert actions.draw(mira, at=now) is None
    assert not Event.objects.filter(verb="ticket.drawn").exists()


def test_what_has_no_team_yet_is_given_too(ask: Callable[..., Ticket], mira: Agent, now: datetime) -> None:
    lost = ask("lost", 2, team=None)
    turn = actions.draw(mira, at=now)
    assert turn is not None
    assert turn.number == lost.pk


def test_whom_the_agent_answered_before_comes_first(
    ask: Callable[..., Ticket], open_ticket: Open, mira: Agent, kim_address: Address, billing: Team, now: datetime
) -> None:
    before = open_ticket(kim_address, at=now - timedelta(days=9))
    actions.assign(before, to=mira, actor=SYSTEM, at=now - timedelta(days=9))
    actions.reply(before, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=now - timedelta(days=8))
    ask("ada", 5)
    again = open_ticket(kim_address, at=now - timedelta(hours=1))
    actions.assign(again, to=billing, actor=SYSTEM, at=now)
    turn = actions.draw(mira, at=now)
    assert turn is not None
    assert (turn.number, turn.reasons) == (again.pk, ("known", "waiting"))


def test_many_normal_ones_do_not_hide_an_urgent_one_whose_time_is_up(
    ask: Callable[..., Ticket], open_ticket: Open, kim_address: Address, billing: Team, mira: Agent, now: datetime
) -> None:
    """Each priority has its own ceiling: of each those that wait longest are looked at."""
    urgent = ask("ada", 9, priority=4)
    first = open_ticket(kim_address, at=now - timedelta(hours=50))
    for number in range(waiting.OF_A_CLASS + 5):
        first.pk, first.number = None, None
        first.team, first.waiting_since = billing, now - timedelta(hours=40 + number / 10)
        first._state.adding = True
        first.save(force_insert=True)
    found = waiting.candidates(mira, frozenset(), at=now)
    assert sum(one.priority == 2 for one in found) == waiting.OF_A_CLASS
    turn = actions.draw(mira, at=now)
    assert turn is not None
    assert (turn.number, turn.reasons) == (urgent.pk, ("starving", "urgent", "waiting"))


def test_a_legal_deadline_comes_first_whatever_target_of_ours_is_due_before_it(
    ask: Callable[..., Ticket], admin: Agent, mira: Agent, now: datetime
) -> None:
    ask("ada", 100)
    lawful = ask("ben", 1, due_at=now - timedelta(days=1), due_for="first")
    kind = DeadlineKind.objects.create(
        code="antwort", name="Antwort", law="§ 1", amount=1, unit="days", valid_from=now.date()
    )
    Deadline.objects.create(
        ticket=lawful, kind=kind, starts_on=now.date(), why="Beschwerde", last_on=now.date(),
        due_at=now + timedelta(hours=1), soon_at=now, set_at=now, set_by=admin,
    )  # fmt: skip
    turn = actions.draw(mira, at=now)
    assert turn is not None
    assert (turn.number, turn.reasons) == (lawful.pk, ("legal", "due", "waiting"))


def test_after_a_hard_one_comes_a_lighter_one(ask: Callable[..., Ticket], mira: Agent, now: datetime) -> None:
    hard = ask("kim", 1, topic="beschwerde", assignee=mira)
    ask("ada", 9, tags=["todesfall"])
    light = ask("ben", 2)
    turn = actions.draw(mira, seen=[hard.pk], at=now)
    assert turn is not None
    assert (turn.number, turn.reasons) == (light.pk, ("lighter", "waiting"))


def test_who_asks_for_a_breath_gets_one_and_no_more_than_one(
    ask: Callable[..., Ticket], mira: Agent, now: datetime
) -> None:
    heavy, light = ask("ada", 9, topic="beschwerde"), ask("ben", 2)
    actions.take_a_breath(mira, at=now)
    mira.refresh_from_db()
    first = actions.draw(mira, at=now)
    mira.refresh_from_db()
    second = actions.draw(mira, seen=[light.pk], at=now)
    assert first is not None
    assert second is not None
    assert [first.number, second.number] == [light.pk, heavy.pk]


def test_the_operator_can_do_without_breathers(ask: Callable[..., Ticket], mira: Agent, now: datetime) -> None:
    accounts.change(the_operator(), actor=SYSTEM, at=now, gives_breathers=False)
    heavy = ask("ada", 9, topic="beschwerde")
    ask("ben", 2)
    actions.take_a_breath(mira, at=now)
    mira.refresh_from_db()
    turn = actions.draw(mira, at=now)
    assert turn is not None
    assert turn.number == heavy.pk


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_two_concerns(
    ask: Callable[..., Ticket], admin: Agent, mira: Agent, tom: Agent, billing: Team, technics: Team, now: datetime
) -> None:
    accounts.change_agent(tom, teams=[billing, technics], actor=SYSTEM, at=now)
    waiting = {ask(f"p{number}", number + 1).pk for number in range(8)}
    given: list[int] = []
    start = Barrier(2)

    def draw_all(agent: Agent) -> None:
        start.wait()
        seen: list[int] = []
        while (turn := actions.draw(agent, seen=seen, at=now)) is not None and turn.number not in seen:
            seen.append(turn.number)
            Ticket.objects.filter(pk=turn.number).update(waiting_since=None)  # as when it is answered
        given.extend(seen)
        connection.close()

    threads = [Thread(target=draw_all, args=(Agent.objects.get(pk=agent.pk),)) for agent in (mira, tom)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == sorted(waiting)
