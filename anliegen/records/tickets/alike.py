"""Resolved concerns that may be about the same, and what was answered there, within what an agent may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, Func, TextField

from anliegen.ground.search.queries import look, within
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import DONE, Message, SearchRow, Ticket

MOST_LOOKED_AT = 150  # tickets that share a word
TOO_FREQUENT = 0.05  # of all rows; a word in more of them says little
LEAST_TERMS = 3


@dataclass(frozen=True)
class Answered:
    """A resolved ticket with the last answer that a person gave there."""

    ticket: Ticket
    answer: Message

    @property
    def at(self) -> datetime:
        return self.answer.created_at


def terms_of_resolved(agent: Agent, ticket: Ticket, terms: Sequence[str]) -> dict[int, list[str]]:
    """Tickets that are done and share one of these terms -> the terms of what they began with; the newest ones."""
    words = " | ".join(f"'{term}'" for term in _telling(terms))
    if not words:
        return {}
    done = Ticket.objects.visible_to(agent).filter(status__in=DONE, joined_into__isnull=True).exclude(pk=ticket.pk)
    found = look(SearchRow, words, only=within("ticket_id", done), per="ticket", limit=MOST_LOOKED_AT)
    numbers = [hit.per for hit in found.hits if hit.per is not None]
    begun = SearchRow.objects.filter(ticket__in=numbers, message__direction="in").order_by("ticket_id", "at", "pk")
    lexemes: Any = Func(F("tsv"), function="tsvector_to_array", output_field=ArrayField(TextField()))
    return dict(begun.distinct("ticket_id").annotate(terms=lexemes).values_list("ticket_id", "terms"))


def answered(numbers: Sequence[int]) -> list[Answered]:
    """In the order of the numbers, without those where nobody answered, or anything came under a seal: what was opened
    with our key is told to nobody else."""
    tickets = Ticket.objects.select_related("person__organisation", "team").in_bulk(numbers)
    newest: dict[int, Message] = {}
    sealed: set[int] = set()
    for one in Message.objects.filter(ticket__in=numbers).order_by("created_at", "pk"):
        if one.came_encrypted:
            sealed.add(one.ticket_id)
        elif one.direction == "out" and one.agent_id and not one.is_forward and one.state in ("sent", "delivered"):
            newest[one.ticket_id] = one
    known = [number for number in numbers if number in newest and number not in sealed and number in tickets]
    return [Answered(tickets[number], newest[number]) for number in known]


def _telling(terms: Sequence[str]) -> list[str]:
    """Those that few have, as far as the database has counted; the words of a query hold no quote."""
    safe = [term for term in terms if term.isalnum()]
    frequent = _frequent(safe)
    rare = [term for term in safe if term not in frequent]
    return rare if len(rare) >= LEAST_TERMS else safe


def _frequent(terms: Sequence[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs)"
            " AS seen(term, share) WHERE schemaname = current_schema() AND tablename = 'tickets_searchrow'"
            " AND attname = 'tsv'"
            " AND share > %s AND term = ANY(%s)",
            [TOO_FREQUENT, list(terms)],
        )
        return {term for (term,) in cursor.fetchall()}
