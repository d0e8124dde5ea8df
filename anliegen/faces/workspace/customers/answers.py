"""After a change in place: the part anew, and a short word with which it is taken back.

The same form works from the part and from the word: what the word sends says `from=toast`, and then the word is what is
replaced, and the part comes along. Without a script the page of the person is opened again.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from anliegen.faces.ui.fragments import page
from anliegen.faces.workspace.customers.columns import FIELDS
from anliegen.faces.workspace.customers.sheet import Sheet, person_for
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.rows import rows
from anliegen.ground import clock
from anliegen.records.customers.models import Person
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Ticket


def reading(request: HttpRequest, pk: int) -> Person:
    """The person, for somebody who may read customers and sees this one."""
    insist(request, "customer.read")
    return person_for(agent_of(request), pk)


def sheet_of(request: HttpRequest, person: Person) -> Sheet:
    """With the ticket beside which it stands, where there is one."""
    return Sheet(person, agent_of(request), _ticket(request))


def source_of(request: HttpRequest, sheet: Sheet) -> str:
    """The message that was chosen as the one in which it was said; nothing that was not offered."""
    chosen = request.POST.get("source", "")
    offered = {f"message:{one.pk}" for one in sheet.sources}
    return chosen if chosen in offered else ""


def answered(
    request: HttpRequest,
    person: Person,
    part: str,
    sentence: str,
    *,
    undo: str | None = None,
    fields: Mapping[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    """`part` is a template of `workspace/customers/`; `undo` the address that takes it back, sent with `fields`."""
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, sentence)
        return redirect("workspace:person-page", person.pk)
    context = {
        "sheet": sheet_of(request, person_for(agent_of(request), person.pk)),
        "part": f"workspace/customers/{part}.html",
        "sentence": sentence,
        "undo": undo,
        "fields": dict(fields or {}) | _beside(request),
        "from_toast": request.POST.get("from") == "toast",
    }
    return page(request, "workspace/customers/answer.html", context | more)


def refused(request: HttpRequest, sheet: Sheet, part: str, **more: Any) -> HttpResponse:
    """What was sent has mistakes: the part with its form, and everything that was entered."""
    if not request.htmx:  # type: ignore[attr-defined]
        context = whole(request, sheet) | {"said": [], "edit": None} | more
        return page(request, "workspace/customers/person.html", context, status=422)
    context = {"sheet": sheet, "oob": False, "fresh": False} | more
    return page(request, f"workspace/customers/{part}.html", context, status=422)


def whole(request: HttpRequest, sheet: Sheet) -> dict[str, Any]:
    """What stands on the page of a person: all that is known, and their concerns, as far as one may see them."""
    seen = Ticket.objects.visible_to(agent_of(request)).filter(person=sheet.person)
    listed = queries.page(seen, cursor=request.GET.get("cursor"))
    return {
        "sheet": sheet,
        "rows": rows(listed.items, now=clock.now()),
        "newer": f"?cursor={listed.newer}" if listed.newer else None,
        "older": f"?cursor={listed.older}" if listed.older else None,
        "with_all_contacts": request.GET.get("contacts") == "all",
        "fields": FIELDS,
    }


def _ticket(request: HttpRequest) -> Ticket | None:
    given = request.POST.get("ticket") or request.GET.get("ticket") or ""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return Ticket.objects.visible_to(agent_of(request)).filter(pk=int(given)).first()


def _beside(request: HttpRequest) -> dict[str, str]:
    return {"ticket": request.POST["ticket"]} if request.POST.get("ticket") else {}
