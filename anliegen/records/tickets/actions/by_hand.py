"""Keeping automation away from a ticket, and how far up it is."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import UnknownChoice, touch
from anliegen.records.tickets.models import BY_HAND, LEVELS, Ticket

REASONS = frozenset(code for code, _word in BY_HAND)
STEPS = frozenset(step for step, _word in LEVELS)


def take_by_hand(ticket: Ticket, *, why: str, actor: Actor, at: datetime) -> Ticket:
    """From now on people alone see to it. The first reason stays. Raises UnknownChoice for a reason nobody knows."""
    if why not in REASONS:
        raise UnknownChoice(why)
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if ticket.by_hand_since is not None:
            return ticket
        ticket.by_hand_since, ticket.by_hand_why = at, why
        touch(ticket, at, "by_hand_since", "by_hand_why")
        record(verbs.TICKET_BY_HAND, ticket, actor=actor, at=at, why=why)
    return ticket


def let_automation_help(ticket: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Automation may help again; only a person says so. Raises NeedsAPerson."""
    actor.insist_on_a_person()
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if ticket.by_hand_since is None:
            return ticket
        why, ticket.by_hand_since, ticket.by_hand_why = ticket.by_hand_why, None, ""
        touch(ticket, at, "by_hand_since", "by_hand_why")
        record(verbs.TICKET_AUTOMATIC, ticket, actor=actor, at=at, why=why)
    return ticket


def escalate(ticket: Ticket, *, to: int, triggers: Sequence[str], actor: Actor, at: datetime) -> Ticket:
    """Put the ticket on an escalation level (of LEVELS), because of these codes. A machine only ever raises it.

    Raises UnknownChoice for a level that does not exist, NeedsAPerson for a machine that would lower it.
    """
    if to not in STEPS:
        raise UnknownChoice(str(to))
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if ticket.level == to:
            return ticket
        if to < ticket.level:
            actor.insist_on_a_person()
        was, ticket.level = ticket.level, to
        touch(ticket, at, "level")
        record(
            verbs.TICKET_ESCALATED,
            ticket,
            actor=actor,
            at=at,
            to=f"level-{to}",
            was=f"level-{was}",
            triggers=sorted(set(triggers)),
        )
    return ticket
