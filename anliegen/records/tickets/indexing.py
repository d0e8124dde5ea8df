"""What of a message or note can be found: its search row. Nothing is saved here.

What a rule writes is said to everybody in the same words, an acknowledgement quotes the subject besides: found, it
would stand in the way of what people said. It has no row.
"""

from anliegen.ground.search.analysis import ANALYSER_VERSION, vector
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Message, Note, SearchRow


def is_findable(message: Message) -> bool:
    return not message.rule


def of_message(message: Message) -> SearchRow:
    subject = f"{message.subject} {_sealed_subject(message)}".strip()
    return SearchRow(
        ticket_id=message.ticket_id,
        message=message,
        at=message.created_at,
        version=ANALYSER_VERSION,
        tsv=vector(
            [(subject, "A"), (message.from_name, "B"), (message.said, "C")],
            language=message.language or None,
        ),
    )


def _sealed_subject(message: Message) -> str:
    """The subject that lay encrypted: those who search here may read it."""
    seal = Enclosed.from_json(message.enclosed).seal
    return seal.subject if seal is not None else ""


def of_note(note: Note) -> SearchRow:
    return SearchRow(
        ticket_id=note.ticket_id,
        note=note,
        at=note.created_at,
        version=ANALYSER_VERSION,
        tsv=vector([(note.text, "C")]),
    )
