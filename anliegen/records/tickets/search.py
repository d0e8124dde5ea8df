"""Finding tickets by what was said in them, within what an agent may see."""

from dataclasses import dataclass
from datetime import UTC, datetime

from anliegen.ground.search.passages import passage
from anliegen.ground.search.queries import Hit, hits, within
from anliegen.ground.search.tsquery import query
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import SearchRow, Ticket

PAGE = 30
LONGEST_PASSAGE = 240
SAID = ("ticket", "message__reply_text", "message__text", "note__text")  # without the HTML, which is far longer
WITH = ("person", "team", "assignee", "brand")


@dataclass(frozen=True)
class Found:
    """A ticket and the place in its newest matching message or note: pieces of text, and whether each matches."""

    ticket: Ticket
    passage: list[tuple[str, bool]]


@dataclass(frozen=True)
class FoundPage:
    """Some of what was found, newest first, and the cursor of the older rest (None: there is none)."""

    items: list[Found]
    older: str | None


def search(
    agent: Agent, text: str, *, limit: int = PAGE, cursor: str | None = None, unfinished: bool = False
) -> FoundPage:
    """Tickets that this agent may see and in which all words occur, each once; first the one whose number it is.

    `unfinished`: the last word may be a beginning, for searching while typing. The cursor is one of an earlier page's;
    a broken one starts anew.
    """
    if not may(agent, "ticket.read"):
        return FoundPage([], None)
    before = _read_cursor(cursor)
    only = None if agent.role.sees_all_teams else within("ticket_id", Ticket.objects.visible_to(agent))
    words = query(text, prefix=unfinished)
    found = hits(SearchRow, words, only=only, per="ticket", before=before, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    named = _by_number(agent, text) if before is None else None
    items = _with_passages([hit for hit in found if named is None or hit.per != named.pk], text)
    if named is not None:
        items.insert(0, Found(named, _beginning(named)))
    return FoundPage(items, _cursor(found[-1]) if more else None)


def _with_passages(found: list[Hit], text: str) -> list[Found]:
    words = SearchRow.objects.select_related("message", "note").only(*SAID)
    rows = words.in_bulk([hit.pk for hit in found])
    tickets = Ticket.objects.select_related(*WITH).in_bulk([row.ticket_id for row in rows.values()])
    # A row that was deleted meanwhile is left out.
    kept = [rows[hit.pk] for hit in found if hit.pk in rows]
    return [Found(tickets[row.ticket_id], passage(_said(row), text, LONGEST_PASSAGE)) for row in kept]


def _said(row: SearchRow) -> str:
    if row.message is not None:
        return row.message.said
    return row.note.text if row.note is not None else ""


def _by_number(agent: Agent, text: str) -> Ticket | None:
    """The ticket whose number was typed, with or without the sign before it."""
    number = text.strip().removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Ticket.objects.visible_to(agent).select_related(*WITH).filter(pk=int(number)).first()


def _beginning(ticket: Ticket) -> list[tuple[str, bool]]:
    first = ticket.messages.order_by("created_at", "pk").first()
    return passage(first.said, "", LONGEST_PASSAGE) if first is not None else []


def _cursor(hit: Hit) -> str:
    return f"{hit.at.timestamp():.6f}~{hit.pk}"


def _read_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    try:
        at, pk = (cursor or "").split("~")
        moment, key = datetime.fromtimestamp(float(at), UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None
    return (moment, key) if 0 <= key < 2**63 else None
