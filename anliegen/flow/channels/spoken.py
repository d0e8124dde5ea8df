"""What was said by telephone, at the counter or in a letter: an agent writes it down, and it is a concern."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import File, Received
from anliegen.records.tickets.models import Message, Ticket

WRITING_DOWN = 0x53706F6B  # the lock of an agent who writes down: "Spok"


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
    spoken: Spoken,
    *,
    brand: Brand,
    team: Team | None,
    assignee: Agent | None,
    after: int | None = None,
    actor: Actor,
    at: datetime,
) -> Ticket:
    """Open a ticket for what was said, with the team and the agent who see to it.

    `after` is the newest event there was when the form was drawn: the same that the same agent wrote down since is this
    form, sent twice, and gives the ticket of the first time.
    """
    actor.insist_on_a_person()
    with transaction.atomic():
        if after is not None and (before := _written_down(spoken, after, actor)) is not None:
            return before
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


def _written_down(spoken: Spoken, after: int, actor: Actor) -> Ticket | None:
    with connection.cursor() as cursor:
        # One after the other: of two presses at once, each would see nothing of the other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [WRITING_DOWN, (actor.pk or 0) % 2**31])
    opened = Event.objects.filter(verb="ticket.opened", actor=actor.ref, id__gt=after)
    keys = [pk_of(subject) for subject in opened.values_list("subject", flat=True)]
    if not keys:
        return None
    first = Message.objects.filter(ticket__in=keys, direction="in", channel=spoken.channel, subject=spoken.subject)
    same = first.filter(text=spoken.text).select_related("ticket__person").order_by("pk")
    return next((one.ticket for one in same if _is_same(one, spoken)), None)


def _is_same(message: Message, spoken: Spoken) -> bool:
    """Of the same person, whom the ways or else the name tells, with the same files."""
    ways = [customers.find(kind=kind, value=value) for kind, value in spoken.ways]
    people = {way.person_id for way in ways if way is not None}
    is_theirs = message.person_id in people if spoken.ways else message.from_name == spoken.name
    files = set(message.attachments.values_list("sha256", flat=True))
    return is_theirs and files == {file.sha256 for file in spoken.files}


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
