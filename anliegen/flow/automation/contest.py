"""A customer wants a person to check what automation decided: it is written down, and it lands with somebody."""

from collections.abc import Callable
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.automation import verbs
from anliegen.flow.automation.log import entries
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
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Ticket

RULE = Actor.rule("contest")


def contest(decision: Decision, *, actor: Actor, at: datetime, language: str = "") -> Decision:
    """Ask for a person. It is a message of the customer's like any other, so that the check is due as every answer is:
    the ticket is open again and has an assignee, automation keeps away, and a note says what is to be checked.

    Somebody who has it already keeps it; else it goes to the team's lead, or to who answers for the decision. What a
    person said of it before is asked anew. A decision is contested once; asking again changes nothing.
    """
    actor.insist_on_a_person()
    with unit():
        held(Ticket, decision.ticket_id)  # first, as everybody who holds both
        decision = held(Decision, decision.pk)
        if decision.contested_at is not None:
            return decision
        decision.contested_at = at
        decision.settled_at, decision.settled_by, decision.settled_as = None, None, ""
        decision.settled_choice, decision.is_implied = "", False
        decision.save()
        record(verbs.DECISION_CONTESTED, decision.ticket, actor=actor, at=at, decision=ref(decision))
        _bring_to_a_person(decision, actor, at, language)
    return decision


def _bring_to_a_person(decision: Decision, actor: Actor, at: datetime, language: str) -> None:
    asked = Ticket.objects.get(pk=decision.ticket_id)
    said = Received(
        channel="form",
        person_id=asked.person_id,
        text=_in(language or asked.language, lambda: _wish(decision)),
        written_at=at,
        enclosed=Enclosed(is_ours=True),
    )
    message = actions.receive(said, ticket=asked, actor=actor, at=at)  # goes where the ticket is carried on
    ticket = actions.take_by_hand(message.ticket, why="contested", actor=actor, at=at)
    if ticket.status != "open":
        ticket = actions.change(ticket, Change(status="open"), actor=actor, at=at)
    ticket = Ticket.objects.select_related("team__lead", "assignee").get(pk=ticket.pk)
    ticket = actions.change(ticket, Change(assignee=ticket.assignee or reviewer(decision, ticket)), actor=RULE, at=at)
    text = _in(the_operator().default_language, lambda: _task(decision))
    actions.write_note(ticket, text=text, actor=RULE, at=at)


def _in(language: str, say: Callable[[], str]) -> str:
    with translation.override(language if language in ("de", "en") else the_operator().default_language):
        return say()


def _wish(decision: Decision) -> str:
    [entry] = entries([decision])
    asked = {"question": entry.asked_by_customers, "choice": entry.choice_for_customers}
    return _("I would like a person to check what was decided automatically. %(question)s: %(choice)s") % asked


def _task(decision: Decision) -> str:
    [entry] = entries([decision])
    told = {"question": entry.question, "choice": entry.choice or _("nothing fits"), "why": explain(decision)}
    return (
        _(
            "The customer asks for a person to check an automated decision and to answer. %(question)s Decided was:"
            " %(choice)s. Why: %(why)s"
        )
        % told
    )


def reviewer(decision: Decision, ticket: Ticket) -> Agent | None:
    """Who checks it when nobody has the ticket yet; None when neither team nor decision names a person at work."""
    lead = ticket.team.lead if ticket.team is not None else None
    return next((agent for agent in (lead, decision.responsible) if agent is not None and agent.is_active), None)
