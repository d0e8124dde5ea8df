"""Keeping what is being written: its words within a second, its files at once. What two devices wrote both stays."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import attaching
from anliegen.faces.workspace.tickets.assisting.views import model_of
from anliegen.faces.workspace.tickets.drafts import PERMISSION, writing_of
from anliegen.faces.workspace.tickets.files import guarded, picture_kind
from anliegen.ground import clock, files
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Draft, DraftFile, Message, Ticket


@asks("ticket.read")
@require_POST
def keep(request: HttpRequest, number: int) -> HttpResponse:
    """Keep the words as they stand. 409 with what else was kept meanwhile; nothing is overwritten unseen."""
    ticket, kind = _ticket_and_kind(request, number)
    row = _known(request, ticket)
    if row is not None and request.POST.get("empty"):
        return _clear(request, row)
    own = list(row.attached.order_by("pk")) if row is not None else []
    heard = _number(request, "answers") if row is None else None
    try:
        kept = actions.keep_draft(
            ticket,
            writing_of(request.POST, own),
            kind=kind,
            draft=_number(request, "draft"),
            version=_number(request, "draft_version") or 0,
            answers=Message.objects.filter(pk=heard, ticket=ticket).first() if heard else None,
            model=model_of(request, ticket),
            actor=actor_of(request),
            at=clock.now(),
        )
    except actions.Overwritten as other:
        return _overwritten(request, other.draft)
    except actions.DraftGone:
        return _overwritten(request, None)
    at = timezone.localtime(kept.updated_at).strftime("%H:%M")
    return JsonResponse({"draft": kept.pk, "version": kept.version, "at": at})


@asks("ticket.read")
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Throw the draft away; the form is empty again."""
    ticket, _kind = _ticket_and_kind(request, number)
    row = _known(request, ticket)
    if row is not None:
        actions.discard_draft(row, actor=actor_of(request), at=clock.now())
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    return response


@asks("ticket.read")
@require_POST
def upload(request: HttpRequest, number: int) -> HttpResponse:
    """Take one file in at once. What is refused says why, and stays with its writer."""
    ticket, kind = _ticket_and_kind(request, number)
    given = request.FILES.get("file")
    if given is None:
        raise Http404
    row = _known(request, ticket)
    try:
        attaching.insist_on_kind(given.name or "")
        attaching.insist_on_size([given, *(row.attached.all() if row is not None else ())])
    except ValidationError as problem:
        return JsonResponse({"problem": " ".join(problem.messages)}, status=422)
    try:
        draft, stored = _number(request, "draft"), attaching.keep(given)
        file = actions.add_file(ticket, stored, kind=kind, draft=draft, actor=actor_of(request), at=clock.now())
    except actions.DraftGone:
        return _overwritten(request, None)
    key, words = attaching.named(file.pk, file.as_file())
    return JsonResponse({"draft": file.draft_id, "version": file.draft.version, "file": key, "words": words})


@asks("ticket.read")
@require_POST
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The file does not go along after all."""
    actions.take_out(_file(request, pk))
    return HttpResponse(status=204)


@asks("ticket.read")
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture of a draft, for the editor; anything else is not found here."""
    file = _file(request, pk)
    kind = picture_kind(file.sha256)
    if kind is None:
        raise Http404
    return guarded(FileResponse(files.path(file.sha256).open("rb")), kind, "inline")


def _clear(request: HttpRequest, row: Draft) -> HttpResponse:
    try:
        actions.clear_draft(row, version=_number(request, "draft_version") or 0)
    except actions.Overwritten as other:
        return _overwritten(request, other.draft)
    except actions.DraftGone:
        pass
    return JsonResponse({"draft": "", "version": 0, "at": ""})


def _overwritten(request: HttpRequest, other: Draft | None) -> HttpResponse:
    """Both versions stay until a person has chosen: this one in the form, the other one shown beside it."""
    return page(request, "workspace/ticket/overwritten.html", {"other": other}, status=409)


def _ticket_and_kind(request: HttpRequest, number: int) -> tuple[Ticket, str]:
    # Asked once a second by whoever writes, so without all that a page shows.
    ticket = get_object_or_404(Ticket.objects.visible_to(agent_of(request)), pk=number)
    kind = request.POST.get("kind", "")
    if kind not in PERMISSION:
        raise Http404
    insist(request, PERMISSION[kind], ticket)
    return ticket, kind


def _known(request: HttpRequest, ticket: Ticket) -> Draft | None:
    """The draft that the form names, if there still is one and this agent may write in it."""
    pk = _number(request, "draft")
    row = Draft.objects.filter(pk=pk, ticket=ticket).first() if pk else None
    if row is not None and not row.is_written_by(agent_of(request)):
        raise PermissionDenied
    return row


def _file(request: HttpRequest, pk: int) -> DraftFile:
    found = get_object_or_404(DraftFile.objects.select_related("draft"), pk=pk)
    get_object_or_404(Ticket.objects.visible_to(agent_of(request)), pk=found.draft.ticket_id)
    if not found.draft.is_written_by(agent_of(request)):
        raise Http404
    return found


def _number(request: HttpRequest, name: str) -> int | None:
    given: Any = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
