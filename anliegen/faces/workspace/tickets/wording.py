"""What in an answer reads badly, and what could stand there. The writer takes it up part by part, or leaves it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.assist.wording import Remark, review
from anliegen.flow.assist.wording.phrases import LANGUAGES
from anliegen.ground.language import language_of

LONGEST = 50_000  # characters that are looked at
KINDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "negation": (_("says what is not possible"), _("Say what is possible, and why.")),
    "passive": (_("hides who acts"), _("Say who does it.")),
    "officialese": (_("officialese"), _("A plain word says the same.")),
    "blame": (_("sounds like blame"), _("Say what is missing, not who failed.")),
    "demand": (_("sounds like an order"), _("Ask for it.")),
    "doubled": (_("says it twice"), _("Once is enough.")),
    "filler": (_("says nothing"), _("The sentence means the same without it.")),
    "repeated": (_("stands there already"), _("Once is enough.")),
    "rewritten": (_("written again"), _("Check that nothing was lost or added.")),
    "whole": (_("written again"), _("Check that nothing was lost or added.")),
    "rehearsed": (_("rehearsed phrase"), _("Say something that is true of this concern, or leave it out.")),
}


@dataclass(frozen=True)
class Shown:
    """A remark as the page tells it."""

    remark: Remark

    @property
    def kind(self) -> str | Promise:
        return KINDS[self.remark.kind][0]

    @property
    def advice(self) -> str | Promise:
        return KINDS[self.remark.kind][1]

    @property
    def proposals(self) -> list[tuple[str, str | Promise]]:
        """(what will stand there, how it is shown)."""
        left_out = pgettext_lazy("wording", "leave it out")
        return [(words, words.strip() or left_out) for words in self.remark.proposals]


@asks("ticket.reply")
@require_POST
def wording(request: HttpRequest, number: int) -> HttpResponse:
    """The remarks on the answer as it stands in its form; sends nothing, saves nothing, asks nobody outside."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.reply", ticket)
    text = request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST]
    language = language_of(text) or ticket.language or "de"
    context = {
        "remarks": [Shown(one) for one in review(text, language=language)],
        "has_text": bool(text.strip()),
        "knows_language": language[:2] in LANGUAGES,
    }
    return page(request, "workspace/ticket/wording.html", context)
