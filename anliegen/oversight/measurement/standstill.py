"""Whether the work goes on: sealing, reading, jobs. Judged by time and not by what has piled up, so that a worker that
does nothing shows before anything has.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from anliegen.ground.jobs import STALLED_AFTER_S
from anliegen.ground.journal.models import Cursor, Event, Head

STANDS_AFTER = timedelta(minutes=1)


def sealing_stands(*, at: datetime) -> timedelta | None:
    """How long the oldest unsealed event has waited while nothing was sealed; None when that is no cause for worry."""
    oldest = Event.objects.filter(position__isnull=True).order_by("id").values_list("at", flat=True).first()
    if oldest is None:
        return None
    sealed = Head.objects.order_by("-position").values_list("at", flat=True).first()
    # An event may bear an old time, and after a clock was put right one that is yet to come.
    since = [moment for moment in (oldest, sealed) if moment is not None and moment <= at]
    waited = at - max(since) if since else timedelta(0)
    return waited if waited > STANDS_AFTER else None


def readers_behind(*, at: datetime) -> list[str]:
    """Readers that have not moved for a while although something waits for them; those that stopped are told apart."""
    return [cursor.name for cursor in Cursor.objects.filter(failed_at=None).order_by("name") if _is_behind(cursor, at)]


def workers() -> tuple[int, int]:
    """How many workers were heard of lately, and how many have fallen silent. A clock put back silences nobody."""
    bounds: list[Any] = [timedelta(seconds=STALLED_AFTER_S)] * 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE lately), count(*) FILTER (WHERE NOT lately) FROM (SELECT last_heartbeat"
            " BETWEEN now() - %s AND now() + %s AS lately FROM procrastinate_workers) AS worker",
            bounds,
        )
        alive, silent = cursor.fetchone() or (0, 0)
    return alive, silent


def _is_behind(cursor: Cursor, at: datetime) -> bool:
    if cursor.moved_at is not None and at - STANDS_AFTER <= cursor.moved_at <= at + STANDS_AFTER:
        return False
    waiting = Event.objects.filter(position__gt=cursor.position, at__lt=at - STANDS_AFTER)
    return (waiting.filter(verb__in=cursor.verbs) if cursor.verbs else waiting).exists()
