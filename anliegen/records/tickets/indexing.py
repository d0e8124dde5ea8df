"""What of a message or note can be found: its search row. Nothing is saved here.

What a rule writes is said to everybody in the same words, an acknowledgement quotes the subject besides: found, it
would stand in the way of what people said. It has no row.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from anliegen.ground.search.analysis import ANALYSER_VERSION, vector
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Message, Note, SearchRow, Translation


def is_findable(message: Message) -> bool:
    return not message.rule


def translated(messages: Iterable[int]) -> Mapping[int, Sequence[Translation]]:
    """The newest translations by message. One query."""
    found: dict[int, list[Translation]] = defaultdict(list)
    for one in Translation.objects.filter(is_newest=True, message__in=list(messages)).order_by("language"):
        found[one.message_id].append(one)
    return found


def of_message(message: Message, translations: Sequence[Translation] = ()) -> SearchRow:
    """With the words of its translations, each analysed in its own language."""
    subject = f"{message.subject} {_sealed_subject(message)}".strip()
    return SearchRow(
        ticket_id=message.ticket_id,
        message=message,
        at=message.created_at,
        version=ANALYSER_VERSION,
        # What stands in several of them counts once: PostgreSQL joins the places of a word that is named twice.
        tsv=" ".join(
            [
                vector(
                    [(subject, "A"), (message.from_name, "B"), (message.said, "C")],
                    language=message.language or None,
                ),
                *(vector([(one.text, "C")], language=one.language) for one in translations),
            ]
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
