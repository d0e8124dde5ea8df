"""A message in the reader's language, by a language model: asked for by a press, kept beside it as what it is."""

import re
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, insist
from anliegen.faces.workspace.tickets import translating
from anliegen.faces.workspace.tickets.assisting.hindered import why
from anliegen.faces.workspace.tickets.assisting.material import Concern
from anliegen.faces.workspace.tickets.assisting.proposed import translated
from anliegen.flow.assist.taken import OPEN
from anliegen.ground import clock
from anliegen.records.tickets import actions
from anliegen.records.tickets.paragraphs import paragraphs

_OPEN = re.compile(r"\{\{\?([^{}]{1,80})\}\}")


@asks("ticket.note")
@require_POST
def by_model(request: HttpRequest, message: int) -> HttpResponse:
    """Ask for it, and keep what comes as a model's translation; the message stays as it is. Where a person has
    translated it, or is at it, nothing is asked."""
    beside = translating.Beside(request, message)
    insist(request, "ticket.note", beside.ticket)
    if not beside.wants_model:
        return translating.done(request, beside)
    concern = Concern(beside.ticket, beside.agent, "")
    outcome = translated(beside.message, beside.into, concern, actor=actor_of(request), at=clock.now())
    if not outcome.text:
        return translating.shown(request, beside, trouble=why(outcome))
    parts = paragraphs(_OPEN.sub(_left_out, outcome.text))
    with suppress(actions.TranslatedMeanwhile):  # somebody was quicker: theirs is shown
        actions.translate(
            beside.message,
            parts,
            language=beside.into,
            model=outcome.model,
            actor=actor_of(request),
            at=clock.now(),
            begun_on=0,
        )
    return translating.done(request, beside)


def _left_out(place: re.Match[str]) -> str:
    """Nobody fills in anything here: what is left out of it stands in the original. A model's own marks go."""
    return f"[{place[1]}]" if place[0] in OPEN.values() else "[…]"
