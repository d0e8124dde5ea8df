"""What is alike: concerns that were solved before, with the wording of their answers, and text blocks that fit."""

from collections.abc import Set
from dataclasses import dataclass

from django.utils import timezone

from anliegen.faces.workspace.tickets.assisting.material import Concern, known_of_each
from anliegen.faces.workspace.tickets.blocks import Offered, offered
from anliegen.flow.assist.hiding import Known
from anliegen.flow.assist.offering import alike
from anliegen.flow.assist.offering.alike import Alike
from anliegen.flow.assist.offering.blanked import blanked, general
from anliegen.ground import clock
from anliegen.records.tickets import alike as tickets
from anliegen.records.tickets.alike import Answered
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.seen import as_seen_by

MOST_SIMILAR, MOST_BLOCKS = 5, 3
MOST_BLOCKS_READ = 300
OF_ITS_TOPIC, OF_ITS_TITLE = 0.3, 0.2  # what a block is ahead of others by these
LEAST_OF_A_DRAFT, FEWEST_OF_A_DRAFT = 0.25, 4
LEAST_OF_A_BLOCK, FEWEST_WITHOUT_TITLE = 0.05, 3


@dataclass(frozen=True)
class Similar:
    """A solved ticket and what of its answer is wording for others; of some nothing is.

    `is_nearly_the_same`: of the same topic, with several words in common and far more alike than a list asks for.
    """

    answered: Answered
    text: str
    is_nearly_the_same: bool


def similar(concern: Concern) -> list[Similar]:
    """The most alike first; only of tickets that the agent may see."""
    terms = alike.terms_of(concern.asked, concern.ticket.language)[: alike.MOST_TERMS]
    candidates = tickets.terms_of_resolved(concern.agent, concern.ticket, terms)
    ranked = alike.rank(terms, candidates, most=2 * MOST_SIMILAR)
    found = tickets.answered([one.key for one in ranked])[:MOST_SIMILAR]
    known = known_of_each([(one.ticket, one.messages) for one in found]) if found else {}
    ranks = {one.key: one for one in ranked}
    shown = [
        Similar(
            one, _wording(one, known[one.ticket.pk]), _is_nearly_the_same(concern, one.ticket, ranks[one.ticket.pk])
        )
        for one in found
    ]
    as_seen_by(concern.agent, [one.answered.ticket for one in shown])
    return shown


def _is_nearly_the_same(concern: Concern, other: Ticket, likeness: Alike) -> bool:
    is_much = likeness.score >= LEAST_OF_A_DRAFT and len(likeness.shared) >= FEWEST_OF_A_DRAFT
    return is_much and other.topic == concern.ticket.topic


def blocks(concern: Concern) -> list[Offered]:
    """The text blocks that fit best by their words, those of the concern's topic ahead."""
    rows = offered(concern.here)[:MOST_BLOCKS_READ]
    language = concern.ticket.language
    terms = alike.terms_of(concern.asked, language)
    titles = [set(alike.terms_of(f"{row.block.title} {row.block.word}", language)) for row in rows]
    known = {place: {*titles[place], *alike.terms_of(row.text, language)} for place, row in enumerate(rows)}
    ranked = alike.rank(terms, known, most=len(rows), least=LEAST_OF_A_BLOCK, least_shared=1)
    topic = concern.ticket.topic
    weighed = [(_weight(one, titles[one.key], rows[one.key], topic), rows[one.key]) for one in ranked]
    weighed.sort(key=lambda pair: -pair[0])
    return [row for weight, row in weighed[:MOST_BLOCKS] if weight > 0]


def _weight(one: Alike, title: Set[str], row: Offered, topic: str) -> float:
    """A block is short: what counts is that its title names the matter, that it is of the topic, or that it shares
    much."""
    is_of_topic = bool(topic) and topic in row.block.topics
    by_title = OF_ITS_TITLE if title & {*one.shared} else 0
    if not (by_title or is_of_topic or len(one.shared) >= FEWEST_WITHOUT_TITLE):
        return 0
    return one.score + by_title + (OF_ITS_TOPIC if is_of_topic else 0)


def _wording(one: Answered, known: Known) -> str:
    """Without what happened there; the other customer's names, numbers, amounts and days are open places."""
    today = timezone.localdate(clock.now())
    return blanked(general(one.answer.said), known, today=today, language=one.answer.language or "de")
