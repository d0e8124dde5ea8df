"""By the clock: who has waited too long for an answer gets the lead."""

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.expressions import CombinedExpression

from anliegen.flow.automation import pauses, thresholds
from anliegen.flow.automation.escalate import ANSWERS, AUTHOR, Occasion, look_at, with_who_answers
from anliegen.flow.automation.escalation import LEAD, SPECIALIST, Thresholds
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock, rows
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.batch import unit
from anliegen.records.tickets.models import Ticket

AT_ONCE = 500  # in one run, so that other jobs get their turn


@periodic("*/10 * * * *")
def strike(timestamp: int) -> None:
    """Raise the level of what waits longer than the limit, and of what is that long past the target of an answer, the
    longest waiting first. Once for each time of waiting: what a person said of it, or has not said yet, is not said
    again."""
    if pauses.holds(AUTHOR.ref):
        return
    at, begins = clock.now(), thresholds.present()
    if begins.waits_lead is not None:
        waiting = Q(waiting_since__lte=at - begins.waits_lead, level__lt=LEAD)
        _raise_all(waiting, begins, said_since=F("waiting_since") + begins.waits_lead)
    if begins.late_by_specialist is not None:
        late = Q(due_for__in=ANSWERS, due_at__lte=at - begins.late_by_specialist, level__lt=SPECIALIST)
        _raise_all(late, begins, said_since=F("due_at") + begins.late_by_specialist)


def _raise_all(which: Q, begins: Thresholds, *, said_since: CombinedExpression) -> None:
    since = Ticket.objects.filter(pk=OuterRef("ticket")).values(moment=said_since)[:1]
    said = Decision.objects.filter(question="level", author=AUTHOR.ref, made_at__gte=Subquery(since))
    late = Ticket.objects.open().filter(which).exclude(Exists(said.filter(ticket=OuterRef("pk"))))
    one_by_one(late.order_by("waiting_since", "pk")[:AT_ONCE], lambda one: _raise(one, begins))


def _raise(ticket: Ticket, begins: Thresholds) -> None:
    with unit():
        found = rows.locked(with_who_answers(), ticket.pk)
        look_at(found, Occasion(), begins, actor=AUTHOR, at=clock.now())
