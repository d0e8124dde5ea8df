"""One attempt to deliver: begun before the first byte leaves, told apart from any other of the same mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from anliegen.flow.channels import pace
from anliegen.flow.channels.due import due_at
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.ground.held import held
from anliegen.ground.jobs import STALLED_AFTER_S
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import ref
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message
from anliegen.records.tickets.queries import with_joined

# After so long somebody looks whether the worker that began an attempt is still at it. A server may think longer about
# a mail (`transmit.ANSWER_WITHIN_S`): what holds others off meanwhile is the lock in `outbox.deliver`, which ends with
# its worker, and not this time.
UNDER_WAY = timedelta(seconds=STALLED_AFTER_S)
SLACK = timedelta(seconds=1)
# What still may leave: in whole, or to those recipients for whom the server had refused it for now.
LEAVING = ("queued", "sent")
MOST_DEATHS = 3  # one among others, then in a process of its own
DEATH = ("deaths", "setbacks", "under_way_since")


class Overtaken(Exception):
    """Another worker has begun a later attempt: this one must not end."""


@dataclass(frozen=True)
class Wait:
    """Not now: come back then."""

    until: datetime


def begin(delivery_id: int) -> Delivery | Wait | None:
    """Mark the attempt before the first byte leaves; None when there is nothing (more) to send."""
    with transaction.atomic():
        try:
            delivery = held(Delivery, delivery_id, "message")
        except Delivery.DoesNotExist:
            return None
        if delivery.done_at is not None:
            return None
        at = clock.now()
        due = due_at(delivery, at=at)
        if due > at + SLACK:
            # Too early by our clock, or under way in a worker that may have been killed: come back when it is due.
            return Wait(due)
        if ended := _ended_before_it_left(delivery, at):
            _end(delivery, at, ended)
            return None
        if delivery.under_way_since is not None:
            # Nobody is at it, as the lock says, and yet it never ended: its process died, perhaps of this very mail.
            note_death(delivery)
        if wait := _not_yet(delivery, at):
            return wait
        delivery.attempts += 1
        delivery.started_at = delivery.under_way_since = at
        delivery.due_at = at + UNDER_WAY
        delivery.save(update_fields=["attempts", "started_at", "due_at", "domains", "slot_at", *DEATH])
    return delivery


def note_death(delivery: Delivery) -> None:
    """The attempt that had begun will not end any more: that counts against the mail. The caller saves it."""
    delivery.deaths, delivery.setbacks, delivery.under_way_since = delivery.deaths + 1, delivery.setbacks + 1, None


def hand_over(delivery: Delivery) -> None:
    """Its last byte is about to leave. Raises Overtaken or TakenBack: then it must not.

    The one durable mark between "the server has nothing" and "the server may have it".
    """
    with transaction.atomic():
        row = held(Delivery, delivery.pk)
        if row.attempts != delivery.attempts or row.done_at is not None:
            raise Overtaken
        actions.let_go(delivery.message, at=clock.now())


def left_of(delivery: Delivery) -> list[str]:
    """The addresses it has neither gone to nor been refused for."""
    done = set(delivery.taken) | {one["address"] for one in delivery.refused}
    message = delivery.message
    return list(dict.fromkeys(one["address"] for one in [*message.to, *message.cc] if one["address"] not in done))


def customer_wrote_since(message: Message) -> bool:
    """Whether they wrote after the answer was written, its time last chosen, or a person wanted it sent again.

    By the order in which that was written down and not by the clock, which may be put back meanwhile.
    """
    theirs = Message.objects.filter(ticket=message.ticket_id, direction="in", automatic="", pk__gt=message.pk)
    written = [ref(one) for one in theirs.only("pk")]
    if not written:
        return False
    told = Event.objects.filter(subject__in=[f"ticket:{number}" for number in with_joined(message.ticket)])
    asked = told.filter(verb__in=("message.queued", "message.rescheduled"), data__message=ref(message))
    chosen = asked.order_by("-id").first()
    if chosen is None:  # of a journal that is not here
        return theirs.filter(created_at__gt=message.written_at).exists()
    return told.filter(verb="message.received", data__message__in=written, id__gt=chosen.pk).exists()


def _ended_before_it_left(delivery: Delivery, at: datetime) -> str:
    """Why there is nothing to send, as a code; empty when there is."""
    message = delivery.message
    # In a folder nothing is in doubt: the second attempt writes the same file.
    if message.leaving_at is not None and settings.ANLIEGEN_SMTP_URL is not None:
        # The attempt before was cut off after its last byte: nobody can know, so nobody guesses.
        actions.mark_maybe_sent(message, actor=delivery.actor, at=at)
        return "cut_off"
    if message.state not in LEAVING:
        return message.state
    if message.is_scheduled and message.leaving_at is None and customer_wrote_since(message):
        actions.stop(message, actor=delivery.actor, at=at)
        return "stopped"
    return ""


def _not_yet(delivery: Delivery, at: datetime) -> Wait | None:
    """Whether its turn has not come: others go first, or the server is away."""
    if settings.ANLIEGEN_SMTP_URL is None:
        return None  # kept in a folder, which is patient
    slot_at = delivery.slot_at
    if slot_at is not None and slot_at > at + pace.longest_row(the_operator()):
        slot_at = None  # given by a clock that was ahead
    if slot_at is None or (delivery.started_at is not None and delivery.started_at >= slot_at - SLACK):
        delivery.domains = pace.domains_of(left_of(delivery))
        delivery.slot_at = slot_at = pace.place_in_the_row(delivery, the_operator(), at=at)
    wait = None
    if slot_at > at + SLACK:
        wait = Wait(slot_at)
    elif pace.server_is_away(delivery, at=at):
        wait = Wait(at + pace.come_back_in())
    if wait is not None:
        delivery.due_at = wait.until
        delivery.save(update_fields=["due_at", "domains", "slot_at", *DEATH])
    return wait


def _end(delivery: Delivery, at: datetime, code: str) -> None:
    delivery.done_at, delivery.code, delivery.under_way_since = at, code, None
    delivery.save(update_fields=["done_at", "code", "under_way_since"])
