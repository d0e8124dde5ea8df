"""The customer's judgement: is the concern settled?"""

from django.http import HttpResponseBase

from anliegen.faces.portal import status
from anliegen.faces.portal.forms import OutcomeForm
from anliegen.faces.portal.proof import Proof, proven
from anliegen.faces.portal.visit import Visit
from anliegen.flow.feedback import outcome
from anliegen.ground.journal.actors import Actor


@proven(methods=("GET", "POST"))
def state(visit: Visit, proof: Proof) -> HttpResponseBase:
    """Take the answer. When meanwhile there is nothing to judge any more, the page shows how it stands."""
    if visit.request.method != "POST":
        return visit.go("status", **proof.address)
    form = OutcomeForm(visit.request.POST)
    if not form.is_valid():
        return status.page(visit, proof, judgement=form, status=422)
    try:
        outcome.state(
            proof.ticket,
            answer=form.cleaned_data["answer"],
            words=form.cleaned_data["words"],
            actor=Actor.person(proof.ticket.person_id),
            at=visit.at,
        )
    except outcome.NothingToAnswer:
        return visit.go("status", **proof.address)
    return visit.go("status", query={"done": "outcome"}, fragment="done", **proof.address)
