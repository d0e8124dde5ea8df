"""Linking a concern with another: look for it, say how, see what that does, do it; and take it away again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.rows import Row, rows
from anliegen.faces.workspace.tickets.page import anew, parts_of, ticket_for, ticket_seen_by
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions, search
from anliegen.records.tickets.linked import links_of
from anliegen.records.tickets.models import Link, Ticket
from anliegen.records.tickets.seen import as_seen_by

MOST = 8
LONGEST = 200
TO_UNDO = timedelta(seconds=20)
# As the ticket on the page says it of the other one.
KINDS: list[tuple[str, str | Promise]] = [
    ("relates", gettext_lazy("belongs together with")),
    ("parent", gettext_lazy("is part of")),
    ("child", gettext_lazy("has as a part")),
    ("duplicate", gettext_lazy("is the same again as")),
    ("follow_up", gettext_lazy("follows on from")),
    ("problem", gettext_lazy("is caused by the problem")),
]


@dataclass(frozen=True)
class Effect:
    """What linking does, in sentences; `refused`: why it cannot be done."""

    sentences: tuple[str, ...] = ()
    refused: str = ""


@asks("ticket.change")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, number: int) -> HttpResponse:
    """Ask with which and how (GET), and do it (POST)."""
    ticket, agent = _ticket(request, number), agent_of(request)
    kind, other = _kind(request), _other(request, agent)
    if request.method != "POST":
        return _ask(request, ticket, kind, other)
    if other is None:
        return _ask(request, ticket, kind, None, status=422, is_missing=True)
    insist(request, "ticket.change", other)
    try:
        made = actions.link(ticket, other, kind=kind, actor=actor_of(request), at=clock.now())
    except actions.CannotLink:
        return _ask(request, ticket, kind, other, status=422)
    said = _("Linked: %(sentence)s") % {"sentence": sentence(ticket.pk, kind, other.pk)}
    return _done(request, ticket, said, undo=reverse("workspace:unlink", args=[ticket.pk, made.pk]))


@asks("ticket.change")
def found(request: HttpRequest, number: int) -> HttpResponse:
    """Concerns for what is typed, and what linking with the chosen one would do."""
    ticket, agent = _ticket(request, number), agent_of(request)
    kind, other = _kind(request), _other(request, agent)
    context = _context(ticket, agent, _asked(request), kind, other)
    return page(request, "workspace/ticket/link_found.html", context)


@asks("ticket.change")
@require_POST
def unlink(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a link away. The toast brings it back."""
    ticket = _ticket(request, number)
    row = links_of(ticket).filter(pk=pk).first()
    if row is None:
        return _done(request, ticket, _("This link is gone already."))
    other = row.other if row.ticket_id == ticket.pk else row.ticket
    ticket_seen_by(agent_of(request), other.pk)
    actions.remove_link(row, actor=actor_of(request), at=clock.now())
    said = _("The link with #%(number)s is gone.") % {"number": other.pk}
    again = {"kind": _kind_here(row, ticket), "other": other.pk}
    return _done(request, ticket, said, undo=reverse("workspace:link", args=[ticket.pk]), fields=again)


def effect_of(ticket: Ticket, other: Ticket, kind: str) -> Effect:
    """Asked of the very action that will do it."""
    try:
        effect = actions.foresee_link(ticket, other, kind=kind)
    except actions.CannotLink as refused:
        return Effect(refused=_refusal(refused.why, ticket, other))
    if not effect.is_new:
        return Effect((_("They are linked like this already; nothing changes."),))
    said = [sentence(ticket.pk, kind, other.pk)]
    if effect.makes_problem:
        said.append(
            _("#%(number)s becomes a problem by this, with a page for all that it caused.") % {"number": other.pk}
        )
    said.append(_("Both show it. Nobody is written to; status, deadlines and who sees what stay as they are."))
    return Effect(tuple(said))


def sentence(number: int, kind: str, other: int) -> str:
    return f"#{number} {dict(KINDS)[kind]} #{other}."


def _kind_here(row: Link, ticket: Ticket) -> str:
    """As this ticket says it; what only the other one can say stays with the other one."""
    return "child" if row.kind == "parent" and row.other_id == ticket.pk else row.kind


def _refusal(why: str, ticket: Ticket, other: Ticket) -> str:
    names = {"one": ticket.pk, "other": other.pk}
    match why:
        case "itself":
            return _("A concern cannot be linked with itself.")
        case "circle":
            return _("#%(other)s is part of #%(one)s already, directly or by another: that would be a circle.") % names
        case "other_problem":
            return _("#%(one)s hangs on another problem already. Remove that link first.") % names
        case "is_problem":
            return _("A problem cannot be caused by another problem. Link them as belonging together instead.")
    return _("One of the two is carried on in another concern. Link that one.")


def _ask(
    request: HttpRequest,
    ticket: Ticket,
    kind: str,
    other: Ticket | None,
    *,
    status: int = 200,
    is_missing: bool = False,
) -> HttpResponse:
    context = _context(ticket, agent_of(request), _asked(request), kind, other) | {"is_missing": is_missing}
    response = page(request, "workspace/ticket/link.html", context, block="dialog", status=status)
    if status != 200:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _context(ticket: Ticket, agent: Agent, asked: str, kind: str, other: Ticket | None) -> dict[str, Any]:
    offered = offered_for(agent, asked, but=ticket)
    numbers = [row.ticket.pk for row in offered]
    if asked and (other is None or other.pk not in numbers):
        other = offered[0].ticket if offered else None
    effect = effect_of(ticket, other, kind) if other is not None else None
    return {
        "ticket": ticket,
        "kinds": KINDS,
        "kind": kind,
        "asked": asked,
        "offered": offered if asked or other is None else _rows(agent, [other]),
        "chosen": other.pk if other is not None else None,
        "effect": effect,
    }


def offered_for(agent: Agent, asked: str, *, but: Ticket) -> list[Row]:
    """By number at once, else by words; nothing typed: what the same person wrote lately."""
    seen = Ticket.objects.visible_to(agent).exclude(pk=but.pk).select_related("person", "team", "assignee")
    if not asked:
        return _rows(agent, list(seen.filter(person=but.person_id).order_by("-last_message_at", "-pk")[:MOST]))
    number = asked.removeprefix("#").strip()
    if number.isascii() and number.isdigit() and len(number) < 19:
        return _rows(agent, list(seen.filter(pk=int(number))))
    if len(asked) < 2:
        return []
    keys = [one.ticket.pk for one in search.search(agent, asked).items]
    by_key = seen.in_bulk(keys)
    return _rows(agent, [by_key[key] for key in dict.fromkeys(keys) if key in by_key][:MOST])


def _rows(agent: Agent, tickets: list[Ticket]) -> list[Row]:
    as_seen_by(agent, tickets)
    return rows(tickets, now=clock.now(), with_snippets=False)


def _done(
    request: HttpRequest, ticket: Ticket, said: str, *, undo: str = "", fields: dict[str, Any] | None = None
) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, ticket.pk)
    parts = parts_of(request, ticket_for(agent_of(request), ticket.pk))
    more = {"said": said, "undo_link": undo, "fields": fields or {}, "undo_until": clock.now() + TO_UNDO}
    return page(request, "workspace/ticket/linked.html", parts | more | {"from_toast": _is_from_toast(request)})


def _is_from_toast(request: HttpRequest) -> bool:
    return request.POST.get("from") == "toast"


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]


def _kind(request: HttpRequest) -> str:
    kind = request.POST.get("kind") or request.GET.get("kind") or "relates"
    if kind not in dict(KINDS):
        raise Http404
    return kind


def _other(request: HttpRequest, agent: Agent) -> Ticket | None:
    given = request.POST.get("other") or request.GET.get("other") or ""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    seen = Ticket.objects.visible_to(agent).select_related("person", "team", "assignee")
    return get_object_or_404(seen, pk=int(given)) if request.method == "POST" else seen.filter(pk=int(given)).first()


def _ticket(request: HttpRequest, number: int) -> Ticket:
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    return ticket
