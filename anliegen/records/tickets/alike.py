"""Resolved concerns that may be about the same, and what was answered there, within what an agent may see."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, permutations
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, F, Func, TextField
from django.db.models.expressions import RawSQL

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import DONE, Message, SearchRow, Ticket

MOST_LOOKED_AT = 80  # tickets that share words
MOST_ROWS = 600  # of the index that a question may be expected to find, whatever the size of the house
MOST_READ = 1_000  # where more are found than was expected
MOST_PARTS, MOST_COMBINED, MOST_TOGETHER = 24, 8, 4  # of a question


@dataclass(frozen=True)
class Answered:
    """A resolved ticket with the last answer that a person gave there, and all that was said, in its order."""

    ticket: Ticket
    answer: Message
    messages: Sequence[Message]

    @property
    def at(self) -> datetime:
        return self.answer.created_at


def terms_of_resolved(agent: Agent, ticket: Ticket, terms: Sequence[str]) -> dict[int, list[str]]:
    """Tickets that are done and share terms -> the terms of what they began with; the newest ones.

    What is asked of the index is bounded by how rare the terms are: rare ones each, frequent ones by twos.
    """
    words = _asked([term for term in terms if term.isalnum()])  # the words of a query hold no quote
    if not words:
        return {}
    matches = RawSQL("tsv @@ %s::tsquery", (words,), output_field=BooleanField())  # a column of our own
    newest: dict[int, datetime] = {}
    for number, at in SearchRow.objects.filter(matches).values_list("ticket_id", "at")[:MOST_READ]:
        newest[number] = max(at, newest.get(number, at))
    done = Ticket.objects.visible_to(agent).filter(status__in=DONE, joined_into__isnull=True).exclude(pk=ticket.pk)
    seen = done.filter(pk__in=list(newest)).order_by().values_list("pk", flat=True)
    numbers = sorted(seen, key=lambda number: (newest[number], number), reverse=True)[:MOST_LOOKED_AT]
    begun = SearchRow.objects.filter(ticket__in=numbers, message__direction="in").order_by("ticket_id", "at", "pk")
    lexemes: Any = Func(F("tsv"), function="tsvector_to_array", output_field=ArrayField(TextField()))
    return dict(begun.distinct("ticket_id").annotate(terms=lexemes).values_list("ticket_id", "terms"))


def answered(numbers: Sequence[int]) -> list[Answered]:
    """In the order of the numbers, without those where nobody answered, or anything came under a seal: what was opened
    with our key is told to nobody else."""
    tickets = Ticket.objects.select_related("person__organisation", "team").in_bulk(numbers)
    said: dict[int, list[Message]] = {}
    for one in Message.objects.filter(ticket__in=numbers).select_related("agent").order_by("created_at", "pk"):
        said.setdefault(one.ticket_id, []).append(one)
    newest = {number: answer for number, rows in said.items() if (answer := _answer(rows)) is not None}
    return [Answered(tickets[one], newest[one], said[one]) for one in numbers if one in newest and one in tickets]


def _answer(messages: Sequence[Message]) -> Message | None:
    if any(one.came_encrypted for one in messages):
        return None
    return next((one for one in reversed(messages) if _is_answer(one)), None)


def _is_answer(message: Message) -> bool:
    is_ours = message.direction == "out" and message.agent_id is not None and not message.is_forward
    return is_ours and message.state in ("sent", "delivered")


def _asked(terms: Sequence[str]) -> str:
    """The tsquery: each term that few rows have; of the frequent ones as many together as are expected in few."""
    expected = dict(_expected(terms))
    rows, left, parts, frequent = expected.pop(""), float(MOST_ROWS), list[str](), list[str]()
    for term in sorted(expected, key=lambda term: (expected[term], term)):
        if expected[term] <= left:
            left -= expected[term]
            parts.append(f"'{term}'")
        else:
            frequent.append(term)
    for size in range(2, MOST_TOGETHER + 1):
        for several in combinations(frequent[:MOST_COMBINED], size):
            likely = rows * math.prod(expected[term] / rows for term in several)
            if likely <= left and len(parts) < MOST_PARTS and not _overlap(several):
                left -= likely
                parts.append(" & ".join(f"'{term}'" for term in several))
        if parts:
            break
    return " | ".join(f"({part})" for part in parts)


def _overlap(terms: Sequence[str]) -> bool:
    """Parts of one long word come together always, and so are in more rows than is expected of them."""
    return any(one in other for one, other in permutations(terms, 2))


def _expected(terms: Sequence[str]) -> Mapping[str, float]:
    """In how many rows each term is, as far as the database has counted; "" is all rows. A term that it does not name
    is in no more than the rarest it names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH counted AS (SELECT most_common_elems::text::text[] AS terms, most_common_elem_freqs AS shares"
            " FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'tickets_searchrow'"
            " AND attname = 'tsv')"
            " SELECT '', reltuples, (SELECT shares[cardinality(terms) + 1] FROM counted) FROM pg_class"
            " WHERE oid = 'tickets_searchrow'::regclass"
            " UNION ALL SELECT term, 0, share FROM counted, unnest(terms, shares) AS seen(term, share)"
            " WHERE term = ANY(%s)",
            [list(terms)],
        )
        rows = {term: (float(count), float(share or 0)) for term, count, share in cursor.fetchall()}
    count, least = rows.pop("")
    shares = dict.fromkeys(terms, least) | {term: share for term, (_none, share) in rows.items()}
    return {term: share * max(count, 1) for term, share in shares.items()} | {"": max(count, 1)}
