"""`/metrics` for Prometheus: numbers only, nothing of persons. Open on this machine; elsewhere a token opens it."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from anliegen.faces.api.problems import answer, as_problems
from anliegen.faces.api.rights import valid_token
from anliegen.flow.channels.models import RESULTS, Delivery, Intake
from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.seal import last
from anliegen.records.tickets.models import OPEN

COUNT_TO = 50_000  # rows that one scrape counts at most, so that it stays cheap however many there are
NEWEST_INTAKES = 10_000
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@as_problems
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_is_from_here(request) or _has_token(request)):
        return answer("token-needed", "From elsewhere, send a token with the scope `read`.")
    ours = CollectorRegistry(auto_describe=False)
    ours.register(Instance())
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(ours), content_type=CONTENT_TYPE_LATEST)


class Instance(Collector):
    """What the database says of this instance, read when it is asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _tickets()
        yield from _intake()
        yield from _journal()
        waiting = _capped(Delivery.objects.filter(done_at=None))
        yield _gauge("anliegen_deliveries_waiting", f"Messages on their way out, up to {COUNT_TO}.", waiting)


def _tickets() -> GaugeMetricFamily:
    found = GaugeMetricFamily(
        "anliegen_tickets_open", f"Open tickets by status, of at most {COUNT_TO} counted.", labels=["status"]
    )
    counts = _counts("SELECT status FROM tickets_ticket WHERE status = ANY(%s) LIMIT %s", [list(OPEN), COUNT_TO])
    for status in OPEN:
        found.add_metric([status], counts.get(status, 0))
    return found


def _intake() -> Iterator[GaugeMetricFamily]:
    found = GaugeMetricFamily(
        "anliegen_intake_recent",
        f"Newest {NEWEST_INTAKES} lines of the intake ledger, by result.",
        labels=["result"],
    )
    counts = _counts("SELECT result FROM channels_intake ORDER BY id DESC LIMIT %s", [NEWEST_INTAKES])
    for result, _words in RESULTS:
        found.add_metric([result], counts.get(result, 0))
    yield found
    for name, result in (("waiting", "received"), ("quarantined", "quarantined")):
        lines = _capped(Intake.objects.filter(result=result))
        yield _gauge(f"anliegen_intake_{name}", f"Ledger lines that are {result}, up to {COUNT_TO}.", lines)
    newest = Intake.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield _gauge("anliegen_intake_last", "Newest line of the intake ledger: its growth is the inflow.", newest)


def _journal() -> Iterator[GaugeMetricFamily]:
    head = last()[0]
    yield _gauge("anliegen_journal_position", "Newest sealed position of the journal.", head)
    unsealed = _capped(Event.objects.filter(position__isnull=True))
    yield _gauge("anliegen_journal_unsealed", f"Events that wait to be sealed, up to {COUNT_TO}.", unsealed)
    lag = GaugeMetricFamily(
        "anliegen_reader_lag",
        "Events between a reader's cursor and the head. One that nothing concerns moves only every 1000.",
        labels=["reader"],
    )
    stopped = GaugeMetricFamily(
        "anliegen_reader_stopped", "1: the reader failed and waits to try again.", labels=["reader"]
    )
    for cursor in Cursor.objects.order_by("name"):
        lag.add_metric([cursor.name], max(head - cursor.position, 0))
        stopped.add_metric([cursor.name], cursor.has_stopped)
    yield from (lag, stopped)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _capped(rows: Any) -> int:
    return int(rows.order_by()[:COUNT_TO].count())


def _counts(rows: str, params: list[Any]) -> dict[str, int]:
    """How often each value of a query's one column comes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, count(*) FROM ({rows}) AS counted GROUP BY 1", params)  # noqa: S608 (no input)
        return dict(cursor.fetchall())


def _is_from_here(request: HttpRequest) -> bool:
    """Asked on this very machine, and not by a proxy on it that passes on what somebody elsewhere asks."""
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    token = valid_token(secret.strip()) if scheme.lower() == "bearer" else None
    return token is not None and "read" in token.scopes
