"""Clock -> summaries by mail, and tidying."""

from datetime import datetime, timedelta

from anliegen.faces.workspace.models import Notice
from anliegen.faces.workspace.noticing import digest
from anliegen.ground import clock, rows
from anliegen.ground.jobs import defer, job, periodic
from anliegen.records.accounts.models import Agent

KEPT = timedelta(days=90)


@periodic("30 5 * * 1-5")
def send_digests(timestamp: int) -> None:
    """On the mornings of working days."""
    for agent in digest.wanting():
        defer(send_digest, agent=agent, key=f"digest-{agent}")


@job(queue="mail", retries=5)
def send_digest(agent: int) -> None:
    found = Agent.objects.at_work().filter(pk=agent, is_active=True, calm__gets_digest=True).first()
    if found is not None:
        digest.send(found, at=clock.now())


@periodic("41 3 * * *")
def forget_notices_nightly(timestamp: int) -> None:
    forget_notices(at=clock.now())


def forget_notices(*, at: datetime) -> int:
    """Delete what was read long ago; return how many."""
    return rows.forget(Notice.objects.filter(read_at__lt=at - KEPT))
