"""A day's work as one story: many agents, many tickets, mail arriving all the time, on the product as it runs.

Nothing is simulated but the people: `anliegen run` in processes of its own, sessions over HTTP, mail over SMTP. At the
end database and journal are compared with what the agents know they did (`checks.py`), and each kind of request has
its server time, as the server itself tells it (`config/timing.py`).
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from django.db import connection

from anliegen.flow.channels.mailroom.send import outbox_folder
from anliegen.flow.channels.models import Intake
from anliegen.ground.journal.models import Event
from anliegen.oversight.measurement.bench.day import agents, checks
from anliegen.oversight.measurement.bench.day.deeds import Book, Sample
from anliegen.oversight.measurement.bench.day.house import House, cast, running
from anliegen.oversight.measurement.bench.day.post import Post
from anliegen.oversight.measurement.bench.report import Report, measured, percentiles
from anliegen.oversight.measurement.seed import seed as seeded
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import default_brand
from anliegen.records.tickets.models import Message

PAUSE_S = 3.0  # between two requests of an agent
MAIL_EVERY_S = 1.0
MOST_MS = 100.0  # the 95th percentile of each kind of request may take so long
APART = ("log_in",)  # its password is hashed, which is to take its time
SETTLES_WITHIN_S = 120

Progress = Callable[[str], None]


def measure(
    *, people: int, tickets: int, minutes: float, seed: int, progress: Progress, pause_s: float = PAUSE_S
) -> Report:
    """Let the day pass and look at what came of it."""
    staff = cast(people)
    seeded(tickets=tickets, seed=seed)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    book, post = Book(), Post(default_brand().email, Random(seed))  # noqa: S311  # made-up words need no secrecy
    with running() as house, measured() as spent:
        progress(f"{people} agents, {tickets} tickets, {minutes:g} minutes")
        asyncio.run(_day(staff, house, book, post, seed=seed, seconds=minutes * 60, pause_s=pause_s))
        progress("the day is over; what is under way comes to its end")
        book.wrong += _settled()
        found = checks.wrong(book, post.sent, outbox=outbox_folder(), log=house.said())
    server = _times(book.samples)
    slowest = max((each["p95_ms"] for kind, each in server.items() if kind not in APART), default=0.0)
    return Report(
        "day",
        {
            "agents": people,
            "tickets": tickets,
            "minutes": minutes,
            "seed": seed,
            "requests": len(book.samples),
            "mails": len(post.sent),
            "deeds": book.counted(),
            "server": server,
            "database_cpu_s": spent.database_cpu_s,
            "wrong": found,
        },
        {"what": "the goal: so long for 95 of 100 requests of each kind, as the server tells it", "p95_ms": MOST_MS},
        round(MOST_MS / slowest, 3) if slowest else None,
        failures=(*found, *_slow(server)),
    )


async def _day(
    staff: Sequence[Agent], house: House, book: Book, post: Post, *, seed: int, seconds: float, pause_s: float
) -> None:
    await agents.open_up(staff[0], port=house.port)
    arriving = asyncio.create_task(post.send(house.smtp_port, every_s=MAIL_EVERY_S))
    try:
        await agents.work(staff, book, port=house.port, seed=seed, seconds=seconds, pause_s=pause_s)
    finally:
        if arriving.done():
            book.wrong.append(f"mail was not taken any more: {arriving.exception()!r}")
        await _after_the_mail_under_way(arriving, post)


async def _after_the_mail_under_way(arriving: "asyncio.Task[None]", post: Post) -> None:
    """End between two mails: one that is cut off would be taken without anybody knowing."""
    post.is_over = True
    with contextlib.suppress(Exception):
        await asyncio.wait_for(arriving, SETTLES_WITHIN_S)


def _settled() -> list[str]:
    """Wait until every mail is read, every answer has left and every event is sealed; what did not come to its end."""
    until = time.monotonic() + SETTLES_WITHIN_S
    while left := _under_way():
        if time.monotonic() > until:
            return [f"after {SETTLES_WITHIN_S} s there are still {left}"]
        time.sleep(0.5)
    return []


def _under_way() -> dict[str, int]:
    counted = {
        "mails unread": Intake.objects.waiting().count(),
        "answers not out": Message.objects.filter(direction="out", state="queued").count(),
        "events unsealed": Event.objects.filter(position=None).count(),
    }
    return {what: number for what, number in counted.items() if number}


def _times(samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    by_kind = defaultdict(list)
    for sample in samples:
        by_kind[sample.kind].append(sample)
    return {
        kind: {
            "times": len(found),
            **percentiles([one.total for one in found]),
            "cpu_p95_ms": percentiles([one.cpu for one in found])["p95_ms"],
        }
        for kind, found in sorted(by_kind.items())
    }


def _slow(server: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"{kind}: {each['p95_ms']} ms at the 95th percentile, more than {MOST_MS:g}"
        for kind, each in server.items()
        if kind not in APART and each["p95_ms"] > MOST_MS
    ]
