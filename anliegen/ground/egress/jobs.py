"""Clock -> tidying."""

from datetime import datetime, timedelta

from anliegen.ground import clock, rows
from anliegen.ground.egress.models import EgressCall
from anliegen.ground.jobs import periodic

KEPT_FOR = timedelta(days=90)  # a technical log: long enough to look into what happened, and no longer


def forget_calls(*, at: datetime) -> int:
    """Delete the lines of calls that began longer ago than is kept; return how many."""
    return rows.forget(EgressCall.objects.filter(started_at__lt=at - KEPT_FOR))


@periodic("7 4 * * *")
def forget_calls_nightly(timestamp: int) -> None:
    forget_calls(at=clock.now())
