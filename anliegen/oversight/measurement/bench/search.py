"""How long a search takes, by its kind, and how fast messages become findable."""

from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings

from anliegen.oversight.measurement.bench import bare
from anliegen.oversight.measurement.bench.browser import PageFailed
from anliegen.oversight.measurement.bench.pages import CALLS, COMMON, WARM_UP, Progress
from anliegen.oversight.measurement.bench.report import Report, measured, percentiles, timed
from anliegen.oversight.measurement.seed import seed
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import indexing
from anliegen.records.tickets.models import Message, SearchRow, Ticket

INDEXED = 1000


def measure(tickets: int, progress: Progress) -> Report:
    """Seed and search: number, name, address, common word, rare word, two words, a phrase; and within filters."""
    seed(tickets=tickets, seed=1, progress=lambda done: progress(f"{done}/{tickets} tickets"))
    client = Client()
    client.force_login(Agent.objects.active().order_by("pk")[0])
    with override_settings(ALLOWED_HOSTS=["*"]):
        figures: dict[str, object] = {name: _time(client, words) for name, words in _questions().items()}
    figures["index_messages_per_s"] = _indexing()
    figures["tickets"] = tickets
    with bare.driver() as database:
        least = bare.pages(database, COMMON, _rare())
        limit = {kind: percentiles(timed(least[f"search_{kind}"], times=CALLS)) for kind in ("common", "rare")}
    ratio = min(limit[kind]["p50_ms"] / figures[kind]["p50_ms"] for kind in limit)  # type: ignore[index]
    return Report("search", figures, {"what": bare.WHAT, **limit}, round(ratio, 4))


def _questions() -> dict[str, list[str]]:
    return {
        "number": [str(pk) for pk in Ticket.objects.order_by("-pk").values_list("pk", flat=True)[:50]],
        "address": list(Address.objects.order_by("-pk").values_list("value", flat=True)[:50]),
        "name": ["Öztürk", "Greta Hoffmann", "Nowak"],
        "common": [COMMON, "Zählerstand", "Rechnung"],
        "rare": _rare(),
        "two_words": ["Wasseruhr Keller", "Monteur Nachbarin"],
        "phrase": ['"doppelt so hoch"'],
        "nothing": ["Elefantenrüssel"],
        "word_and_status": [f"{COMMON} status:offen", "Rechnung status:erledigt"],
        "word_and_nobody": [f"{COMMON} zuständig:niemand"],
        "word_and_customer": [f"{COMMON} von:hoffmann", f"{COMMON} von:nowak"],
        "filters_alone": ["status:offen zuständig:niemand", "status:neu seit:30t"],
        "fits_nothing": [f"{COMMON} kanal:brief", "thema:gibtesnicht", "nur:notizen"],
    }


def _rare() -> list[str]:
    """Numbers that stand in one message each."""
    some = Message.objects.order_by("-pk").values_list("text", flat=True)[:50]
    return [text.rpartition("Vertragskonto ")[2][:8] for text in some]


def _time(client: Client, words: list[str]) -> dict[str, float]:
    turns = iter(words * (2 * (CALLS + WARM_UP) // len(words) + 1))

    def ask() -> None:
        answer = client.get("/workspace/search/", {"q": next(turns)})
        if answer.status_code not in (200, 302):  # a number jumps to its ticket
            raise PageFailed(f"search: {answer.status_code}")

    timed(ask, times=WARM_UP)
    return percentiles(timed(ask, times=CALLS))


def _indexing() -> float:
    """Messages a second that become findable, the index of words brought up to date; then it is taken back."""
    messages = list(Message.objects.select_related("ticket").order_by("pk")[:INDEXED])
    with transaction.atomic():
        SearchRow.objects.filter(message__in=messages).delete()
        with measured() as spent:
            SearchRow.objects.bulk_create([indexing.of_message(message) for message in messages], batch_size=INDEXED)
            _bring_words_in()
        transaction.set_rollback(True)
    return round(len(messages) / spent.wall_s, 1)


def _bring_words_in() -> None:
    """New rows wait in a list beside the index until this, or until the list is full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(c.oid) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
            " JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' AND i.indrelid = %s::regclass",
            [SearchRow._meta.db_table],
        )
