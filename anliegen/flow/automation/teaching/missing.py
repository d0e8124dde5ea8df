"""Topics that are missing: concerns that fitted no category and are like each other."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from anliegen.flow.automation import verbs
from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.model import of_length_1
from anliegen.flow.automation.learning.terms import Floats, Terms
from anliegen.flow.automation.learning.terms import words_of as split
from anliegen.flow.automation.models import TopicProposal
from anliegen.flow.automation.teaching.said import words_of
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.tickets.models import Message, Ticket

LOOKED_BACK = timedelta(days=30)
MOST = 600  # concerns that are compared
FEWEST = 5  # that make a topic
ALIKE, ALIKE_BY_WORDS = 0.6, 0.3  # cosine, with an encoder and by words alone
SHOWN_WORDS = 5
LONGEST_WORD = 60  # letters; what is longer is no word that anybody would call a topic


def propose(*, actor: Actor, at: datetime) -> list[TopicProposal]:
    """Look through what fitted no category in the last 30 days; what is proposed already, or was dismissed, is not
    proposed again unless as many others came."""
    messages = _unplaced(at)
    texts = [words_of(one) for one in messages]
    made = []
    for group in groups_of(texts, encoders.named(encoders.first())):
        tickets = sorted(messages[place].ticket_id for place in group)
        if _is_known(tickets):
            continue
        with unit():
            words = common_words([texts[place] for place in group], texts)
            proposal = TopicProposal.objects.create(words=words, tickets=tickets, made_at=at)
            record(verbs.TOPIC_PROPOSED, proposal, actor=actor, at=at, number=len(tickets))
        made.append(proposal)
    return made


def _unplaced(at: datetime) -> list[Message]:
    tickets = Ticket.objects.filter(
        topic="", created_at__gte=at - LOOKED_BACK, person__by_hand_since=None, by_hand_since=None
    )
    unknown = tickets.filter(decisions__question="topic", decisions__choice="").values("pk")
    newest = Message.objects.filter(ticket__in=unknown, direction="in").order_by("ticket", "created_at", "pk")
    return list(newest.distinct("ticket")[:MOST])


def _is_known(tickets: Sequence[int]) -> bool:
    """Whether most of them were in a proposal before."""
    before = TopicProposal.objects.filter(tickets__overlap=list(tickets)).values_list("tickets", flat=True)
    return any(len({*tickets} & {*those}) * 2 > len(tickets) for those in before)


def groups_of(texts: Sequence[str], encoder: Encoder | None) -> list[list[int]]:
    """Places of texts that are like each other, the largest group first; a text is in one group at most. Pure.

    The text with the most that are like it begins a group; then the next among the rest.
    """
    if len(texts) < FEWEST:
        return []
    points = encoder.encode(texts) if encoder is not None else _by_words(texts)
    alike = points @ points.T >= (ALIKE if encoder is not None else ALIKE_BY_WORDS)
    free = np.ones(len(texts), dtype=bool)
    found: list[list[int]] = []
    while True:
        counts = (alike & free).sum(axis=1) * free
        first = int(counts.argmax())
        if counts[first] < FEWEST:
            return found
        members = np.flatnonzero(alike[first] & free)
        found.append(members.tolist())
        free[members] = False


def _by_words(texts: Sequence[str]) -> Floats:
    terms = Terms.of(texts)
    points = np.zeros((len(texts), len(terms)), np.float32)
    for place, text in enumerate(texts):
        row = terms.row(text)
        points[place, row.keys] = row.weights
    return of_length_1(points)


def common_words(group: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The words that the group has and others have not, the most telling first. Pure."""
    inside = Counter(word for text in group for word in {*split(text)})
    everywhere = Counter(word for text in texts for word in {*split(text)})
    outside = max(len(texts) - len(group), 1)

    def tells(word: str) -> float:
        return inside[word] / len(group) - (everywhere[word] - inside[word]) / outside

    telling = [
        word
        for word in inside
        if 3 < len(word) <= LONGEST_WORD and not word.isdecimal() and inside[word] * 2 > len(group)
    ]
    return sorted(telling, key=lambda word: (-tells(word), word))[:SHOWN_WORDS]
