"""By the clock: who has waited too long for an answer gets the lead."""

from anliegen.flow.automation.escalate import AUTHOR, Occasion, look_at, with_who_answers
from anliegen.flow.automation.escalation import LEAD, Thresholds
from anliegen.ground import clock, rows
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.batch import unit
from anliegen.records.tickets.models import Ticket

AT_ONCE = 500  # in one run, so that other jobs get their turn


@periodic("*/10 * * * *")
def strike(timestamp: int) -> None:
    """Raise the level of what waits longer than the limit, the longest waiting first."""
    limit = Thresholds().waits_lead
    if limit is None:
        return
    late = Ticket.objects.open().filter(waiting_since__lte=clock.now() - limit, level__lt=LEAD)
    one_by_one(late.order_by("waiting_since", "pk")[:AT_ONCE], _raise)


def _raise(ticket: Ticket) -> None:
    with unit():
        found = rows.locked(with_who_answers(), ticket.pk)
        look_at(found, Occasion(), actor=AUTHOR, at=clock.now())
