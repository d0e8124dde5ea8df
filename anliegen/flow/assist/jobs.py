"""Clock -> tidying."""

from datetime import datetime, timedelta

from anliegen.flow.assist.models import Call
from anliegen.ground import clock, rows
from anliegen.ground.jobs import periodic

KEPT_FOR = timedelta(days=400)  # so that a year can be looked at when the next contract is made


def forget_questions(*, at: datetime) -> int:
    """Delete the lines of questions that were asked longer ago than is kept; return how many."""
    return rows.forget(Call.objects.filter(started_at__lt=at - KEPT_FOR))


@periodic("19 4 * * *")
def forget_questions_nightly(timestamp: int) -> None:
    forget_questions(at=clock.now())
