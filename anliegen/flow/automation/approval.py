"""The gate between a decision and its effect: reversible and sure may apply by itself, all else waits for a person."""

from datetime import datetime

from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Team
from anliegen.records.tickets import actions, verbs
from anliegen.records.tickets.models import Ticket

SURE = 0.95  # below this a person is asked
REVERSIBLE = {"team"}  # questions whose answer can be taken back without anybody outside noticing


def put_into_effect(decision: Decision, ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """Apply the decision if it may be, and say that the ticket was looked at in any case."""
    if may_apply(decision):
        team = Team.objects.get(pk=int(decision.choice.partition(":")[2]))
        actions.assign(ticket, to=team, actor=actor, at=at)
        decision.applied_at = at
        decision.save(update_fields=["applied_at"])
    record(verbs.TICKET_TRIAGED, ticket, actor=actor, at=at, decision=ref(decision))


def may_apply(decision: Decision) -> bool:
    """Reversible, sure enough, and somebody answers for it."""
    return (
        decision.question in REVERSIBLE
        and bool(decision.choice)
        and decision.confidence >= SURE
        and decision.responsible_id is not None
    )
