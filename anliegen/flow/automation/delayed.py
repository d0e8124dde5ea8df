"""By the clock: what was delayed, so that somebody could stop it, takes effect when nobody did."""

from anliegen.flow.automation import approval
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import ref

AT_ONCE = 500  # in one run, so that other jobs get their turn; the rest waits a minute


@periodic("* * * * *")
def strike(timestamp: int) -> None:
    """Put into effect what is due. One that fails keeps no other waiting."""
    at = clock.now()
    due = Decision.objects.filter(applies_at__lte=at, applied_at=None, settled_at=None).order_by("applies_at", "id")
    one_by_one(due[:AT_ONCE], lambda one: approval.apply_due(one, actor=_author(one), at=at))


def _author(decision: Decision) -> Actor:
    """Who decided it, upon that decision: a chain of causes must not end at a delay."""
    actor = Actor(decision.author)
    made = Event.objects.filter(
        subject=f"ticket:{decision.ticket_id}", verb="decision.made", data__decision=ref(decision), position__gt=0
    )
    event = made.order_by("id").first()
    return actor.because_of(event) if event is not None else actor
