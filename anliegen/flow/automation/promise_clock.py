"""By the clock: promises are spoken of before they are due, and broken when nobody has kept them by then."""

from anliegen.ground import clock
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Promise

AUTHOR = Actor.rule("promise-clock")
AT_ONCE = 500  # in one run, so that other jobs get their turn; the rest waits a minute


@periodic("* * * * *")
def strike(timestamp: int) -> None:
    """Say what is to be said by now, the longest due first. What was missed while nothing ran is made up for here.

    One of which nothing can be said keeps no other waiting. What was broken before its time, by a clock that was ahead,
    is owed again.
    """
    at = clock.now()
    early = Promise.objects.filter(state="broken", settled_at=None, due_at__gt=at).order_by("due_at", "pk")
    one_by_one(early[:AT_ONCE], lambda promise: actions.mend(promise, actor=AUTHOR, at=at))
    due = Promise.objects.filter(clock_at__lte=at).order_by("clock_at", "pk")
    one_by_one(due[:AT_ONCE], lambda promise: actions.strike(promise, actor=AUTHOR, at=at))
