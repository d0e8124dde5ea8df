"""From `message.queued` to the outside: one delivery per message, due after the time to undo, tried until final."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from anliegen.flow.channels.email import send
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.ground.jobs import STALLED_AFTER_S, defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message

log = structlog.get_logger(__name__)

# How long to wait after each failed attempt: soon at first, then patiently, about two days in all.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 720, 1200)]

# So long an attempt belongs to the worker that began it; then it must have ended, or the worker counts as dead.
UNDER_WAY = timedelta(seconds=STALLED_AFTER_S)

# Channels whose answers a person carries out (says, prints, hands over): they are done when they are written down.
SPOKEN = {"phone", "letter", "chat", "form", "api"}
WAYS: dict[str, Callable[[Message], None]] = {"email": send.send}


def plan(event: Event) -> None:
    """Read a `message.queued`: make its delivery, due when it can no longer be undone."""
    message = Message.objects.filter(pk=int(event.data["message"].partition(":")[2])).first()
    if message is None or message.state != "queued":
        return
    if message.channel in SPOKEN:
        actions.mark_delivered(message, actor=SYSTEM.because_of(event), at=clock.now())
        return
    # What a rule wrote nobody can undo, so it need not wait.
    wait = timedelta(seconds=the_operator().undo_seconds if message.agent_id else 0)
    delivery, is_new = Delivery.objects.get_or_create(message=message, defaults={"due_at": message.created_at + wait})
    if is_new:
        defer(deliver, at=delivery.due_at, delivery_id=delivery.pk)


@job(queue="mail", retries=8)
def deliver(delivery_id: int) -> None:
    """Try one delivery. Sending again what was sent carries the same Message-ID, so that mail programs show it once.

    What goes wrong with the mail is in the delivery's row, with its own times; the job itself is tried again only when
    the database goes away under it.
    """
    delivery = _begin(delivery_id)
    if delivery is None:
        return
    message = delivery.message
    try:
        WAYS[message.channel](message)
    except send.Lasting as problem:
        _give_up(delivery, problem.code, str(problem))
    except send.Passing as problem:
        _try_later(delivery, problem.code, str(problem))
    except Exception as problem:  # ours: neither lost nor hidden, it comes again and shows in the delivery's row
        log.exception("delivery failed by our own fault", delivery=delivery.pk)
        _try_later(delivery, "our_error", type(problem).__name__)
    else:
        _done(delivery)


@periodic("*/5 * * * *", queue="mail")
def find_forgotten(timestamp: int) -> None:
    """Deliveries that are due and have no job, whatever became of it, get one again."""
    overdue = clock.now() - timedelta(minutes=5)
    for delivery in Delivery.objects.filter(done_at=None, due_at__lt=overdue).order_by("due_at", "pk")[:500]:
        defer(deliver, key=f"delivery:{delivery.pk}", delivery_id=delivery.pk)


def _begin(delivery_id: int) -> Delivery | None:
    """Mark the attempt before the first byte leaves; None when there is nothing (more) to send."""
    with transaction.atomic():
        one = Delivery.objects.select_for_update(of=("self",)).select_related("message").filter(pk=delivery_id)
        delivery = one.first()
        if delivery is None or delivery.done_at is not None:
            return None
        if delivery.due_at > clock.now() + timedelta(seconds=1):
            # Too early by our clock, or under way in a worker that may have been killed: come back when it is due.
            defer(deliver, at=delivery.due_at, key=f"delivery:{delivery.pk}", delivery_id=delivery.pk)
            return None
        if delivery.message.state != "queued":
            delivery.done_at = clock.now()
            delivery.save(update_fields=["done_at"])
            return None
        delivery.attempts += 1
        delivery.started_at = clock.now()
        delivery.due_at = clock.now() + UNDER_WAY
        delivery.save(update_fields=["attempts", "started_at", "due_at"])
    return delivery


def _done(delivery: Delivery) -> None:
    with transaction.atomic():
        actions.mark_sent(delivery.message, actor=SYSTEM, at=clock.now())
        _end(delivery, "")


def _give_up(delivery: Delivery, code: str, error: str) -> None:
    log.warning("delivery failed for good", delivery=delivery.pk, code=code)
    with transaction.atomic():
        actions.mark_failed(delivery.message, reason=code, actor=SYSTEM, at=clock.now())
        _end(delivery, error)


def _try_later(delivery: Delivery, code: str, error: str) -> None:
    if delivery.attempts > len(PAUSES):
        _give_up(delivery, code, error)
        return
    with transaction.atomic():
        delivery.due_at = _next(delivery.attempts)
        delivery.error = error[:400]
        delivery.save(update_fields=["due_at", "error"])
        defer(deliver, at=delivery.due_at, delivery_id=delivery.pk)
    log.info("delivery tried again later", delivery=delivery.pk, code=code, due_at=delivery.due_at.isoformat())


def _next(attempts: int) -> datetime:
    return clock.now() + PAUSES[attempts - 1]


def _end(delivery: Delivery, error: str) -> None:
    delivery.done_at = clock.now()
    delivery.error = error[:400]
    delivery.save(update_fields=["done_at", "error"])
