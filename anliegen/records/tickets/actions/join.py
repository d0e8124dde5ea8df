"""Two tickets become one, one ticket becomes two; either can be taken back."""

from datetime import datetime

from django.db.models import Q

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers.queries import carried_on
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import drafts, resting
from anliegen.records.tickets.actions.change import set_status, touch
from anliegen.records.tickets.actions.promise import refresh
from anliegen.records.tickets.models import (
    DONE,
    Follow,
    Link,
    Mention,
    Message,
    Note,
    Participant,
    Promise,
    SearchRow,
    Ticket,
)
from anliegen.records.tickets.queries import with_joined


class CannotJoin(Exception):
    """A ticket cannot be joined with itself, nor twice."""


class CannotSplit(Exception):
    """Only what a customer wrote can be split off, and not the only message of a ticket."""


def join(ticket: Ticket, into: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Carry `ticket` on in `into`: its messages and notes move there, those who took part take part there.

    What comes for it later goes there too (see `receive`). Returns `into`. Raises CannotJoin.
    """
    with unit():
        both = locked(ticket.pk, into.pk)
        ticket, into = both.get(ticket.pk, ticket), both.get(into.pk, into)
        if ticket.pk == into.pk or ticket.joined_into_id is not None or into.joined_into_id is not None:
            raise CannotJoin
        _move(Q(ticket=ticket), ticket, into, came_to=ticket)
        _take_part(ticket, into)
        drafts.move(ticket, into)
        _follow_on(ticket, into, at)
        if ticket.waiting_since is not None:
            _waits_again(into, ticket.waiting_since, actor, at)
        elif ticket.is_open and not into.is_open:  # what was going on goes on
            set_status(into, "open" if ticket.status == "new" else ticket.status, actor=actor, at=at)
        into.last_message_at = max(into.last_message_at, ticket.last_message_at)
        touch(into, at, "waiting_since")
        ticket.joined_into = into
        ticket.status, ticket.resolved_at, ticket.closed_at = "closed", ticket.resolved_at or at, at
        ticket.waiting_since = None
        resting.end(ticket, why="joined", actor=actor, at=at)
        touch(ticket, at, "joined_into", "waiting_since")
        Link.objects.filter(Q(ticket=ticket, other=into) | Q(ticket=into, other=ticket), kind="maybe").delete()
        record(verbs.TICKET_JOINED, ticket, actor=actor, at=at, into=ref(into))
        record(verbs.TICKET_TOOK_IN, into, actor=actor, at=at, other=ref(ticket))
    return into


def part(ticket: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Take a joining back: what had come to `ticket` returns, and it is open again. One that stands alone stays."""
    with unit():
        found = Ticket.objects.get(pk=ticket.pk)
        if found.joined_into_id is None:
            return found
        both = locked(ticket.pk, found.joined_into_id)
        ticket, into = both[ticket.pk], both[found.joined_into_id]
        _move(Q(ticket=into, came_to__in=with_joined(ticket)), into, ticket)
        newest = ticket.messages.order_by("-created_at", "-pk").first()
        ticket.joined_into = None
        ticket.status, ticket.resolved_at, ticket.closed_at = "open", None, None
        ticket.waiting_since = newest.created_at if newest is not None and newest.direction == "in" else None
        touch(ticket, at, "joined_into", "waiting_since")
        touch(into, at)
        record(verbs.TICKET_PARTED, ticket, actor=actor, at=at, other=ref(into))
        record(verbs.TICKET_GAVE_BACK, into, actor=actor, at=at, other=ref(ticket))
    return ticket


def split_off(message: Message, *, actor: Actor, at: datetime) -> Ticket:
    """Make a customer's message a concern of its own, linked with the one it came to. Raises CannotSplit."""
    with unit():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=message.ticket_id)
        message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        alone = not ticket.messages.filter(direction="in").exclude(pk=message.pk).exists()
        if message.direction != "in" or message.person is None or alone:
            raise CannotSplit
        author = carried_on(message.person)
        new = Ticket.objects.create(
            subject=_unnumbered(message.subject, ticket) or ticket.subject,
            channel=message.channel,
            language=message.language or ticket.language,
            brand=ticket.brand,
            mailbox=ticket.mailbox,
            team=ticket.team,
            assignee=ticket.assignee,
            responsible=ticket.responsible,
            status="open",
            person=author,
            created_at=message.created_at,
            updated_at=at,
            last_message_at=message.created_at,
            waiting_since=None if message.automatic else message.created_at,
        )
        for one in ticket.participants.filter(address__person=author):
            Participant.objects.create(ticket=new, address_id=one.address_id, role="requester")
        _move(Q(pk=message.pk), ticket, new, came_to=ticket, notes=False)
        Link.objects.create(ticket=new, other=ticket, kind="follow_up", created_at=at)
        record(verbs.TICKET_SPLIT, new, actor=actor, at=at, other=ref(ticket), message=ref(message))
        record(verbs.TICKET_GAVE_OFF, ticket, actor=actor, at=at, other=ref(new), message=ref(message))
        touch(ticket, at)
    return new


def _unnumbered(subject: str, ticket: Ticket) -> str:
    """Without the numbers of the concern it comes from: an answer that keeps the subject alone would go back there."""
    for number in with_joined(ticket):
        subject = subject.replace(f"[#{number}]", "")
    return " ".join(subject.split())


def locked(*pks: int) -> dict[int, Ticket]:
    """In the order of their numbers, so that two who join the same tickets do not wait for each other."""
    return {one.pk: one for one in Ticket.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("number")}


def _move(which: Q, source: Ticket, goal: Ticket, *, came_to: Ticket | None = None, notes: bool = True) -> None:
    """Move messages, and with them notes, promises and search rows. The first ticket they came to is kept once it is
    known."""
    messages = list(Message.objects.filter(which).values_list("pk", flat=True))
    written = list(Note.objects.filter(which).values_list("pk", flat=True)) if notes else []
    promised = list(Promise.objects.filter(which).values_list("pk", flat=True)) if notes else []
    for model, pks in ((Message, messages), (Note, written), (Promise, promised)):
        moved = model._base_manager.filter(pk__in=pks)
        if came_to is not None:
            moved.filter(came_to=None).update(came_to=came_to)
        moved.update(ticket=goal)
        if came_to is None:
            moved.filter(came_to=goal).update(came_to=None)
    Mention.objects.filter(note__in=written).update(ticket=goal)
    SearchRow.objects.filter(Q(message__in=messages) | Q(note__in=written)).update(ticket=goal)
    if promised:
        refresh(source)
        refresh(goal)


def _take_part(ticket: Ticket, into: Ticket) -> None:
    there = set(into.participants.values_list("address_id", flat=True))
    new = [one.address_id for one in ticket.participants.order_by("pk") if one.address_id not in there]
    Participant.objects.bulk_create(Participant(ticket=into, address_id=pk, role="copy") for pk in new)


def _follow_on(ticket: Ticket, into: Ticket, at: datetime) -> None:
    """Who followed the one follows what it is carried on in; whether they may see that is asked when they are told."""
    agents = ticket.follows.order_by("pk").values_list("agent_id", flat=True)
    rows = [Follow(ticket=into, agent_id=pk, created_at=at) for pk in agents]
    Follow.objects.bulk_create(rows, ignore_conflicts=True)


def _waits_again(into: Ticket, since: datetime, actor: Actor, at: datetime) -> None:
    """The customer waits for an answer to what was joined: then the whole concern waits for us."""
    if into.status in (*DONE, "waiting_customer"):
        set_status(into, "open", actor=actor, at=at)
    resting.end(into, why="customer", actor=actor, at=at)
    into.waiting_since = min(into.waiting_since or since, since)
