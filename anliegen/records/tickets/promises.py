"""Reads over promises: what is owed at a ticket, and how they were kept, for teams and topics and never for persons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, F, Q, QuerySet

from anliegen.records.accounts import figures
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Promise, Ticket

LEAST = 5  # a group of fewer says too much about single people: it is named, and not counted
By = Literal["team", "topic"]
_GROUPS: dict[By, str] = {"team": "ticket__team__name", "topic": "ticket__topic"}


@dataclass(frozen=True)
class Counted:
    """How the promises of a group that were due in a period were kept. None where the group is too small to say."""

    name: str
    kept: int | None
    late: int | None
    broken: int | None
    moved: int | None  # of all these, how many were given another time

    @property
    def due(self) -> int | None:
        if self.kept is None or self.late is None or self.broken is None:
            return None
        return self.kept + self.late + self.broken

    @property
    def share_kept(self) -> int | None:
        """In per cent of all that were due."""
        return round(100 * self.kept / self.due) if self.kept is not None and self.due else None


def owed_by(ticket: Ticket) -> "QuerySet[Promise]":
    """What is owed at a ticket, the next due first. Nothing is asked where nothing is owed."""
    if ticket.promised_for is None:
        return Promise.objects.none()
    return Promise.objects.owed().filter(ticket=ticket).with_names().order_by("due_at", "pk")


@figures.figure(by="group")
def counted(by: By, agent: Agent, *, since: datetime, until: datetime) -> list[Counted]:
    """The promises due in a period, of the tickets that this agent may see, by team or topic in order of the name.

    What was withdrawn or is still open counts nowhere. Where a single group is too small, the next smallest is hidden
    too: else it could be worked out from a total that is known elsewhere. In works-council mode so are groups that the
    work of fewer than five people makes up.
    """
    due = Promise.objects.filter(due_at__gte=since, due_at__lt=until, state__in=("kept", "late", "broken"))
    due = due.filter(ticket__in=Ticket.objects.visible_to(agent))
    rows = due.values(name=F(_GROUPS[by])).annotate(
        kept=Count("pk", filter=Q(state="kept")),
        late=Count("pk", filter=Q(state="late")),
        broken=Count("pk", filter=Q(state="broken")),
        moved=Count("pk", filter=~Q(due_at=F("first_due_at"))),
        due=Count("pk"),
        people=Count("ticket__assignee", distinct=True),
    )
    found = sorted(rows, key=lambda row: (not row["name"], (row["name"] or "").casefold()))
    hidden = _too_small([row["due"] for row in found])
    shown = figures.by_group(dict(enumerate(found)), {place: row["people"] for place, row in enumerate(found)})
    hidden |= set(range(len(found))) - shown.keys()
    return [_counted(row, is_hidden=place in hidden) for place, row in enumerate(found)]


def _too_small(sizes: list[int]) -> set[int]:
    hidden = {place for place, size in enumerate(sizes) if size < LEAST}
    others = [place for place in range(len(sizes)) if place not in hidden]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda place: (sizes[place], place)))
    return hidden


def _counted(row: Mapping[str, Any], *, is_hidden: bool) -> Counted:
    told = {key: None if is_hidden else row[key] for key in ("kept", "late", "broken", "moved")}
    return Counted(name=str(row["name"] or ""), **told)
