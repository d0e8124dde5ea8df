"""Journal -> search rows, and due moments."""

from collections.abc import Sequence

from anliegen.ground import clock
from anliegen.ground.jobs import defer
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts import verbs as accounts
from anliegen.records.tickets import histories, indexing
from anliegen.records.tickets.actions.due import keep
from anliegen.records.tickets.jobs import compute_again
from anliegen.records.tickets.models import Message, Note, SearchRow

SETTINGS = (accounts.SETTING_CREATED.name, accounts.SETTING_CHANGED.name, accounts.SETTING_DELETED.name)
# What moves due moments: what happens to tickets, and what is set.
MOVES_DUE = (*histories.MOVING, *SETTINGS)
MEASURED_BY = ("target", "calendar", "team")


def index(events: Sequence[Event]) -> None:
    """Read new messages and notes: make each findable. A row that is there already stays."""
    message_ids = [_pk(event, "message") for event in events if "message" in event.data]
    note_ids = [_pk(event, "note") for event in events if "note" in event.data]
    messages = Message.objects.filter(pk__in=message_ids).select_related("ticket")
    rows = [indexing.of_message(message) for message in messages if indexing.is_findable(message)]
    rows += [indexing.of_note(note) for note in Note.objects.filter(pk__in=note_ids)]
    SearchRow.objects.bulk_create(rows, ignore_conflicts=True)


def keep_due(events: Sequence[Event]) -> None:
    """Bring the due moments of these tickets up to date; for a changed target, calendar or team of all that is open,
    in the background."""
    if numbers := {pk_of(event.subject) for event in events if event.subject.startswith("ticket:")}:
        keep(numbers, actor=SYSTEM, at=clock.now())
    if any(event.subject.partition(":")[0] in MEASURED_BY for event in events):
        defer(compute_again, key="compute-due-again")


def _pk(event: Event, field: str) -> int:
    return pk_of(event.data[field])
