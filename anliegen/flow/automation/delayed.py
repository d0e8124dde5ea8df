"""By the clock: what was delayed, so that somebody could stop it, takes effect when nobody did."""

from anliegen.flow.automation import approval
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.actors import Actor

AT_ONCE = 500  # in one run, so that other jobs get their turn; the rest waits a minute


@periodic("* * * * *")
def strike(timestamp: int) -> None:
    """Put into effect what is due, the longest due first. One that fails keeps no other waiting."""
    at = clock.now()
    due = Decision.objects.filter(applies_at__lte=at, applied_at=None, settled_at=None).order_by("applies_at", "pk")
    ready = [one for one in due[:AT_ONCE] if not is_held(one)]
    one_by_one(ready, lambda one: approval.apply_due(one, actor=Actor(one.author), at=at))


def is_held(decision: Decision) -> bool:
    """Whether its author is kept from acting just now. Nobody can be yet."""
    return False
