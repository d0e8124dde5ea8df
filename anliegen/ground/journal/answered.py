"""Events that come again: a cursor was put back, by hand or with a backup, and its reader is handed them once more."""

from collections.abc import Sequence

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verbs import Verb


def unanswered(events: Sequence[Event], *verbs: Verb, **by: object) -> list[Event]:
    """Those upon which none of this was recorded yet. `by` narrows it, as a filter of events: whose record it would be.

    One question, over what was recorded since the oldest of them: next to nothing while a reader follows the journal.
    """
    if not events:
        return []
    recorded = Event.objects.filter(
        verb__in=[one.name for one in verbs], at__gte=min(event.at for event in events), **by
    )
    upon = set(recorded.filter(because__in=[event.position for event in events]).values_list("because", flat=True))
    return [event for event in events if event.position not in upon]
