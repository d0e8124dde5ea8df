"""What is this message about, and whose is it? For now one rule: the mailbox decides the team."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anliegen.flow.automation import approval, verbs
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, record, ref
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

AUTHOR = Actor.rule("mailbox")


@dataclass(frozen=True)
class Proposal:
    """What a rule or model would choose; an empty choice says that it fits none."""

    choice: str
    confidence: float
    reason: str
    responsible_id: int | None = None
    evidence: dict[str, int | str] = field(default_factory=dict)
    alternatives: tuple[tuple[str, float], ...] = ()


def decide(events: Sequence[Event]) -> None:
    """Read `message.received`: the first message of a ticket without a team gets a decision."""
    firsts = {pk_of(event.subject): event for event in events if event.data["first"]}
    with rows.deferred(len(firsts)):
        # What is missing was erased meanwhile.
        for pk, ticket in rows.lock(Ticket.objects.select_related("mailbox"), firsts).items():
            _decide(ticket, firsts[pk])


def _decide(ticket: Ticket, event: Event) -> None:
    actor = AUTHOR.because_of(event)
    if ticket.team_id is None:
        make(ticket, propose(ticket.mailbox), actor=actor, at=clock.now())
    else:
        # A person was quicker: nothing to decide, but what waits for the sorting may go on.
        tickets.triaged(ticket, decision=None, fits_none=False, actor=actor, at=clock.now())


def propose(mailbox: Mailbox | None) -> Proposal:
    """Whose is a message that came to this mailbox? Pure."""
    if mailbox is None:
        return Proposal("", 0.0, "no-mailbox")
    if mailbox.team_id is None:
        return Proposal("", 0.0, "mailbox-without-team", evidence={"mailbox": mailbox.pk})
    return Proposal(f"team:{mailbox.team_id}", 1.0, "mailbox", mailbox.responsible_id, {"mailbox": mailbox.pk})


def make(ticket: Ticket, proposal: Proposal, *, actor: Actor, at: datetime) -> Decision:
    """Write the decision down with what the approval gate says of it, and put into effect what it lets through."""
    with unit():
        decision = Decision(
            ticket=ticket,
            question="team",
            choice=proposal.choice,
            confidence=proposal.confidence,
            reason=proposal.reason,
            evidence=proposal.evidence,
            alternatives=[{"choice": choice, "confidence": sure} for choice, sure in proposal.alternatives],
            author=actor.ref,
            responsible_id=proposal.responsible_id,
            made_at=at,
        )
        decision.applied_at = at if approval.may_apply(decision) else None
        rows.insert(decision)
        record(
            verbs.DECISION_MADE,
            ticket,
            actor=actor,
            at=at,
            decision=ref(decision),
            question="team",
            choice=proposal.choice or None,
            responsible=f"agent:{proposal.responsible_id}" if proposal.responsible_id else None,
        )
        if decision.applied_at is not None:
            approval.put_into_effect(decision, ticket, actor=actor, at=at)
        tickets.triaged(ticket, decision=ref(decision), fits_none=not proposal.choice, actor=actor, at=at)
    return decision
