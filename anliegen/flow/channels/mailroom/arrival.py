"""A mail on its way from the line into the store. However large, little of it is in memory at any time."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial

import structlog
from django.db import DatabaseError, close_old_connections, connection

from anliegen.flow.channels.mailroom.storing import note, store_raw
from anliegen.ground import files

log = structlog.get_logger(__name__)

IN_MEMORY = 256 * 1024  # bytes; most mails are smaller, and are written at once


class Arrival:
    """The bytes of one mail. What fails is kept in mind until all of it came: only then may the sender be told."""

    def __init__(self, storing: Executor, largest: int) -> None:
        self._storing, self._largest = storing, largest
        self._held: list[bytes] = []
        self._held_size = self._size = 0
        self._file: files.Arriving | None = None
        self.has_failed = False

    @property
    def is_too_large(self) -> bool:
        return self._size > self._largest

    async def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self.has_failed or self.is_too_large:
            self._held.clear()
            return
        self._held.append(piece)
        self._held_size += len(piece)
        if self._held_size >= IN_MEMORY:
            held, self._held, self._held_size = self._held, [], 0
            await self._do(partial(self._write, held))

    async def store(self, source: str, envelope_from: str, envelope_to: Sequence[str]) -> bool:
        """Whether it is safe: its bytes are flushed, and its line in the ledger is committed."""
        if not self.has_failed:
            await self._do(partial(self._store, source, envelope_from, envelope_to))
        return not self.has_failed

    def drop(self) -> None:
        """Let go of what is not stored, in a thread: one may still be writing it."""
        self._held.clear()
        with suppress(RuntimeError):  # nobody is left to do it: the process ends, and the next one clears up
            self._storing.submit(self._drop)

    async def _do(self, work: "partial[None]") -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._storing, work)
        except (OSError, DatabaseError) as error:
            self.has_failed = True
            log.error("mail not stored, sender asked to try again", error=type(error).__name__)
        except Exception:
            self.has_failed = True
            log.exception("mail not stored, sender asked to try again")

    def _write(self, pieces: list[bytes]) -> None:
        if self._file is None:
            self._file = files.Arriving()
        for piece in pieces:
            self._file.write(piece)

    def _store(self, source: str, envelope_from: str, envelope_to: Sequence[str]) -> None:
        close_old_connections()
        try:
            if self._file is None:
                store_raw(b"".join(self._held), source=source, envelope_from=envelope_from, envelope_to=envelope_to)
                return
            self._write(self._held)
            # The order must stay: the file is flushed before the row that names it commits.
            sha256 = self._file.keep()
            note(sha256, self._size, source=source, envelope_from=envelope_from, envelope_to=envelope_to)
        except DatabaseError:
            connection.close()
            raise

    def _drop(self) -> None:
        if self._file is not None:
            self._file.drop()
