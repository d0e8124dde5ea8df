"""The command palette: what the page offers the browser finds by itself; this adds what the page does not hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace import search
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.settings.places import open_to
from anliegen.faces.workspace.tickets import blocks, macros
from anliegen.flow.macros.actions import last_run
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.seen import as_seen_by

MOST_RECENT = 8
MOST_FOUND = 8
LONGEST_PREVIEW = 600


@dataclass(frozen=True)
class Entry:
    """One line: what it is, what it is called, and one way to do it: `href` to go there, `ask` for a dialog, `take`
    for a text, `send` to do it. `kind` is what a button may narrow the palette to."""

    group: str | Promise
    text: str
    symbol: str
    kind: str = ""
    href: str = ""
    ask: str = ""
    take: str = ""
    send: str = ""
    more: str = ""
    preview: str = ""


@asks("ticket.read")
def palette(request: HttpRequest) -> HttpResponse:
    """What does not depend on what is typed. `ticket` is the one on the page, `recent` those opened before."""
    agent = agent_of(request)
    entries = [*_recent(agent, _numbers(request)), *_at_ticket(agent, _number(request.GET.get("ticket", "")))]
    return _answer(request, [*entries, *_places(agent)])


@asks("ticket.read")
def found(request: HttpRequest) -> HttpResponse:
    """Tickets for what is typed: by number at once, else by person or words."""
    agent, asked = agent_of(request), search.asked_of(request)
    number = _number(asked.removeprefix("#").strip())
    if number is not None:
        tickets = list(_shown(agent).filter(pk=number))
        as_seen_by(agent, tickets)
    else:
        tickets = [line.ticket for line in search.results_of(request).lines[:MOST_FOUND]] if len(asked) > 1 else []
    everywhere = f"{reverse('workspace:search')}?{urlencode({'q': asked})}"
    entries = [_ticket(one, _("Concern"), "inbox") for one in tickets]
    last = Entry(_("Search"), _("Search everything for “%(words)s”") % {"words": asked}, "search", href=everywhere)
    return _answer(request, [*entries, last])


def _answer(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    return page(request, "workspace/parts/palette_entries.html", {"entries": entries})


def _recent(agent: Agent, numbers: list[int]) -> Iterator[Entry]:
    """Those opened lately, in their order."""
    seen = {one.pk: one for one in _shown(agent).filter(pk__in=numbers)}
    as_seen_by(agent, seen.values())
    for number in numbers:
        if number in seen:
            yield _ticket(seen[number], pgettext("concern", "opened lately"), "clock", "recent")


def _shown(agent: Agent) -> Any:
    return Ticket.objects.visible_to(agent).select_related("person")


def _ticket(ticket: Ticket, group: str, symbol: str, kind: str = "") -> Entry:
    title = f"#{ticket.pk} {ticket.subject or _('(no subject)')}"
    href = reverse("workspace:ticket", args=[ticket.pk])
    return Entry(group, title, symbol, kind or "ticket", href=href, more=str(ticket.person))


def _at_ticket(agent: Agent, number: int | None) -> Iterator[Entry]:
    """Macros and text blocks, each as it would be at this ticket."""
    seen = Ticket.objects.visible_to(agent).select_related("person", "team", "assignee", "brand")
    ticket = seen.filter(pk=number).first() if number is not None else None
    if ticket is None or ticket.joined_into_id is not None:
        return
    as_seen_by(agent, [ticket])
    if run := last_run(ticket):
        send = reverse("workspace:macro-undo", args=[run.pk])
        yield Entry(_("Macro"), _("Take “%(name)s” back") % {"name": run.macro.name}, "undo", "macro", send=send)
    for one in macros.previews(ticket, agent):
        ask = reverse("workspace:macro", args=[ticket.pk, one.macro.pk])
        preview = one.in_short or _("changes nothing here")
        yield Entry(_("Macro"), one.macro.name, "automation", "macro", ask=ask, preview=preview)
    if may(agent, "ticket.reply"):
        yield Entry(_("Macro"), _("Make a macro"), "plus", "macro", href=reverse("workspace:settings-macro-new"))
    if not may(agent, "ticket.reply", ticket) and not may(agent, "ticket.note", ticket):
        return
    for each in blocks.offered(blocks.Here(ticket, agent)):
        take = reverse("workspace:block", args=[ticket.pk, each.block.pk])
        words, preview = f"/{each.block.word}", each.text[:LONGEST_PREVIEW]
        yield Entry(_("Text block"), each.block.title, "quote", "block", take=take, more=words, preview=preview)


def _places(agent: Agent) -> Iterator[Entry]:
    for name, places in open_to(agent):
        for place in places:
            yield Entry(_("Settings"), str(place.name), place.symbol, href=place.href, more=f"{name}: {place.purpose}")


def _numbers(request: HttpRequest) -> list[int]:
    """Tickets that this browser remembers as opened lately; only their numbers, and only while they may be seen."""
    given = [_number(one) for one in request.GET.get("recent", "").split(",")[:MOST_RECENT]]
    return list(dict.fromkeys(one for one in given if one is not None))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
