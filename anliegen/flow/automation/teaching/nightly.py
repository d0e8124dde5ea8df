"""By night: a lesson, and a look at what fitted no category."""

from anliegen.ground import apart
from anliegen.ground.jobs import job, periodic

WITHIN_S = 3600.0


@periodic("40 2 * * *")
def learn_anew(timestamp: int) -> None:
    """In a process of its own: learning takes memory that this one would not give back, and may take long."""
    apart.run("triage", "learn", "--nightly", within_s=WITHIN_S)


@job()
def learn_now() -> None:
    """The same when somebody asks for it by day."""
    apart.run("triage", "learn", within_s=WITHIN_S)
