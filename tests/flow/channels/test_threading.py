"""Which ticket a mail belongs to holds for any conversation, not only for those somebody thought of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email.identifiers import reply_address
from anliegen.flow.channels.incoming import Contact, Incoming
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.known import Known
from anliegen.flow.channels.threading import Found, find_ticket
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Brand
from anliegen.records.customers import actions as customers
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

PEOPLE = ("ada@example.org", "ben@example.org", "cem@example.net", "dua@example.net")
NOBODY = "eve@evil.example"  # writes only to find a way in
SUBJECTS = ("Abschlag", "Umzug")
VERDICTS = ("", "confirmed dmarc=pass", "unconfirmed dmarc=none", "failed dmarc=fail")
slowly = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass(frozen=True)
class Turn:
    """Something said in one of the conversations: by its person, by the agent, or by the agent with a copy."""

    ticket: int
    kind: str
    copy: str


@dataclass
class World:
    """The conversations as they were had."""

    tickets: list[Ticket] = field(default_factory=list)
    ours: list[Message] = field(default_factory=list)
    theirs: list[Message] = field(default_factory=list)
    written_to: dict[int, set[str]] = field(default_factory=dict)  # by ticket: who asked, and who got an answer


Conversation = tuple[list[tuple[str, str]], list[Turn], bool]  # openings, turns, whether a mail server is trusted
turns = st.builds(
    Turn, ticket=st.integers(0, 9), kind=st.sampled_from(["said", "answered", "copied"]), copy=st.sampled_from(PEOPLE)
)
openings = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(SUBJECTS)), min_size=2, max_size=4)
conversations = st.tuples(openings, st.lists(turns, max_size=6), st.booleans())


@contextmanager
def had(opened: list[tuple[str, str]], said: list[Turn], brand: Brand, mira: Agent, now: datetime) -> Iterator[World]:
    """These conversations, and nothing of them afterwards."""
    with transaction.atomic():
        world = World()
        for person, subject in opened:
            message = said_by(person, subject, world, brand, None, now)
            world.tickets.append(message.ticket)
            world.written_to[message.ticket_id] = {person}
        for turn in said:
            ticket = world.tickets[turn.ticket % len(world.tickets)]
            person = ticket.person.addresses.get().value
            if turn.kind == "said":
                said_by(person, ticket.subject, world, brand, ticket, now)
                continue
            copies = (("", turn.copy),) if turn.kind == "copied" else ()
            answer = Answer("Wir prüfen das.", to=(("", person),), cc=copies)
            message = actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=now)
            world.ours.append(actions.mark_sent(message, actor=SYSTEM, at=now))
            world.written_to[ticket.pk] |= {address for _name, address in copies}
        yield world
        transaction.set_rollback(True)


def said_by(person: str, subject: str, world: World, brand: Brand, ticket: Ticket | None, now: datetime) -> Message:
    address = customers.meet(kind="email", value=person, name="", actor=SYSTEM, at=now)
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        subject=subject,
        text="Guten Tag",
        from_address=person,
        rfc_message_id=f"theirs-{len(world.theirs)}@example.org",
        written_at=now,
    )
    message = actions.receive(received, ticket=ticket, brand=brand, at=now)
    world.theirs.append(message)
    return message


def where(incoming: Incoming, *, trusts: bool) -> Found | None:
    known = Known.to([incoming])
    known.trusts_a_server = trusts
    return find_ticket(incoming, known)


@slowly
@given(conversations, st.data())
def test_an_identifier_of_ours_wins_over_everything_else_a_mail_names(
    brand: Brand, mira: Agent, now: datetime, conversation: Conversation, data: st.DataObject
) -> None:
    opened, said, trusts = conversation
    with had(opened, [*said, Turn(0, "answered", PEOPLE[0])], brand, mira, now) as world:
        ours = data.draw(st.sampled_from(world.ours))
        others = data.draw(st.lists(st.sampled_from([one.rfc_message_id for one in world.theirs])))
        other = data.draw(st.sampled_from(world.tickets))
        place = data.draw(st.integers(0, len(others)))
        mail = Incoming(
            sender=Contact("", data.draw(st.sampled_from([*PEOPLE, NOBODY]))),
            subject=f"Re: {other.subject} [#{other.pk}]",
            recipients=(reply_address("service@musterstadt.example", other.pk, reply_key()),),
            references=(*others[:place], ours.rfc_message_id, *others[place:]),
            authenticity=data.draw(st.sampled_from(VERDICTS)) if trusts else "",
        )
        assert where(mail, trusts=trusts) == Found(ours.ticket, "message-id")


@slowly
@given(conversations, st.data())
def test_a_number_joins_only_whoever_takes_part_and_is_who_they_say(
    brand: Brand, mira: Agent, now: datetime, conversation: Conversation, data: st.DataObject
) -> None:
    opened, said, trusts = conversation
    with had(opened, said, brand, mira, now) as world:
        ticket = data.draw(st.sampled_from(world.tickets))
        sender = data.draw(st.sampled_from([*PEOPLE, NOBODY]))
        authenticity = data.draw(st.sampled_from(VERDICTS)) if trusts else ""
        mail = Incoming(
            sender=Contact("", sender),
            reply_to=data.draw(st.sampled_from([(), (Contact("", PEOPLE[0]),)])),
            subject=f"Re: {ticket.subject} [#{ticket.pk}]",
            authenticity=authenticity,
        )
        may = sender in world.written_to[ticket.pk] and (not trusts or authenticity.startswith("confirmed"))
        assert where(mail, trusts=trusts) == (Found(ticket, "subject-number") if may else None)


@slowly
@given(conversations, st.data())
def test_the_same_subject_never_joins_whoever_writes(
    brand: Brand, mira: Agent, now: datetime, conversation: Conversation, data: st.DataObject
) -> None:
    opened, said, trusts = conversation
    with had(opened, said, brand, mira, now):
        unknown = data.draw(st.lists(st.sampled_from(["a@elsewhere", "b@elsewhere"])))
        mail = Incoming(
            sender=Contact("", data.draw(st.sampled_from([*PEOPLE, NOBODY]))),
            subject=data.draw(st.sampled_from(["", "Re: ", "AW: AW: "])) + data.draw(st.sampled_from(SUBJECTS)),
            references=tuple(unknown),
            authenticity="confirmed dmarc=pass" if trusts else "",
        )
        assert where(mail, trusts=trusts) is None
