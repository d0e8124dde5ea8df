"""/dev/mail: without a mail server, the mails that would have gone out."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.flow.channels.email.send import outbox_folder
from anliegen.ground import clock

SHOWN = 200
NAME = re.compile(r"[\w.-]{1,120}\.eml")


@dataclass(frozen=True)
class Kept:
    """One mail in the folder."""

    name: str
    at: datetime
    to: str
    subject: str


@asks("intake.read")
def mails(request: HttpRequest) -> HttpResponse:
    """The newest ones first."""
    _only_without_a_server()
    files = sorted(outbox_folder().glob("*.eml"), key=lambda file: file.name, reverse=True)[:SHOWN]
    return page(request, "workspace/outbox.html", {"mails": [_kept(file) for file in files]})


@asks("intake.read")
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as its reader would see it, with its headers."""
    _only_without_a_server()
    file = outbox_folder() / name
    if not NAME.fullmatch(name) or not file.is_file():
        raise Http404
    read = _read(file)
    body = read.get_body(("plain",))
    context = {
        "mail": _kept(file),
        "headers": [(key, str(value)) for key, value in read.items()],
        "text": body.get_content() if body is not None else "",
        "attachments": [part.get_filename() or part.get_content_type() for part in read.iter_attachments()],
    }
    return page(request, "workspace/outbox_mail.html", context)


def _only_without_a_server() -> None:
    if settings.ANLIEGEN_SMTP_URL:
        raise Http404


def _kept(file: Path) -> Kept:
    read = _read(file)
    at = datetime.fromtimestamp(file.stat().st_mtime, clock.now().tzinfo)
    return Kept(file.name, at, str(read.get("To", "")), str(read.get("Subject", "")))


def _read(file: Path) -> EmailMessage:
    # Our own mails: the modern parser is safe for them.
    read = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read
