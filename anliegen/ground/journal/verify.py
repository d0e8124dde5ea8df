"""Checking the journal: every hash, every signed head, and that nothing was cut off."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from anliegen.ground.journal.models import Event, Head
from anliegen.ground.journal.seal import (
    GENESIS,
    anchor_file,
    canonical,
    chained,
    seal,
    signing_key,
    statement,
)

COLUMNS = "position, id, at, verb, subject, actor, because, depth, data, hash"
CHUNK = 5000


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds; `first_bad` is the position where it first does not, `reason` what is wrong there."""

    ok: bool
    events: int
    head: str | None
    first_bad: int | None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def verify(progress: Callable[[int], None] = lambda done: None) -> Verdict:
    """Read the whole chain. Seals what is pending first, so that no committed event stays unchecked."""
    while seal():
        pass
    with transaction.atomic():
        heads = {head.position: head for head in Head.objects.all()}
        return _walk(heads, progress)


def _walk(heads: dict[int, Head], progress: Callable[[int], None]) -> Verdict:
    digest, expected, count = GENESIS, 0, 0
    hashes: dict[int, bytes] = {}
    anchor = _anchor()
    wanted = {*heads, anchor[0]} if anchor else set(heads)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM journal_event WHERE position IS NOT NULL ORDER BY position")  # noqa: S608
        for *row, stored in _fetched(cursor):
            expected += 1
            if row[0] != expected:
                return Verdict(False, count, None, expected, "the row is missing")
            row[8] = json.loads(row[8]) if isinstance(row[8], str) else row[8]
            digest = chained(digest, canonical(row))
            if digest != bytes(stored):
                return Verdict(False, count, None, expected, "the row was changed")
            if expected in wanted:
                hashes[expected] = digest
            count += 1
            if count % CHUNK == 0:
                progress(count)
    return _check_heads(heads, anchor, hashes, count, digest)


def _fetched(cursor: CursorWrapper) -> Iterator[tuple[Any, ...]]:
    while chunk := cursor.fetchmany(CHUNK):
        yield from chunk


def _check_heads(
    heads: dict[int, Head], anchor: tuple[int, bytes, bytes] | None, hashes: dict[int, bytes], count: int, last: bytes
) -> Verdict:
    signed = [(head.position, bytes(head.hash), bytes(head.signature)) for head in heads.values()]
    for position, digest, signature in sorted(signed + ([anchor] if anchor else [])):
        if not _is_ours(position, digest, signature):
            return Verdict(False, count, None, position, "the signature of the head does not hold")
        if position > count:
            return Verdict(False, count, None, count + 1, "rows were cut off after this place")
        if hashes[position] != digest:
            return Verdict(False, count, None, position, "the chain was rewritten: its hash is not the signed one")
    if count and count not in heads:
        return Verdict(False, count, None, count, "the newest event has no signed head")
    return Verdict(True, count, last.hex() if count else None, None)


def _is_ours(position: int, digest: bytes, signature: bytes) -> bool:
    try:
        signing_key().public_key().verify(signature, statement(position, digest))
    except InvalidSignature:
        return False
    return True


def _anchor() -> tuple[int, bytes, bytes] | None:
    file = Path(anchor_file())
    if not file.exists():
        return None
    kept = json.loads(file.read_text())
    return kept["position"], bytes.fromhex(kept["hash"]), bytes.fromhex(kept["signature"])


def unsealed() -> int:
    return Event.objects.filter(position__isnull=True).count()
