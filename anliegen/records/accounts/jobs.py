"""Clock -> tidying."""

from datetime import datetime

from django.contrib.sessions.models import Session

from anliegen.ground import clock, rows
from anliegen.ground.jobs import periodic


def forget_sessions(*, at: datetime) -> int:
    """Delete what nobody is logged in by any more; return how many."""
    return rows.forget(Session.objects.filter(expire_date__lt=at))


@periodic("53 3 * * *")
def forget_sessions_nightly(timestamp: int) -> None:
    forget_sessions(at=clock.now())
