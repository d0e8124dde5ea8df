"""A message is read for what speaks out of it: people alone see to the ticket then, it goes up, and to who is asked.

Each step is a decision through the gate, with the places of the words; nothing of it reaches outside, all of it can be
taken back by a person. What was read and contradicted by a person is not counted again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from anliegen.flow.automation import approval, denied, thresholds
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.escalation import Facts, Thresholds, amount_at_stake, level_of, wanted_level
from anliegen.flow.automation.referrals import BY_WEIGHT, Next, present_referrals, who_answers
from anliegen.flow.automation.signals.combined import combined
from anliegen.flow.automation.signals.once import signals_of
from anliegen.flow.automation.signals.reading import Signal
from anliegen.flow.automation.signals.urgency import Urgency, urgency
from anliegen.flow.automation.verbs import DECISION_MADE
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.answered import unanswered
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.models import Message, Promise, Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet

AUTHOR = Actor.rule("escalate")
# Signals after which people alone see to a ticket, with the reason that is told (records/tickets BY_HAND).
BY_HAND = {
    "threat_of_harm": "threat",
    "bereavement": "bereavement",
    "illness": "illness",
    "hardship": "hardship",
    "fear": "fear",
    "threat_of_suing": "threat",
    "wish_for_person": "person",
    "anger": "anger",
    "complaint": "complaint",
}
NO_TEAM = "no-team"  # the case in which nobody else is there to ask but who answers
ANSWERS = ("first", "next")  # targets that somebody who waits has
# Somebody is to be sooner with it than the rules would have it: doing it needlessly costs little, leaving it much.
BOUND = 0.0
SURE_OF_URGENCY = 0.5  # what is below, such as the mere word "urgent", a person decides


@dataclass(frozen=True)
class Occasion:
    """Why a ticket is looked at: a message with its signals and what makes it urgent, or something that happened."""

    signals: tuple[Signal, ...] = ()
    message: Message | None = None
    urgency: Urgency | None = None


def read_events(events: Sequence[Event]) -> None:
    """Read `message.received`, `promise.broken` and `ticket.reopened`; what comes again is not acted upon again."""
    found = list(_occasions(events))
    new = {event.id for event in unanswered([event for event, _ in found], DECISION_MADE, actor=AUTHOR.ref)}
    found = [(event, occasion) for event, occasion in found if event.id in new]
    if not found:
        return
    begins = thresholds.present()
    # By number, as everybody who locks several tickets; in the order of the events two could wait for each other.
    rows.lock(Ticket.objects.all(), [pk_of(event.subject) for event, _occasion in found])
    for event, occasion in found:
        # Each by itself: what one changes the next must see. What is missing was erased meanwhile.
        for ticket in rows.lock(with_who_answers(), [pk_of(event.subject)]).values():
            look_at(ticket, occasion, begins, actor=AUTHOR.because_of(event), at=clock.now())


def _occasions(events: Sequence[Event]) -> Iterator[tuple[Event, Occasion]]:
    """The events upon which a ticket is to be looked at."""
    messages = _messages(events)
    for event in events:
        if event.verb == "message.received":
            occasion = _of_message(messages.get(pk_of(event.data["message"])))
        else:
            occasion = Occasion()
        if occasion is not None:
            yield event, occasion


def with_who_answers() -> "QuerySet[Ticket]":
    """Tickets with the people who are asked and answer for what is done."""
    return Ticket.objects.select_related("team__lead", "mailbox__responsible", "assignee")


def look_at(ticket: Ticket, occasion: Occasion, begins: Thresholds, *, actor: Actor, at: datetime) -> None:
    """Write down what was read, and do what follows from it. The caller holds the ticket under lock."""
    answers = who_answers(ticket)
    if answers is None:
        return  # nobody works here yet who could answer for a decision
    for signal in occasion.signals:
        _submit(ticket, "signal", f"signal:{signal.code}", signal, occasion.message, answers, actor, at)
    _urge(ticket, occasion, answers, actor, at)
    leads = [signal for code in BY_WEIGHT for signal in occasion.signals if signal.code == code]
    kept = next((signal for signal in leads if signal.code in BY_HAND), None)
    if kept is not None and ticket.by_hand_since is None:
        _submit(ticket, "by-hand", f"hand:{BY_HAND[kept.code]}", kept, occasion.message, answers, actor, at)
    level = level_of(_facts(ticket, occasion, begins, at), begins)
    if level.triggers:
        evidence = {"triggers": list(level.triggers)}
        proposal = Proposal(f"level:{level.level}", 1.0, "escalated", answers.pk, evidence)
        approval.submit(ticket, "level", proposal, actor=actor, at=at, message=occasion.message, bound=BOUND)
    if kept is not None or level.triggers:
        cases = [*(f"signal:{signal.code}" for signal in leads), f"level:{level.level}"]
        _bring(ticket, _asked(ticket, cases, answers), cases, answers, actor, at)


def _urge(ticket: Ticket, occasion: Occasion, answers: Agent, actor: Actor, at: datetime) -> None:
    """Raise the priority by what cannot wait. The word "urgent" alone is a proposal; nothing is ever lowered."""
    urgency = occasion.urgency
    if urgency is None or urgency.priority <= ticket.priority:
        return
    evidence = {
        "reasons": [reason.code for reason in urgency.reasons],
        "words": [word for reason in urgency.reasons for word in reason.words][:5],
    }
    proposal = Proposal(f"priority:{urgency.priority}", urgency.confidence, "urgency", answers.pk, evidence)
    approval.submit(ticket, "priority", proposal, actor=actor, at=at, message=occasion.message, bound=SURE_OF_URGENCY)


def _submit(
    ticket: Ticket,
    question: str,
    choice: str,
    signal: Signal,
    message: Message | None,
    answers: Agent,
    actor: Actor,
    at: datetime,
) -> None:
    # The words themselves stay where they stand, so that they go when the message goes.
    seen = denied.measured(signal.code, signal.strength, author=AUTHOR.ref, at=at)
    evidence = {
        "signal": signal.code,
        "strength": signal.strength,
        "spans": [list(span) for span in signal.spans],
        "measured": seen.as_evidence(),
    }
    proposal = Proposal(choice, seen.confidence, "words", answers.pk, evidence)
    approval.submit(ticket, question, proposal, actor=actor, at=at, message=message, bound=BOUND)


def _asked(ticket: Ticket, cases: Iterable[str], answers: Agent) -> tuple[str, Next] | None:
    """The first case for which the operator named somebody; else the lead of the team, or who answers for it where it
    lies with no team, while nobody has the ticket."""
    referrals = present_referrals()
    for case in cases:
        if case in referrals:
            return case, referrals[case]
    if ticket.assignee_id is not None:
        return None
    if ticket.team is None:
        return NO_TEAM, answers
    lead = ticket.team.lead
    return ("lead", lead) if lead is not None and lead.is_active else None


def _bring(
    ticket: Ticket, asked: tuple[str, Next] | None, cases: Sequence[str], answers: Agent, actor: Actor, at: datetime
) -> None:
    """To who is asked. Whoever has it already keeps it: the customer need not tell it again; they see the level."""
    if asked is None or ticket.assignee_id is not None:
        return
    case, to = asked
    question, choice = ("team", f"team:{to.pk}") if isinstance(to, Team) else ("assignee", f"agent:{to.pk}")
    if question == "team" and ticket.team_id == to.pk:
        return
    evidence = {"case": case, "of": list(cases)}
    proposal = Proposal(choice, 1.0, "asked", answers.pk, evidence)
    # A lead is asked by the way, everybody else was named for it, or is the only one who would ever see it.
    approval.submit(ticket, question, proposal, actor=actor, at=at, bound=BOUND, is_referred=case != "lead")


def _facts(ticket: Ticket, occasion: Occasion, begins: Thresholds, at: datetime) -> Facts:
    text = _text_of(occasion.message) if occasion.message is not None else ""
    codes = frozenset(signal.code for signal in occasion.signals)
    return Facts(
        level=ticket.level,
        signals=codes,
        waits=at - ticket.waiting_since if ticket.waiting_since is not None else timedelta(),
        late_by=_late_by(ticket, at),
        broken_promises=_broken(ticket, occasion),
        at_stake=amount_at_stake(text) if codes & (BY_HAND.keys() | {"defect", "withdrawal", "legal_deadline"}) else 0,
        repeats=_repeats(ticket, at - begins.repeat_within) if occasion.message is not None else 0,
        reopened=_reopened(ticket, at - begins.repeat_within) if occasion.message is None else 0,
        wants=wanted_level(text, codes),
    )


def _late_by(ticket: Ticket, at: datetime) -> timedelta:
    """How long the target of an answer is over."""
    if ticket.due_at is None or ticket.due_for not in ANSWERS or ticket.waiting_since is None:
        return timedelta()
    return max(at - ticket.due_at, timedelta())


def _broken(ticket: Ticket, occasion: Occasion) -> int:
    return Promise.objects.filter(ticket=ticket, state="broken").count() if occasion.message is None else 0


def _repeats(ticket: Ticket, since: datetime) -> int:
    """Other concerns of this person on the same topic since then."""
    if not ticket.topic:
        return 0
    others = Ticket.objects.filter(person=ticket.person_id, topic=ticket.topic, created_at__gt=since)
    return others.exclude(pk=ticket.pk).filter(joined_into=None, pk__lt=ticket.pk).count()


def _reopened(ticket: Ticket, since: datetime) -> int:
    events = Event.objects.filter(subject=ref(ticket), verb="ticket.reopened", at__gt=since)
    return events.count()


def _messages(events: Sequence[Event]) -> dict[int, Message]:
    """The messages that people put into words themselves."""
    keys = [pk_of(event.data["message"]) for event in events if event.verb == "message.received"]
    found = Message.objects.filter(pk__in=keys, automatic="").in_bulk() if keys else {}
    return {pk: message for pk, message in found.items() if not message.is_in_our_words}


def _of_message(message: Message | None) -> Occasion | None:
    """None of what says nothing that somebody would have to hear of sooner."""
    if message is None:
        return None
    text = _text_of(message)
    signals = signals_of(text)
    told = urgency(text, signals, today=timezone.localdate(message.created_at))
    return Occasion(signals, message, told) if signals or told.reasons else None


def keeps_automation_away(message: Message) -> bool:
    """Whether something speaks out of it after which people alone see to the ticket. Asked before any model reads it;
    what is read here is not read again when it is acted on."""
    return any(signal.code in BY_HAND for signal in signals_of(_text_of(message)))


def _text_of(message: Message) -> str:
    return combined(message.subject, message.said)
