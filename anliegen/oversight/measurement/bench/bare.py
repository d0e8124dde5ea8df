"""What no page can go below: its rows, fetched by the bare driver and put into bytes; for an answer, its row kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from itertools import count
from typing import Any

import psycopg
from django.db import connection

from anliegen.ground.search.tsquery import query
from anliegen.records.tickets.models import OPEN, Message, Ticket

WHAT = "the same rows fetched by the bare driver and put into bytes; for an answer, its bare row made durable"

_INBOX = """
    SELECT t.number, t.subject, t.status, t.priority, t.last_message_at, p.name
    FROM tickets_ticket t JOIN customers_person p ON p.id = t.person_id
    WHERE t.status IN ('new', 'open', 'waiting_customer', 'waiting_internal')
    ORDER BY t.last_message_at DESC, t.number DESC LIMIT 50
"""
_TICKET = """
    SELECT id, from_name, text, created_at, state FROM tickets_message WHERE ticket_id = %s ORDER BY created_at, id
"""
_COMMON = """
    SELECT t.number, t.subject, t.status, m.text FROM (
        SELECT message_id, ticket_id, at, id FROM (
            SELECT * FROM tickets_searchrow ORDER BY at DESC, id DESC LIMIT 3000
        ) AS newest WHERE tsv @@ %s::tsquery ORDER BY at DESC, id DESC LIMIT 30
    ) AS found JOIN tickets_message m ON m.id = found.message_id JOIN tickets_ticket t ON t.number = found.ticket_id
"""
_RARE = """
    WITH found AS MATERIALIZED (SELECT message_id, ticket_id FROM tickets_searchrow WHERE tsv @@ %s::tsquery)
    SELECT t.number, t.subject, t.status, m.text
    FROM found JOIN tickets_message m ON m.id = found.message_id JOIN tickets_ticket t ON t.number = found.ticket_id
"""


@contextmanager
def driver() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, without Django."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as bare:
        yield bare


def pages(bare: psycopg.Connection[Any], common: str, rare: Sequence[str]) -> dict[str, Callable[[], object]]:
    """The limit of each page. `rare`: words of which each call takes the next."""
    newest = list(Ticket.objects.filter(status__in=OPEN).order_by("-last_message_at", "-pk").values_list("pk")[:100])
    answers, turn = _answers(), count()

    def as_bytes(sql: str, *values: object) -> bytes:
        rows = bare.execute(sql.encode(), values).fetchall()
        return "".join("<li>" + " ".join(escape(str(cell)) for cell in row) + "</li>" for row in rows).encode()

    return {
        "inbox": lambda: as_bytes(_INBOX),
        "ticket": lambda: as_bytes(_TICKET, *newest[next(turn) % len(newest)]),
        "search_common": lambda: as_bytes(_COMMON, query(common)),
        "search_rare": lambda: as_bytes(_RARE, query(rare[next(turn) % len(rare)])),
        "reply": lambda: bare.execute(answers.encode(), newest[next(turn) % len(newest)]),
    }


def _answers() -> str:
    """SQL that says the first message of a ticket once more."""
    own = (field.column for field in Message._meta.concrete_fields if not field.primary_key)
    columns = ", ".join(f'"{name}"' for name in own)
    first = f"SELECT {columns} FROM tickets_message WHERE ticket_id = %s ORDER BY id LIMIT 1"  # noqa: S608
    return f"INSERT INTO tickets_message ({columns}) {first}"
