"""Where an agent goes once an answer is sent: the next concern, the list, or nowhere, as they prefer."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest
from django.urls import reverse

from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import origin
from anliegen.faces.workspace.tickets.page import beside
from anliegen.records.tickets.models import Message, Ticket


def goal_of(request: HttpRequest, ticket: Ticket, message: Message) -> str | None:
    """The address; None to stay. It names the answer, so that it can be taken back from there."""
    match agent_of(request).after_sending:
        case "next":
            around = beside(request, ticket)
            return _with_sent(around["after"] or around["back"], message)
        case "back":
            return _with_sent(origin.of(request).back, message)
    return None


def is_elsewhere(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether the page that asks shows something else than this ticket, whose parts it could not take."""
    here = urlsplit(request.htmx.current_url_abs_path or "").path  # type: ignore[attr-defined]
    return bool(here) and here != reverse("workspace:ticket", args=[ticket.pk])


def _with_sent(address: str, message: Message) -> str:
    bare, _hash, fragment = address.partition("#")
    joined = f"{bare}{'&' if '?' in bare else '?'}{urlencode({'sent': message.pk})}"
    return f"{joined}#{fragment}" if fragment else joined
