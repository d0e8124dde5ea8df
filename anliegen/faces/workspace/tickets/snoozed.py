"""Why a concern was put aside, beside the events that say so."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.tickets.models import Snooze

VERBS = ("ticket.snoozed", "ticket.woken")


def reasons_of_snoozes(events: Sequence[Event]) -> dict[int, str]:
    """The reason that was given, by event. Nothing is asked where nothing was put aside."""
    told = {event.pk: pk_of(event.data["snooze"]) for event in events if event.verb in VERBS and event.data["snooze"]}
    rows = Snooze.objects.filter(pk__in=set(told.values())).exclude(reason="") if told else ()
    reasons = {row.pk: row.reason for row in rows}
    return {event: _("Reason: %(reason)s") % {"reason": reasons[pk]} for event, pk in told.items() if pk in reasons}
