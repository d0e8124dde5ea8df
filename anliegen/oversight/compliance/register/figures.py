"""What became of the decisions of each automated actor lately: counted for the register, kept for some minutes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from anliegen.flow.automation.models import Decision

SPAN = timedelta(days=90)
LEAST = 10  # fewer decisions than these are not counted out: they might say something of single people
FRESH_S = 600.0  # the page is open to everybody, and counting reads three months
_known: dict[str, tuple[float, Mapping[str, "Figures"]]] = {}


@dataclass(frozen=True)
class Figures:
    """How many were decided, and what became of them. A share is None where there are too few to tell."""

    decided: int = 0
    applied: int = 0
    confirmed: int = 0  # by a person, in so many words
    unopposed: int = 0  # read off what they did: they saw it and left it as it was
    corrected: int = 0  # changed, rejected, taken back or stopped by a person
    contested: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.decided + other.decided,
            self.applied + other.applied,
            self.confirmed + other.confirmed,
            self.unopposed + other.unopposed,
            self.corrected + other.corrected,
            self.contested + other.contested,
        )

    @property
    def is_told(self) -> bool:
        return self.decided >= LEAST

    def share(self, part: int) -> int:
        """Percent of all that was decided."""
        return round(part * 100 / self.decided) if self.decided else 0

    def as_json(self) -> dict[str, Any] | None:
        """None where there are too few."""
        if not self.is_told:
            return None
        parts = {
            "applied": self.applied,
            "confirmed": self.confirmed + self.unopposed,  # as it has always been counted for programs
            "confirmed_in_words": self.confirmed,
            "unopposed": self.unopposed,
            "corrected": self.corrected,
            "contested": self.contested,
        }
        return {"decided": self.decided} | {
            name: {"number": part, "percent": self.share(part)} for name, part in parts.items()
        }


def lately(at: datetime) -> Mapping[str, Figures]:
    """By author, of the last 90 days; what was only tried out does not count."""
    kept = _known.get("figures")
    if kept is not None and time.monotonic() - kept[0] < FRESH_S:
        return kept[1]
    found = _count(at)
    _known["figures"] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Count anew next time."""
    _known.clear()


def _count(at: datetime) -> dict[str, Figures]:
    lately = Decision.objects.real().filter(made_at__gt=at - SPAN).exclude(choice="").order_by()
    rows = lately.values_list("author").annotate(
        decided=Count("pk"),
        applied=Count("pk", filter=Q(applied_at__isnull=False)),
        confirmed=Count("pk", filter=Q(settled_as="confirmed", is_implied=False)),
        unopposed=Count("pk", filter=Q(settled_as="confirmed", is_implied=True)),
        corrected=Count("pk", filter=Q(settled_as__in=("corrected", "rejected", "undone", "stopped"))),
        contested=Count("pk", filter=Q(contested_at__isnull=False)),
    )
    return {author: Figures(*numbers) for author, *numbers in rows}
