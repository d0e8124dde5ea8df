"""The part of the rail that is an agent's own: saved views with how many wait there, and pinned tickets.

Counting what somebody filtered by costs more than the rest of a page. So a page shows what was last counted, and asks
for it anew by itself when that is old; each process remembers for itself.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from anliegen.faces.workspace.listing import address
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import lists, queries
from anliegen.records.tickets.desk import LaidOut, Saved
from anliegen.records.tickets.looking import Count
from anliegen.records.tickets.view_filters import Filter

FRESH = 10.0  # seconds
MOST_AGENTS = 1000
Key = tuple[int, Filter]
Counts = dict[Key, Count]
_known: "OrderedDict[int, tuple[float, Counts]]" = OrderedDict()


def counted(agent: Agent, views: Sequence[Saved]) -> Counts:
    """How many each of the views holds for this agent, counted within the last FRESH seconds."""
    known = _known.get(agent.pk)
    if known is not None and time.monotonic() - known[0] < FRESH and all(_key(view) in known[1] for view in views):
        return known[1]
    found = lists.counts_of(agent, [view.filter for view in views]) if views else []
    counts = {_key(view): count for view, count in zip(views, found, strict=True)}
    _known[agent.pk] = (time.monotonic(), counts)
    _known.move_to_end(agent.pk)
    if len(_known) > MOST_AGENTS:
        _known.popitem(last=False)
    return counts


def remembered(agent: Agent) -> Counts:
    """What was counted last, however long ago."""
    return _known[agent.pk][1] if agent.pk in _known else {}


def _key(view: Saved) -> Key:
    return view.pk, view.filter


@dataclass
class Rail:
    """What the rail draws. `here`: the saved view that is open."""

    agent: Agent
    laid: LaidOut
    here: int | None
    is_counting: bool = False

    @cached_property
    def views(self) -> list[dict[str, Any]]:
        counts = counted(self.agent, self.laid.views) if self.is_counting else remembered(self.agent)
        return [self._entry(place, view, counts.get(_key(view))) for place, view in enumerate(self.laid.views, start=1)]

    @property
    def pins(self) -> list[dict[str, Any]]:
        return [
            {"number": pin.number, "subject": pin.subject, "href": reverse("workspace:ticket", args=[pin.number])}
            for pin in self.laid.pins
        ]

    @cached_property
    def pinned(self) -> set[int]:
        return {pin.number for pin in self.laid.pins}

    def _entry(self, place: int, view: Saved, count: Count | None) -> dict[str, Any]:
        return {
            "text": view.name,
            "href": address([("saved", str(view.pk))]),
            "symbol": view.symbol,
            "is_shared": view.is_shared,
            "current": view.pk == self.here,
            "keys": f"g {place}" if place < 10 else None,
            "count": count.number if count else None,
            "more": count is not None and (count.is_least or count.number >= queries.COUNT_TO),
            "is_least": count is not None and count.is_least,
        }
