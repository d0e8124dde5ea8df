"""A mail as it was designed, as a document for a frame of its own; and a closed one tried again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import letters
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.channels import mail_keys
from anliegen.flow.channels import open_again as opening
from anliegen.flow.channels.email.html import look as looks
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.records.tickets.models import Message

# No script, no form, nothing fetched but our own pictures. Being of our origin only lets the page measure its height.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
OURS = "'self' data:"


@asks("ticket.read")
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """With `?pictures=1` pictures of other servers are loaded, in this document and no other."""
    message = get_object_or_404(Message, pk=pk)
    ticket_for(agent_of(request), message.ticket_id)
    remote = request.GET.get("pictures") == "1" and letters.may_load_pictures(message)
    shown = letters.look(message, list(message.attachments.all()), _as_it_came(message), with_remote=remote)
    response = page(request, "workspace/ticket/look.html", {"look": shown, "subject": message.subject})
    pictures = f"{OURS} https: http:" if remote else OURS
    response.headers["Content-Security-Policy"] = POLICY.format(pictures=pictures)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@asks("ticket.change")
@require_POST
def open_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the keys that there are now."""
    message = get_object_or_404(Message, pk=pk)
    ticket = ticket_for(agent_of(request), message.ticket_id)
    insist(request, "ticket.change", ticket)
    opens = opening.open_again(message, actor=actor_of(request), at=clock.now())
    tried = "" if opens else f"?tried={message.pk}"
    return redirect(f"{reverse('workspace:ticket', args=[ticket.pk])}{tried}#m{message.pk}")


def _as_it_came(message: Message) -> str:
    """From the mail itself; from what was kept of it, when the mail is gone or has nothing better."""
    line = Intake.objects.filter(message=message, result__in=("created", "appended")).order_by("pk").first()
    if line is None or not files.exists(line.sha256):
        return message.html
    return looks.look(files.get(line.sha256), keys=mail_keys.load) or message.html
