"""Clock -> tidying."""

from anliegen.faces.api.kept import forget_old_answers
from anliegen.ground import clock
from anliegen.ground.jobs import periodic


@periodic("41 3 * * *")
def forget_answers(timestamp: int) -> None:
    """Each night: answers nobody can ask for any more."""
    forget_old_answers(at=clock.now())
