"""The gate between a decision and its effect: what is reversible and sure may apply by itself, all else waits for a
person.

`submit` is the only way for automation to change a ticket. What a person says of a decision (confirm, correct, reject,
take back, stop) is kept beside it and told in the journal, so that the learning hears of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anliegen.flow.automation import pauses, verbs
from anliegen.flow.automation.effects import EFFECTS, Reach, now_of, value_of
from anliegen.flow.automation.models import Decision
from anliegen.ground import rows
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import REFERENCE, Verb
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Note, Ticket

SURE = 0.95  # below this a person is asked, unless the author has learnt another bound
# What alerts people and does nothing for them; it may be done where people alone see to a ticket.
ALERTING = frozenset({"team", "priority", "tags", "note", "level", "by-hand", "signal", "language"})
# What keeps automation away from somebody is held up by no pause: it is the brake itself.
BRAKES = frozenset({"by-hand"})


class AlreadySettled(Exception):
    """A person has said something of it already."""


class NothingToUndo(Exception):
    """It has no effect that could be taken back, or somebody has changed it since."""


@dataclass(frozen=True)
class Proposal:
    """What a rule or model would choose, as `kind:value`; an empty choice says that it fits none."""

    choice: str
    confidence: float
    reason: str
    responsible_id: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    alternatives: tuple[tuple[str, float], ...] = ()
    text: str = ""


def may_apply(
    decision: Decision, ticket: Ticket | None = None, *, bound: float = SURE, is_referred: bool = False
) -> bool:
    """Reversible, sure enough, somebody answers for it, and nobody wants it seen to by people alone.

    `is_referred`: it only brings it to those people, as the operator said.
    """
    return (
        EFFECTS[decision.question].reach is Reach.REVERSIBLE
        and bool(decision.choice)
        and decision.confidence >= bound
        and decision.responsible_id is not None
        and not decision.is_shadow
        and (
            decision.question in ALERTING
            or ticket is None
            or ticket.by_hand_since is None
            or (is_referred and decision.question == "assignee")
        )
    )


def submit(
    ticket: Ticket,
    question: str,
    proposal: Proposal,
    *,
    actor: Actor,
    at: datetime,
    message: Message | None = None,
    bound: float = SURE,
    may_act: bool = True,
    is_shadow: bool = False,
    delay: timedelta | None = None,
    is_referred: bool = False,
) -> Decision:
    """Write a decision down with what the gate says of it, and put into effect what it lets through.

    The caller holds the ticket under lock. `may_act` False keeps it a proposal; `delay` puts even what is reversible
    off so long that somebody can stop it. `is_referred`: who is to see to it was named by the operator for such a case.
    """
    with unit():
        decision = Decision(
            ticket=ticket,
            message=message,
            question=question,
            choice=proposal.choice,
            text=proposal.text,
            was=now_of(ticket, question)[:80],
            confidence=proposal.confidence,
            reason=proposal.reason,
            evidence=dict(proposal.evidence),
            alternatives=[{"choice": choice, "confidence": sure} for choice, sure in proposal.alternatives],
            author=actor.ref,
            responsible_id=proposal.responsible_id,
            is_shadow=is_shadow,
            made_at=at,
        )
        allowed = may_act and may_apply(decision, ticket, bound=bound, is_referred=is_referred)
        applies = allowed and (question in BRAKES or not pauses.holds(actor.ref))
        if applies and delay is not None:
            decision.applies_at = at + delay
        elif applies:
            decision.applied_at = at
        rows.insert(decision)
        _tell(decision, ticket, actor, at)
        if decision.applied_at is not None:
            _carry_out(decision, ticket, actor, at)
            if decision.question == "note":
                rows.update(decision, "evidence")
    return decision


def _tell(decision: Decision, ticket: Ticket, actor: Actor, at: datetime) -> None:
    """What was only tried out is told as that: nobody answers for it, and whoever reads decisions does not meet it."""
    about: dict[str, Any] = {
        "decision": ref(decision), "question": decision.question, "choice": reference(decision.choice),
    }  # fmt: skip
    if decision.is_shadow:
        record(verbs.DECISION_TRIED, ticket, actor=actor, at=at, **about)
        return
    responsible = f"agent:{decision.responsible_id}" if decision.responsible_id else None
    is_proposed = decision.waits and decision.applies_at is None
    record(verbs.DECISION_MADE, ticket, actor=actor, at=at, **about, responsible=responsible, proposed=is_proposed)


def _carry_out(decision: Decision, ticket: Ticket, actor: Actor, at: datetime) -> None:
    value, apply = value_of(decision.choice), EFFECTS[decision.question].apply
    if decision.question == "note":
        note = actions.write_note(ticket, text=decision.text, actor=actor, at=at)
        decision.evidence = {**decision.evidence, "note": note.pk}  # so that it can be taken back
    elif decision.question == "snooze":
        _put_aside(ticket, datetime.fromisoformat(value), decision.responsible_id, actor, at)
    elif apply is not None:
        apply(ticket, value, actor, at)


def _put_aside(ticket: Ticket, until: datetime, answers: int | None, actor: Actor, at: datetime) -> None:
    """Unless that time has come meanwhile, or the ticket has ended."""
    if until > at and ticket.is_open:
        actions.snooze(ticket, until=until, answers=answers, actor=actor, at=at)


def _is_carried_out(decision: Decision) -> bool:
    """Whether saying yes does it. A draft or a refund a person makes with the form for it: yes means that they will."""
    effect = EFFECTS[decision.question]
    return effect.apply is not None or decision.question in ("note", "snooze", "signal")


def confirm(decision: Decision, *, by: Agent, at: datetime) -> Decision:
    """A person says that it is right. What waited is done now, in their name. Raises AlreadySettled."""
    actor = Actor.agent(by.pk)
    with unit():
        decision, ticket = _open(decision)
        if decision.applied_at is None and decision.responsible_id is None:
            decision.responsible = by
        if decision.applied_at is None and decision.choice:
            _carry_out(decision, ticket, actor, at)
            if _is_carried_out(decision):
                decision.applied_at, decision.is_shadow = at, False
        return _settle(decision, "confirmed", verbs.DECISION_CONFIRMED, by, actor, at)


def correct(decision: Decision, choice: str, *, by: Agent, at: datetime) -> Decision:
    """A person chooses something else; that is done in their name, and learnt from. Raises AlreadySettled."""
    actor = Actor.agent(by.pk)
    with unit():
        decision, ticket = _open(decision)
        does = EFFECTS[decision.question].apply
        if does is not None:
            does(ticket, value_of(choice), actor, at)
        decision.settled_choice = choice[:80]
        return _settle(decision, "corrected", verbs.DECISION_CORRECTED, by, actor, at)


def reject(decision: Decision, *, by: Agent, at: datetime) -> Decision:
    """A person says that it is wrong, without saying what were right. What has an effect already is taken back.

    Raises AlreadySettled, NothingToUndo.
    """
    actor = Actor.agent(by.pk)
    with unit():
        decision, ticket = _open(decision)
        if decision.applied_at is not None:
            _take_back(decision, ticket, actor, at)
            return _settle(decision, "undone", verbs.DECISION_UNDONE, by, actor, at)
        return _settle(decision, "rejected", verbs.DECISION_REJECTED, by, actor, at)


def stop(decision: Decision, *, by: Agent, at: datetime) -> Decision:
    """Stop what is delayed before it takes effect. Raises AlreadySettled."""
    with unit():
        decision, _ticket = _open(decision)
        if decision.applied_at is not None:
            raise AlreadySettled
        return _settle(decision, "stopped", verbs.DECISION_STOPPED, by, Actor.agent(by.pk), at)


def withdraw(decision: Decision, ticket: Ticket, *, actor: Actor, at: datetime, is_unwanted: bool = False) -> None:
    """What was proposed has become moot, or is unwanted since somebody wishes for people alone; no person has said
    anything of it. The caller holds both under lock."""
    decision.settled_at, decision.applies_at = at, None
    decision.settled_as = "unwanted" if is_unwanted else "withdrawn"
    decision.save(update_fields=["settled_at", "settled_as", "applies_at"])
    data = {"decision": ref(decision), "question": decision.question}
    record(verbs.DECISION_UNWANTED if is_unwanted else verbs.DECISION_WITHDRAWN, ticket, actor=actor, at=at, **data)


def apply_due(decision: Decision, *, actor: Actor, at: datetime) -> Decision:
    """What was delayed and nobody stopped takes effect. Does nothing when it is not due.

    What is not let through any more waits for a person: its author is paused, or nobody answers for it now.
    """
    with unit():
        ticket = held(Ticket, decision.ticket_id)  # first, as everybody who holds both
        decision = held(Decision, decision.pk, "responsible")
        if decision.applied_at or decision.settled_at or decision.applies_at is None or decision.applies_at > at:
            return decision
        decision.applies_at = None
        answers = decision.responsible is not None and decision.responsible.is_active
        if (
            answers
            and may_apply(decision, ticket, bound=0.0)
            and not pauses.is_paused(pauses.scope_of(decision.author))
        ):
            _carry_out(decision, ticket, actor, at)
            decision.applied_at = at
        decision.save(update_fields=["applied_at", "applies_at", "evidence"])
    return decision


def _open(decision: Decision) -> tuple[Decision, Ticket]:
    ticket = held(Ticket, decision.ticket_id)
    decision = held(Decision, decision.pk)
    if not decision.is_open:
        raise AlreadySettled
    return decision, ticket


def _take_back(decision: Decision, ticket: Ticket, actor: Actor, at: datetime) -> None:
    effect = EFFECTS[decision.question]
    if decision.question == "note":
        note = Note.objects.filter(pk=decision.evidence.get("note", 0)).first()
        if note is None:
            raise NothingToUndo
        actions.withdraw_note(note, actor=actor, at=at)
        return
    if effect.apply is None:
        return
    if decision.question == "tags":
        tag = value_of(decision.choice)
        effect.apply(ticket, ("-" if tag.startswith("+") else "+") + tag[1:], actor, at)
        return
    if now_of(ticket, decision.question) != decision.choice:
        raise NothingToUndo
    effect.apply(ticket, value_of(decision.was), actor, at)


def _settle(decision: Decision, how: str, verb: Verb, by: Agent, actor: Actor, at: datetime) -> Decision:
    decision.settled_at, decision.settled_by, decision.settled_as = at, by, how
    decision.is_implied = False
    decision.save()
    more: dict[str, Any] = {"choice": reference(decision.settled_choice)} if how == "corrected" else {}
    if verb in verbs.ALSO_IMPLIED:
        more["implied"] = False
    record(verb, decision.ticket, actor=actor, at=at, decision=ref(decision), question=decision.question, **more)
    return decision


def reference(choice: str) -> str | None:
    """A choice as the journal may hold it: it holds references and never a text. Of others it tells the kind."""
    if not choice or REFERENCE.fullmatch(choice):
        return choice or None
    return f"{choice.partition(':')[0]}:some"
