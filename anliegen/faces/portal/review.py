"""What automation decided about a concern, why, who answers for it; and the wish that a person checks it."""

from dataclasses import dataclass

from django.http import HttpResponseBase

from anliegen.faces.portal import errors
from anliegen.faces.portal.proof import Proof, proven
from anliegen.faces.portal.visit import Visit
from anliegen.flow.automation import contest as automation
from anliegen.flow.automation import opting
from anliegen.flow.automation.for_customers import FOR_CUSTOMERS
from anliegen.flow.automation.log import Entry, entries
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Message, Ticket


@dataclass(frozen=True)
class Reviewable:
    """A decision as its customer reads it, and what became of its check. `answer` is what a person wrote since."""

    entry: Entry
    answer: Message | None
    checker: str

    @property
    def decision(self) -> Decision:
        return self.entry.decision

    @property
    def is_checked(self) -> bool:
        """Whether a person has said something of it since it was contested."""
        return self.decision.contested_at is not None and self.decision.settled_at is not None

    @property
    def is_changed(self) -> bool:
        return self.decision.settled_as in ("corrected", "undone", "rejected", "stopped")

    @property
    def is_model(self) -> bool:
        return self.decision.author.startswith("model:")


def decisions_of(ticket: Ticket, live: Ticket) -> list[Reviewable]:
    """Newest first. What was proposed but not applied changed nothing, and what was left to a person is none; what only
    colleagues need stays inside. `live` is where the ticket is carried on."""
    decisions = Decision.objects.real().filter(ticket=ticket, applied_at__isnull=False, question__in=FOR_CUSTOMERS)
    rows = list(decisions.select_related("responsible", "settled_by", "message", "ticket").order_by("-pk"))
    checker = live.assignee.name if live.assignee is not None else ""
    return [Reviewable(entry, _answer_after(entry.decision, live), checker) for entry in entries(rows)]


@proven(methods=("GET", "POST"))
def contest(visit: Visit, proof: Proof, decision: int) -> HttpResponseBase:
    """Have a person check it."""
    if visit.request.method != "POST":
        return visit.go("status", **proof.address)
    theirs = Decision.objects.real().filter(ticket=proof.ticket, applied_at__isnull=False, question__in=FOR_CUSTOMERS)
    found = theirs.filter(pk=decision).first()
    if found is None:
        return errors.closed_link(visit.request)
    automation.contest(found, actor=Actor.person(proof.ticket.person_id), at=visit.at, language=visit.language)
    return visit.go("status", query={"done": "review"}, fragment="done", **proof.address)


def _answer_after(decision: Decision, live: Ticket) -> Message | None:
    """The first message of a person that reached the customer after they asked for the check."""
    if decision.contested_at is None:
        return None
    answers = Message.objects.filter(
        ticket=live,
        direction="out",
        agent__isnull=False,
        is_forward=False,
        state__in=("sent", "delivered"),
        created_at__gt=decision.contested_at,
    )
    return answers.select_related("agent").order_by("created_at", "pk").first()


@proven(methods=("GET", "POST"))
def people_only(visit: Visit, proof: Proof) -> HttpResponseBase:
    """No automation for this concern, or for all of theirs; or again, if they think better of it."""
    if visit.request.method != "POST":
        return visit.go("status", **proof.address)
    deed = DEEDS.get(visit.request.POST.get("do", ""))
    if deed is None:
        return errors.closed_link(visit.request)
    about = proof.ticket if visit.request.POST["do"].startswith("all") else queries.carried_on(proof.ticket)
    deed(about, actor=Actor.person(proof.ticket.person_id), at=visit.at)
    return visit.go("status", query={"done": "automation"}, fragment="done", **proof.address)


DEEDS = {
    "this-people": opting.people_for_this,
    "this-automation": opting.automation_for_this,
    "all-people": opting.people_for_all,
    "all-automation": opting.automation_for_all,
}
