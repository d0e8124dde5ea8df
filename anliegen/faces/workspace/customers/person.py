"""The page of one person: everything we know, and all their concerns; the page of an organisation with its people."""

import json
from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers import answers
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.rows import rows
from anliegen.ground import clock
from anliegen.oversight.compliance import access
from anliegen.records.customers.models import Organisation
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.people import seen_people

MOST_PEOPLE = 100


@asks("customer.read")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """With `?edit=name` one field is open, for browsers without a script."""
    found = answers.reading(request, pk)
    sheet = answers.sheet_of(request, found)
    context = {
        "edit": request.GET.get("edit") if sheet.may_change else None,
        "said": list(messages.get_messages(request)),
    }
    return page(request, "workspace/customers/person.html", answers.whole(request, sheet) | context)


@asks("customer.read")
@require_POST
def export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """All that is kept of a person as JSON, to prepare what they are told when they ask (Art. 15 GDPR)."""
    found = answers.reading(request, pk)
    told = access.tell(found, agent_of(request), actor=actor_of(request), at=clock.now())
    response = StreamingHttpResponse(_written(told), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="person-{found.pk}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@asks("customer.read")
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """The people who speak for an organisation, and their concerns."""
    house = get_object_or_404(Organisation, pk=pk)
    agent = agent_of(request)
    seen = seen_people(agent).filter(organisation=house).order_by("folded", "pk")
    shown = list(seen[: MOST_PEOPLE + 1])
    if not shown and not agent.role.sees_all_teams:
        raise Http404
    listed = queries.page(
        Ticket.objects.visible_to(agent).filter(person__organisation=house), cursor=request.GET.get("cursor")
    )
    context = {
        "house": house,
        "people": shown[:MOST_PEOPLE],
        "has_more": len(shown) > MOST_PEOPLE,
        "rows": rows(listed.items, now=clock.now()),
        "newer": f"?cursor={listed.newer}" if listed.newer else None,
        "older": f"?cursor={listed.older}" if listed.older else None,
    }
    return page(request, "workspace/customers/organisation.html", context)


def _written(told: Iterator[tuple[str, object]]) -> Iterator[str]:
    """One key after the other and one concern after the other, so that a long history is never whole in memory."""
    yield "{"
    for place, (key, value) in enumerate(told):
        yield f"{',' if place else ''}\n{json.dumps(key)}: "
        if isinstance(value, Iterator):
            yield "["
            for number, each in enumerate(value):
                yield f"{',' if number else ''}\n{_json(each)}"
            yield "]"
        else:
            yield _json(value)
    yield "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
