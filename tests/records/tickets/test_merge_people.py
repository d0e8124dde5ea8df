"""Two rows become one person, and two again: exactly, also after later changes, and links sent before still open."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers import queries
from anliegen.records.customers.models import Address, Distinct, Fact, Merge, Person
from anliegen.records.tickets import actions, links, people
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Message, Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def twin_address(operator: object, now: datetime) -> Address:
    """Kim again, from another mailbox."""
    return customers.meet(kind="email", value="kb@example.net", name="Kim Berger", actor=SYSTEM, at=now)


@pytest.fixture
def twin(twin_address: Address) -> Person:
    return twin_address.person


@pytest.fixture
def twins_ticket(open_ticket: Open, twin_address: Address, billing: Team, now: datetime) -> Ticket:
    made = open_ticket(twin_address, subject="Zähler", text="Der Zähler steht.", at=now + timedelta(minutes=1))
    return actions.assign(made, to=billing, actor=SYSTEM, at=now + timedelta(minutes=1))


def note(person: Person, actor: Actor, at: datetime, said: str = "Bitte per Brief.") -> Fact:
    return customers.note_fact(
        person, said=said, reason="So gewünscht", consent_way="spoken", consented_on=date(2026, 11, 16),
        expires_on=date(2027, 11, 16), actor=actor, at=at,
    )  # fmt: skip


def picture() -> dict[str, Any]:
    """Everything that merging may touch, as it stands."""
    return {
        "people": list(Person.objects.order_by("pk").values("pk", "name", "title", "given_name", "language", "folded")),
        "merged": list(Person.objects.order_by("pk").values_list("merged_into", flat=True)),
        "addresses": list(Address.objects.order_by("pk").values("pk", "person", "is_preferred")),
        "facts": list(Fact.objects.order_by("pk").values("pk", "person")),
        "tickets": list(Ticket.objects.order_by("pk").values("pk", "person")),
        "messages": list(Message.objects.order_by("pk").values("pk", "person")),
    }  # fmt: skip


def told(subject: str) -> list[str]:
    return list(Event.objects.filter(subject=subject).order_by("id").values_list("verb", flat=True))


def test_merging_moves_everything_and_taking_it_back_restores_it_exactly(
    ticket: Ticket, twins_ticket: Ticket, kim: Person, twin: Person, by: Actor, now: datetime
) -> None:
    customers.change(twin, title="Dr.", given_name="Kim", family_name="Berger", language="en", actor=by, at=now)
    for person in (kim, twin):
        customers.prefer(person.addresses.get(), actor=by, at=now)
    note(twin, by, now)
    before = picture()
    merged = actions.merge_people(twin, kim, evidence=["same_name"], actor=by, at=now + timedelta(hours=1))
    kim.refresh_from_db()
    assert set(Ticket.objects.values_list("person", flat=True)) == {kim.pk}
    assert set(Message.objects.values_list("person", flat=True)) == {kim.pk}
    assert set(Address.objects.values_list("person", flat=True)) == {kim.pk}
    assert (kim.title, kim.given_name, kim.language) == ("Dr.", "Kim", "de")  # what Kim had stays
    assert queries.told_by(kim).facts[0].said == "Bitte per Brief."
    actions.unmerge_people(merged, actor=by, at=now + timedelta(hours=2))
    assert picture() == before
    assert told(f"person:{twin.pk}")[-2:] == ["person.merged", "person.unmerged"]
    assert told(f"person:{kim.pk}")[-2:] == ["person.took_in", "person.gave_back"]
    assert told(f"ticket:{twins_ticket.pk}")[-2:] == ["ticket.person_changed", "ticket.person_changed"]
    assert told(f"ticket:{ticket.pk}")[-1] == "ticket.moved"


def test_later_mails_from_either_address_are_of_one_person_and_go_back_with_the_address(
    open_ticket: Open, ticket: Ticket, twins_ticket: Ticket, kim: Person, twin: Person, twin_address: Address,
    kim_address: Address, by: Actor, now: datetime,
) -> None:  # fmt: skip
    later = now + timedelta(days=1)
    merged = actions.merge_people(twin, kim, evidence=[], actor=by, at=now + timedelta(hours=1))
    found = customers.find(kind="email", value="KB@example.net")
    assert found is not None
    assert found.person == kim
    since = open_ticket(found, subject="Neu vom zweiten Postfach", at=later)
    of_kim = open_ticket(kim_address, subject="Neu vom ersten", at=later)
    again = actions.receive(
        Received(
            channel="email", person_id=kim.pk, address=found, text="Noch etwas.", written_at=later,
            from_address="kb@example.net", subject="Zähler",
        ),
        ticket=twins_ticket, at=later,
    )  # fmt: skip
    fact = note(kim, by, later)
    merged.refresh_from_db()
    preview = people.preview_unmerge(merged)
    assert (preview.tickets, preview.tickets_since, preview.addresses) == (1, 1, 1)
    assert (preview.stays, preview.gone_since, preview.fields_kept) == ({"fact": 1}, {}, [])
    actions.unmerge_people(merged, actor=by, at=later + timedelta(hours=1))
    owners = dict(Ticket.objects.values_list("pk", "person"))
    assert owners == {ticket.pk: kim.pk, of_kim.pk: kim.pk, twins_ticket.pk: twin.pk, since.pk: twin.pk}
    again.refresh_from_db()
    fact.refresh_from_db()
    assert (again.person_id, since.messages.get().person_id, fact.person_id) == (twin.pk, twin.pk, kim.pk)


def test_what_was_changed_since_cannot_go_back_and_the_preview_says_so(
    ticket: Ticket, kim: Person, twin: Person, by: Actor, now: datetime
) -> None:
    customers.change(twin, title="Dr.", given_name="Kim", family_name="Berger", actor=by, at=now)
    gone = note(twin, by, now)
    merged = actions.merge_people(twin, kim, evidence=[], actor=by, at=now)
    customers.change(kim, given_name="Kimberly", actor=by, at=now)
    customers.remove(gone, actor=by, at=now)
    customers.purge_removed(at=now + timedelta(hours=2))
    merged = Merge.objects.get()
    preview = people.preview_unmerge(merged)
    assert (preview.fields_kept, preview.gone_since, preview.is_blocked) == (["given_name"], {"fact": 1}, False)
    actions.unmerge_people(merged, actor=by, at=now)
    kim.refresh_from_db()
    twin.refresh_from_db()
    assert (kim.title, kim.given_name, kim.family_name) == ("", "Kimberly", "")
    assert (twin.title, twin.given_name, twin.family_name) == ("Dr.", "Kim", "Berger")


def test_links_that_were_mailed_before_open_the_status_page_as_before(
    ticket: Ticket, twins_ticket: Ticket, kim: Person, twin: Person, by: Actor, now: datetime
) -> None:
    mailed, shown = links.token(twins_ticket), links.visitor_token(twins_ticket)
    kims = links.token(ticket)
    merged = actions.merge_people(twin, kim, evidence=[], actor=by, at=now)
    twins_ticket.refresh_from_db()
    assert links.reader_of(twins_ticket, mailed, at=now) == "owner"
    assert links.reader_of(twins_ticket, shown, at=now) == "visitor"
    assert links.reader_of(twins_ticket, links.token(twins_ticket), at=now) == "owner"
    assert links.reader_of(twins_ticket, kims, at=now) is None
    actions.unmerge_people(merged, actor=by, at=now)
    twins_ticket.refresh_from_db()
    assert links.token(twins_ticket) == mailed


def test_nobody_is_merged_twice_with_themselves_or_into_somebody_merged(
    kim: Person, twin: Person, by: Actor, now: datetime
) -> None:
    third = customers.create_person(name="Ada", actor=by, at=now)
    with pytest.raises(customers.CannotMerge):
        actions.merge_people(kim, kim, evidence=[], actor=by, at=now)
    first = actions.merge_people(twin, kim, evidence=[], actor=by, at=now)
    for gone, into in ((twin, third), (third, twin)):
        with pytest.raises(customers.CannotMerge):
            actions.merge_people(gone, into, evidence=[], actor=by, at=now)
    second = actions.merge_people(kim, third, evidence=[], actor=by, at=now)
    assert people.preview_unmerge(Merge.objects.select_related("into", "gone").get(pk=first.pk)).is_blocked is True
    with pytest.raises(customers.CannotUnmerge):  # the later one has to be taken back first
        actions.unmerge_people(first, actor=by, at=now)
    actions.unmerge_people(second, actor=by, at=now)
    actions.unmerge_people(first, actor=by, at=now)
    with pytest.raises(customers.CannotUnmerge):
        actions.unmerge_people(first, actor=by, at=now)
    assert set(Person.objects.values_list("merged_into", flat=True)) == {None}


def test_likely_ones_are_proposed_with_reasons_and_never_again_once_somebody_said_they_differ(
    ticket: Ticket, kim: Person, twin: Person, by: Actor, now: datetime
) -> None:
    assert queries.likely_duplicates(kim) == []  # a name alone is not enough
    for person in (kim, twin):
        customers.change(person, street="Lange Str. 1", postcode="04109", actor=by, at=now)
        person.refresh_from_db()
    (found,) = queries.likely_duplicates(kim)
    assert (found.person, found.likeness.reasons) == (twin, ("same_name_and_street",))
    customers.say_distinct(twin, kim, actor=by, at=now)
    assert (queries.likely_duplicates(kim), queries.likely_duplicates(twin)) == ([], [])
    customers.take_back_distinct(kim, twin, actor=by, at=now)
    assert [one.person for one in queries.likely_duplicates(kim)] == [twin]
    assert Distinct.objects.count() == 0


def test_an_address_in_a_signature_finds_its_person_and_a_quoted_one_does_not(
    open_ticket: Open, kim_address: Address, kim: Person, twin: Person, now: datetime
) -> None:
    open_ticket(
        kim_address,
        text="Bitte um Rückruf.\n\nViele Grüße\nKim Berger\nkb@example.net\nTel. 0341 / 998 877 66\n\n"
        "Am 12.11.2026 um 10:00 schrieb Service:\n> service@musterstadt.example\n> anna@example.com",
    )
    assert people.mentioned_by(kim) == {"kb@example.net", "+4934199887766"}
    (found,) = queries.likely_duplicates(kim, people.mentioned_by(kim))
    assert (found.person, found.likeness.reasons) == (twin, ("in_signature", "same_name"))


@pytest.mark.parametrize("hostile", ["a", "a.", "a@", "a@b", "a@b.", "0 ", "+49", "-", "\u00e4-"])
def test_an_endless_line_at_the_end_of_a_mail_costs_no_time(hostile: str) -> None:
    text = "Viele Gr\u00fc\u00dfe\n" + hostile * (400_000 // len(hostile))
    started = time.thread_time()
    people.in_signature(text)
    assert time.thread_time() - started < 0.5


def test_a_preview_says_what_would_move(
    ticket: Ticket, twins_ticket: Ticket, kim: Person, twin: Person, by: Actor, now: datetime
) -> None:
    customers.change(twin, contact_way="letter", actor=by, at=now)
    twin.refresh_from_db()
    note(twin, by, now)
    preview = people.preview_merge(twin, kim)
    assert (preview.tickets, preview.open_tickets, preview.facts, preview.moments, preview.consents) == (1, 1, 1, 0, 0)
    assert ([one.value for one in preview.addresses], preview.filled) == (["kb@example.net"], ["contact_way"])


def test_what_somebody_wrote_into_anothers_concern_is_split_off_for_whom_they_are_carried_on_as(
    ticket: Ticket, kim: Person, twin_address: Address, by: Actor, now: datetime
) -> None:
    other = customers.meet(kind="email", value="ada@example.com", name="Ada", actor=by, at=now)
    received = Received(
        channel="email", person_id=twin_address.person_id, address=twin_address, text="Und meine Frage?",
        written_at=now, subject="Meine Frage", from_address="kb@example.net",
    )  # fmt: skip
    message = actions.receive(received, ticket=ticket, at=now)
    actions.merge_people(twin_address.person, other.person, evidence=[], actor=by, at=now)
    assert actions.split_off(message, actor=by, at=now).person == other.person
