"""What automation decided about a concern, why, who answers for it; and the wish that a person checks it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from anliegen.faces.portal import errors
from anliegen.faces.portal.proof import Proof, proven
from anliegen.faces.portal.visit import Visit
from anliegen.flow.automation import contest as automation
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets.models import Message, Ticket


@dataclass(frozen=True)
class Reviewable:
    """A decision as its customer reads it. `answered_at` is when a person wrote after it was contested."""

    pk: int
    what: str
    why: str
    responsible: str
    made_at: datetime
    contested_at: datetime | None
    answered_by: str
    answered_at: datetime | None


def decisions_of(ticket: Ticket) -> list[Reviewable]:
    """Newest first. What was proposed but not applied changed nothing, and what was left to a person is none.

    What was read out of the words is none either: what followed from it is.
    """
    applied = Decision.objects.filter(ticket=ticket, applied_at__isnull=False).exclude(question="signal")
    decisions = applied.select_related("responsible")
    return [_readable(each) for each in decisions.order_by("-pk")]


@proven(methods=("GET", "POST"))
def contest(visit: Visit, proof: Proof, decision: int) -> HttpResponseBase:
    """Have a person check it."""
    if visit.request.method != "POST":
        return visit.go("status", **proof.address)
    found = Decision.objects.filter(pk=decision, ticket=proof.ticket, applied_at__isnull=False).first()
    if found is None:
        return errors.closed_link(visit.request)
    automation.contest(found, actor=Actor.person(proof.ticket.person_id), at=visit.at)
    return visit.go("status", query={"done": "review"}, fragment="done", **proof.address)


def _readable(decision: Decision) -> Reviewable:
    answer = _answer_after(decision)
    return Reviewable(
        pk=decision.pk,
        what=_what(decision),
        why=explain(decision),
        responsible=decision.responsible.name if decision.responsible is not None else "",
        made_at=decision.made_at,
        contested_at=decision.contested_at,
        answered_by=answer.agent.name if answer is not None and answer.agent is not None else "",
        answered_at=answer.created_at if answer is not None else None,
    )


def _what(decision: Decision) -> str:
    """What the rule did, as a sentence."""
    choice = choice_in_words(decision.choice)
    match decision.question:
        case "team":
            return _("A rule gave your concern to the team %(team)s.") % {"team": choice}
        case "assignee":
            return _("A rule gave your concern to %(name)s.") % {"name": choice}
        case "by-hand":
            return _("A rule keeps automation away from your concern: people alone see to it.")
        case "level":
            return _("A rule brought your concern further up: %(level)s.") % {"level": choice}
    return f"{decision.get_question_display()} {choice}"


def _answer_after(decision: Decision) -> Message | None:
    """The first message of a person that reached the customer after they asked for the check."""
    if decision.contested_at is None:
        return None
    answers = Message.objects.filter(
        ticket=decision.ticket_id,
        direction="out",
        agent__isnull=False,
        is_forward=False,
        state__in=("sent", "delivered"),
        created_at__gt=decision.contested_at,
    )
    return answers.select_related("agent").order_by("created_at", "pk").first()
