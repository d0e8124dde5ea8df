"""How long a search takes, by its kind, and how fast messages become findable."""

from collections.abc import Callable

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from anliegen.oversight.measurement.bench.browser import PageFailed
from anliegen.oversight.measurement.bench.pages import CALLS, WARM_UP, Progress
from anliegen.oversight.measurement.bench.report import Report, measured, percentiles, timed
from anliegen.oversight.measurement.seed import seed
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import indexing
from anliegen.records.tickets.models import Message, Ticket

INDEXED = 1000


def measure(tickets: int, progress: Progress) -> Report:
    """Seed and search: number, name, address, common word, rare word, two words, a phrase."""
    seed(tickets=tickets, seed=1, progress=lambda done: progress(f"{done}/{tickets} tickets"))
    client = Client()
    client.force_login(Agent.objects.active().order_by("pk")[0])
    with override_settings(ALLOWED_HOSTS=["*"]):
        figures: dict[str, object] = {name: _time(client, words) for name, words in _questions().items()}
    figures["index_messages_per_s"] = _indexing()
    figures["tickets"] = tickets
    limit = {"what": "one row by its key through the bare driver", "row": _bare()}
    worst = max(each["p95_ms"] for each in figures.values() if isinstance(each, dict))
    return Report("search", figures, limit, round(limit["row"]["p95_ms"] / worst, 4))  # type: ignore[index]


def _questions() -> dict[str, list[str]]:
    some = list(Message.objects.order_by("-pk").values_list("text", flat=True)[:50])
    return {
        "number": [str(pk) for pk in Ticket.objects.order_by("-pk").values_list("pk", flat=True)[:50]],
        "address": list(Address.objects.order_by("-pk").values_list("value", flat=True)[:50]),
        "name": ["Öztürk", "Greta Hoffmann", "Nowak"],
        "common": ["Abschlag", "Zählerstand", "Rechnung"],
        "rare": [text.rpartition("Vertragskonto ")[2][:8] for text in some],
        "two_words": ["Wasseruhr Keller", "Monteur Nachbarin"],
        "phrase": ['"doppelt so hoch"'],
        "nothing": ["Elefantenrüssel"],
    }


def _time(client: Client, words: list[str]) -> dict[str, float]:
    turns = iter(words * (2 * (CALLS + WARM_UP) // len(words) + 1))

    def ask() -> None:
        answer = client.get("/workspace/search/", {"q": next(turns)})
        if answer.status_code not in (200, 302):  # a number jumps to its ticket
            raise PageFailed(f"search: {answer.status_code}")

    timed(ask, times=WARM_UP)
    return percentiles(timed(ask, times=CALLS))


def _indexing() -> float:
    messages = list(Message.objects.select_related("ticket").order_by("pk")[:INDEXED])
    with measured() as spent:
        for message in messages:
            indexing.of_message(message)
    return round(len(messages) / spent.wall_s, 1)


def _bare() -> dict[str, float]:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    first = Message.objects.order_by("pk").values_list("pk", flat=True).first()
    with psycopg.connect(**parameters, autocommit=True) as bare:

        def ask() -> object:
            return bare.execute("SELECT text FROM tickets_message WHERE id = %s", [first]).fetchone()

        call: Callable[[], object] = ask
        return percentiles(timed(call, times=CALLS))
