"""From `message.queued` to the outside: one delivery per message, due after the time to undo, tried until final."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet

from anliegen.flow.channels import attempt, pace, result
from anliegen.flow.channels.attempt import MOST_DEATHS, Overtaken, Wait
from anliegen.flow.channels.due import LONGEST_REST, due_at
from anliegen.flow.channels.email.transmit import Taken
from anliegen.flow.channels.mailroom import send
from anliegen.flow.channels.models import Delivery
from anliegen.ground import apart, clock
from anliegen.ground.alone import alone
from anliegen.ground.compiled import compiled
from anliegen.ground.held import held
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import SPOKEN
from anliegen.records.tickets.models import Message

log = structlog.get_logger(__name__)

OVERDUE = timedelta(minutes=5)
PLANNED_WITHIN = timedelta(minutes=2)  # longer than anybody may undo
AT_ONCE = 500  # forgotten ones that are looked after together
SEND_WITHIN_S = 1200.0  # longer than any mail server may think
DELIVERY = 0x44656C69  # the lock of a worker on the delivery it is at: "Deli"

Way = Callable[[Message, Sequence[str], Callable[[], None]], Taken]
WAYS: dict[str, Way] = {"email": send.send}


def plan(event: Event) -> None:
    """Read a `message.queued` or `message.rescheduled`: make its delivery, due when it can no longer be undone."""
    message = next(iter(_message(pk_of(event.data["message"]))), None)
    if message is None or message.state != "queued":
        return
    if message.channel in SPOKEN:
        actions.mark_delivered(message, actor=SYSTEM.because_of(event), at=clock.now())
        return
    first = message.send_at or message.created_at + _time_to_undo(message)
    wanted = {"due_at": first, **Delivery.upon(event)}
    delivery, is_new = Delivery.objects.get_or_create(message=message, defaults=wanted)
    due = first if is_new else _planned_anew(delivery.pk, wanted)
    if due is not None:
        defer(deliver, at=due, delivery_id=delivery.pk)


def stop_scheduled(events: Sequence[Event]) -> None:
    """Read `message.received`: what was to leave at a chosen time is stopped when the customer writes first."""
    words = [event for event in events if not event.data["first"] and not event.data["automatic"]]
    wrote = {pk_of(event.subject): event for event in words}
    if not wrote:
        return
    for message in Message.objects.scheduled().filter(ticket__in=wrote, leaving_at=None).order_by("pk"):
        if attempt.customer_wrote_since(message):
            actions.stop(message, actor=SYSTEM.because_of(wrote[message.ticket_id]), at=clock.now())


@job(queue="mail", retries=8, plans_ahead=True)
def deliver(delivery_id: int) -> None:
    """Try one delivery. Sending again what was sent carries the same Message-ID, so that mail programs show it once.

    What goes wrong with the mail is in the delivery's row, with its own times; the job itself is tried again only when
    the database goes away under it.
    """
    with alone(DELIVERY, delivery_id) as mine:
        if mine:  # else another worker is at it, and sees to what follows
            _deliver(delivery_id)


@periodic("*/5 * * * *", queue="mail")
def find_forgotten(timestamp: int) -> None:
    """Deliveries that are due and have no job, whatever became of it, get one again.

    So do those that a clock ahead had put off.
    """
    at, waiting = clock.now(), Delivery.objects.filter(done_at=None)
    overdue = list(waiting.filter(due_at__lt=at - OVERDUE).select_related("message").order_by("due_at", "pk")[:AT_ONCE])
    far_off = waiting.filter(due_at__gt=at + LONGEST_REST).exclude(message__send_at__gt=at)
    for delivery in [*overdue, *far_off.select_related("message").order_by("-due_at", "pk")[:AT_ONCE]]:
        if due_at(delivery, at=at) <= at:
            defer(deliver, key=_key(delivery.pk), delivery_id=delivery.pk)


def unplanned(*, at: datetime) -> QuerySet[Message]:
    """Answers that can no longer be undone and that nobody has begun to deliver: their event waits to be read."""
    late = Message.objects.filter(state="queued", delivery=None, created_at__lt=at - PLANNED_WITHIN)
    return late.exclude(send_at__gt=at)


def _deliver(delivery_id: int) -> None:
    with pace.at_the_server(the_operator()) as has_room:
        if not has_room:
            defer(deliver, at=clock.now() + pace.come_back_in(), key=_key(delivery_id), delivery_id=delivery_id)
            return
        begun = attempt.begin(delivery_id)
        if isinstance(begun, Wait):
            defer(deliver, at=begun.until, key=_key(delivery_id), delivery_id=delivery_id)
        elif begun is not None:
            again_at = _try_apart(begun) if begun.deaths else _try(begun)
            if again_at is not None:
                defer(deliver, at=again_at, delivery_id=delivery_id)


def _try_apart(delivery: Delivery) -> datetime | None:
    """As `_try`, of what a process died of: in one that takes no other mail along. Given up after too many deaths."""
    if delivery.deaths >= MOST_DEATHS:
        result.too_deadly(delivery)
        return None
    has_died = False
    try:
        apart.run("send-suspect", str(delivery.pk), str(delivery.attempts), within_s=SEND_WITHIN_S)
    except apart.Died as end:
        log.error("sending did not return", delivery=delivery.pk, error=str(end))
        has_died = True
    row = Delivery.objects.select_related("message").get(pk=delivery.pk)
    if row.attempts != delivery.attempts or row.done_at is not None:
        return None
    if row.under_way_since is None:
        return row.due_at  # it came back, and that is noted
    return result.died(row) if has_died else result.try_later(row, "our_error", "not tried apart", "passing")


def try_in_this_process(delivery_id: int, number: int) -> None:
    """What `anliegen send-suspect` does: make the attempt of this number, which a worker has begun and looks after."""
    under_way = Delivery.objects.select_related("message").filter(done_at=None, under_way_since__isnull=False)
    delivery = under_way.filter(pk=delivery_id, attempts=number).first()
    if delivery is not None:
        _try(delivery)


def _try(delivery: Delivery) -> datetime | None:
    """Make the attempt that has begun, and note how it ended; when to try again, None for never."""
    message = delivery.message
    try:
        taken = WAYS[message.channel](message, attempt.left_of(delivery), lambda: attempt.hand_over(delivery))
    except (Overtaken, actions.TakenBack):
        result.was_called_back(delivery)
    except send.Unknown as problem:
        result.is_unknown(delivery, str(problem))
    except send.Lasting as problem:
        result.give_up(delivery, problem.code, str(problem))
    except send.Passing as problem:
        return result.try_later(delivery, problem.code, str(problem), problem.trouble)
    except Exception as problem:  # ours: neither lost nor hidden, it comes again and shows in the delivery's row
        log.exception("delivery failed by our own fault", delivery=delivery.pk)
        return result.try_later(delivery, "our_error", type(problem).__name__, "passing")
    else:
        return result.was_taken(delivery, taken)
    return None


@compiled
def _message(pk: int) -> QuerySet[Message]:
    return Message.objects.filter(pk=pk)


def _time_to_undo(message: Message) -> timedelta:
    """What a rule wrote nobody can undo, so it need not wait."""
    return timedelta(seconds=the_operator().undo_seconds if message.agent_id else 0)


def _planned_anew(delivery_id: int, wanted: dict[str, Any]) -> datetime | None:
    """Another time was chosen, or a person wants it tried once more after it had ended; None when nothing changes.

    A worker may be at it: what it notes meanwhile stays.
    """
    with transaction.atomic():
        delivery = held(Delivery, delivery_id)
        if delivery.done_at is not None:
            afresh = {"done_at": None, "attempts": 0, "setbacks": 0, "code": "", "trouble": "", "error": ""}
            # What processes died of gets one more try, and that apart.
            deaths = {"deaths": min(delivery.deaths, MOST_DEATHS - 1)}
            wanted = wanted | afresh | deaths | {"due_at": max(wanted["due_at"], clock.now())}
        elif delivery.attempts or delivery.due_at == wanted["due_at"]:
            return None
        for field, value in wanted.items():
            setattr(delivery, field, value)
        delivery.save(update_fields=wanted)
    return delivery.due_at


def _key(delivery_id: int) -> str:
    return f"delivery:{delivery_id}"
