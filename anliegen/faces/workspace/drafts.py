"""What one has begun and not sent, on whichever device; and what colleagues ask one to look at."""

from django.http import HttpRequest, HttpResponse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, listen
from anliegen.records.tickets.models import Draft, Ticket
from anliegen.records.tickets.seen import as_seen_by

MOST = 200


@asks("ticket.reply")
def drafts(request: HttpRequest) -> HttpResponse:
    """First what waits for oneself, then one's own, the newest first."""
    listen(request)
    agent = agent_of(request)
    with_all = Draft.objects.select_related("ticket__person", "agent", "reviewer", "reviewer_team", "reviewed_by")
    seen = with_all.filter(ticket__in=Ticket.objects.visible_to(agent)).order_by("-updated_at", "-pk")
    asked = list(seen.awaiting(agent)[:MOST])
    own = list(seen.filter(agent=agent)[:MOST])
    as_seen_by(agent, [one.ticket for one in [*asked, *own]])
    return page(request, "workspace/drafts.html", {"asked": asked, "own": own})
