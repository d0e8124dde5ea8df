"""A mail that lies in a mail: read in its place, in words, and its files one by one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from markupsafe import Markup

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.tickets import enclosures
from anliegen.faces.workspace.tickets.files import handed_out, visible
from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.email.html.cleaned import from_text
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Contact, Incoming
from anliegen.ground import files
from anliegen.records.tickets.models import Attachment


@asks("ticket.read")
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who wrote it to whom and when, what it says, what it brings."""
    file = visible(request, pk)
    inner = _read(file)
    context = {
        "file": file,
        "mail": inner,
        "sender": _person(inner.sender) if inner.sender else None,
        "to": ", ".join(_person(one) for one in inner.to[:20]) or None,
        "copies": ", ".join(_person(one) for one in inner.cc[:20]) or None,
        "text": Markup(from_text(inner.text)),  # noqa: S704 (escaped there)
        "files": list(enumerate(inner.attachments)),
        "remarks": enclosures.remarks(inner.seal),
    }
    return page(request, "workspace/ticket/embedded.html", context)


@asks("ticket.read")
def part(request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
    """One file of it, as a download."""
    attachments = _read(visible(request, pk)).attachments
    if place >= len(attachments):
        raise Http404
    return handed_out(attachments[place].content, attachments[place].filename)


def _read(file: Attachment) -> Incoming:
    if file.content_type not in enclosures.MAILS:
        raise Http404
    return parse(files.get(file.sha256), keys=mail_keys.load)


def _person(contact: Contact) -> str:
    return f"{contact.name} <{contact.address}>" if contact.name else contact.address
