"""Server time of the pages an agent lives in, with few and with many tickets.

The limit is the same rows fetched by the bare driver and put into bytes: what no page can go below.
"""

from collections.abc import Callable
from html import escape
from itertools import count
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from anliegen.ground.journal.models import Event
from anliegen.oversight.measurement.bench.report import Report, percentiles, timed
from anliegen.oversight.measurement.seed import seed
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Message, Ticket

FEW = 1000
CALLS = 120
WARM_UP = 15
COMMON, RARE = "Abschlag", "Vertragskonto {number}"

Progress = Callable[[str], None]
Pages = dict[str, Callable[[], object]]


class PageFailed(Exception):
    """A page that was to be measured did not answer with 200."""


def measure(tickets: int, progress: Progress) -> Report:
    """Seed a few tickets and measure, seed up to `tickets` and measure again."""
    seed(tickets=FEW, seed=1)
    progress(f"{FEW} tickets")
    few, _limit_few = _measure_all()
    grow = tickets - FEW
    if grow > 0:
        seed(tickets=grow, seed=2, progress=lambda done: progress(f"{done + FEW}/{tickets} tickets"))
    many, limit = _measure_all()
    growth = {name: round(many[name]["p95_ms"] / few[name]["p95_ms"], 2) for name in many}
    return Report(
        "pages",
        {"tickets": Ticket.objects.count(), **many, "with_1000_tickets": few, "growth_p95": growth},
        limit | {"what": "the same rows fetched by the bare driver and put into bytes"},
        round(limit["inbox"]["p50_ms"] / many["inbox"]["p50_ms"], 3),
    )


def _measure_all() -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    with override_settings(ALLOWED_HOSTS=["*"]):
        pages = _pages(_logged_in())
        figures = {name: percentiles(_calls(page)) for name, page in pages.items()}
    return figures, {name: percentiles(_calls(page)) for name, page in _bare().items()}


def _calls(page: Callable[[], object]) -> list[float]:
    timed(page, times=WARM_UP)
    return timed(page, times=CALLS)


def _logged_in() -> Client:
    client = Client()
    client.force_login(Agent.objects.active().order_by("pk")[0])
    return client


def _pages(client: Client) -> Pages:
    """One call of each kind; tickets and numbers change from call to call, so that no answer is a remembered one."""
    numbers = list(Ticket.objects.order_by("-last_message_at").values_list("pk", flat=True)[: CALLS + WARM_UP])
    rare = [text.rpartition("Vertragskonto ")[2][:8] for text in _some_texts()]
    turn = count()
    seen = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]

    def get(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise PageFailed(f"{path}: {answer.status_code}")

    def reply() -> None:
        number = numbers[next(turn) % len(numbers)]
        answer = client.post(
            f"/workspace/tickets/{number}/reply/",
            {"text": "Guten Tag,\n\nwir haben es geprüft.", "status": "waiting_customer", "version": 0, "seen": seen},
        )
        if answer.status_code not in (200, 302):
            raise PageFailed(f"reply: {answer.status_code}")

    return {
        "inbox": lambda: get("/workspace/?view=open"),
        "ticket": lambda: get(f"/workspace/tickets/{numbers[next(turn) % len(numbers)]}/"),
        "search_common": lambda: get(f"/workspace/search/?q={COMMON}"),
        "search_rare": lambda: get(f"/workspace/search/?q={rare[next(turn) % len(rare)]}"),
        "reply": reply,
    }


def _some_texts() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("text", flat=True)[:CALLS])


def _bare() -> Pages:
    """Fifty rows of the inbox, and the messages of one ticket, without anything of ours around them."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    bare = psycopg.connect(**parameters, autocommit=True)
    newest = Ticket.objects.order_by("-last_message_at").values_list("pk", flat=True).first()

    def as_bytes(query: str, *values: object) -> bytes:
        rows = bare.execute(query.encode(), values).fetchall()
        return "".join("<li>" + " ".join(escape(str(cell)) for cell in row) + "</li>" for row in rows).encode()

    return {
        "inbox": lambda: as_bytes(
            "SELECT t.number, t.subject, t.status, t.priority, t.last_message_at, p.name FROM tickets_ticket t"
            " JOIN customers_person p ON p.id = t.person_id"
            " WHERE t.status IN ('new', 'open', 'waiting_customer', 'waiting_internal')"
            " ORDER BY t.last_message_at DESC, t.number DESC LIMIT 50"
        ),
        "ticket": lambda: as_bytes(
            "SELECT id, from_name, text, created_at, state FROM tickets_message WHERE ticket_id = %s"
            " ORDER BY created_at",
            newest,
        ),
    }
