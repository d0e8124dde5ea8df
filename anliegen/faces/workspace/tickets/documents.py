"""One concern as a document: JSON, PDF, or a page to print. That somebody took it out is written down."""

import json
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui import pdf
from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.tickets import printed
from anliegen.faces.workspace.tickets.files import handed_out
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.ground import clock
from anliegen.oversight.compliance.dossier import dossier
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

TEMPLATE = Path(__file__).parent / "sheet.typ"
FILES = ("pdf", "json", "print")


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, number: int) -> HttpResponse:
    """Choose what it shall be (GET), and have it (POST)."""
    ticket = ticket_for(agent_of(request), number)
    if request.method != "POST":
        return _ask(request, ticket)
    file = request.POST.get("file", "")
    if file not in FILES:
        raise Http404
    if file == "pdf" and not pdf.is_there():
        return _ask(request, ticket, status=409)
    made_at, with_notes = clock.now(), request.POST.get("notes") == "yes"
    whole = dossier(ticket, viewer=agent_of(request), with_notes=with_notes, at=made_at)
    made = _made(request, file, whole)
    actions.note_copy(ticket, file=file, with_notes=whole["with_notes"], actor=actor_of(request), at=made_at)
    return made


def _made(request: HttpRequest, file: str, whole: dict[str, Any]) -> HttpResponse:
    name = _("concern-%(number)s") % {"number": whole["ticket"]["number"]}
    if file == "json":
        content = json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"
        response = handed_out(content, f"{name}.json")
        response.headers["Content-Type"] = "application/json"
        return response
    if file == "pdf":
        response = handed_out(pdf.made(TEMPLATE, printed.sheet(whole)), f"{name}.pdf")
        response.headers["Content-Type"] = "application/pdf"
        return response
    return page(request, "workspace/ticket/print.html", {"sheet": printed.sheet(whole)})


def _ask(request: HttpRequest, ticket: Ticket, *, status: int = 200) -> HttpResponse:
    context = {"ticket": ticket, "has_pdf": pdf.is_there(), "may_note": may(agent_of(request), "ticket.note", ticket)}
    return page(request, "workspace/ticket/document.html", context, block="dialog", status=status)
