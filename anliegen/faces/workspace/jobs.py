"""Clock and journal -> mails to those who work here, and tidying."""

from datetime import datetime, timedelta

from anliegen.faces.workspace.models import Notice
from anliegen.faces.workspace.noticing import budgets, digest
from anliegen.flow.assist.models import Provider
from anliegen.ground import clock, rows
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
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


def budget_reached(event: Event) -> None:
    """Journal -> a mail to whoever answers for the provider; sent by a job, since it leaves the house."""
    defer(send_budget_reached, provider=pk_of(event.subject), key=f"{event.verb}-{event.pk}")


@job(queue="mail", retries=5)
def send_budget_reached(provider: int) -> None:
    found = Provider.objects.kept().filter(pk=provider).first()
    if found is not None:
        budgets.send(found, at=clock.now())


@periodic("41 3 * * *")
def forget_notices_nightly(timestamp: int) -> None:
    forget_notices(at=clock.now())


def forget_notices(*, at: datetime) -> int:
    """Delete what was read long ago; return how many."""
    return rows.forget(Notice.objects.filter(read_at__lt=at - KEPT))
