"""How promises are kept: what is owed next, and counted for teams and topics, never for persons."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, listen
from anliegen.ground import clock
from anliegen.records.tickets.models import Promise, Ticket
from anliegen.records.tickets.promises import LEAST, counted
from anliegen.records.tickets.seen import as_seen_by

WEEKS = (4, 13, 52)
MOST_OWED = 50


@asks("ticket.read")
@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """What is owed in the tickets one may see, the next due first, and how it went over the last weeks."""
    listen(request)
    agent, now, weeks = agent_of(request), clock.now(), _weeks(request)
    owed = Promise.objects.owed().filter(ticket__in=Ticket.objects.visible_to(agent))
    shown = list(owed.with_names().select_related("ticket__person").order_by("due_at", "pk")[: MOST_OWED + 1])
    as_seen_by(agent, [one.ticket for one in shown])
    since = now - timedelta(weeks=weeks)
    groups = [
        (_("By team"), _("Team"), _("no team"), counted("team", agent, since=since, until=now)),
        (_("By topic"), _("Topic"), _("no topic"), counted("topic", agent, since=since, until=now)),
    ]
    context = {
        "owed": shown[:MOST_OWED],
        "is_more": len(shown) > MOST_OWED,
        "groups": groups,
        "weeks": weeks,
        "spans": WEEKS,
        "least": LEAST,
        "now": now,
    }
    return page(request, "workspace/promises.html", context)


def _weeks(request: HttpRequest) -> int:
    given = request.GET.get("weeks", "")
    return int(given) if given in {str(one) for one in WEEKS} else WEEKS[1]
