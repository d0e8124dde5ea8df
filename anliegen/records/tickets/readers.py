"""Journal -> search rows."""

from collections.abc import Sequence

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.tickets import indexing
from anliegen.records.tickets.models import Message, Note, SearchRow


def index(events: Sequence[Event]) -> None:
    """Read new messages and notes: make each findable. A row that is there already stays."""
    message_ids = [_pk(event, "message") for event in events if "message" in event.data]
    note_ids = [_pk(event, "note") for event in events if "note" in event.data]
    messages = Message.objects.filter(pk__in=message_ids).select_related("ticket")
    rows = [indexing.of_message(message) for message in messages if indexing.is_findable(message)]
    rows += [indexing.of_note(note) for note in Note.objects.filter(pk__in=note_ids)]
    SearchRow.objects.bulk_create(rows, ignore_conflicts=True)


def _pk(event: Event, field: str) -> int:
    return pk_of(event.data[field])
