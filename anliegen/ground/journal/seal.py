"""Sealing: after commit, one sealer gives positions in order and chains the hashes.

Reading by `id` loses events whenever transactions overlap, because a lower id may commit later. Reading by position
loses none: only committed rows get one, one after the other.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import connection, transaction

from anliegen.ground.journal import breaks, heads
from anliegen.ground.journal.breaks import GENESIS
from anliegen.ground.journal.models import Event

log = structlog.get_logger(__name__)

LOCK = 0x416E6C69656765  # "Anliege": the advisory lock that makes the sealer the only one
BATCH = 1000
NEWEST = "SELECT position, hash FROM journal_event WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
REST_S = 0.05  # between two seals while much happens, so that each seals many
NEW, SEALED = "anliegen_journal", "anliegen_sealed"  # names of the notifications


def seal() -> int:
    """Seal what is committed and unsealed; return how many. Does nothing while another process seals.

    When the journal does not end as it was signed, it goes on under a mark that says so, see `breaks`.
    """
    with transaction.atomic():
        if not _lock():
            return 0
        events = list(Event.objects.filter(position__isnull=True).order_by("id")[:BATCH])
        if not events:
            return 0
        ends = breaks.end()
        if ends.fault:
            events.insert(0, breaks.mark(ends))
            log.error("the journal does not end as it was signed", stands=ends.position, fault=ends.fault)
        position, digest = _chain(events, ends.highest, ends.hash)
        _write(events)
        head = heads.sign(position, digest)
        broken_at = events[0].position if ends.fault else None
        # After the commit: what is rolled back must not stay in the file as if it had been there.
        transaction.on_commit(lambda: heads.anchor(head, broken_at=broken_at))
    return len(events)


def _chain(events: Sequence[Event], position: int, digest: bytes) -> tuple[int, bytes]:
    """Give positions and hashes behind these; return the last ones."""
    for event in events:
        position += 1
        event.position = position
        digest = event.hash = chained(digest, content(event))
    return position, digest


def last() -> tuple[int, bytes]:
    """Position and hash of the newest sealed event; (0, GENESIS) in an empty journal."""
    with connection.cursor() as cursor:  # said directly: every page asks it
        cursor.execute(NEWEST)
        newest = cursor.fetchone()
    return (newest[0], bytes(newest[1])) if newest else (0, GENESIS)


def content(event: Event) -> bytes:
    """What the hash covers: every column, in one canonical form (JSON, sorted keys, UTC)."""
    who = (event.subject, event.actor, event.because, event.depth)
    return canonical((event.position, event.id, event.at, event.verb, *who, event.data))


def canonical(row: Sequence[Any]) -> bytes:
    """Columns position, id, at, verb, subject, actor, because, depth, data as bytes to hash."""
    values = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in row]
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chained(before: bytes, row: bytes) -> bytes:
    return hashlib.sha256(before + row).digest()


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _write(events: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_event e SET position = v.position, hash = v.hash"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS v(id, position, hash) WHERE e.id = v.id",
            [[e.id for e in events], [e.position for e in events], [e.hash for e in events]],
        )
        cursor.execute("SELECT pg_notify(%s, %s)", [SEALED, str(events[-1].position)])
