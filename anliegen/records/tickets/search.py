"""Finding tickets by what was said in them, within what an agent may see."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from anliegen.ground.search.passages import passage
from anliegen.ground.search.queries import Hit, Looked, Restriction, is_rare, look, within
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import filters, operators
from anliegen.records.tickets.filters import Narrowed
from anliegen.records.tickets.models import SearchRow, Ticket

PAGE = 30
LONGEST_PASSAGE = 240
SAID = ("ticket", "message__reply_text", "message__text", "note__text")  # without the HTML, which is far longer
WITH = ("person", "team", "assignee", "brand")
MOST_NARROW = 2000  # tickets of a customer or tag that are looked through one by one


@dataclass(frozen=True)
class Found:
    """A ticket and the place in its newest matching message or note: pieces of text, and whether each matches."""

    ticket: Ticket
    passage: list[tuple[str, bool]]


@dataclass(frozen=True)
class FoundPage:
    """Some of what was found, newest first, and the cursor of the older rest (None: there is none).

    `cut_at`: looking went no further back than to this moment; there may be more before it, from the cursor on.
    """

    items: list[Found]
    older: str | None
    cut_at: datetime | None = None
    wrong: tuple[operators.Filter, ...] = ()  # filters whose value names nothing


def search(
    agent: Agent, text: str, *, limit: int = PAGE, cursor: str | None = None, unfinished: bool = False
) -> FoundPage:
    """Tickets that this agent may see and in which all words occur, each once; first the one whose number it is.

    Filters are those of `operators`; without words, all that fits them. `unfinished`: the last word may be a beginning,
    for searching while typing. The cursor is one of an earlier page's; a broken one starts anew.
    """
    if not may(agent, "ticket.read"):
        return FoundPage([], None)
    asked, before = operators.parse(text), _read_cursor(cursor)
    narrowed = filters.narrow(asked.filters, agent)
    if narrowed.wrong:
        return FoundPage([], None, wrong=narrowed.wrong)
    named = _by_number(agent, text) if before is None and not asked.filters else None
    page = _looked_for(agent, asked.words, narrowed, before, limit, unfinished)
    if named is None:
        return page
    others = [one for one in page.items if one.ticket.pk != named.pk]
    return replace(page, items=[Found(named, _beginning(named)), *others])


def matching(agent: Agent, text: str) -> "QuerySet[Ticket]":
    """All tickets that `search` would find for this text, in no order: for whoever reads them to the end."""
    asked = operators.parse(text)
    narrowed = filters.narrow(asked.filters, agent)
    said_words = filters.words_for(agent, asked.words)
    words = _all_words(said_words, narrowed)
    visible = Ticket.objects.visible_to(agent)
    if narrowed.wrong or (asked.words and not said_words) or not (words or asked.filters):
        return visible.none()
    tickets = visible.filter(narrowed.tickets)
    if not words and not narrowed.asks_what_was_said:
        return tickets
    said = _said_so(narrowed)
    match, params = ("entry.tsv @@ %s::tsquery AND ", [words]) if words else ("", [])
    rows = f"SELECT entry.ticket_id FROM tickets_searchrow AS entry WHERE {match}({said.sql})"  # noqa: S608
    return tickets.filter(pk__in=RawSQL(rows, [*params, *said.params]))  # noqa: S611 (words of this room)


def _looked_for(
    agent: Agent, text: str, narrowed: Narrowed, before: tuple[datetime, int] | None, limit: int, unfinished: bool
) -> FoundPage:
    """Words, perhaps none, within filters, perhaps none. Rights and filters stand in the query itself."""
    said_words = filters.words_for(agent, text, unfinished=unfinished)
    words = _all_words(said_words, narrowed)
    asks_nothing = not (words or narrowed.tickets or narrowed.asks_what_was_said)
    if asks_nothing or (text and not said_words):
        return FoundPage([], None)
    said = _said_so(narrowed)
    fitting = Ticket.objects.visible_to(agent).filter(narrowed.tickets)
    only = _both(within("ticket_id", fitting), said) if narrowed.tickets or not agent.role.sees_all_teams else said
    if before is None and narrowed.until is not None:
        before = (narrowed.until, 0)
    looked = look(
        SearchRow, words, only=only, few=_few(fitting, narrowed, said), per="ticket", before=before, limit=limit
    )
    return _page(looked, text, narrowed)


def _all_words(words: str, narrowed: Narrowed) -> str:
    """Words, and the names of who wrote them."""
    return " & ".join(one for one in (words, *narrowed.names) if one)


def _page(looked: Looked, text: str, narrowed: Narrowed) -> FoundPage:
    is_over = looked.on is None or (narrowed.since is not None and looked.on[0] < narrowed.since)
    items = _with_passages(looked.hits, text)
    if is_over or looked.on is None:
        return FoundPage(items, None)
    return FoundPage(items, _cursor_at(*looked.on), looked.on[0] if looked.is_cut else None)


def _few(fitting: "QuerySet[Ticket]", narrowed: Narrowed, said: Restriction) -> Callable[[], Restriction | None]:
    """The tickets themselves, where an index finds them and they are few."""

    def few() -> Restriction | None:
        if not narrowed.is_narrow:
            return None
        numbers = list(fitting.order_by().values_list("pk", flat=True)[: MOST_NARROW + 1])
        if len(numbers) > MOST_NARROW:
            return None
        return _both(Restriction("entry.ticket_id = ANY(%s)", (numbers,)), said)

    return few


def _said_so(narrowed: Narrowed) -> Restriction:
    """What the filters ask of what was said."""
    parts = list(narrowed.rows)
    if narrowed.since is not None:
        parts.append(Restriction("entry.at >= %s", (narrowed.since,)))
    if narrowed.until is not None:
        parts.append(Restriction("entry.at < %s", (narrowed.until,)))
    return _both(*parts)


def _both(*parts: Restriction) -> Restriction:
    if not parts:
        return Restriction()
    sql = " AND ".join(f"({part.sql})" for part in parts)
    return Restriction(sql, tuple(param for part in parts for param in part.params))


def numbers_with(words: str, fits: Restriction, most: int) -> list[int] | None:
    """The tickets with these rare words, the newest `most` of those for whose rows it holds; None for frequent ones."""
    if not is_rare(SearchRow, words):
        return None
    return [hit.per for hit in look(SearchRow, words, only=fits, per="ticket", limit=most).hits if hit.per is not None]


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


def _cursor_at(at: datetime, pk: int) -> str:
    return f"{at.timestamp():.6f}~{pk}"


def _read_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    try:
        at, pk = (cursor or "").split("~")
        moment, key = datetime.fromtimestamp(float(at), UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None
    return (moment, key) if 0 <= key < 2**63 else None
