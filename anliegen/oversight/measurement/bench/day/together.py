"""Two at the same ticket on purpose: both read it, and both send at the same moment."""

import asyncio
from random import Random

from anliegen.oversight.measurement.bench.day.desk import Desk

PATIENCE_S = 4.0
KINDS = ("answer", "answer", "topic", "subject", "note")


class Meeting:
    """Where two agents meet at one ticket. Whoever comes first chooses it, and what both do there."""

    def __init__(self, number: int, kind: str) -> None:
        self.number, self.kind = number, kind
        self._both = asyncio.Barrier(2)

    async def ready(self) -> None:
        """Until the other one is about to send too; or alone, when they do not come."""
        try:
            await asyncio.wait_for(self._both.wait(), PATIENCE_S)
        except (TimeoutError, asyncio.BrokenBarrierError):
            await self._both.abort()


class Lobby:
    """At most one meeting waits for its second agent."""

    def __init__(self, seed: int) -> None:
        self._open: Meeting | None = None
        self._chance = Random(seed)  # noqa: S311  # who meets whom needs no secrecy

    async def meet(self, desk: Desk) -> None:
        meeting, self._open = self._open, None
        if meeting is None:
            found = await desk.any_open()
            if found is None:
                return
            meeting = self._open = Meeting(found.number, self._chance.choice(KINDS))
        found = await desk.open(meeting.number)
        if found is None:
            return
        if meeting.kind == "answer":
            await desk.answer(found, meeting.ready)
        elif meeting.kind == "note":
            await meeting.ready()
            await desk.note(found)
        else:
            await desk.change(found, meeting.kind, meeting.ready)
