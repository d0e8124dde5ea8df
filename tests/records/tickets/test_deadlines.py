"""Legal deadlines: set and settled by people, with reasons; never paused, never silently gone."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, jobs
from anliegen.records.tickets.actions.deadlines import (
    NoReason,
    NotInForce,
    fulfil,
    save_kind,
    set_deadline,
    ship_kinds,
    withdraw,
)
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.actions.telling import tell_due
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket
from anliegen.records.tickets.shipped import SHIPPED

Open = Callable[..., Ticket]
COMPLAINT = date(2026, 11, 16)
OVER = datetime(2026, 12, 14, 23, tzinfo=UTC)  # the end of Monday, 14 December


@pytest.fixture
def kind(calendar: Calendar, now: datetime) -> DeadlineKind:
    """A complaint about energy: four weeks."""
    ship_kinds(actor=SYSTEM, at=now)
    return DeadlineKind.objects.get(code="energy-complaint")


@pytest.fixture
def hers(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def deadline(ticket: Ticket, kind: DeadlineKind, hers: Actor, now: datetime) -> Deadline:
    return set_deadline(ticket, kind, starts_on=COMPLAINT, why="Beschwerde über die Abrechnung", actor=hers, at=now)


def due(ticket: Ticket) -> tuple[datetime | None, str]:
    ticket = Ticket.objects.get(pk=ticket.pk)
    return ticket.due_at, ticket.due_for


def happened(ticket: Ticket) -> list[tuple[str, str]]:
    events = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__startswith="deadline.").order_by("id")
    return [(event.verb, event.data.get("until", "")) for event in events]


def test_it_ends_by_the_law_and_the_ticket_is_due_then(deadline: Deadline, ticket: Ticket, kind: DeadlineKind) -> None:
    assert (deadline.last_on, deadline.due_at) == (date(2026, 12, 14), OVER)
    assert due(ticket) == (OVER, "deadline")
    event = Event.objects.get(verb="deadline.set")
    assert event.data == {
        "deadline": f"deadline:{deadline.pk}",
        "kind": f"deadlinekind:{kind.pk}",
        "starts": "2026-11-16",
        "until": "2026-12-14",
    }


def test_the_holidays_of_the_teams_state_count(ticket: Ticket, kind: DeadlineKind, hers: Actor, now: datetime) -> None:
    # Four weeks after 21 October is 18 November: Repentance Day in Saxony.
    row = set_deadline(ticket, kind, starts_on=date(2026, 10, 21), why="Beschwerde", actor=hers, at=now)
    assert row.last_on == date(2026, 11, 19)


def test_neither_waiting_nor_resolving_pauses_it(
    deadline: Deadline, ticket: Ticket, hers: Actor, now: datetime
) -> None:
    for status in ("waiting_customer", "waiting_internal", "resolved", "closed"):
        actions.change(ticket, actions.Change(status=status), actor=hers, at=now)
        jobs.keep([ticket.pk], actor=SYSTEM, at=now)
        assert due(ticket) == (OVER, "deadline")


def test_the_earlier_of_target_and_deadline_is_when_it_is_due(
    deadline: Deadline, ticket: Ticket, hers: Actor, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    set_target(Wanted(first_minutes=60), reaches_back=True, actor=SYSTEM, at=now)
    jobs.compute_again()
    assert due(ticket)[1] == "first"
    actions.resolve(ticket, actor=hers, at=now)
    run_pipeline()
    assert due(ticket) == (OVER, "deadline")


def test_it_is_fulfilled_with_a_reason_and_no_longer_due(
    deadline: Deadline, ticket: Ticket, mira: Agent, hers: Actor, now: datetime
) -> None:
    done = fulfil(deadline, why="Antwort vom 20.11. mit Hinweis auf die Schlichtungsstelle", actor=hers, at=now)
    assert (done.settled_as, done.settled_by_id) == ("fulfilled", mira.pk)
    assert due(ticket) == (None, "")
    assert happened(ticket) == [("deadline.set", "2026-12-14"), ("deadline.fulfilled", "")]


def test_it_is_withdrawn_with_a_reason(deadline: Deadline, ticket: Ticket, hers: Actor, now: datetime) -> None:
    withdraw(deadline, why="War keine Beschwerde", actor=hers, at=now)
    fulfil(deadline, why="Zu spät: sie ist schon weg", actor=hers, at=now)
    assert Deadline.objects.get().settled_as == "withdrawn"
    assert happened(ticket) == [("deadline.set", "2026-12-14"), ("deadline.withdrawn", "")]


@pytest.mark.parametrize("settle", [fulfil, withdraw])
def test_without_a_reason_nothing_is_settled(
    deadline: Deadline, ticket: Ticket, hers: Actor, now: datetime, settle: Callable[..., Deadline]
) -> None:
    with pytest.raises(NoReason):
        settle(deadline, why="  ", actor=hers, at=now)
    assert due(ticket) == (OVER, "deadline")


def test_without_a_reason_none_is_set(ticket: Ticket, kind: DeadlineKind, hers: Actor, now: datetime) -> None:
    with pytest.raises(NoReason):
        set_deadline(ticket, kind, starts_on=COMPLAINT, why=" ", actor=hers, at=now)
    assert Deadline.objects.count() == 0


def test_a_law_that_did_not_hold_on_that_day_is_refused(
    ticket: Ticket, hers: Actor, kind: DeadlineKind, now: datetime
) -> None:
    save_kind(kind, valid_to=date(2026, 6, 30), actor=SYSTEM, at=now)
    kind.refresh_from_db()
    with pytest.raises(NotInForce):
        set_deadline(ticket, kind, starts_on=COMPLAINT, why="Beschwerde", actor=hers, at=now)
    with pytest.raises(NotInForce):
        set_deadline(ticket, kind, starts_on=date(2011, 8, 3), why="Beschwerde", actor=hers, at=now)
    set_deadline(ticket, kind, starts_on=date(2026, 6, 30), why="Beschwerde", actor=hers, at=now)
    assert Deadline.objects.count() == 1


def test_it_is_told_working_days_before_and_when_it_is_over_each_once(deadline: Deadline, ticket: Ticket) -> None:
    def told_at(*moment: int) -> list[str]:
        tell_due(actor=SYSTEM, at=datetime(2026, *moment, tzinfo=UTC))
        return [verb for verb, _until in happened(ticket)][1:]

    assert told_at(12, 6, 22, 59) == []
    assert told_at(12, 6, 23) == ["deadline.at_risk"]  # five working days before the 14th begins the 7th
    assert told_at(12, 14, 23) == ["deadline.at_risk"]
    assert told_at(12, 14, 23, 1) == ["deadline.at_risk", "deadline.missed"]
    assert told_at(12, 20) == ["deadline.at_risk", "deadline.missed"]
    assert due(ticket) == (OVER, "deadline")  # missed, and open until somebody sees to it


def test_it_goes_along_when_tickets_are_joined_and_comes_back(
    deadline: Deadline, ticket: Ticket, kim_address: Address, open_ticket: Open, hers: Actor, now: datetime
) -> None:
    first = open_ticket(kim_address, at=now)
    actions.join(ticket, first, actor=hers, at=now)
    jobs.keep([ticket.pk, first.pk], actor=SYSTEM, at=now)
    assert (due(ticket), due(first)) == ((None, ""), (OVER, "deadline"))

    second = open_ticket(kim_address, at=now)
    actions.join(first, second, actor=hers, at=now)
    jobs.keep([ticket.pk, first.pk, second.pk], actor=SYSTEM, at=now)
    assert (due(first), due(second)) == ((None, ""), (OVER, "deadline"))

    tell_due(actor=SYSTEM, at=datetime(2026, 12, 15, tzinfo=UTC))
    assert happened(second) == [("deadline.at_risk", "2026-12-14"), ("deadline.missed", "2026-12-14")]
    fulfil(deadline, why="Beantwortet", actor=hers, at=now)
    assert due(second) == (None, "")

    withdrawn = set_deadline(ticket, deadline.kind, starts_on=COMPLAINT, why="Noch eine", actor=hers, at=now)
    assert withdrawn.ticket_id == second.pk  # what is set on a joined one is set where it is carried on


def test_another_state_moves_what_is_open_and_says_so(
    ticket: Ticket, kind: DeadlineKind, calendar: Calendar, hers: Actor, now: datetime
) -> None:
    row = set_deadline(ticket, kind, starts_on=date(2026, 10, 21), why="Beschwerde", actor=hers, at=now)
    accounts.change(calendar, state="BY", actor=SYSTEM, at=now)
    jobs.compute_again()
    assert Deadline.objects.get().last_on == date(2026, 11, 18)
    assert happened(ticket) == [("deadline.set", "2026-11-19"), ("deadline.moved", "2026-11-18")]
    assert due(ticket) == (datetime(2026, 11, 18, 23, tzinfo=UTC), "deadline")
    assert row.pk == Deadline.objects.get().pk


def test_kinds_come_with_the_program_once_and_stay_as_somebody_changed_them(kind: DeadlineKind, now: datetime) -> None:
    assert DeadlineKind.objects.count() == len(SHIPPED)
    save_kind(kind, is_active=False, remind_days=9, actor=SYSTEM, at=now)
    assert ship_kinds(actor=SYSTEM, at=now) == 0
    kind.refresh_from_db()
    assert (kind.is_active, kind.remind_days) == (False, 9)


def test_each_kind_that_comes_along_says_where_it_is_written_in_both_languages() -> None:
    lacking = [
        one["code"] for one in SHIPPED if not all(one[field] for field in ("law", "name", "name_en", "begins_en"))
    ]
    assert lacking == []
