"""A later message of a concern may be about something else: the model that speaks reads it, too, and only proposes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from anliegen.flow.automation import approval, branches, escalate, pauses, topics, verbs
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.branches import Tree, is_met
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.signals.nonsense import sense
from anliegen.flow.automation.teaching import speaking
from anliegen.flow.automation.teaching.examples import LATER
from anliegen.flow.automation.teaching.said import words_of
from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.answered import unanswered
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.tickets.models import Message, Ticket

SURE = 0.7  # from which confidence on somebody is asked: they know the concern already
MODEL = "model:triage"  # whichever version speaks


def read(events: Sequence[Event], *, at: datetime) -> None:
    """Of messages that are not the first: what sounds like another topic than the concern's, or like several."""
    if not events or pauses.holds(MODEL) or not Learnt.objects.speaking().exists():
        return
    events = unanswered(events, verbs.DECISION_MADE, actor__startswith="model:")
    by_message = {pk_of(event.data["message"]): event for event in events}
    found = rows.lock(Ticket.objects.select_related("person"), {pk_of(event.subject) for event in events})
    asking = [message for message in _messages(by_message, found) if not escalate.keeps_automation_away(message)]
    voice = speaking.current_or_none() if asking else None
    if voice is None:
        return
    tree = branches.in_use()
    proposals = topics.read_or_none([words_of(message) for message in asking], voice, tree=tree)
    told: set[int] = set()  # several messages of one concern may come at once
    for message, proposal in zip(asking, proposals, strict=False):
        ticket = found[message.ticket_id]
        if ticket.pk not in told and _is_new(proposal, ticket, tree):
            told.add(ticket.pk)
            actor = Actor.model(voice.learnt.name).because_of(by_message[message.pk])
            approval.submit(
                ticket, "topic", _as_later(proposal), actor=actor, at=at, message=message, may_act=False
            )  # fmt: skip


def _messages(by_message: Mapping[int, Event], found: Mapping[int, Ticket]) -> Iterator[Message]:
    """Those with words, of open concerns that automation may read, and about whose topic nobody is asked already."""
    may_be = {
        pk for pk, one in found.items()
        if one.is_open and one.by_hand_since is None and one.person.by_hand_since is None
    }  # fmt: skip
    asked = Decision.objects.real().filter(ticket__in=may_be, question="topic", settled_at=None, applied_at=None)
    may_be -= set(asked.values_list("ticket_id", flat=True))
    if may_be:
        said = Message.objects.filter(pk__in=by_message, ticket__in=may_be, automatic="", is_from_stranger=False)
        for message in said.order_by("pk"):
            if not sense(words_of(message)).is_nonsense:
                yield message


def _is_new(proposal: Proposal, ticket: Ticket, tree: Tree) -> bool:
    """Nothing where it is the concern's own topic, what that lies under, or something narrower."""
    if proposal.reason == "several":
        return True
    topic = value_of(proposal.choice)
    is_same = is_met(topic, ticket.topic, tree) or is_met(ticket.topic, topic, tree)
    return bool(topic) and proposal.confidence >= SURE and not is_same


def _as_later(proposal: Proposal) -> Proposal:
    if proposal.reason == "several":
        return proposal
    return replace(proposal, reason=LATER, evidence={**proposal.evidence, "topic": value_of(proposal.choice)})
