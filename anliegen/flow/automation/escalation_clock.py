"""By the clock: who has waited too long for an answer gets the lead."""

from django.db.models import Exists, OuterRef

from anliegen.flow.automation import pauses
from anliegen.flow.automation.escalate import AUTHOR, Occasion, look_at, with_who_answers
from anliegen.flow.automation.escalation import LEAD, Thresholds
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock, rows
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.batch import unit
from anliegen.records.tickets.models import Ticket

AT_ONCE = 500  # in one run, so that other jobs get their turn


@periodic("*/10 * * * *")
def strike(timestamp: int) -> None:
    """Raise the level of what waits longer than the limit, the longest waiting first."""
    limit = Thresholds().waits_lead
    if limit is None or pauses.holds(AUTHOR.ref):
        return
    # Once for each time of waiting: what a person said of it, or has not said yet, is not said again.
    said = Decision.objects.filter(
        ticket=OuterRef("pk"), question="level", author=AUTHOR.ref, made_at__gte=OuterRef("waiting_since") + limit
    )
    late = Ticket.objects.open().filter(waiting_since__lte=clock.now() - limit, level__lt=LEAD).exclude(Exists(said))
    one_by_one(late.order_by("waiting_since", "pk")[:AT_ONCE], _raise)


def _raise(ticket: Ticket) -> None:
    with unit():
        found = rows.locked(with_who_answers(), ticket.pk)
        look_at(found, Occasion(), actor=AUTHOR, at=clock.now())
