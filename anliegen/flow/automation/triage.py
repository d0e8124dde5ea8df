"""What is this message about, and whose is it? For now one rule: the mailbox decides the team."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, ref
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

AUTHOR = Actor.rule("mailbox")


def decide(events: Sequence[Event]) -> None:
    """Read `message.received`: the first message of a ticket without a team gets a decision."""
    firsts = {pk_of(event.subject): event for event in events if event.data["first"]}
    with rows.deferred(len(firsts)):
        # What is missing was erased meanwhile.
        for pk, ticket in rows.lock(Ticket.objects.select_related("mailbox", "person"), firsts).items():
            _decide(ticket, firsts[pk])


def _decide(ticket: Ticket, event: Event) -> None:
    actor, at = AUTHOR.because_of(event), clock.now()
    if ticket.person.by_hand_since is not None:
        # Their wish holds from the first moment of a concern; whose it is they hear as quickly as everybody.
        ticket = tickets.take_by_hand(ticket, why="customer", actor=actor, at=at)
    if ticket.team_id is not None:
        # A person was quicker: nothing to decide, but what waits for the sorting may go on.
        tickets.triaged(ticket, decision=None, fits_none=False, actor=actor, at=at)
        return
    make(ticket, propose(ticket.mailbox), actor=actor, at=at)


def make(ticket: Ticket, proposal: Proposal, *, actor: Actor, at: datetime) -> Decision:
    """Decide the team; then the sorting is over, and what waits for it may go on."""
    with unit():
        decision = approval.submit(ticket, "team", proposal, actor=actor, at=at)
        tickets.triaged(ticket, decision=ref(decision), fits_none=not proposal.choice, actor=actor, at=at)
    return decision


def propose(mailbox: Mailbox | None) -> Proposal:
    """Whose is a message that came to this mailbox? Pure."""
    if mailbox is None:
        return Proposal("", 0.0, "no-mailbox")
    if mailbox.team_id is None:
        return Proposal("", 0.0, "mailbox-without-team", evidence={"mailbox": mailbox.pk})
    return Proposal(f"team:{mailbox.team_id}", 1.0, "mailbox", mailbox.responsible_id, {"mailbox": mailbox.pk})
