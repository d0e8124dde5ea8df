"""Attachments and raw mails, handed out so that nothing in them can act in our pages."""

from typing import TypeVar
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.ground import files
from anliegen.ground.text import safe_filename
from anliegen.oversight.compliance import ledger
from anliegen.records.tickets.models import Attachment

# The first bytes decide what a picture is, not what the sender says.
MAGIC = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
R = TypeVar("R", bound=HttpResponseBase)
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@asks("ticket.read")
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, always as a download."""
    file = visible(request, pk)
    return _handed_out(file.sha256, "application/octet-stream", f"attachment; {_filename(file.filename)}")


@asks("ticket.read")
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture for the page; anything else is not found here."""
    file = visible(request, pk)
    kind = picture_kind(file.sha256)
    if kind is None:
        raise Http404
    response = _handed_out(file.sha256, kind, "inline")
    patch_cache_control(response, private=True, max_age=3600)
    return response


@asks("intake.read")
def source(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The raw mail as it came, as a download."""
    line = get_object_or_404(ledger.lines_for(agent_of(request)), pk=pk)  # what opened no concern has a team, too
    if not files.exists(line.sha256):
        raise Http404
    return _handed_out(line.sha256, "application/octet-stream", f'attachment; filename="mail-{line.pk}.eml"')


def picture_kind(sha256: str) -> str | None:
    """The kind of picture by its first bytes; None for everything else, SVG among it."""
    if not files.exists(sha256):
        return None
    with files.path(sha256).open("rb") as opened:
        start = opened.read(16)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in MAGIC if start.startswith(magic)), None)


def visible(request: HttpRequest, pk: int) -> Attachment:
    file = get_object_or_404(Attachment.objects.select_related("message"), pk=pk)
    ticket_for(agent_of(request), file.message.ticket_id)
    if not files.exists(file.sha256):
        raise Http404
    return file


def handed_out(content: bytes, name: str) -> HttpResponse:
    """Bytes that lie in no file of their own, as a download."""
    return guarded(HttpResponse(content), "application/octet-stream", f"attachment; {_filename(name)}")


def _handed_out(sha256: str, content_type: str, disposition: str) -> FileResponse:
    return guarded(FileResponse(files.path(sha256).open("rb")), content_type, disposition)


def guarded(response: R, content_type: str, disposition: str) -> R:
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = disposition
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_cache_control(response, private=True, no_store=disposition.startswith("attachment"))
    return response


def _filename(name: str) -> str:
    safe = safe_filename(name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_").replace('"', "")
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}"
