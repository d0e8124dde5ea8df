"""When a draft or refund that automation proposed is in force: once the agent has sent the answer, or it was granted.

Read off the journal, like other words on a decision (`heard.py`). Taken back, it is in force no more.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from anliegen.flow.automation import verbs
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.taken_up import refund_of
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.knowledge.placeholders import ANY, is_open
from anliegen.records.tickets.models import Concession, Message, Ticket
from anliegen.records.tickets.queries import with_joined

SAVED = ("applied_at", "settled_at", "settled_by", "settled_as", "settled_choice", "is_implied", "evidence")


def follow(events: Sequence[Event]) -> None:
    """Read what became of answers, drafts and concessions. Most answers came of no proposal: one question for all."""
    answers = [pk_of(event.data["message"]) for event in events if event.verb in ANSWERS]
    proposed = Message.objects.filter(pk__in=answers).exclude(proposals=[]) if answers else ()
    came_of = {message.pk: message for message in proposed}
    with unit():
        for event in events:
            if event.verb not in ANSWERS:
                OTHERS[event.verb](event)
            elif message := came_of.get(pk_of(event.data["message"])):
                ANSWERS[event.verb](event, message)


def _sent(event: Event, message: Message) -> None:
    if message.state == "cancelled":
        return  # it was taken back since; the event comes again, or late
    for decision in _held(message.proposals):
        if decision.is_pending:
            is_as_proposed = says(message.said, decision.text)
            _in_force(decision, event, "" if is_as_proposed else f"message:{message.pk}")


def _taken_back(event: Event, message: Message) -> None:
    """The answer is a draft again: what automation proposed waits to be sent, as after the yes."""
    for decision in _held(message.proposals):
        if decision.applied_at is not None and decision.applied_at <= event.at:
            decision.applied_at, decision.settled_as, decision.settled_choice = None, "confirmed", ""
            decision.is_implied = False
            decision.save(update_fields=SAVED)


def _discarded(event: Event) -> None:
    for decision in _held(pk_of(one) for one in event.data["proposals"] or ()):
        if decision.is_pending:
            _settle(decision, "rejected", verbs.DECISION_REJECTED, event)


def _granted(event: Event) -> None:
    concession = Concession.objects.select_related("ticket").get(pk=pk_of(event.data["concession"]))
    for decision in _asked_for_by(concession):
        if decision.is_pending:
            wanted = refund_of(decision)
            named = wanted.cents, wanted.currency or concession.currency
            is_as_proposed = wanted.cents is None or named == (concession.cents, concession.currency)
            _in_force(decision, event, "" if is_as_proposed else ref(concession))


def _withdrawn(event: Event) -> None:
    concession = Concession.objects.select_related("ticket").get(pk=pk_of(event.data["concession"]))
    for decision in _asked_for_by(concession):
        if decision.settled_as == "undone":
            continue
        if decision.applied_at is not None:
            _settle(decision, "undone", verbs.DECISION_UNDONE, event, implied=True)
        else:
            _free(decision)


def _declined(event: Event) -> None:
    """It may be asked for once more, in another way."""
    concession = Concession.objects.select_related("ticket").get(pk=pk_of(event.data["concession"]))
    for decision in _asked_for_by(concession):
        _free(decision)


def _free(decision: Decision) -> None:
    decision.evidence = {key: value for key, value in decision.evidence.items() if key != "concession"}
    decision.save(update_fields=["evidence"])


def _in_force(decision: Decision, event: Event, instead: str) -> None:
    """From now on, and where the agent has changed it, corrected to what they chose."""
    decision.applied_at = event.at
    if not instead:
        decision.save(update_fields=SAVED)
        return
    decision.settled_choice = instead
    _settle(decision, "corrected", verbs.DECISION_CORRECTED, event, implied=True, choice=instead)


def _settle(decision: Decision, how: str, verb: Verb, event: Event, **more: Any) -> None:
    actor = Actor(event.actor)
    decision.settled_at, decision.settled_by_id = event.at, actor.pk
    decision.settled_as, decision.is_implied = how, True
    decision.save(update_fields=SAVED)
    about = {"decision": ref(decision), "question": decision.question, **more}
    record(verb, f"ticket:{decision.ticket_id}", actor=actor.because_of(event), at=event.at, **about)


def _held(numbers: Iterable[int]) -> list[Decision]:
    keys = [*numbers]
    return list(Decision.objects.select_for_update().filter(pk__in=keys).order_by("pk")) if keys else []


def _asked_for_by(concession: Concession) -> list[Decision]:
    """The refund that somebody took up with this concession."""
    here = with_joined(Ticket(pk=concession.ticket_id))
    found = Decision.objects.select_for_update().filter(ticket__in=here, question="refund")
    return list(found.filter(evidence__concession=concession.pk).order_by("pk"))


def says(answer: str, proposed: str) -> bool:
    """Whether all that was proposed stands in the answer word for word, in one piece; around it may stand more.

    However the lines break. A place that a person fills is whatever they have put there. Pure.
    """
    parts, end = [], 0
    for place in ANY.finditer(proposed):
        if is_open(place[1]):
            parts.append(proposed[end : place.start()])
            end = place.end()
    parts.append(proposed[end:])
    said, at = _folded(answer), 0
    for part in filter(None, map(_folded, parts)):
        if (found := said.find(part, at)) < 0:
            return False
        at = found + len(part)
    return True


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


ANSWERS: dict[str, Callable[[Event, Message], None]] = {"message.queued": _sent, "message.cancelled": _taken_back}
OTHERS: dict[str, Callable[[Event], None]] = {
    "draft.discarded": _discarded,
    "concession.granted": _granted,
    "concession.withdrawn": _withdrawn,
    "concession.declined": _declined,
}
HEARS = (*ANSWERS, *OTHERS)
