"""At which level the open concerns stand, and where they would by other thresholds. Reads only."""

from collections import Counter
from datetime import datetime

from django.db.models import Case, Count, F, PositiveSmallIntegerField, Q, Value, When
from django.db.models.functions import Greatest

from anliegen.flow.automation.escalate import ANSWERS
from anliegen.flow.automation.escalation import LEAD, MANAGEMENT, SPECIALIST, Thresholds
from anliegen.records.tickets.models import Promise, Ticket


def standing(begins: Thresholds | None, *, at: datetime) -> dict[int, int]:
    """How many open concerns stand at each level: now, or by these thresholds if the clock struck now.

    Counted is what waiting and broken promises raise. What speaks out of messages is not read again, and nothing is
    lowered, so a level that was reached already stays.
    """
    level = Greatest(F("level"), *_raised(begins, at)) if begins is not None else F("level")
    rows = Ticket.objects.open().order_by().annotate(stands=level).values_list("stands").annotate(count=Count("pk"))
    return dict(rows)


def _raised(begins: Thresholds, at: datetime) -> list[Case]:
    broken = Counter(
        Promise.objects.filter(state="broken", ticket__in=Ticket.objects.open()).values_list("ticket", flat=True)
    )
    steps = [_to(SPECIALIST, Q(pk__in=()))]  # so that there is something to compare when all is switched off
    if begins.waits_lead is not None:
        steps.append(_to(LEAD, Q(waiting_since__lte=at - begins.waits_lead)))
    if begins.late_by_specialist is not None:
        late = Q(due_for__in=ANSWERS, due_at__lte=at - begins.late_by_specialist, waiting_since__isnull=False)
        steps.append(_to(SPECIALIST, late))
    for level, limit in ((LEAD, begins.broken_lead), (MANAGEMENT, begins.broken_management)):
        if limit is not None:
            steps.append(_to(level, Q(pk__in=[pk for pk, count in broken.items() if count >= limit])))
    return steps


def _to(level: int, which: Q) -> Case:
    whole = PositiveSmallIntegerField()
    return Case(When(which, then=Value(level)), default=Value(0), output_field=whole)
