"""What a conversation comes to: some of its own sentences above it, chosen by rules, each with the way to its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db.models import TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import outside
from anliegen.faces.workspace.tickets.page import ticket_seen_by
from anliegen.flow.assist import asking
from anliegen.flow.assist.summary import Line, Said, Summary, summarise
from anliegen.ground.text import shorten
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.models.together import LONGEST_SUMMARY

_AN_END = 4  # words at either end by which a browser finds a passage
OPEN, WAITS = _("What is open now"), _("What we wait for")


@dataclass(frozen=True)
class Shown:
    """A line as the page tells it."""

    line: Line
    at: datetime
    sentence: str  # all of it
    near: int  # how many signs that are no white space stand before it

    @property
    def place(self) -> str:
        """The way to it for a browser without our script, which then marks the passage by itself."""
        words = [quote(word, safe="").replace("-", "%2D") for word in self.sentence.split()]
        ends = [words] if len(words) <= 2 * _AN_END else [words[:_AN_END], words[-_AN_END:]]
        return f"#m{self.line.key}:~:text={','.join('%20'.join(end) for end in ends)}"

    @property
    def is_fact(self) -> bool:
        return self.line.text != self.sentence


@dataclass(frozen=True)
class Summed:
    """A summary up to a message: its key, its moment, and which of how many it is."""

    upto: int
    at: datetime
    number: int
    of: int
    parts: Sequence[tuple[str | Promise, Sequence[Shown]]]
    is_partial: bool


@dataclass(frozen=True)
class _Row:
    said: Said
    at: datetime


@asks("ticket.read")
@require_safe
def summary(request: HttpRequest, number: int) -> HttpResponse:
    """Of all that was said, or up to the message that `upto` names; read anew each time and kept nowhere."""
    ticket = ticket_seen_by(agent_of(request), number)
    context = context_of(ticket, agent_of(request), _upto(request))
    return page(request, "workspace/ticket/summary_page.html", context, block="part")


@asks("ticket.read")
@require_safe
def news(request: HttpRequest, number: int) -> HttpResponse:
    """Whether something was said since, which the summary then says of itself."""
    ticket = ticket_seen_by(agent_of(request), number)
    upto, rows = _upto(request), _rows(ticket)
    newer = rows[-1].at if rows and upto is not None and rows[-1].said.key != upto else None
    context = {"ticket": ticket, "newer": newer, "by_model": request.GET.get("by") == "model"}
    return page(request, "workspace/ticket/summary_newer.html", context)


def context_of(ticket: Ticket, agent: Agent, upto: int | None) -> dict[str, Any]:
    """What the page shows, and whether a language model may be asked for another one."""
    has_model = asking.provider_for("summary") is not None and may(agent, "ticket.reply", ticket)
    return {
        "ticket": ticket,
        "summed": summed(ticket, upto),
        "has_model": has_model and outside.may_leave(ticket),
    }


def proposed(ticket: Ticket) -> str:
    """Its first line, for a handover: what it is about, in the customer's own words. Empty where there is none."""
    first = summarise([row.said for row in _rows(ticket)]).first
    return shorten(first.text, LONGEST_SUMMARY) if first is not None else ""


def summed(ticket: Ticket, upto: int | None) -> Summed | None:
    """None where nobody has said anything."""
    rows = _rows(ticket)
    keys = [row.said.key for row in rows]
    number = keys.index(upto) + 1 if upto in keys else len(rows)
    if not number:
        return None
    known = {row.said.key: row for row in rows[:number]}
    found = summarise([row.said for row in known.values()])
    last = rows[number - 1]
    return Summed(last.said.key, last.at, number, len(rows), _parts(found, known), found.is_partial)


def _parts(found: Summary, known: dict[int, _Row]) -> list[tuple[str | Promise, list[Shown]]]:
    listed = (
        (_("What the customer wants"), found.wants),
        (_("What was named"), found.facts),
        (_("What we answered and promised"), found.answers),
        (WAITS if found.waits_for_customer else OPEN, found.open),
    )
    return [(title, [_shown(line, known[line.key]) for line in lines]) for title, lines in listed if lines]


def _shown(line: Line, row: _Row) -> Shown:
    begins, ends = line.sentence
    near = sum(not sign.isspace() for sign in row.said.text[:begins])
    return Shown(line, row.at, row.said.text[begins:ends], near)


def _rows(ticket: Ticket) -> list[_Row]:
    """What people said to each other, oldest first: nothing that a machine wrote, or that came under a feigned name."""
    heard = (
        ticket.messages.heard()
        .filter(rule="", automatic="", is_forward=False)
        .exclude(authenticity__startswith="failed")
    )
    said = heard.annotate(words=Coalesce(NullIf("reply_text", Value("", TextField())), "text")).order_by(
        "created_at", "pk"
    )
    return [
        _Row(Said(key, direction == "in", words, language or ticket.language), at)
        for key, direction, words, language, at in said.values_list(
            "pk", "direction", "words", "language", "created_at"
        )
    ]


def _upto(request: HttpRequest) -> int | None:
    given = request.GET.get("upto", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
