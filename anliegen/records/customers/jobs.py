"""By the clock: what somebody told us goes on its day; what was removed goes for good."""

from anliegen.ground import clock
from anliegen.ground.jobs import periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.customers import actions


@periodic("11 * * * *")
def forget_what_has_had_its_day(timestamp: int) -> None:
    """Each hour, so that a day ends soon after midnight wherever the operator lives."""
    now = clock.now()
    actions.expire(actor=SYSTEM, at=now)
    actions.purge_removed(at=now)
