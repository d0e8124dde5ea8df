"""What people say of decisions by what they do: a field that they set otherwise corrects what automation chose for it,
an answer that leaves topic and team as they are confirms them.

Read off the journal, so that no agent has to press anything for the learning's sake. It counts less than a word: it is
marked as implied, and what somebody says or sets later stands above it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from anliegen.flow.automation import verbs
from anliegen.flow.automation.approval import reference
from anliegen.flow.automation.effects import choice_of
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.answered import unanswered
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, record, ref

SETS = {
    "ticket.topic_changed": "topic",
    "ticket.moved": "team",
    "ticket.priority_changed": "priority",
    "ticket.assigned": "assignee",
}
ANSWERED = "message.queued"
HEARS = (*SETS, ANSWERED)
TOLD = {
    "confirmed": verbs.DECISION_CONFIRMED,
    "corrected": verbs.DECISION_CORRECTED,
    "undone": verbs.DECISION_UNDONE,
}
CONFIRMED_BY_ANSWER = ("topic", "team")  # whoever answers has looked whose it is and what it is about


@dataclass
class _Said:
    """What one deed says of one decision."""

    decision: Decision
    event: Event
    how: str
    choice: str = ""


def hear(events: Sequence[Event]) -> None:
    """Read what agents set and answer. One question for all events; most concern no decision."""
    deeds = [event for event in events if Actor(event.actor).kind == "agent"]
    with unit():
        open_here = _open_decisions(deeds)
        # What was heard already comes again where a cursor was put back.
        deeds = unanswered(deeds, *TOLD.values(), data__implied=True) if open_here else []
        said: dict[int, _Said] = {}
        for event in deeds:
            for one in _of_event(event, open_here.get(pk_of(event.subject), ())):
                said[one.decision.pk] = one
                _note(one)
        for one in said.values():
            _tell(one)
        if said:
            fields = ["settled_at", "settled_by", "settled_as", "settled_choice", "is_implied"]
            Decision.objects.bulk_update([one.decision for one in said.values()], fields)


def _open_decisions(deeds: Iterable[Event]) -> Mapping[int, list[Decision]]:
    """By ticket, the newest first: of which no person had said anything but by such a deed when these were done."""
    tickets = {pk_of(event.subject) for event in deeds}
    if not tickets:
        return {}
    is_open = Q(settled_at=None) | Q(is_implied=True, settled_as="confirmed")
    is_open |= Q(settled_at__gt=min(event.at for event in deeds))
    found = Decision.objects.real().filter(is_open, ticket__in=tickets, question__in=SETS.values()).exclude(choice="")
    by_ticket: dict[int, list[Decision]] = {}
    # In the order of their keys, as everybody who holds several.
    for decision in found.select_for_update().order_by("pk"):
        by_ticket.setdefault(decision.ticket_id, []).insert(0, decision)
    return by_ticket


def _of_event(event: Event, decisions: Sequence[Decision]) -> list[_Said]:
    before = [one for one in decisions if one.made_at <= event.at and (one.is_open or _is_older(event, one))]
    if event.verb == ANSWERED:
        return _of_answer(event, before)
    question = SETS[event.verb]
    about = [one for one in before if one.question == question]
    in_force = [one for one in about if one.applied_at is not None][:1]
    waiting = [one for one in about if one.applied_at is None]
    chosen = event.data["to"]
    if chosen is None:
        # Taken away without another choice: that is no word on what merely waits.
        return [_Said(one, event, "undone") for one in in_force if not _is_older(event, one)]
    choice = chosen if question in ("team", "assignee") else choice_of(question, chosen)  # those carry references
    return [_judged(one, event, choice) for one in (*in_force, *waiting) if not _is_older(event, one)]


def _is_older(event: Event, decision: Decision) -> bool:
    """Whether something was said of it later, or its customer has asked for a check since: the event comes late."""
    return any(since is not None and since > event.at for since in (decision.settled_at, decision.contested_at))


def _judged(decision: Decision, event: Event, choice: str) -> _Said:
    if decision.choice == choice:
        return _Said(decision, event, "confirmed")
    return _Said(decision, event, "corrected", choice)


def _of_answer(event: Event, decisions: Sequence[Decision]) -> list[_Said]:
    """What the customer wants checked needs a word of its own, and an answer to them is none."""
    found: dict[str, Decision] = {}
    for one in decisions:
        if one.question in CONFIRMED_BY_ANSWER and one.applied_at is not None:
            found.setdefault(one.question, one)
    fresh = [one for one in found.values() if one.settled_at is None and one.contested_at is None]
    return [_Said(one, event, "confirmed") for one in fresh]


def _note(said: _Said) -> None:
    decision = said.decision
    decision.settled_at, decision.settled_by_id = said.event.at, Actor(said.event.actor).pk
    decision.settled_as, decision.settled_choice, decision.is_implied = said.how, said.choice[:80], True


def _tell(said: _Said) -> None:
    data: dict[str, Any] = {"decision": ref(said.decision), "question": said.decision.question, "implied": True}
    if said.how == "corrected":
        data["choice"] = reference(said.choice)
    actor = Actor(said.event.actor).because_of(said.event)
    verb = TOLD[said.how]
    record(verb, f"ticket:{said.decision.ticket_id}", actor=actor, at=said.event.at, **data)
