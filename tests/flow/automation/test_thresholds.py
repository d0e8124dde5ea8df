"""The thresholds are the operator's: they hold from the next look on, stand in the journal, and keep their order."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation import escalate, escalation_clock, raised, thresholds
from anliegen.flow.automation.escalation import Facts, Thresholds, level_of
from anliegen.flow.automation.models import Decision, Escalation
from anliegen.ground import rows
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.register import algorithms
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket

Open = Callable[..., Ticket]
Run = Callable[[], int]


def set_to(now: datetime, responsible: Agent | None = None, **limits: int | None) -> None:
    thresholds.change(thresholds.usual() | limits, responsible=responsible, actor=SYSTEM, at=now)


def test_until_somebody_sets_others_those_of_the_program_hold(operator: Operator) -> None:
    assert thresholds.present() == Thresholds()
    assert thresholds.thresholds_of(thresholds.usual()) == Thresholds()
    assert set(thresholds.NAMES) == set(asdict(Thresholds())) == set(thresholds.WORDS)


def test_what_is_set_holds_and_stands_in_the_journal(operator: Operator, admin: Agent, now: datetime) -> None:
    set_to(now, admin, waits_lead=48, value_specialist=None)
    assert thresholds.present() == Thresholds(waits_lead=timedelta(hours=48), value_specialist=None)
    events = list(Event.objects.filter(verb__startswith="escalation.").order_by("id"))
    with translation.override("de"):
        told = [sentences([event], admin)[event.pk] for event in events]
    assert told == [
        "Die Automatik hat festgelegt, wann ein Anliegen aufsteigt: Stunden ohne Antwort bis zur Leitung,"
        " von 120 auf 48",
        "Die Automatik hat festgelegt, wann ein Anliegen aufsteigt: Cent, um die es geht, bis zu den Fachleuten,"
        " von 50000 auf nichts",
        "Die Automatik hat festgelegt, wer die Schwellen der Eskalation verantwortet: Jana Kowalski",
    ]
    set_to(now, admin, waits_lead=48, value_specialist=None)
    assert Event.objects.filter(verb__startswith="escalation.").count() == 3


def test_a_reset_is_what_the_program_comes_with_and_keeps_who_answers(
    operator: Operator, admin: Agent, now: datetime
) -> None:
    set_to(now, admin, waits_lead=48, repeat_within=7)
    thresholds.reset(actor=Actor.agent(admin.pk), at=now)
    assert thresholds.present_limits() == (thresholds.usual(), admin)
    back = Event.objects.filter(verb="escalation.threshold_set", actor=f"agent:{admin.pk}")
    assert set(back.values_list("data__threshold", "data__before", "data__amount")) == {
        ("waits_lead", 48, 120),
        ("repeat_within", 7, 30),
    }


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("broken_lead", "broken_management"),
        ("value_specialist", "value_lead"),
        ("repeats_specialist", "repeats_lead"),
        ("reopened_specialist", "reopened_lead"),
    ],
)
def test_a_level_never_begins_later_than_the_one_above(
    operator: Operator, now: datetime, lower: str, higher: str
) -> None:
    with pytest.raises(thresholds.OutOfOrder) as error:
        set_to(now, **{lower: 9, higher: 8})
    assert error.value.names == (higher,)
    assert not Escalation.objects.exists()
    set_to(now, **{lower: 8, higher: 8})
    set_to(now, **{lower: 9, higher: None})
    with pytest.raises(IntegrityError, match=f"automation_escalation_{lower}"), transaction.atomic():
        Escalation.objects.update(**{higher: 8})


def test_the_database_keeps_one_row_and_refuses_nought(operator: Operator, now: datetime) -> None:
    set_to(now)
    with pytest.raises(IntegrityError, match="automation_escalation_is_one"), transaction.atomic():
        Escalation.objects.create(pk=2, repeat_within=30)
    with pytest.raises(IntegrityError, match="automation_escalation_waits_lead_least"), transaction.atomic():
        Escalation.objects.update(waits_lead=0)


LIMITS = st.fixed_dictionaries({name: st.none() | st.integers(1, 50) for name in thresholds.LIMITS})


@given(LIMITS, st.integers(1, 60))
def test_in_order_more_of_one_thing_never_means_a_lower_level(limits: dict[str, int | None], amount: int) -> None:
    limits |= {"repeat_within": 30}
    if thresholds.out_of_order(limits):
        return
    begins = thresholds.thresholds_of(limits)
    for name in ("broken_promises", "at_stake", "repeats", "reopened"):
        less: dict[str, Any] = {name: amount - 1}
        assert level_of(Facts(**less), begins).level <= level_of(Facts(**(less | {name: amount})), begins).level


def test_the_clock_strikes_by_what_is_set(
    ticket: Ticket, mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(hours=49))
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=now)
    escalation_clock.strike(0)
    assert Ticket.objects.get(pk=ticket.pk).level == 1
    set_to(now, waits_lead=48)
    escalation_clock.strike(0)
    assert Ticket.objects.get(pk=ticket.pk).level == 3


def test_switched_off_it_raises_nothing(
    ticket: Ticket, mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now + timedelta(days=80))
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=now)
    set_to(now, waits_lead=None, late_by_specialist=None)
    escalation_clock.strike(0)
    assert Ticket.objects.get(pk=ticket.pk).level == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_read_goes_up_by_what_is_set(
    open_ticket: Open,
    kim_address: Address,
    mira: Agent,
    run_pipeline: Run,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)
    set_to(now, repeat_within=3, repeats_specialist=2)
    for days in (9, 2, 1):
        earlier = open_ticket(kim_address, at=now - timedelta(days=days))
        Ticket.objects.filter(pk=earlier.pk).update(topic="umzug")
    ticket = open_ticket(kim_address, text="Meine Heizung ist defekt.", at=now)
    Ticket.objects.filter(pk=ticket.pk).update(topic="umzug")
    run_pipeline()
    made = Decision.objects.get(ticket=ticket, question="level")
    assert (made.choice, made.evidence["triggers"]) == ("level:2", ["repeat"])


def test_what_would_stand_where_is_counted_without_touching_anything(
    open_ticket: Open, kim_address: Address, now: datetime, django_assert_num_queries: Callable[..., Any]
) -> None:
    for days, level in ((1, 1), (3, 1), (3, 2), (9, 4)):
        one = open_ticket(kim_address, at=now)
        Ticket.objects.filter(pk=one.pk).update(waiting_since=now - timedelta(days=days), level=level)
    assert raised.standing(None, at=now) == {1: 2, 2: 1, 4: 1}
    with django_assert_num_queries(2):
        by_two_days = raised.standing(Thresholds(waits_lead=timedelta(days=2)), at=now)
    assert by_two_days == {1: 1, 3: 2, 4: 1}
    assert raised.standing(Thresholds(waits_lead=None, broken_lead=None, broken_management=None), at=now) == {
        1: 2, 2: 1, 4: 1,
    }  # fmt: skip
    assert set(Ticket.objects.values_list("level", flat=True)) == {1, 2, 4}


def test_the_register_names_who_answers_for_them(operator: Operator, admin: Agent, mira: Agent, now: datetime) -> None:
    def named() -> tuple[str, ...]:
        return next(one.responsible for one, _figures in algorithms(at=now) if one.author == "rule:escalate")

    assert named() == ("Jana Kowalski",)
    set_to(now, mira)
    assert named() == ("Mira Yılmaz",)


def test_several_concerns_are_locked_by_number_whatever_the_order_of_events(
    open_ticket: Open, kim_address: Address, mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (open_ticket(kim_address, text="Ich bin wütend!", at=now) for _one in range(2))
    events = [Event.objects.get(verb="message.received", subject=f"ticket:{ticket.pk}") for ticket in (second, first)]
    asked: list[list[int]] = []
    lock = rows.lock

    def kept(which: Any, pks: Any) -> Any:
        found = lock(which, pks := list(pks))
        asked.append(list(found))
        return found

    monkeypatch.setattr(rows, "lock", kept)
    escalate.read_events(events)
    assert asked == [[first.pk, second.pk], [second.pk], [first.pk]]
