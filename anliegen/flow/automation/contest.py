"""A customer wants a person to check what automation decided: it is written down, and it lands with somebody."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.automation import verbs
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket

RULE = Actor.rule("contest")


def contest(decision: Decision, *, actor: Actor, at: datetime) -> Decision:
    """Ask for a person. The ticket is open again, has an assignee, and a note says what is to be checked.

    Somebody who has it already keeps it; else it goes to the team's lead, or to who answers for the decision.
    A decision is contested once; asking again changes nothing.
    """
    with unit():
        decision = held(Decision, decision.pk)
        if decision.contested_at is not None:
            return decision
        decision.contested_at = at
        decision.save(update_fields=["contested_at"])
        record(verbs.DECISION_CONTESTED, decision.ticket, actor=actor, at=at, decision=ref(decision))
        _bring_to_a_person(decision, actor, at)
    return decision


def _bring_to_a_person(decision: Decision, actor: Actor, at: datetime) -> None:
    ticket = Ticket.objects.select_related("team__lead", "assignee").get(pk=decision.ticket_id)
    ticket = actions.change(ticket, Change(status="open"), actor=actor, at=at)
    ticket = actions.change(ticket, Change(assignee=ticket.assignee or reviewer(decision, ticket)), actor=RULE, at=at)
    with translation.override(the_operator().default_language):
        text = _("The customer asks for a person to check an automated decision and to answer: %(what)s") % {
            "what": explain(decision)
        }
    actions.write_note(ticket, text=text, actor=RULE, at=at)


def reviewer(decision: Decision, ticket: Ticket) -> Agent | None:
    """Who checks it when nobody has the ticket yet; None when neither team nor decision names a person at work."""
    lead = ticket.team.lead if ticket.team is not None else None
    return next((agent for agent in (lead, decision.responsible) if agent is not None and agent.is_active), None)
