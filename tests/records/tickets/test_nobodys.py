"""What neither a team nor a person has stands in the list of what has no place, due soon, however it came to that."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from anliegen.config.cli.program import migrate
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, lists
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Message, Ticket

Open = Callable[..., Ticket]
Run = Callable[[], int]
HOUR = timedelta(hours=1)


def listed(agent: Agent) -> list[int]:
    return sorted(one.pk for one in lists.page(agent, "unplaced").items)


@pytest.fixture
def about_gas(open_ticket: Open, kim_address: Address, billing: Team, now: datetime) -> Ticket:
    """With billing, and its topic is known: it has its place."""
    ticket = actions.change(open_ticket(kim_address), Change(topic="gas", team=billing), actor=SYSTEM, at=now)
    assert ticket.lacks == ()
    return ticket


@pytest.fixture
def nobodys(about_gas: Ticket, now: datetime) -> Ticket:
    return actions.change(about_gas, Change(team=None), actor=SYSTEM, at=now)


def test_what_a_team_gives_back_is_listed_and_due_until_somebody_has_it(
    about_gas: Ticket, mira: Agent, tom: Agent, technics: Team, run_pipeline: Run, now: datetime
) -> None:
    run_pipeline()
    ticket = actions.change(about_gas, Change(team=None), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.unplaced_since, ticket.lacks) == (now, ("team",))
    assert (ticket.due_for, ticket.due_at) == ("place", now + HOUR)
    assert listed(mira) == listed(tom) == [ticket.pk]  # whoever it is who sees it first
    actions.assign(ticket, to=technics, actor=SYSTEM, at=now)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.unplaced_since, ticket.due_for, listed(tom)) == (None, "", [])


def test_it_leaves_the_list_when_a_person_takes_it_on_and_is_there_again_when_they_lay_it_down(
    nobodys: Ticket, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    run_pipeline()
    actions.assign(nobodys, to=mira, actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    nobodys.refresh_from_db()
    assert (nobodys.unplaced_since, nobodys.due_for, listed(mira)) == (None, "", [])
    actions.change(nobodys, Change(assignee=None), actor=Actor.agent(mira.pk), at=now + HOUR)
    run_pipeline()
    nobodys.refresh_from_db()
    assert (nobodys.unplaced_since, nobodys.due_for, listed(mira)) == (now + HOUR, "place", [nobodys.pk])


def test_another_topic_does_not_take_it_out(nobodys: Ticket, now: datetime) -> None:
    for topic in ("wasser", "", "gas"):
        ticket = actions.change(nobodys, Change(topic=topic), actor=SYSTEM, at=now + HOUR)
        assert ticket.unplaced_since == now


def test_whoever_gives_it_to_a_person_and_takes_the_team_away_at_once_leaves_nothing_behind(
    about_gas: Ticket, mira: Agent, now: datetime
) -> None:
    ticket = actions.change(about_gas, Change(team=None, assignee=mira, topic=""), actor=SYSTEM, at=now)
    assert ticket.unplaced_since is None


def test_whoever_answers_it_has_it(nobodys: Ticket, mira: Agent, now: datetime) -> None:
    actions.reply(nobodys, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=now)
    nobodys.refresh_from_db()
    assert (nobodys.assignee, nobodys.unplaced_since) == (mira, None)


def test_what_was_ended_for_nobody_is_listed_anew_when_the_customer_writes(
    nobodys: Ticket, kim_address: Address, mira: Agent, now: datetime
) -> None:
    actions.resolve(nobodys, actor=Actor.agent(mira.pk), at=now)
    assert listed(mira) == []
    more = Received(channel="email", person_id=nobodys.person_id, address=kim_address, text="Doch", written_at=now)
    actions.receive(more, ticket=nobodys, at=now + HOUR)
    nobodys.refresh_from_db()
    assert (nobodys.unplaced_since, listed(mira)) == (now + HOUR, [nobodys.pk])


@pytest.mark.parametrize("by", ["person", "agent"])
def test_whoever_opens_again_what_nobody_has_lists_it(about_gas: Ticket, mira: Agent, now: datetime, by: str) -> None:
    actions.resolve(about_gas, actor=SYSTEM, at=now)
    actions.change(about_gas, Change(team=None), actor=SYSTEM, at=now)
    about_gas.refresh_from_db()
    assert about_gas.unplaced_since is None  # what has ended waits for nobody
    actor = Actor.person(about_gas.person_id) if by == "person" else Actor.agent(mira.pk)
    assert actions.reopen(about_gas, actor=actor, at=now + HOUR).unplaced_since == now + HOUR


def test_what_is_parted_or_split_off_and_lies_with_nobody_is_listed(
    nobodys: Ticket, open_ticket: Open, kim_address: Address, billing: Team, mira: Agent, now: datetime
) -> None:
    into = actions.change(open_ticket(kim_address), Change(topic="gas", team=billing), actor=SYSTEM, at=now)
    actions.join(nobodys, into, actor=SYSTEM, at=now)
    assert listed(mira) == []  # it is carried on with billing
    Ticket.objects.filter(pk=nobodys.pk).update(unplaced_since=None)  # as joined before there was this list
    actions.part(nobodys, actor=SYSTEM, at=now + HOUR)
    assert listed(mira) == [nobodys.pk]
    more = Received(channel="email", person_id=nobodys.person_id, address=kim_address, text="Neues", written_at=now)
    message: Message = actions.receive(more, ticket=nobodys, at=now)
    new = actions.split_off(message, actor=Actor.agent(mira.pk), at=now + HOUR)
    assert (new.unplaced_since, listed(mira)) == (now + HOUR, [nobodys.pk, new.pk])


def test_nobody_can_say_that_it_stays_so_while_nobody_has_it(
    open_ticket: Open, kim_address: Address, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    ticket = open_ticket(kim_address)
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.lacks == ("topic", "team")
    with pytest.raises(actions.NobodyHasIt):
        actions.placed(ticket, actor=Actor.agent(mira.pk), at=now)
    actions.assign(ticket, to=mira, actor=SYSTEM, at=now)
    assert Ticket.objects.get(pk=ticket.pk).lacks == ("topic",)
    actions.placed(ticket, actor=Actor.agent(mira.pk), at=now)
    assert (Ticket.objects.get(pk=ticket.pk).lacks, listed(mira)) == ((), [])


@pytest.mark.parametrize("has", ["team", "assignee"])
def test_the_database_lists_nothing_that_lacks_nothing(nobodys: Ticket, billing: Team, mira: Agent, has: str) -> None:
    with pytest.raises(IntegrityError, match="tickets_unplaced_lacks_something"), transaction.atomic():
        Ticket.objects.update(**{has: billing if has == "team" else mira})


@pytest.mark.django_db(transaction=True)
def test_a_database_of_before_lists_what_nobody_has_from_now_on(
    nobodys: Ticket, open_ticket: Open, kim_address: Address, billing: Team, mira: Agent, now: datetime
) -> None:
    Ticket.objects.update(unplaced_since=None)  # by what held before: it has a topic
    fits_none, placed, taken, ended = (open_ticket(kim_address) for _number in range(4))
    Ticket.objects.filter(pk=fits_none.pk).update(unplaced_since=now)
    Ticket.objects.filter(pk=placed.pk).update(team=billing, topic="gas")
    Ticket.objects.filter(pk=taken.pk).update(assignee=mira)
    Ticket.objects.filter(pk=ended.pk).update(status="resolved", resolved_at=now)
    try:
        MigrationExecutor(connection).migrate([("tickets", "0025_proposals")])
        with pytest.raises(IntegrityError, match="tickets_unplaced_has_no_topic"):
            Ticket.objects.filter(pk=nobodys.pk).update(unplaced_since=now)
    finally:
        migrate()
    since = dict(Ticket.objects.values_list("pk", "unplaced_since"))
    assert since.pop(nobodys.pk) is not None
    assert since == {fits_none.pk: now, placed.pk: None, taken.pk: None, ended.pk: None}
    assert listed(mira) == sorted([nobodys.pk, fits_none.pk])
    with connection.cursor() as cursor:  # due moments are computed anew in the background
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        assert ("records.tickets.jobs.compute_again",) in cursor.fetchall()
