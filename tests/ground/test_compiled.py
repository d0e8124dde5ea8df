"""Questions put into SQL once: they answer as the queryset itself would, for whatever values."""

import gc
import threading
import weakref
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import BooleanField, F, QuerySet
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anliegen.ground.compiled import NotAsked, compiled, in_any_of
from anliegen.records.accounts.models import Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket

made: list[tuple[Any, ...]] = []


@compiled
def teams_like(name: str, keys: list[int], most: int, *, falls: bool) -> QuerySet[Team]:
    made.append((name, keys, most, falls))
    return Team.objects.filter(in_any_of("pk", keys), name__gte=name, pk__lte=most).order_by("-pk" if falls else "pk")


@compiled
def guests_of(agent: int, since: datetime) -> QuerySet[Ticket]:
    shown = Ticket.objects.filter(guests__contains=[agent], created_at__gte=since).select_related("person")
    return shown.annotate(twice=F("number") * 2)


class Answers(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.keys = [Team.objects.create(name=f"Team {n}", slug=f"t{n}").pk for n in range(6)]

    @given(
        st.sampled_from(["", "Team 2", "Team 9", "stand-in 1"]),
        st.lists(st.integers(0, 5), max_size=6),
        st.integers(-1, 6),
        st.booleans(),
    )
    def test_are_those_of_the_queryset(self, name: str, chosen: list[int], last: int, falls: bool) -> None:
        keys, most = [self.keys[n] for n in chosen], self.keys[0] + last
        expected = Team.objects.filter(pk__in=keys, name__gte=name, pk__lte=most)
        found = teams_like(name, keys, most, falls=falls)
        assert list(found) == list(expected.order_by("-pk" if falls else "pk"))


@pytest.mark.django_db
def test_it_is_put_together_once_for_each_shape() -> None:
    list(teams_like("a", [1], 1, falls=True))
    made.clear()
    list(teams_like("b", [2, 3], 7, falls=True))
    assert made == []


def test_instances_bring_what_was_read_with_them(
    open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    ticket = open_ticket(kim_address)
    Ticket.objects.filter(pk=ticket.pk).update(guests=[4, 7])
    with CaptureQueriesContext(connection) as asked:
        (found,) = guests_of(7, now)
        assert (found.person.name, vars(found)["twice"]) == ("Kim Berger", ticket.pk * 2)
    assert len(asked) == 1
    assert list(guests_of(5, now)) == []
    assert list(guests_of(7, now + timedelta(days=1))) == []


@pytest.mark.django_db
def test_a_value_that_is_changed_on_the_way_is_refused() -> None:
    @compiled
    def next_to(number: int) -> QuerySet[Ticket]:
        return Ticket.objects.filter(pk=number + 1)

    @compiled
    def written(number: int) -> QuerySet[Ticket]:
        return Ticket.objects.filter(subject=f"#{number}")

    for question in (next_to, written):
        with pytest.raises(NotAsked):
            question(1)


def test_a_key_too_small_for_the_stand_ins_is_found(operator: Operator) -> None:
    @compiled
    def operators(pk: int) -> QuerySet[Operator]:
        return Operator.objects.filter(pk=pk)

    assert [list(operators(operator.pk)), list(operators(operator.pk + 1))] == [[operator], []]


@pytest.mark.django_db
def test_what_can_never_be_found_asks_nothing() -> None:
    @compiled
    def nothing(number: int) -> QuerySet[Ticket]:
        return Ticket.objects.none().filter(pk=number)

    with CaptureQueriesContext(connection) as asked:
        assert list(nothing(1)) == []
    assert len(asked) == 0


@pytest.mark.django_db
def test_values_of_another_kind_are_asked_the_long_way() -> None:
    @compiled
    def is_so(answer: bool) -> QuerySet[Team]:
        return Team.objects.filter(RawSQL("%s", (answer,), BooleanField()))

    Team.objects.create(name="Abrechnung", slug="abrechnung")
    assert (len(is_so(True)), len(is_so(False))) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_asked_first_takes_its_connection_with_it() -> None:
    @compiled
    def named(name: str) -> QuerySet[Team]:
        return Team.objects.filter(name=name)

    kept: list[weakref.ref[Any]] = []

    def ask() -> None:
        list(named("Abrechnung"))
        kept.append(weakref.ref(connections["default"]))
        connections["default"].close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    gc.collect()
    assert kept[0]() is None
    assert list(named("Technik")) == []


@pytest.mark.django_db
def test_columns_come_as_they_were_asked_for() -> None:
    @compiled
    def names(key: int) -> QuerySet[Any]:
        return Team.objects.filter(pk=key).values_list("pk", "name")

    @compiled
    def named(key: int) -> QuerySet[Any]:
        return Team.objects.filter(pk=key).values("name")

    team = Team.objects.create(name="Abrechnung", slug="abrechnung")
    assert (list(names(team.pk)), list(named(team.pk))) == ([(team.pk, "Abrechnung")], [{"name": "Abrechnung"}])


@pytest.mark.django_db
def test_it_cannot_be_filtered_further_with_stand_ins_in_it() -> None:
    with pytest.raises(AttributeError):
        teams_like("a", [1], 1, falls=True).filter(pk=1)
