"""That tickets left the house in a file: who took them, how many, and by which filter."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.tickets import verbs
from anliegen.records.tickets.models import Ticket


def note_export(
    *, count: int, file: str, by: Sequence[str], columns: Sequence[str], is_whole: bool, actor: Actor, at: datetime
) -> None:
    """Write down that so many tickets were exported. `by` are codes of the filter; `is_whole`: nothing broke it off."""
    with unit():
        record(
            verbs.TICKETS_EXPORTED,
            "export:tickets",
            actor=actor,
            at=at,
            count=count,
            file=file,
            by=list(by),
            columns=list(columns),
            whole=is_whole,
        )


def note_copy(ticket: Ticket, *, file: str, with_notes: bool, actor: Actor, at: datetime) -> None:
    """Write down that one ticket was taken out as a document."""
    with unit():
        record(verbs.TICKET_COPIED, ticket, actor=actor, at=at, file=file, notes=with_notes)
