"""Journal -> search rows, due moments, what bounces say of addresses, what comes back when the customer writes, what a
colleague has seen to."""

import re
from collections.abc import Sequence

from django.db.models import Max

from anliegen.ground import clock, spread
from anliegen.ground.jobs import defer
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts import verbs as accounts
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, histories, indexing
from anliegen.records.tickets.actions.due import keep
from anliegen.records.tickets.jobs import compute_again
from anliegen.records.tickets.models import Message, Note, Ticket

SETTINGS = (accounts.SETTING_CREATED.name, accounts.SETTING_CHANGED.name, accounts.SETTING_DELETED.name)
# What moves due moments: what happens to tickets, and what is set.
MOVES_DUE = (*histories.MOVING, "ticket.triaged", "ticket.placed", "ticket.assigned", *SETTINGS)
MEASURED_BY = ("target", "calendar", "team")
OF_AN_ADDRESS = re.compile(r"5\.[12]\.\d+")  # codes (RFC 3463) that speak of mailbox and domain, not of the mail


def index(events: Sequence[Event]) -> None:
    """Read new messages and notes: make each findable. A row that is there already stays."""
    message_ids = [_pk(event, "message") for event in events if "message" in event.data]
    note_ids = [_pk(event, "note") for event in events if "note" in event.data]
    # In the order in which they were said: what came in the same moment is found in this order.
    messages = Message.objects.filter(pk__in=message_ids).select_related("ticket").order_by("pk")
    translated = indexing.translated(message_ids) if message_ids else {}
    rows = [
        indexing.of_message(message, translated.get(message.pk, ()))
        for message in messages
        if indexing.is_findable(message)
    ]
    rows += [indexing.of_note(note) for note in Note.objects.filter(pk__in=note_ids, is_side=False).order_by("pk")]
    spread.add(rows, ignore_conflicts=True)


def wake(events: Sequence[Event]) -> None:
    """Read `message.received`: what was put aside before the customer wrote comes back at once."""
    wrote = {pk_of(event.subject): event for event in events if not event.data["first"] and not event.data["automatic"]}
    aside = Ticket.objects.filter(pk__in=wrote, snoozed_until__isnull=False).order_by("pk") if wrote else ()
    tickets = {ticket.pk: ticket for ticket in aside}
    for number, put_aside in _put_aside(list(tickets)).items():
        # By the order in the journal and not by the clock, which may be put back.
        if put_aside < wrote[number].pk:
            by = SYSTEM.because_of(wrote[number])
            actions.wake(tickets[number], why="customer", actor=by, at=clock.now())


def _put_aside(numbers: Sequence[int]) -> dict[int, int]:
    """By ticket, the newest event that it was put aside."""
    subjects = [f"ticket:{number}" for number in numbers]
    found = Event.objects.filter(subject__in=subjects, verb="ticket.snoozed") if subjects else Event.objects.none()
    newest = found.order_by().values("subject").annotate(newest=Max("pk")).values_list("subject", "newest")
    return {pk_of(subject): pk for subject, pk in newest}


def keep_due(events: Sequence[Event]) -> None:
    """Bring the due moments of these tickets up to date; for a changed target, calendar or team of all that is open,
    in the background."""
    if numbers := {pk_of(event.subject) for event in events if event.subject.startswith("ticket:")}:
        keep(numbers, actor=SYSTEM, at=clock.now())
    if any(event.subject.partition(":")[0] in MEASURED_BY for event in events):
        defer(compute_again, key="compute-due-again")


def note_bounces(event: Event) -> None:
    """An address knows that a mail to it came back, until one arrives. Not what failed for other reasons."""
    message = Message.objects.filter(pk=_pk(event, "message")).first()
    if message is None:
        return
    actor, arrived = SYSTEM.because_of(event), event.verb == "message.delivered"
    if event.verb == "message.failed" and not OF_AN_ADDRESS.fullmatch(event.data["reason"] or ""):
        return
    for address in Address.objects.filter(kind="email", folded__in=_meant(message, arrived)).order_by("pk"):
        if arrived:
            customers.forget_bounce(address, actor=actor, at=event.at)
        else:
            customers.note_bounce(address, code=event.data["reason"] or "", actor=actor, at=event.at)


def _meant(message: Message, arrived: bool) -> set[str]:
    """The recipients that an event about a message speaks of."""
    unreached = {customers.fold_address("email", one.get("address", "")) for one in message.unreached}
    everybody = {customers.fold_address("email", one.get("address", "")) for one in [*message.to, *message.cc]}
    return everybody - unreached if arrived else unreached or everybody


def see_to(event: Event) -> None:
    """Somebody wrote an answer or a note: so they have seen to what they were asked, and to what was handed to them."""
    actor = Actor(event.actor)
    if actor.kind != "agent" or actor.pk is None:
        return
    ticket = Ticket.objects.filter(pk=pk_of(event.subject)).first()
    if ticket is None:
        return
    by = actor.because_of(event)
    actions.settle_mentions(ticket, actor.pk, how="written", actor=by, at=event.at)
    actions.take_handover(ticket, actor.pk, how="written", actor=by, at=event.at)


def _pk(event: Event, field: str) -> int:
    return pk_of(event.data[field])
