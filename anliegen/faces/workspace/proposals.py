"""What automation asks: proposals that wait for a person, of the concerns one may see, the longest waiting first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, listen
from anliegen.faces.workspace.tickets.decisions import cards_of
from anliegen.flow.automation.effects import EFFECTS
from anliegen.flow.automation.models import Decision
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.seen import as_seen_by

A_PAGE = 25


@asks("ticket.read")
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """One page of them; `after` is the last one of the page before."""
    listen(request)
    agent, after = agent_of(request), request.GET.get("after", "")
    rows = waiting_for(agent, after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0)
    shown = rows[:A_PAGE]
    as_seen_by(agent, [row.ticket for row in shown])
    context = {
        "cards": cards_of(shown, agent, lambda row: row.ticket),
        "is_first": not after,
        "next": shown[-1].pk if len(rows) > A_PAGE else None,
        "said": list(messages.get_messages(request)),
    }
    return page(request, "workspace/proposals.html", context)


def waiting_for(agent: Agent, *, after: int = 0) -> list[Decision]:
    """What this agent may decide, at most one more than a page holds. What has ended asks nobody any more."""
    questions = [question for question, effect in EFFECTS.items() if may(agent, effect.needs)]
    seen = Ticket.objects.visible_to(agent).open().filter(joined_into=None)
    waiting = Decision.objects.waiting().filter(applies_at=None, question__in=questions, ticket__in=seen, pk__gt=after)
    named = waiting.select_related("ticket__person", "responsible", "settled_by")
    return list(named.order_by("pk")[: A_PAGE + 1])
