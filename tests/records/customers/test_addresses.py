"""Addresses: corrected, preferred, ended, come back; one preferred of a kind, whoever comes at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket


def happened(person: Person) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(subject=f"person:{person.pk}").exclude(verb="person.met").order_by("id")
    return [(event.verb, event.data) for event in events]


@pytest.fixture
def second(kim: Person, now: datetime) -> Address:
    return customers.add_address(kim, kind="email", value="kim.berger@example.net", actor=SYSTEM, at=now)


def test_one_address_of_a_kind_is_preferred(kim: Person, kim_address: Address, second: Address, now: datetime) -> None:
    phone = customers.add_address(kim, kind="phone", value="0341 99887766", actor=SYSTEM, at=now)
    for address in (kim_address, second, second, phone):
        customers.prefer(address, actor=SYSTEM, at=now)
    preferred = Address.objects.filter(is_preferred=True).order_by("pk")
    assert list(preferred) == [second, phone]
    told = [verb for verb, _data in happened(kim)]
    assert told.count("person.address_preferred") == 3
    customers.stop_preferring(second, actor=SYSTEM, at=now)
    assert list(preferred.all()) == [phone]


def test_an_address_that_ended_is_preferred_no_more_and_still_finds_its_person(
    kim: Person, kim_address: Address, now: datetime
) -> None:
    customers.prefer(kim_address, actor=SYSTEM, at=now)
    customers.end_address(kim_address, actor=SYSTEM, at=now)
    kim_address.refresh_from_db()
    assert (kim_address.ended_at, kim_address.is_preferred) == (now, False)
    assert customers.meet(kind="email", value="kim@example.org", name="", actor=SYSTEM, at=now).person == kim
    customers.revive_address(kim_address, actor=SYSTEM, at=now)
    kim_address.refresh_from_db()
    assert kim_address.ended_at is None


def test_a_corrected_address_forgets_the_bounces_of_the_wrong_one(
    kim: Person, kim_address: Address, second: Address, now: datetime
) -> None:
    customers.note_bounce(kim_address, code="5.1.1", actor=SYSTEM, at=now)
    corrected = customers.correct_address(kim_address, value=" Kim.B@example.org ", actor=SYSTEM, at=now)
    assert (corrected.value, corrected.folded, corrected.bounced_at) == ("Kim.B@example.org", "kim.b@example.org", None)
    with pytest.raises(customers.AddressTaken):
        customers.correct_address(corrected, value="KIM.BERGER@example.net", actor=SYSTEM, at=now)
    assert happened(kim)[-1] == ("person.address_changed", {"address": f"address:{kim_address.pk}"})


def test_a_bounce_is_known_of_the_address_until_a_mail_arrives(
    ticket: Ticket, mira: Agent, kim: Person, kim_address: Address, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    by = Actor.agent(mira.pk)
    first = actions.reply(ticket, Answer("Wir kommen."), actor=by, at=now)
    actions.mark_sent(first, actor=SYSTEM, at=now)
    actions.mark_bounced(first, reason="5.1.1", actor=SYSTEM, at=now + timedelta(minutes=3))
    run_pipeline()
    kim_address.refresh_from_db()
    assert (kim_address.bounced_at, kim_address.bounce_code) == (now + timedelta(minutes=3), "5.1.1")
    again = actions.reply(ticket, Answer("Wir kommen morgen."), actor=by, at=now + timedelta(hours=1))
    actions.mark_sent(again, actor=SYSTEM, at=now + timedelta(hours=1))
    actions.mark_delivered(again, actor=SYSTEM, at=now + timedelta(hours=2))
    run_pipeline()
    kim_address.refresh_from_db()
    assert (kim_address.bounced_at, kim_address.bounce_code) == (None, "")
    told = [verb for verb, _data in happened(kim) if verb.startswith("person.address")]
    assert told == ["person.address_bounced", "person.address_reached"]


def test_what_failed_for_a_reason_of_ours_says_nothing_of_the_address(
    ticket: Ticket, mira: Agent, kim_address: Address, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    for reason in ("connect_failed", "5.7.1"):
        message = actions.reply(ticket, Answer("Wir kommen."), actor=Actor.agent(mira.pk), at=now)
        actions.mark_failed(message, reason=reason, actor=SYSTEM, at=now)
    run_pipeline()
    kim_address.refresh_from_db()
    assert kim_address.bounced_at is None


def test_two_who_prefer_different_addresses_at_the_same_moment_leave_one(transactional_db: None, now: datetime) -> None:
    kim = customers.create_person(name="Kim", actor=SYSTEM, at=now)
    both = [
        customers.add_address(kim, kind="email", value=f"{name}@example.org", actor=SYSTEM, at=now) for name in "ab"
    ]
    together = Barrier(2)

    def prefer(address: Address) -> None:
        together.wait(timeout=30)
        try:
            customers.prefer(address, actor=SYSTEM, at=now)
        finally:
            connection.close()

    for _attempt in range(5):
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(prefer, both))
        assert Address.objects.filter(is_preferred=True).count() == 1
        Address.objects.update(is_preferred=False)
