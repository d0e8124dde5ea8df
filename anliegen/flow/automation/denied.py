"""What people said of signals joins what was measured of them, once they have said enough."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Q

from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.signals.measured import Measurement, measurement

ENOUGH = 30  # words of people on one signal in one strength
SPAN = timedelta(days=365)
FRESH_S = 600.0
WORDS = ("confirmed", "rejected", "undone")
Counts = Mapping[tuple[str, str], tuple[int, int]]
_known: dict[str, tuple[float, Counts]] = {}


def measured(signal: str, strength: str, *, author: str, at: datetime) -> Measurement:
    """Of the messages kept back; and of what people said in so many words, where that is enough to say something."""
    base = measurement(signal, strength)
    heard, true = _lately(author, at).get((f"signal:{signal}", strength), (0, 0))
    return replace(base, heard=heard, true=true) if heard >= ENOUGH else base


def forget() -> None:
    """Count anew next time."""
    _known.clear()


def _lately(author: str, at: datetime) -> Counts:
    kept = _known.get(author)
    if kept is not None and time.monotonic() - kept[0] < FRESH_S:
        return kept[1]
    found = _count(author, at)
    _known[author] = (time.monotonic(), found)
    return found


def _count(author: str, at: datetime) -> Counts:
    said = Decision.objects.real().filter(author=author, question="signal", settled_as__in=WORDS, is_implied=False)
    rows = said.filter(made_at__gt=at - SPAN).order_by().values_list("choice", "evidence__strength")
    counted = rows.annotate(heard=Count("pk"), true=Count("pk", filter=Q(settled_as="confirmed")))
    return {(choice, strength): (heard, true) for choice, strength, heard, true in counted}
