"""What is said before joining, parting and splitting is what then happens, to later replies by mail too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Foreseen, Side, beforehand
from anliegen.records.tickets.content import Answer, Promised, Received, Writing
from anliegen.records.tickets.models import Message, Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def lea_address(kim_address: Address, now: datetime) -> Address:
    return customers.meet(kind="email", value="lea@example.org", name="Lea Sommer", language="de", actor=SYSTEM, at=now)


@pytest.fixture
def two(
    open_ticket: Open, kim_address: Address, lea_address: Address, billing: Team, mira: Agent, by: Actor, now: datetime
) -> tuple[Ticket, Ticket]:
    """Kim's concern, answered and with a promise; and Lea's, with a draft, put aside, and followed."""
    kims = actions.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=now)
    leas = actions.assign(
        open_ticket(lea_address, subject="Noch einmal", at=now + timedelta(hours=1)), to=billing, actor=SYSTEM, at=now
    )
    actions.reply(kims, Answer(text="Wir prüfen das."), actor=by, at=now + timedelta(hours=2))
    actions.promise(leas, Promised("Wir rufen an.", now + timedelta(days=3), mira), actor=by, at=now)
    actions.keep_draft(leas, Writing(text="Entwurf"), actor=by, at=now)
    actions.follow(leas, agent=mira, actor=by, at=now)
    actions.snooze(leas, until=now + timedelta(days=2), actor=by, at=now)
    return leas, kims


def as_it_is(*tickets: Ticket) -> tuple[Side, ...]:
    return tuple(beforehand.side_of(ticket.pk) for ticket in tickets)


def lands(ticket: Ticket, address: Address, number: int, at: datetime) -> int:
    """Where a mail with the number of a ticket goes that this person writes now."""
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text="Wie steht es?",
        subject=f"Re: Abschlag [#{number}]",
        from_address=address.value,
        written_at=at,
    )
    return actions.receive(received, ticket=ticket, at=at).ticket_id


def test_looking_beforehand_leaves_nothing_behind(two: tuple[Ticket, Ticket], by: Actor, now: datetime) -> None:
    leas, kims = two
    was, events = as_it_is(leas, kims), Event.objects.count()
    versions = list(Ticket.objects.order_by("pk").values_list("version", flat=True))
    actions.foresee_join(leas, kims, actor=by, at=now)
    assert (as_it_is(leas, kims), Event.objects.count()) == (was, events)
    assert list(Ticket.objects.order_by("pk").values_list("version", flat=True)) == versions


def test_joining_does_what_was_foreseen(
    two: tuple[Ticket, Ticket], lea_address: Address, by: Actor, now: datetime
) -> None:
    leas, kims = two
    at = now + timedelta(hours=3)
    foreseen = actions.foresee_join(leas, kims, actor=by, at=at)
    actions.join(leas, kims, actor=by, at=at)
    assert as_it_is(leas, kims) == foreseen.after
    became = foreseen.becomes(kims.pk)
    assert (became.messages, became.promises, became.drafts) == (3, 1, 1)
    assert not foreseen.becomes(leas.pk).is_aside
    # A reply to the old number, and an answer written afterwards, go where it was said.
    assert lands(leas, lea_address, leas.pk, at) == foreseen.becomes(leas.pk).lands == kims.pk
    assert "lea@example.org" in became.knows


def test_an_answer_after_joining_goes_to_whom_it_was_said_to_go(
    two: tuple[Ticket, Ticket], by: Actor, now: datetime
) -> None:
    leas, kims = two
    at = now + timedelta(hours=3)
    foreseen = actions.foresee_join(leas, kims, actor=by, at=at)
    actions.join(leas, kims, actor=by, at=at)
    sent = actions.reply(kims, Answer(text="Jetzt wissen wir mehr."), actor=by, at=at)
    assert [one["address"] for one in sent.to] == [address for _n, address in foreseen.becomes(kims.pk).to]


def test_parting_does_what_was_foreseen(
    two: tuple[Ticket, Ticket], lea_address: Address, kim_address: Address, by: Actor, now: datetime
) -> None:
    leas, kims = two
    at = now + timedelta(hours=3)
    actions.join(leas, kims, actor=by, at=at)
    lands(leas, lea_address, leas.pk, at)
    leas.refresh_from_db()
    foreseen = actions.foresee_part(leas, actor=by, at=at)
    actions.part(leas, actor=by, at=at)
    assert as_it_is(leas, kims) == foreseen.after
    assert foreseen.becomes(leas.pk).to == (("Lea Sommer", "lea@example.org"),)
    assert lands(leas, lea_address, leas.pk, at) == foreseen.becomes(leas.pk).lands == leas.pk
    assert lands(kims, kim_address, kims.pk, at) == foreseen.becomes(kims.pk).lands == kims.pk


def test_splitting_does_what_was_foreseen(ticket: Ticket, kim_address: Address, by: Actor, now: datetime) -> None:
    at = now + timedelta(hours=1)
    received = Received(
        channel="email",
        person_id=kim_address.person_id,
        address=kim_address,
        text="Und mein Umzug?",
        subject="Umzug",
        from_address=kim_address.value,
        rfc_message_id="umzug@example.org",
        written_at=at,
    )
    message = actions.receive(received, ticket=ticket, at=at)
    foreseen: Foreseen = actions.foresee_split(message, actor=by, at=at)
    assert Message.objects.get(pk=message.pk).ticket_id == ticket.pk
    new = actions.split_off(message, actor=by, at=at)
    old_side, new_side = foreseen.after
    # The number it would have had was given to nobody; all else is as it was said.
    expected = replace(new_side, number=new.pk, lands=new.pk)
    assert as_it_is(ticket, new) == (old_side, expected)
    assert foreseen.message_lands == new_side.number
    assert Message.objects.get(pk=message.pk).ticket_id == new.pk
