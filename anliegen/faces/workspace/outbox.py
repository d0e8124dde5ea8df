"""/dev/mail: without a mail server, the mails that would have gone out; each agent sees those of their own concerns."""

import email
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.flow.channels.mailroom.send import outbox_folder
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Message, Ticket

SHOWN = 200
LOOKED_AT = 2000  # newest files among which an agent of one team finds theirs
NAME = re.compile(r"[\w.-]{1,100}-(\d{1,18})\.eml")  # as `send.keep` names them: when it was written, and its key


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
    newest = sorted(outbox_folder().glob("*.eml"), key=lambda file: file.name, reverse=True)[:LOOKED_AT]
    files = _visible(agent_of(request), newest)[:SHOWN]
    return page(request, "workspace/outbox.html", {"mails": [_kept(file) for file in files]})


@asks("intake.read")
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as its reader would see it, with its headers."""
    _only_without_a_server()
    file = outbox_folder() / name
    if not NAME.fullmatch(name) or not _visible(agent_of(request), [file]) or not file.is_file():
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


def _visible(agent: Agent, files: Iterable[Path]) -> list[Path]:
    """Those of concerns the agent may see: the mails hold the customer's link, too."""
    named = {file: int(match[1]) for file in files if (match := NAME.fullmatch(file.name))}
    allowed = Message.objects.filter(pk__in=named.values(), ticket__in=Ticket.objects.visible_to(agent))
    seen = set(allowed.values_list("pk", flat=True))
    return [file for file, pk in named.items() if pk in seen]


def _kept(file: Path) -> Kept:
    read = _read(file)
    at = datetime.fromtimestamp(file.stat().st_mtime, clock.now().tzinfo)
    return Kept(file.name, at, str(read.get("To", "")), str(read.get("Subject", "")))


def _read(file: Path) -> EmailMessage:
    # Our own mails: the modern parser is safe for them.
    read = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read
