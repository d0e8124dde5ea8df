"""By night: a lesson, and a look at what fitted no category."""

from anliegen.flow.automation.teaching import beside
from anliegen.ground import apart, clock
from anliegen.ground.jobs import job, periodic

WITHIN_S = 3600.0


@periodic("40 2 * * *")
def learn_anew(timestamp: int) -> None:
    """In a process of its own: learning takes memory that this one would not give back, and may take long."""
    beside.forget(at=clock.now())
    _run("triage", "learn", "--nightly")


@job()
def learn_now() -> None:
    """The same when somebody asks for it by day."""
    _run("triage", "learn")


class NotLearnt(Exception):
    """It ended with an error, which stands in the log; the job counts as failed, so that a person sees it."""


def _run(*arguments: str) -> None:
    if code := apart.run(*arguments, within_s=WITHIN_S):
        raise NotLearnt(f"exit code {code}")
