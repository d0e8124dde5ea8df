"""A person has checked what a customer contested: what they found, and why, so that whoever answers can say it."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.automation import approval
from anliegen.flow.automation.log import entries
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.queries import carried_on

LONGEST_WHY = 1000
STANDS, TAKEN_BACK = "stands", "taken-back"  # what was found; anything else is the choice that is right


def answer(decision: Decision, found: str, *, why: str, by: Agent, at: datetime) -> Decision:
    """Settle it in the agent's name, and keep the reason as a note where the concern is carried on.

    Sends nothing: the customer reads on their page that it was checked, and gets the answer that a person writes.
    Raises AlreadySettled, NothingToUndo.
    """
    with unit():
        if found in (STANDS, decision.choice):
            done = approval.confirm(decision, by=by, at=at)
        elif found == TAKEN_BACK:
            done = approval.reject(decision, by=by, at=at)
        else:
            done = approval.correct(decision, found, by=by, at=at)
        ticket = carried_on(done.ticket)
        with translation.override(the_operator().default_language):
            text = _told(done, " ".join(why.split())[:LONGEST_WHY])
        actions.write_note(ticket, text=text, actor=Actor.agent(by.pk), at=at)
    return done


def _told(decision: Decision, why: str) -> str:
    [entry] = entries([decision])
    match decision.settled_as:
        case "confirmed":
            found = _("It stands: %(choice)s.") % {"choice": entry.choice or _("nothing fits")}
        case "corrected":
            found = _("Changed to: %(choice)s.") % {"choice": entry.settled_choice}
        case _:
            found = _("Taken back.")
    told = {"question": entry.question, "found": found, "why": why}
    return _("A person has checked the automated decision. %(question)s %(found)s Why: %(why)s") % told
