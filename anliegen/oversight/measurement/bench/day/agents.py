"""Who does what when: each agent goes on with their own day until it ends."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from anliegen.oversight.measurement.bench.day.deeds import Book
from anliegen.oversight.measurement.bench.day.desk import Desk
from anliegen.oversight.measurement.bench.day.line import Line
from anliegen.oversight.measurement.bench.day.together import Lobby
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.views import VIEWS

COME_WITHIN_S = 30.0
# How often of a hundred times an agent does what.
OFTEN = {
    "next": 24, "answer": 18, "look": 12, "meet": 10, "note": 8, "change": 8, "search": 6,
    "take_on": 4, "snooze": 3, "promise": 3, "hand_over": 2, "change_many": 2,
}  # fmt: skip


async def work(agents: Sequence[Agent], book: Book, *, port: int, seed: int, seconds: float, pause_s: float) -> None:
    """All of them at once, for so long. An agent who stumbles is one whose day went wrong, and the others go on."""
    lobby, until = Lobby(seed), time.monotonic() + seconds
    days = [
        _day(Desk(agent, [one for one in agents if one != agent], Line(port, book), book, seed, pause_s), lobby, until)
        for agent in agents
    ]
    for agent, ended in zip(agents, await asyncio.gather(*days, return_exceptions=True), strict=True):
        if isinstance(ended, BaseException):
            book.wrong.append(f"agent {agent.pk} stopped: {ended!r}")


async def open_up(agent: Agent, *, port: int) -> None:
    """Before anybody is there, pages are opened once: a process that has just started reads its templates first."""
    desk = Desk(agent, [], Line(port, Book()), Book(), 0, 0.05)
    await desk.log_in()
    for view in VIEWS:
        await desk.look(view)
        await desk.any_open()
    await desk.search()


async def _day(desk: Desk, lobby: Lobby, until: float) -> None:
    # People do not come in the same second; a password takes its time, and 20 at once would be taken for an attack.
    await asyncio.sleep(desk.chance.uniform(0, min(COME_WITHIN_S, (until - time.monotonic()) / 4)))
    await desk.log_in()
    ear = asyncio.create_task(desk.listen())
    try:
        await desk.look("team")
        while time.monotonic() < until:
            [doing] = desk.chance.choices(list(OFTEN), list(OFTEN.values()))
            await _do(doing, desk, lobby)
    finally:
        ear.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ear


async def _do(doing: str, desk: Desk, lobby: Lobby) -> None:
    match doing:
        case "meet":
            await lobby.meet(desk)
        case "look" | "search" | "change_many":
            await getattr(desk, doing)()
        case _:
            found = await (desk.next() if doing == "next" else desk.any_open())
            if found is not None:
                await getattr(desk, "answer" if doing == "next" else doing)(found)
    await desk.think()
