"""Clock -> tidying."""

from anliegen.faces.portal import limits
from anliegen.ground import clock
from anliegen.ground.jobs import periodic


@periodic("*/10 * * * *")
def forget_attempts(timestamp: int) -> None:
    """Every ten minutes: attempts that count for nothing any more."""
    limits.forget(at=clock.now())
