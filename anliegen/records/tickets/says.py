"""Which of some words customers said, by the same analysis as the search: in inflections, inside compounds.

In what they wrote and in the subject, not in their name: a name is nobody's concern.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection

from anliegen.ground.search.analysis import vector
from anliegen.ground.search.tsquery import query
from anliegen.records.tickets.filters import only_with
from anliegen.records.tickets.models import Message

Said = Mapping[int, frozenset[str]]  # by key, the texts whose words all occur there

_FRESH = (
    "SELECT said.key, asked.place FROM unnest(%s::bigint[], %s::text[]) AS said(key, tsv),"
    " unnest(%s::text[]) WITH ORDINALITY AS asked(words, place) WHERE said.tsv::tsvector @@ asked.words::tsquery"
)
# OFFSET keeps the planner from looking for the words among all that was ever said: these are few.
_KEPT = (
    "SELECT DISTINCT said.{key}, asked.place FROM (SELECT row.ticket_id, row.message_id, row.tsv"
    " FROM tickets_searchrow row JOIN tickets_message message ON message.id = row.message_id"
    " WHERE row.{key} = ANY(%s) AND message.direction = 'in' OFFSET 0) AS said,"
    " unnest(%s::text[]) WITH ORDINALITY AS asked(words, place) WHERE said.tsv @@ asked.words::tsquery"
)


def can_be_said(text: str) -> bool:
    """Whether there is any word in it that could be looked for."""
    return bool(query(text))


def in_fresh(messages: Iterable[Message], texts: Collection[str]) -> Said:
    """By message. Of messages that may not be findable yet: they are analysed here."""
    messages = list(messages) if texts else []
    vectors = [
        vector([(one.subject, "A"), (one.said, "C")], language=one.language or None).replace("\x00", "")
        for one in messages
    ]
    return _found(_FRESH, [[one.pk for one in messages], vectors], texts)


def in_messages(messages: Collection[int], texts: Collection[str]) -> Said:
    """By message, of those that are findable."""
    return _found(_KEPT.format(key="message_id"), [list(messages)], texts)


def in_tickets(tickets: Collection[int], texts: Collection[str]) -> Said:
    """By ticket: all that its customers wrote."""
    return _found(_KEPT.format(key="ticket_id"), [list(tickets)], texts)


def _found(sql: str, params: Sequence[Sequence[object]], texts: Collection[str]) -> Said:
    asked = {text: words for text in sorted(texts) if (words := only_with(query(text), "AC"))}
    if not asked or not params[0]:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    in_order = list(asked)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*map(list, params), list(asked.values())])
        for key, place in cursor.fetchall():
            found[key].add(in_order[place - 1])
    return {key: frozenset(words) for key, words in found.items()}
