"""What joining, parting or splitting will do, before anybody does it: the deed is done, looked at and taken back.

So what is foreseen cannot differ from what happens. Nothing of it stays: neither a row nor an event.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.ground.rehearsal import rehearsed
from anliegen.records.customers.models import Address
from anliegen.records.tickets.actions.join import join, part, split_off
from anliegen.records.tickets.addressees import Pair, addressees_of
from anliegen.records.tickets.models import Deadline, Draft, Message, Promise, Ticket
from anliegen.records.tickets.participants import takes_part
from anliegen.records.tickets.queries import carried_on, with_joined


@dataclass(frozen=True)
class Side:
    """One ticket at one moment. Counts are of what is open; `lands` is where what comes for its number goes."""

    number: int
    status: str
    lands: int
    to: tuple[Pair, ...]  # who gets an answer that is written there
    copies: tuple[Pair, ...]  # who could get one too
    messages: int
    answers: int  # among the messages
    notes: int
    promises: int
    deadlines: int  # with those of tickets joined into it
    drafts: int
    guests: tuple[int, ...]
    followers: tuple[int, ...]
    is_aside: bool
    is_waiting: bool
    knows: tuple[str, ...] = ()  # of the writers asked about, those whose mails with this number in the subject count


@dataclass(frozen=True)
class Foreseen:
    """Both tickets before and after. A ticket that is only made by the deed is in `after` alone."""

    before: tuple[Side, ...]
    after: tuple[Side, ...]
    message_lands: int | None = None  # where an answer to the message that is split off goes

    def was(self, number: int) -> Side | None:
        return next((side for side in self.before if side.number == number), None)

    def becomes(self, number: int) -> Side:
        return next(side for side in self.after if side.number == number)


def foresee_join(ticket: Ticket, into: Ticket, *, actor: Actor, at: datetime) -> Foreseen:
    """Raises CannotJoin."""
    return _tried(lambda: (ticket, join(ticket, into, actor=actor, at=at)), ticket, into)


def foresee_part(ticket: Ticket, *, actor: Actor, at: datetime) -> Foreseen:
    """Of a ticket that is joined with another."""
    into = Ticket.objects.get(joined=ticket)
    return _tried(lambda: (part(ticket, actor=actor, at=at), into), ticket, into)


def foresee_split(message: Message, *, actor: Actor, at: datetime) -> Foreseen:
    """The new ticket bears a number that nobody will get. Raises CannotSplit."""
    ticket = Ticket.objects.get(pk=message.ticket_id)
    return _tried(lambda: (ticket, split_off(message, actor=actor, at=at)), ticket, message=message)


def side_of(number: int) -> Side:
    """A ticket as it stands now, asked in the words in which replies, answers and lists ask."""
    ticket = Ticket.objects.select_related("joined_into").get(pk=number)
    whom, messages = addressees_of(ticket), Message.objects.filter(ticket=ticket)
    return Side(
        number=number,
        status=ticket.status,
        lands=(goal := carried_on(ticket)).pk,
        to=whom.to,
        copies=whom.copies,
        messages=messages.count(),
        answers=messages.filter(direction="out").count(),
        notes=ticket.notes.count(),
        promises=Promise.objects.owed().filter(ticket=ticket).count(),
        deadlines=0 if goal.pk != number else Deadline.objects.open().filter(ticket__in=with_joined(ticket)).count(),
        drafts=Draft.objects.filter(ticket=ticket).count(),
        guests=tuple(sorted(ticket.guests)),
        followers=tuple(sorted(ticket.follows.values_list("agent_id", flat=True))),
        is_aside=ticket.snoozed_until is not None,
        is_waiting=ticket.waiting_since is not None,
        knows=tuple(sorted(_known_there(goal))),
    )


def _known_there(ticket: Ticket) -> set[str]:
    """Addresses of everybody who wrote there, whose mails with the number in the subject alone find it."""
    writers = Message.objects.filter(ticket=ticket, direction="in", person__isnull=False).values_list(
        "person", flat=True
    )
    mails = Address.objects.filter(person__in=set(writers), kind="email").order_by("pk")[:50]
    return {one.value for one in mails if takes_part(ticket, kind="email", folded=one.folded)}


def _tried(deed: Callable[[], Sequence[Ticket]], *before: Ticket, message: Message | None = None) -> Foreseen:
    was = tuple(side_of(ticket.pk) for ticket in before)
    with rehearsed():
        after = tuple(side_of(ticket.pk) for ticket in deed())
        lands = carried_on(Message.objects.get(pk=message.pk).ticket).pk if message is not None else None
    return Foreseen(was, after, lands)
