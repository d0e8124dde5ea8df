"""What is alike: concerns that were solved before, with the wording of their answers, and text blocks that fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from anliegen.faces.workspace.tickets.assisting.material import Concern, known_of
from anliegen.faces.workspace.tickets.blocks import Offered, offered
from anliegen.flow.assist.offering import alike
from anliegen.flow.assist.offering.alike import Alike
from anliegen.flow.assist.offering.blanked import blanked, core
from anliegen.ground import clock
from anliegen.records.tickets import alike as tickets
from anliegen.records.tickets.alike import Answered
from anliegen.records.tickets.seen import as_seen_by

MOST_SIMILAR, MOST_BLOCKS = 5, 3
MOST_BLOCKS_READ = 300
OF_ITS_TOPIC = 0.3  # what a block of the concern's topic is ahead of others


@dataclass(frozen=True)
class Similar:
    """A solved ticket, and what was answered there without anything of its customer."""

    answered: Answered
    text: str


def similar(concern: Concern) -> list[Similar]:
    """The most alike first; only of tickets that the agent may see."""
    terms = alike.terms_of(concern.asked, concern.ticket.language)[: alike.MOST_TERMS]
    candidates = tickets.terms_of_resolved(concern.agent, concern.ticket, terms)
    ranked = alike.rank(terms, candidates, most=2 * MOST_SIMILAR)
    found = tickets.answered([one.key for one in ranked])[:MOST_SIMILAR]
    shown = [Similar(one, text) for one in found if (text := _wording(one))]
    as_seen_by(concern.agent, [one.answered.ticket for one in shown])
    return shown


def blocks(concern: Concern) -> list[Offered]:
    """The text blocks that fit best by their words, those of the concern's topic ahead."""
    rows = offered(concern.here)[:MOST_BLOCKS_READ]
    language = concern.ticket.language
    terms = alike.terms_of(concern.asked, language)
    known = {place: alike.terms_of(f"{row.block.title}\n{row.text}", language) for place, row in enumerate(rows)}
    ranked = alike.rank(terms, known, most=len(rows))
    ranked.sort(key=lambda one: -_ahead(one, rows, concern.ticket.topic))
    return [rows[one.key] for one in ranked[:MOST_BLOCKS]]


def _ahead(one: Alike, rows: Sequence[Offered], topic: str) -> float:
    return one.score + (OF_ITS_TOPIC if topic and topic in rows[one.key].block.topics else 0)


def _wording(one: Answered) -> str:
    """Names, numbers, amounts and days were the other customer's: they are open places here."""
    messages = list(one.ticket.messages.order_by("pk"))
    known = known_of(one.ticket, messages)
    today = timezone.localdate(clock.now())
    return blanked(core(one.answer.said), known, today=today, language=one.answer.language or "de")
