"""How an attempt ended, written down: taken, tried again later, given up, or not to be known."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from anliegen.flow.channels.attempt import DEATH, MOST_DEATHS, left_of, note_death
from anliegen.flow.channels.email.transmit import RefusedRecipient, Taken
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.records.tickets import actions

log = structlog.get_logger(__name__)

# How long to wait after each failed attempt: soon at first, then patiently, about two days in all.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 720, 1200)]
# While the mail server refuses us or is away it is not the mail's fault: it is tried often, and for as long as a mail
# server would keep it (RFC 5321, 4.5.4.1: four or five days).
OUR_PAUSES = [timedelta(minutes=minutes) for minutes in (1, 1, 2, 3, 5)]
OURS_LASTS = timedelta(days=5)
# A database that is away for a moment must not make a mail that was taken one of which nobody knows.
DIED = "the process that was at it died"
SECONDS_TO_NOTE_IT = (0.5, 1, 2, 4, 8, 15, 30, 30)

T = TypeVar("T")


def was_taken(delivery: Delivery, taken: Taken) -> datetime | None:
    """The server took it, for all or for some; the next try when it refused others for now."""
    return _surely(lambda: _note_taken(delivery, taken))


def try_later(delivery: Delivery, code: str, error: str, trouble: str) -> datetime | None:
    """It is still here; the next try, or None when it was the last one."""
    delivery.setbacks += trouble == "passing"
    return _come_back(delivery, _pause(delivery, trouble), code, error, trouble)


def _come_back(delivery: Delivery, wait: timedelta | None, code: str, error: str, trouble: str) -> datetime | None:
    if wait is None:
        give_up(delivery, code, error)
        return None
    with transaction.atomic():
        actions.came_back(delivery.message)
        _postpone(delivery, clock.now() + wait, code, error, trouble)
    log.info("delivery tried again later", delivery=delivery.pk, code=code, due_at=delivery.due_at.isoformat())
    return delivery.due_at


def died(delivery: Delivery) -> datetime | None:
    """The process that was at it is gone; the next try, None when it was the last one."""
    if delivery.message.leaving_at is not None and settings.ANLIEGEN_SMTP_URL is not None:
        return clock.now()  # the next attempt says that nobody can know
    note_death(delivery)
    delivery.save(update_fields=DEATH)
    if delivery.deaths >= MOST_DEATHS:
        too_deadly(delivery)
        return None
    return _come_back(delivery, _pause(delivery, "passing"), "our_error", DIED, "passing")


def too_deadly(delivery: Delivery) -> None:
    """Another try would cost another process: a person is told, and may send it again."""
    give_up(delivery, "our_error", DIED)


def give_up(delivery: Delivery, code: str, error: str) -> None:
    """It will not get to those who are left."""
    log.warning("delivery failed for good", delivery=delivery.pk, code=code)
    with transaction.atomic():
        unreached = [*_refusals(delivery), *({"address": one, "reason": code} for one in left_of(delivery))]
        if delivery.taken:
            actions.mark_unreached(delivery.message, unreached, actor=delivery.actor, at=clock.now())
        else:
            actions.mark_failed(
                delivery.message, reason=code, unreached=unreached, actor=delivery.actor, at=clock.now()
            )
        _end(delivery, code, error)


def is_unknown(delivery: Delivery, error: str) -> None:
    """The server had all of it and did not answer: a person decides, nobody sends it twice."""
    log.warning("nobody can know whether it was sent", delivery=delivery.pk)

    def note() -> None:
        with transaction.atomic():
            actions.mark_maybe_sent(delivery.message, actor=delivery.actor, at=clock.now())
            _end(delivery, "no_answer", error)

    _surely(note)


def was_called_back(delivery: Delivery) -> None:
    """Taken back in the last moment, or begun anew by another worker that sees to it."""
    row = Delivery.objects.get(pk=delivery.pk)
    if row.attempts == delivery.attempts and row.done_at is None:
        _end(delivery, "taken_back", "")


def _note_taken(delivery: Delivery, taken: Taken) -> datetime | None:
    at = clock.now()
    for_now = [one for one in taken.refused if one.verdict.passing or one.verdict.whose == "ours"]
    for_good = [one for one in taken.refused if one not in for_now]
    with transaction.atomic():
        delivery.taken = list(dict.fromkeys([*delivery.taken, *taken.accepted]))
        delivery.refused = list({one["address"]: one for one in [*delivery.refused, *map(_as_row, for_good)]}.values())
        delivery.save(update_fields=["taken", "refused"])
        if taken.accepted:
            actions.mark_sent(delivery.message, actor=delivery.actor, at=at)
        if not for_now:
            _final(delivery, for_good)
            return None
    worst = for_now[0]
    trouble = "ours" if worst.verdict.whose == "ours" else "passing"
    return try_later(delivery, worst.verdict.code, worst.said, trouble)


def _final(delivery: Delivery, for_good: list[RefusedRecipient]) -> None:
    """Nobody is left. All together are told when some, or all, were refused."""
    if not delivery.refused:
        _end(delivery, "", "")
        return
    reason = delivery.refused[0]["reason"]
    give_up(delivery, reason, for_good[0].said if for_good else delivery.error)


def _as_row(refusal: RefusedRecipient) -> dict[str, str]:
    return {"address": refusal.address, "reason": refusal.verdict.code, "said": refusal.said}


def _refusals(delivery: Delivery) -> list[dict[str, str]]:
    return [{"address": one["address"], "reason": one["reason"]} for one in delivery.refused]


def _pause(delivery: Delivery, trouble: str) -> timedelta | None:
    """How long to wait before the next attempt; None when there have been enough."""
    if trouble == "passing":
        return PAUSES[delivery.setbacks - 1] if delivery.setbacks <= len(PAUSES) else None
    if clock.now() - (delivery.message.send_at or delivery.message.created_at) > OURS_LASTS:
        return None
    return OUR_PAUSES[min(delivery.attempts, len(OUR_PAUSES)) - 1]


def _postpone(delivery: Delivery, until: datetime, code: str, error: str, trouble: str) -> None:
    delivery.due_at, delivery.code, delivery.trouble, delivery.error = until, code[:40], trouble, error[:400]
    delivery.under_way_since = None
    delivery.save(update_fields=["due_at", "code", "trouble", "error", *DEATH])


def _end(delivery: Delivery, code: str, error: str) -> None:
    delivery.done_at, delivery.code, delivery.trouble, delivery.error = clock.now(), code[:40], "", error[:400]
    delivery.under_way_since = None
    delivery.save(update_fields=["done_at", "code", "trouble", "error", *DEATH])


def _surely(note: Callable[[], T]) -> T:
    """Write it down even if the database goes away for a moment: what left cannot be called back."""
    for seconds in SECONDS_TO_NOTE_IT:
        try:
            return note()
        except (OperationalError, InterfaceError) as problem:
            log.warning("a result could not be noted yet", error=type(problem).__name__)
            connection.close()
            time.sleep(seconds)
    return note()
