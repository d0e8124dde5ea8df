"""What belongs together in the demo: a power cut with four concerns that it caused, two about the same, a part."""

from datetime import datetime

from django.db.models import QuerySet

from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import DONE, Ticket

CUT = "stromausfall"
SAME = "abschlag"
READING = "zählerstand"
CAUSED = 4


def begin(now: datetime) -> None:
    """Where nobody is without light, or too little goes on, less happens."""
    _caused_by_one(now)
    _about_the_same(SAME, now)
    _a_part(READING, "Ables", now)


def _caused_by_one(now: datetime) -> None:
    """The newest power cut that goes on is the cause; of what it caused, what goes on first."""
    cut = Ticket.objects.filter(tags__contains=[CUT], joined_into=None)
    cause = cut.open().filter(assignee__isnull=False).order_by("-created_at", "-pk").first()
    if cause is None:
        return
    by = Actor.agent(cause.assignee_id or 0)
    actions.declare_problem(cause, actor=by, at=now)
    others = cut.exclude(pk=cause.pk).order_by("-created_at", "-pk")
    for ticket in sorted(others, key=lambda one: one.status in DONE)[:CAUSED]:
        actions.link(ticket, cause, kind="problem", actor=by, at=now)


def _about_the_same(tag: str, now: datetime) -> None:
    """The two newest that go on belong together."""
    newest = list(_going_on(tag)[:2])
    if len(newest) == 2:
        by = Actor.agent(newest[0].assignee_id or 0)
        actions.link(newest[0], newest[1], kind="relates", actor=by, at=now)


def _a_part(tag: str, whole: str, now: datetime) -> None:
    """The newest is a part of what begins with this word: one closed meter room, and the reading of the whole house."""
    newest = list(_going_on(tag))
    larger = next((one for one in newest if one.subject.startswith(whole)), None)
    part = next((one for one in newest if not one.subject.startswith(whole)), None)
    if larger is not None and part is not None:
        actions.link(part, larger, kind="parent", actor=Actor.agent(part.assignee_id or 0), at=now)


def _going_on(tag: str) -> "QuerySet[Ticket]":
    lying = Ticket.objects.open().filter(tags__contains=[tag], assignee__isnull=False, links=None, linked_from=None)
    return lying.order_by("-created_at", "-pk")
