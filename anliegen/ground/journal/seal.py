"""Sealing: after commit, one sealer gives positions in order and chains the hashes.

Reading by `id` loses events whenever transactions overlap, because a lower id may commit later. Reading by position
loses none: only committed rows get one, one after the other.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from anliegen.ground import clock, files, secrets
from anliegen.ground.journal.models import Event, Head

LOCK = 0x416E6C69656765  # "Anliege": the advisory lock that makes the sealer the only one
GENESIS = bytes(32)
BATCH = 1000
NEWEST = "SELECT position, hash FROM journal_event WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
KEEP_EVERY = 1000  # heads at these distances stay; those between are replaced by the next
REST_S = 0.05  # between two seals while much happens, so that each seals many
NEW, SEALED = "anliegen_journal", "anliegen_sealed"  # names of the notifications


def seal() -> int:
    """Seal what is committed and unsealed; return how many. Does nothing while another process seals."""
    with transaction.atomic():
        if not _lock():
            return 0
        events = list(Event.objects.filter(position__isnull=True).order_by("id")[:BATCH])
        if not events:
            return 0
        position, digest = last()
        for event in events:
            position += 1
            event.position = position
            digest = event.hash = chained(digest, content(event))
        _write(events)
        head = sign(position, digest)
    _anchor(head)
    return len(events)


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


def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.key("journal_ed25519"))


def statement(position: int, digest: bytes) -> bytes:
    """The bytes that a head's signature covers."""
    return f"anliegen journal head {position} {digest.hex()}".encode()


def anchor_file() -> str:
    return str(files.data_path() / "journal" / "head.json")


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


def sign(position: int, digest: bytes) -> Head:
    """Sign the newest head; the one before goes unless it is to be kept. Inside the transaction that seals."""
    newest_kept = Head.objects.filter(kept=True).order_by("-position").values_list("position", flat=True).first() or 0
    Head.objects.filter(kept=False).delete()
    return Head.objects.create(
        position=position,
        at=clock.now(),
        hash=digest,
        signature=signing_key().sign(statement(position, digest)),
        kept=position - newest_kept >= KEEP_EVERY,
    )


def _anchor(head: Head) -> None:
    """Keep the newest head outside the database too, so that cutting rows and heads together still shows."""
    target = anchor_file()
    folder = os.path.dirname(target)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    text = json.dumps(
        {"position": head.position, "hash": bytes(head.hash).hex(), "signature": bytes(head.signature).hex()}
    )
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".head-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # after a power cut an empty anchor would look like a broken journal
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
