"""What is paused does nothing from the next application on; one pause at a time for each scope, and each has an end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from anliegen.flow.automation import pauses
from anliegen.flow.automation.models import Pause
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent


def test_a_pause_of_one_stops_that_one(admin: Agent, now: datetime) -> None:
    pauses.pause("rule:12", actor=Actor.agent(admin.pk), at=now)
    assert [pauses.is_paused(scope) for scope in ("rule:12", "rule:1", "automation:triage")] == [True, False, False]
    assert list(pauses.active()) == ["rule:12"]


def test_a_pause_of_all_stops_each(admin: Agent, now: datetime) -> None:
    pauses.pause(pauses.ALL, actor=Actor.agent(admin.pk), at=now)
    assert [pauses.is_paused(scope) for scope in ("rule:12", "automation:triage")] == [True, True]
    assert pauses.is_paused()


def test_to_pause_twice_is_one_pause_and_one_event(admin: Agent, now: datetime) -> None:
    first = pauses.pause("rule:12", actor=Actor.agent(admin.pk), at=now)
    assert pauses.pause("rule:12", why="error", actor=Actor.rule(12), at=now + timedelta(hours=1)) == first
    assert [(event.verb, event.data) for event in Event.objects.filter(subject="rule:12")] == [
        ("automation.paused", {"why": "person"})
    ]


def test_it_goes_on_when_somebody_says_so(admin: Agent, now: datetime) -> None:
    me = Actor.agent(admin.pk)
    pauses.pause("rule:12", actor=me, at=now)
    ended = pauses.resume("rule:12", actor=me, at=now + timedelta(hours=1))
    assert ended is not None
    assert (ended.ended_at, ended.ended_by) == (now + timedelta(hours=1), me.ref)
    assert not pauses.is_paused("rule:12")
    assert pauses.resume("rule:12", actor=me, at=now) is None
    pauses.pause("rule:12", actor=me, at=now + timedelta(hours=2))
    verbs = Event.objects.filter(subject="rule:12").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["automation.paused", "automation.resumed", "automation.paused"]


def test_letting_one_go_on_ends_no_pause_of_all(admin: Agent, now: datetime) -> None:
    me = Actor.agent(admin.pk)
    pauses.pause(pauses.ALL, actor=me, at=now)
    pauses.pause("rule:12", actor=me, at=now)
    pauses.resume("rule:12", actor=me, at=now)
    assert pauses.is_paused("rule:12")


def test_the_database_refuses_a_second_one_and_an_end_without_whose(admin: Agent, now: datetime) -> None:
    pauses.pause("rule:12", actor=Actor.agent(admin.pk), at=now)
    with pytest.raises(IntegrityError, match="automation_pause_once"), transaction.atomic():
        Pause.objects.create(scope="rule:12", why="person", begun_at=now, begun_by="system")
    with pytest.raises(IntegrityError, match="automation_pause_end_says_who"), transaction.atomic():
        Pause.objects.update(ended_at=now)


def test_to_ask_costs_one_query(admin: Agent, now: datetime, django_assert_num_queries: Callable[..., object]) -> None:
    pauses.pause("rule:12", actor=Actor.agent(admin.pk), at=now)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        pauses.is_paused("rule:12", "automation:rules")


def test_the_journal_says_it_in_a_sentence(admin: Agent, now: datetime) -> None:
    pauses.pause(pauses.ALL, actor=Actor.agent(admin.pk), at=now)
    event = Event.objects.get(verb="automation.paused")
    assert sentences([event], admin)[event.pk] == "Jana Kowalski hat die gesamte Automatik angehalten: auf Anweisung"
