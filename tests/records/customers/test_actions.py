"""Meeting people: one person for one address, however it is spelt and whoever comes at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Organisation, Person

DIGITS = st.text(alphabet="0123456789", min_size=3, max_size=10)
AREA = st.text(alphabet="123456789", min_size=2, max_size=4)
GAP = st.sampled_from(["", " ", "-", "/", " / ", "."])
WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöü0123456789._-", min_size=1, max_size=20)


def told(person: Person) -> list[tuple[str, str, dict[str, object]]]:
    events = Event.objects.filter(subject=f"person:{person.pk}").order_by("id")
    return [(event.verb, event.actor, event.data) for event in events]


def test_meeting_somebody_twice_is_meeting_one_person(kim_address: Address, kim: Person, now: datetime) -> None:
    again = customers.meet(kind="email", value=" KIM@Example.ORG ", name="K. Berger", actor=SYSTEM, at=now)
    assert (again, again.person, again.value) == (kim_address, kim, "kim@example.org")
    assert (Person.objects.count(), again.person.name) == (1, "Kim Berger")  # a name they have is not overwritten
    assert told(kim) == [("person.met", f"person:{kim.pk}", {})]


def test_a_name_is_taken_up_from_somebody_who_had_none(operator: Operator, now: datetime) -> None:
    nameless = customers.meet(kind="email", value="kim@example.org", name="", actor=SYSTEM, at=now).person
    known = customers.meet(kind="email", value="kim@example.org", name="Kim Müller", actor=SYSTEM, at=now).person
    nameless.refresh_from_db()
    assert (known, known.name, nameless.name, nameless.folded) == (nameless, "Kim Müller", "Kim Müller", "kim muller")
    assert told(nameless)[1:] == [("person.changed", "system", {"fields": ["name"]})]


@pytest.mark.parametrize("first", ["", "Groß" * 100])
def test_a_name_longer_than_its_column_is_cut_and_refuses_nobody(operator: Operator, now: datetime, first: str) -> None:
    for name in (first, "ß" * 300):
        met = customers.meet(kind="email", value="lang@example.org", name=name, actor=SYSTEM, at=now)
    assert Person.objects.get(pk=met.person_id).name == (first or "ß" * 300)[:200]


def test_two_who_meet_somebody_at_the_same_moment_meet_one_person(transactional_db: None, now: datetime) -> None:
    together = Barrier(4)

    def meet(_number: int) -> int:
        together.wait(timeout=30)
        try:
            return customers.meet(kind="email", value="kim@example.org", name="Kim", actor=SYSTEM, at=now).person_id
        finally:
            connection.close()

    for _attempt in range(5):
        with ThreadPoolExecutor(4) as threads:
            met = set(threads.map(meet, range(4)))
        assert met == set(Person.objects.values_list("pk", flat=True))
        assert len(met) == 1
        assert list(Event.objects.values_list("verb", flat=True)) == ["person.met"]
        for table in (Event, Address, Person):
            table.objects.all().delete()


def test_who_is_met_by_an_agent_is_met_by_that_agent(mira: Agent, now: datetime) -> None:
    by = Actor.agent(mira.pk)
    met = customers.meet(kind="phone", value="0341 99887766", name="Ada", actor=by, at=now).person
    assert told(met) == [("person.met", by.ref, {})]
    himself = customers.meet(kind="email", value="leo@example.net", name="Leo", actor=SYSTEM, at=now).person
    assert told(himself) == [("person.met", f"person:{himself.pk}", {})]


def test_an_address_that_two_get_at_the_same_moment_is_one_persons(transactional_db: None, now: datetime) -> None:
    two = [customers.create_person(name=name, actor=SYSTEM, at=now) for name in ("Ana", "Leo")]
    together = Barrier(2)

    def give(person: Person) -> str:
        together.wait(timeout=30)
        try:
            return str(customers.add_address(person, kind="email", value=address, actor=SYSTEM, at=now).person_id)
        except customers.AddressTaken:
            return "taken"
        finally:
            connection.close()

    for number in range(5):
        address = f"both{number}@example.org"
        with ThreadPoolExecutor(2) as threads:
            said = sorted(threads.map(give, two))
        assert said == [str(Address.objects.get(folded=address).person_id), "taken"]


def test_a_person_may_have_more_addresses_but_not_anothers(kim: Person, kim_address: Address, now: datetime) -> None:
    phone = customers.add_address(kim, kind="phone", value="0341 123456", actor=SYSTEM, at=now)
    assert customers.add_address(kim, kind="phone", value="+49 341 123456", actor=SYSTEM, at=now) == phone
    assert told(kim)[1:] == [("person.address_added", "system", {"address": f"address:{phone.pk}"})]
    other = customers.create_person(name="Ana Sá", actor=SYSTEM, at=now)
    with pytest.raises(customers.AddressTaken):
        customers.add_address(other, kind="email", value="Kim@example.org", actor=SYSTEM, at=now)
    assert set(Address.objects.values_list("person", "folded")) == {
        (kim.pk, "kim@example.org"),
        (kim.pk, "+49341123456"),
    }
    assert [verb for verb, _actor, _data in told(other)] == ["person.met"]


def test_changing_a_person_says_what_changed_and_nothing_when_nothing_did(kim: Person, now: datetime) -> None:
    for _ in range(2):
        customers.change(kim, name="Kim Straßer", address_form="neutral", language="de", actor=SYSTEM, at=now)
    kim.refresh_from_db()
    assert (kim.name, kim.folded, kim.address_form) == ("Kim Straßer", "kim strasser", "neutral")
    assert told(kim)[1:] == [("person.changed", "system", {"fields": ["address_form", "name"]})]


def test_who_writes_from_an_organisations_domain_belongs_to_it(operator: Operator, now: datetime) -> None:
    works = customers.create_organisation(name="Bäckerei Müller", domain="Mueller.Example", actor=SYSTEM, at=now)
    assert (Organisation.objects.get().folded, Organisation.objects.get().domain) == (
        "backerei muller",
        "mueller.example",
    )
    inside = customers.meet(kind="email", value="a@MUELLER.example", name="", actor=SYSTEM, at=now).person
    outside = customers.meet(kind="email", value="a@not-mueller.example", name="", actor=SYSTEM, at=now).person
    assert (inside.organisation, outside.organisation) == (works, None)
    assert [event.verb for event in Event.objects.filter(subject=f"organisation:{works.pk}")] == [
        "organisation.created"
    ]


@given(WORD, WORD, st.data())
def test_a_mail_address_is_one_whatever_its_case_and_the_spaces_around(
    local: str, host: str, data: st.DataObject
) -> None:
    address = f"{local}@{host}.example"
    shouted = "".join(data.draw(st.sampled_from([sign, sign.upper()])) for sign in address)
    folded = customers.fold_address("email", address)
    assert customers.fold_address("email", f" {shouted}\t") == folded
    assert customers.fold_address("email", folded) == folded


def spellings(area: str, number: str, gap: str) -> Iterator[str]:
    yield f"0{area}{gap}{number}"
    yield f"(0{area}) {number}"
    yield f"+49 {area}{gap}{number}"
    yield f"+49 (0) {area}{gap}{number}"
    yield f"+49(0){area}{gap}{number}"
    yield f"0049 {area}{gap}{number}"
    yield f"0049 (0){area}{gap}{number}"


@given(AREA, DIGITS, GAP)
def test_a_german_number_is_one_however_it_is_written(area: str, number: str, gap: str) -> None:
    assert {customers.fold_address("phone", one) for one in spellings(area, number, gap)} == {f"+49{area}{number}"}


@given(st.text(max_size=30))
def test_folding_a_number_twice_changes_nothing(written: str) -> None:
    folded = customers.fold_address("phone", written)
    assert customers.fold_address("phone", folded) == folded
    assert set(folded) <= set("+0123456789")


def test_somebody_is_put_into_an_organisation_that_is_there_or_is_made(kim: Person, now: datetime) -> None:
    put = customers.put_into_organisation(kim, name="  Stadtwerke  Mäder ", actor=SYSTEM, at=now)
    made = Organisation.objects.get()
    assert (put.organisation, made.name) == (made, "Stadtwerke Mäder")
    assert [event.verb for event in Event.objects.filter(subject=f"organisation:{made.pk}")] == ["organisation.created"]
    assert told(kim)[1:] == [("person.changed", "system", {"fields": ["organisation"]})]

    other = customers.create_person(name="Erika Mader", actor=SYSTEM, at=now)
    assert customers.put_into_organisation(other, name="STADTWERKE MÄDER", actor=SYSTEM, at=now).organisation == made
    elsewhere = customers.put_into_organisation(other, name="Stadtwerke Mader", actor=SYSTEM, at=now).organisation
    assert elsewhere != made  # folded alike, and yet another name
    assert Organisation.objects.count() == 2


def test_putting_somebody_where_they_are_says_nothing_and_an_empty_name_takes_them_out(
    kim: Person, now: datetime
) -> None:
    customers.create_organisation(name="Muster e. V.", actor=SYSTEM, at=now)
    own = customers.create_organisation(name="Muster e. V.", actor=SYSTEM, at=now)
    customers.change(kim, organisation=own, actor=SYSTEM, at=now)
    before = told(kim)
    assert customers.put_into_organisation(kim, name="muster e. v.", actor=SYSTEM, at=now).organisation == own
    assert told(kim) == before  # a namesake that is older takes nobody away

    assert customers.put_into_organisation(kim, name=" ", actor=SYSTEM, at=now).organisation is None
    kim.refresh_from_db()
    assert kim.organisation is None
    assert told(kim) == [*before, ("person.changed", "system", {"fields": ["organisation"]})]
    customers.put_into_organisation(kim, name="", actor=SYSTEM, at=now)
    assert len(told(kim)) == len(before) + 1
