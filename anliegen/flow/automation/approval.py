"""The gate between a decision and its effect: reversible and sure may apply by itself, all else waits for a person."""

from datetime import datetime

from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

SURE = 0.95  # below this a person is asked
REVERSIBLE = {"team"}  # questions whose answer can be taken back without anybody outside noticing


def may_apply(decision: Decision) -> bool:
    """Reversible, sure enough, and somebody answers for it."""
    return (
        decision.question in REVERSIBLE
        and bool(decision.choice)
        and decision.confidence >= SURE
        and decision.responsible_id is not None
    )


def put_into_effect(decision: Decision, ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """Do what was decided."""
    # Only the key is needed; that the team exists the database checks.
    team = Team(pk=pk_of(decision.choice))
    actions.assign(ticket, to=team, actor=actor, at=at)
