"""The page of one ticket: list, ticket, context. Also its parts, when htmx asks for what changed."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.due import due_of
from anliegen.faces.workspace.frame import agent_of, listen, state_of
from anliegen.faces.workspace.next_concern import why
from anliegen.faces.workspace.people import context_of, linked_with
from anliegen.faces.workspace.rows import rows, status_look, waits
from anliegen.faces.workspace.tickets import choices, drafts, entries, foreign, origin, writing
from anliegen.faces.workspace.tickets.ahead import ahead
from anliegen.faces.workspace.tickets.joined import joined_here
from anliegen.faces.workspace.tickets.place import place_of
from anliegen.ground import clock
from anliegen.ground.compiled import compiled
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.rights import Rights, keys_of, rights_of, standing_for
from anliegen.records.tickets.models import BY_HAND, Ticket
from anliegen.records.tickets.promises import owed_by
from anliegen.records.tickets.seen import as_seen_by
from anliegen.records.tickets.together import together

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Hindrance(Protocol):
    """What hindered an action, with more than a sentence to say about it."""

    @property
    def sentence(self) -> str: ...


def ticket_for(agent: Agent, number: int) -> Ticket:
    """The ticket, if this agent may see it. Else it is as if there were none."""
    if number >= 2**63:
        raise Http404
    ticket = next(iter(_of_the_page(number, *keys_of(agent), rights=rights_of(agent))), None)
    if ticket is None:
        raise Http404
    as_seen_by(agent, [ticket])
    return ticket


@compiled
def _of_the_page(number: int, agent: int, teams: list[int], *, rights: Rights) -> "QuerySet[Ticket]":
    # Each further table makes planning the query slower by half; the mailbox is asked for by what sends an answer.
    visible = Ticket.objects.visible_to(standing_for(agent, teams, rights)).with_undo().with_problem()
    return visible.select_related("person__organisation", "team", "assignee", "responsible", "brand").filter(pk=number)


def ticket_seen_by(agent: Agent, number: int) -> Ticket:
    """The ticket without what stands around it, for what shows nothing of it."""
    ticket = Ticket.objects.visible_to(agent).filter(pk=number).first() if number < 2**63 else None
    if ticket is None:
        raise Http404
    return ticket


@asks("ticket.read")
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """The whole page; with htmx the parts that change when somebody acts on the ticket."""
    listen(request)
    found = ticket_for(agent_of(request), number)
    context = parts_of(request, found)
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "workspace/ticket/refreshed.html", context)
    chosen = context["drafts"].chosen(request.GET.get("draft"))
    context |= writing.blank(found, context["timeline"], context["drafts"], chosen=chosen) | beside(request, found)
    return ahead(request, page(request, "workspace/ticket/page.html", context))


def parts_of(request: HttpRequest, found: Ticket) -> dict[str, Any]:
    """What the head, the timeline and the context pane need."""
    agent, now = agent_of(request), clock.now()
    undo = timedelta(seconds=vars(found)["undo_read"])  # by `ticket_for`
    offered = choices.of(found, agent)
    linked = linked_with(found, agent)
    state = state_of(request)
    only_talk = state.get("only") == "talk"
    shared = together(found, agent, at=now)
    seen = entries.shown(
        found,
        agent,
        undo=undo,
        may_see_sources=may(agent, "intake.read"),
        only_talk=only_talk,
        known=offered.names,
        shared=shared,
    )
    asked = {card.decision.question for card in seen.log.asking}
    return {
        "ticket": found,
        "status": status_look(found.status),
        "waits": waits(found, now),
        "why": why(state.get("why", ""), waits(found, now)),
        "due": due_of(found, now),
        "by_hand": dict(BY_HAND).get(found.by_hand_why, ""),
        "now": now,
        "undo": undo,
        "timeline": seen,
        "log": seen.log,
        "foreign": foreign.of(seen.messages, agent),
        "only_talk": only_talk,
        "tried": state.get("tried"),
        "here": state.urlencode(),
        "base_url": settings.ANLIEGEN_BASE_URL,
        "row": rows([found], now=now, with_snippets=False)[0],
        "in_list": request.headers.get("X-In-List") == "yes",
        "list_query": origin.query_of(request),
        "with_talk": _address(request, found, only="talk"),
        "with_all": _address(request, found, only=None),
        "choices": offered,
        "placing": SimpleLazyObject(lambda: place_of(found, offered, asked)),
        "drafts": drafts.of(found, agent),
        "linked": linked,
        "joined": joined_here(found, agent, seen.took_in),
        "promises": owed_by(found),
        "shared": shared,
        # Read when it is drawn: an answer that was sent, for one, shows nothing of it.
        "customer": SimpleLazyObject(lambda: context_of(found, agent, linked=linked)),
        "conflict": None,
    }


def beside(request: HttpRequest, found: Ticket) -> dict[str, Any]:
    """The list the ticket was opened from, and its neighbours there."""
    listed = origin.of(request)
    numbers = [row.ticket.pk for row in listed.rows]
    place = numbers.index(found.pk) if found.pk in numbers else None
    before = numbers[place - 1] if place else None
    after = numbers[place + 1] if place is not None and place + 1 < len(numbers) else None
    if place is None and listed.shrinks and numbers:
        after = numbers[0]
    query = origin.query_of(request)
    return {
        "view_name": listed.name,
        "place": place,
        "rows": listed.rows,
        "news_url": listed.news_url,
        "back": f"{listed.back}#t{found.pk}",
        "before": reverse("workspace:ticket", args=[before]) + query if before else None,
        "after": reverse("workspace:ticket", args=[after]) + query if after else None,
    }


def refreshed(request: HttpRequest, found: Ticket, **more: Any) -> HttpResponse:
    """After an action: the parts that changed, and what is said about it."""
    fresh = Ticket.objects.visible_to(agent_of(request)).filter(pk=found.pk).exists()
    if not fresh:
        return gone(found)
    context = parts_of(request, ticket_for(agent_of(request), found.pk)) | more
    return page(request, "workspace/ticket/refreshed.html", context)


def acted(request: HttpRequest, found: Ticket, *, conflict: str | Hindrance | None = None) -> HttpResponse:
    """After an action, with or without a script: what it changed, and what hindered it."""
    if request.htmx:  # type: ignore[attr-defined]
        return refreshed(request, found, conflict=conflict or None)
    return anew(request, found.pk, conflict if isinstance(conflict, str) else getattr(conflict, "sentence", None))


def told(request: HttpRequest, found: Ticket, said: str) -> HttpResponse:
    """After an action whose button is gone: what was done, heard at once, and where the keyboard goes on."""
    seen = Ticket.objects.visible_to(agent_of(request)).filter(pk=found.pk).exists()
    if not request.htmx or not seen:  # type: ignore[attr-defined]
        messages.success(request, said)
        return acted(request, found)
    parts = parts_of(request, ticket_for(agent_of(request), found.pk))
    return page(request, "workspace/ticket/decided.html", parts | {"said": said})


def anew(request: HttpRequest, number: int, said: str | None = None) -> HttpResponse:
    """After an action without a script: the whole page, still within the list it was opened from."""
    if said:
        messages.warning(request, said)
    if not Ticket.objects.visible_to(agent_of(request)).filter(pk=number).exists():
        return redirect("workspace:inbox")
    return redirect(reverse("workspace:ticket", args=[number]) + origin.query_of(request))


def gone(found: Ticket) -> HttpResponse:
    """The agent may no longer see it, for instance because it went to another team: back to the list."""
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = f"{reverse('workspace:inbox')}?{urlencode({'left': found.pk})}"
    return response


def _address(request: HttpRequest, found: Ticket, **changed: str | None) -> str:
    kept = state_of(request).copy()
    for key, value in changed.items():
        kept.pop(key, None)
        if value is not None:
            kept[key] = value
    query = kept.urlencode()
    return reverse("workspace:ticket", args=[found.pk]) + (f"?{query}" if query else "")
