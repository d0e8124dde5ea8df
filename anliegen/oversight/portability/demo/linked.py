"""What belongs together in the demo: a power cut with four concerns that it caused, and several of one customer."""

from datetime import datetime

from django.db.models import Count

from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import DONE, Ticket

CUT = "stromausfall"
CAUSED = 4


def begin(now: datetime) -> None:
    """Where nobody is without light, or nobody wrote three times, less happens."""
    _caused_by_one(now)
    _of_one_customer(now)


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


def _of_one_customer(now: datetime) -> None:
    """Who wrote about three things and waits in the newest: that belongs to the one before, a part of the first."""
    often = Ticket.objects.order_by().values("person").annotate(n=Count("pk")).filter(n__gte=3)
    waiting = Ticket.objects.open().filter(assignee__isnull=False, problem=None, person__in=often.values("person"))
    newest = waiting.order_by("-created_at", "-pk").first()
    if newest is None:
        return
    first, *_others, before = Ticket.objects.filter(person=newest.person_id).exclude(pk=newest.pk).order_by("pk")
    by = Actor.agent(newest.assignee_id or 0)
    actions.link(newest, before, kind="relates", actor=by, at=now)
    actions.link(before, first, kind="parent", actor=by, at=now)
