"""What was said by telephone, at the counter or in a letter: an agent writes it down, and it is a concern."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import File, Received
from anliegen.records.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What an agent wrote down. `ways` are (kind, value) of the addresses by which the person can be reached."""

    channel: str
    name: str
    subject: str
    text: str
    ways: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()


def write_down(
    spoken: Spoken, *, brand: Brand, team: Team | None, assignee: Agent | None, actor: Actor, at: datetime
) -> Ticket:
    """Open a ticket for what was said, with the team and the agent who see to it."""
    with transaction.atomic():
        person, address = _meet(spoken, actor, at)
        received = Received(
            channel=spoken.channel,
            person_id=person.pk,
            address=address,
            subject=spoken.subject,
            text=spoken.text,
            from_name=str(person),
            from_address=address.value if address else "",
            language=person.language,
            written_at=at,
            files=spoken.files,
        )
        message = tickets.receive(received, brand=brand, actor=actor, at=at)
        wanted = Change(team=team, assignee=assignee) if assignee is not None else Change(team=team)
        return tickets.change(message.ticket, wanted, actor=actor, at=at)


def _meet(spoken: Spoken, actor: Actor, at: datetime) -> tuple[Person, Address | None]:
    """Who it is: known by one of the addresses, else somebody new. A second address is added if nobody has it."""
    if not spoken.ways:
        return customers.create_person(name=spoken.name, actor=actor, at=at), None
    known = next((way for way in spoken.ways if customers.find(kind=way[0], value=way[1])), spoken.ways[0])
    address = customers.meet(kind=known[0], value=known[1], name=spoken.name, actor=actor, at=at)
    for kind, value in spoken.ways:
        if kind != known[0] and customers.find(kind=kind, value=value) is None:
            customers.add_address(address.person, kind=kind, value=value, actor=actor, at=at)
    return address.person, address
