"""Checking the journal: every hash, every signed head, that nothing was cut off, and where it was ever broken."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from anliegen.ground.journal import heads
from anliegen.ground.journal.breaks import GENESIS, REASONS
from anliegen.ground.journal.heads import Signed
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.seal import canonical, chained, seal
from anliegen.ground.journal.verbs import BROKEN

COLUMNS = "position, id, at, verb, subject, actor, because, depth, data, hash"
CHUNK = 5000
# In one statement: a head that is signed while we read must not meet rows that were read before it.
SIGNED = """
SELECT head.position, head.hash, head.signature, newest.position
FROM (SELECT coalesce(max(position), 0) AS position FROM journal_event) AS newest
LEFT JOIN journal_head AS head ON true ORDER BY head.position
"""


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds; `first_bad` is the position where it first does not, `reason` what is wrong there.

    `breaks`: the entries under which the journal went on after it had been broken. They never go away.
    """

    ok: bool
    events: int
    head: str | None
    first_bad: int | None
    reason: str | None = None
    breaks: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Break:
    """A marked break: the entry that marks it, and the first place that does not hold."""

    position: int
    stands: int
    place: int
    reason: str

    @classmethod
    def told_by(cls, position: int, data: dict[str, Any]) -> "_Break":
        stands, reason = int(data["stands"]), str(data["reason"])
        words = f"{REASONS.get(reason, reason)}; it goes on at {position}, under a mark"
        return cls(position, stands, stands + (reason == "cut_off"), words)

    def explains(self, head: Signed) -> bool:
        """Whether what this head says was found wrong already."""
        return self.place <= head.position < self.position


def verify(progress: Callable[[int], None] = lambda done: None) -> Verdict:
    """Read the whole chain. Seals what is pending first, so that no committed event stays unchecked."""
    while seal():
        pass
    with transaction.atomic():
        # The order must stay: the file may be behind the table, but is never ahead of what is read after it.
        anchor = heads.anchored()
        signed, newest = _signed()
        return _Walk(signed, anchor, newest).verdict(progress)


def _signed() -> tuple[list[Signed], int]:
    """The heads in the table, and how far the journal goes."""
    with connection.cursor() as cursor:
        cursor.execute(SIGNED)
        rows = cursor.fetchall()
    found = [Signed(row[0], bytes(row[1]), bytes(row[2])) for row in rows if row[0] is not None]
    return found, rows[0][3]


class _Walk:
    """Once through the chain."""

    def __init__(self, signed: list[Signed], anchor: Signed | None, newest: int) -> None:
        self._signed, self._anchor, self._newest = signed, anchor, newest
        self._last, self._digest, self._count = 0, GENESIS, 0
        self._hashes: dict[int, bytes] = {}
        self._breaks: list[_Break] = []

    def verdict(self, progress: Callable[[int], None]) -> Verdict:
        faults = [*islice(chain(self._chain(progress), self._heads()), 1)]
        faults += [(each.place, each.reason) for each in self._breaks]
        marks = tuple(each.position for each in self._breaks)
        if faults:
            first_bad = min(place for place, _reason in faults)
            reasons = dict.fromkeys(
                reason if place == first_bad else f"at {place}: {reason}" for place, reason in sorted(faults)
            )
            return Verdict(False, self._count, None, first_bad, "; ".join(reasons), marks)
        return Verdict(True, self._count, self._digest.hex() if self._count else None, None)

    def _chain(self, progress: Callable[[int], None]) -> Iterator[tuple[int, str]]:
        """The first row that does not hold, if there is one: nothing can be said about those after it."""
        wanted = {each.position for each in [*self._signed, *([self._anchor] if self._anchor else [])]}
        for position, row, stored in self._rows():
            if not self._follows(position, row):
                yield self._last + 1, "the row is missing"
                return
            self._digest, self._last = chained(self._digest, canonical(row)), position
            if self._digest != stored:
                yield position, "the row was changed"
                return
            if position in wanted:
                self._hashes[position] = self._digest
            self._count += 1
            if self._count % CHUNK == 0:
                progress(self._count)

    def _rows(self) -> Iterator[tuple[int, list[Any], bytes]]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} FROM journal_event WHERE position <= %s ORDER BY position",  # noqa: S608
                [self._newest],
            )
            for *row, stored in _fetched(cursor):
                row[8] = json.loads(row[8]) if isinstance(row[8], str) else row[8]
                yield row[0], row, bytes(stored)

    def _follows(self, position: int, row: list[Any]) -> bool:
        """Whether this is the next position, or one that goes on after a marked break right here."""
        if row[3] == BROKEN.name:
            self._breaks.append(_Break.told_by(position, row[8]))
            return self._breaks[-1].stands == self._last
        return position == self._last + 1

    def _heads(self) -> Iterator[tuple[int, str]]:
        for each in sorted([*self._signed, *([self._anchor] if self._anchor else [])]):
            if any(one.explains(each) for one in self._breaks):
                continue
            if not each.is_ours:
                yield each.position, REASONS["forged"]
            elif each.position > self._last:
                yield self._last + 1, REASONS["cut_off"]
            elif self._hashes.get(each.position) != each.hash:
                yield each.position, REASONS["rewritten"]
        if self._last and self._last not in {each.position for each in self._signed}:
            yield self._last, REASONS["unsigned"]


def _fetched(cursor: CursorWrapper) -> Iterator[tuple[Any, ...]]:
    while chunk := cursor.fetchmany(CHUNK):
        yield from chunk


def unsealed() -> int:
    return Event.objects.filter(position__isnull=True).count()
