"""What of a message or note can be found: its search row. Nothing is saved here."""

from anliegen.ground.search.analysis import ANALYSER_VERSION, vector
from anliegen.records.tickets.models import Message, Note, SearchRow


def of_message(message: Message) -> SearchRow:
    return SearchRow(
        ticket_id=message.ticket_id,
        message=message,
        at=message.created_at,
        version=ANALYSER_VERSION,
        tsv=vector(
            [(message.subject, "A"), (message.from_name, "B"), (message.said, "C")], language=message.language or None
        ),
    )


def of_note(note: Note) -> SearchRow:
    return SearchRow(
        ticket_id=note.ticket_id,
        note=note,
        at=note.created_at,
        version=ANALYSER_VERSION,
        tsv=vector([(note.text, "C")]),
    )
