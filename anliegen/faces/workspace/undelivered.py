"""Answers that could not be delivered and wait for a person: how many, on every page, and which."""

from django.http import HttpRequest, HttpResponse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, listen
from anliegen.faces.workspace.tickets.troubles import deliveries_of, trouble_of
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.seen import as_seen_by


@asks("ticket.read")
def undelivered(request: HttpRequest) -> HttpResponse:
    """What happened to each, and the way to its letter, where something can be done about it."""
    listen(request)
    messages = _messages(agent_of(request))
    deliveries = deliveries_of(messages)
    rows = [(one, trouble) for one in messages if (trouble := trouble_of(one, deliveries.get(one.pk)))]
    return page(request, "workspace/undelivered.html", {"rows": rows})


def tickets_of(agent: Agent) -> list[Ticket]:
    """The tickets of these answers in the order of the page, each once."""
    return list({one.ticket_id: one.ticket for one in _messages(agent)}.values())


def _messages(agent: Agent) -> list[Message]:
    found = queries.troubled(agent).select_related("ticket__person", "ticket__team", "ticket__assignee", "agent")
    messages = list(found[: queries.TROUBLED_SHOWN])
    as_seen_by(agent, [one.ticket for one in messages])
    return messages


@asks("ticket.read")
def count(request: HttpRequest) -> HttpResponse:
    """The signs at the top of the page; it asks for them after each change it hears of."""
    return page(request, "workspace/parts/undelivered.html", {})
