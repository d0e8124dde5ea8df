"""Two tickets become one, one ticket becomes two; either can be taken back."""

from datetime import datetime

from django.db.models import Q, QuerySet

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.queries import carried_on
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import drafts, resting
from anliegen.records.tickets.actions.change import list_as_nobodys, set_status, touch, unanswered_since
from anliegen.records.tickets.actions.promise import refresh
from anliegen.records.tickets.actions.reply import restore_status
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
from anliegen.records.tickets.models.message import MessageQuerySet
from anliegen.records.tickets.queries import carried_on as goes_on_in
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
    """Take a joining back: what had come to `ticket` returns, and it is open again. One that stands alone stays.

    What it was joined with is as before, too; so is what that was joined with in turn, where all of it lies.
    """
    with unit():
        found = Ticket.objects.get(pk=ticket.pk)
        if found.joined_into_id is None:
            return found
        both = locked(ticket.pk, found.joined_into_id, goes_on_in(found).pk)
        ticket, into = both[ticket.pk], both[found.joined_into_id]
        holder, took_in = both[goes_on_in(into).pk], _took_in(into, ticket)
        _move(Q(ticket=holder, came_to__in=with_joined(ticket)), holder, ticket)
        drafts.move_back(holder, ticket, with_joined(ticket))
        for one in {into.pk: into, holder.pk: holder}.values():
            _take_part_no_more(ticket, one)
        if took_in is not None:
            _follow_no_more(ticket, into, took_in.at)
        ticket.joined_into = None
        ticket.status, ticket.resolved_at, ticket.closed_at = "open", None, None
        ticket.waiting_since = _waits_since(ticket)
        list_as_nobodys(ticket, at)
        touch(ticket, at, "joined_into", "waiting_since")
        if holder.waiting_since is not None:
            holder.waiting_since = _waits_since(holder)
        if took_in is not None and holder.pk == into.pk:
            _stand_as_before(into, took_in, actor, at)
        for one in {into.pk: into, holder.pk: holder}.values():
            touch(one, at, "waiting_since")
        record(verbs.TICKET_PARTED, ticket, actor=actor, at=at, other=ref(into))
        record(verbs.TICKET_GAVE_BACK, into, actor=actor, at=at, other=ref(ticket))
    return ticket


def _took_in(into: Ticket, ticket: Ticket) -> Event | None:
    """The joining that is taken back."""
    told = Event.objects.filter(subject=ref(into), verb=verbs.TICKET_TOOK_IN.name, data__other=ref(ticket))
    return told.order_by("-id").first()


def _take_part_no_more(ticket: Ticket, into: Ticket) -> None:
    """Who took part in the one takes no part in the other any more, unless something that was said there names them."""
    gone = {one.address.folded: one.pk for one in _copies_from(ticket, into)}
    for message in Message.objects.filter(ticket=into).only("from_address", "to", "cc") if gone else ():
        for address in (message.from_address, *(one["address"] for one in (*message.to, *message.cc))):
            gone.pop(fold_address("email" if "@" in address else "phone", address), None)
    Participant.objects.filter(pk__in=gone.values()).delete()


def _copies_from(ticket: Ticket, into: Ticket) -> "QuerySet[Participant]":
    theirs = ticket.participants.values("address")
    return into.participants.filter(role="copy", address__in=theirs).select_related("address")


def _follow_no_more(ticket: Ticket, into: Ticket, since: datetime) -> None:
    """Who followed the one and came along does not follow the other; whoever chose it since does."""
    into.follows.filter(agent__in=ticket.follows.values("agent"), created_at=since).delete()


def _waits_since(ticket: Ticket) -> datetime | None:
    """Since when somebody waits for an answer, as if the ticket had always stood alone. What rules wrote answers
    nothing; a program's first message waits until a person has answered."""
    since = unanswered_since(ticket)
    if since is not None or _answers(ticket).heard().exists():
        return since
    came = ticket.messages.filter(direction="in").order_by("created_at", "pk")
    return came.values_list("created_at", flat=True).first()


def _answers(ticket: Ticket) -> MessageQuerySet:
    return Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False, is_forward=False)


def _stand_as_before(into: Ticket, took_in: Event, actor: Actor, at: datetime) -> None:
    """In the status of before, if nobody has written there or changed it since."""
    said = (verbs.MESSAGE_RECEIVED.name, verbs.MESSAGE_QUEUED.name)
    if not Event.objects.filter(subject=ref(into), id__gt=took_in.pk, verb__in=said).exists():
        restore_status(into, took_in.actor, took_in.at, actor=actor, at=at)


def split_off(message: Message, *, actor: Actor, at: datetime) -> Ticket:
    """Make a customer's message a concern of its own, linked with the one it came to. Raises CannotSplit."""
    with unit():
        ticket = held(Ticket, message.ticket_id)
        message = held(Message, message.pk)
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
            unplaced_since=at if ticket.is_nobodys else None,
        )
        for one in ticket.participants.filter(address__person=author):
            Participant.objects.create(ticket=new, address_id=one.address_id, role="requester")
        _move(Q(pk=message.pk), ticket, new, came_to=ticket, notes=False)
        Link.objects.create(ticket=new, other=ticket, kind="follow_up", created_at=at)
        record(verbs.TICKET_SPLIT, new, actor=actor, at=at, other=ref(ticket), message=ref(message))
        record(verbs.TICKET_GAVE_OFF, ticket, actor=actor, at=at, other=ref(new), message=ref(message))
        if ticket.waiting_since is not None:  # perhaps only for an answer to what went
            ticket.waiting_since = _waits_since(ticket)
        touch(ticket, at, "waiting_since")
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
