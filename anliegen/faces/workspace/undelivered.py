"""Answers that could not be delivered and wait for a person: how many, on every page, and which."""

from django.http import HttpRequest, HttpResponse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, listen
from anliegen.faces.workspace.tickets.troubles import deliveries_of, trouble_of, troubled


@asks("ticket.read")
def undelivered(request: HttpRequest) -> HttpResponse:
    """What happened to each, and the way to its letter, where something can be done about it."""
    listen(request)
    messages = troubled(agent_of(request))
    deliveries = deliveries_of(messages)
    rows = [(one, trouble) for one in messages if (trouble := trouble_of(one, deliveries.get(one.pk)))]
    return page(request, "workspace/undelivered.html", {"rows": rows})


@asks("ticket.read")
def count(request: HttpRequest) -> HttpResponse:
    """The signs at the top of the page; it asks for them after each change it hears of."""
    return page(request, "workspace/parts/undelivered.html", {})
