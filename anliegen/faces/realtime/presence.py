"""Who is at which ticket, over all processes. Pure: what was heard and the time in, who is there out.

Each process tells the others all it holds, whenever that changes and as a sign of life. One that has not been heard of
for a while is forgotten with all who were there through it. Nothing of this is stored anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anliegen.ground.whisper import MOST_BYTES, encode
from anliegen.records.tickets.presence import Place

TELLS_EVERY_S = 5.0
FORGOTTEN_AFTER_S = 15.0


@dataclass(frozen=True, slots=True)
class Here:
    """One open page at a ticket."""

    actor: str
    name: str
    ticket: int
    place: Place
    tab: str


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """Somebody at a ticket as others are told."""

    name: str
    actor: str
    writes: bool


@dataclass
class _Process:
    """What another process told last. A telling in several parts counts when all of them are there."""

    heard_at: float
    pages: tuple[Here, ...] = ()
    telling: int = -1
    parts: dict[int, list[Here]] = field(default_factory=dict)


class Presence:
    """What one process knows. `own` are the pages that are open through it."""

    def __init__(self, process: str) -> None:
        self.process = process
        self._own: dict[object, Here] = {}
        self._others: dict[str, _Process] = {}
        self._writing: dict[tuple[str, str, int], float] = {}  # actor, tab, ticket: until when
        self._programs: dict[tuple[str, int], tuple[Here, bool, float]] = {}
        self._tellings = 0
        self._told_at = float("-inf")
        self._is_news = False

    def arrive(self, page: object, here: Here) -> None:
        self._own[page] = here
        self._is_news = True

    def leave(self, page: object) -> None:
        if self._own.pop(page, None) is not None:
            self._is_news = True

    def leave_all(self) -> None:
        self._is_news = self._is_news or bool(self._own)
        self._own.clear()

    def moved(self, ticket: int, place: Place) -> None:
        """The ticket lies elsewhere now."""
        for page, here in self._own.items():
            if here.ticket == ticket and here.place != place:
                self._own[page] = Here(here.actor, here.name, ticket, place, here.tab)
                self._is_news = True

    def hear(self, told: Mapping[str, Any], now: float) -> None:
        """Another process, or a page through any of them, said something."""
        match told:
            case {"writes": [actor, tab, ticket, seconds]}:
                self._writing[actor, tab, ticket] = now + seconds
            case {"program": [actor, name, ticket, place, writes, seconds]}:
                here = Here(actor, name, ticket, tuple(place), "")
                self._programs[actor, ticket] = (here, writes, now + seconds)
            case {"process": process, "telling": telling, "part": part, "of": of, "pages": pages}:
                if process != self.process:
                    self._take(process, telling, part, of, [_read(page) for page in pages], now)

    def to_tell(self, now: float) -> list[dict[str, Any]]:
        """What to tell the other processes now: nothing unless something changed or a sign of life is due."""
        is_due = now - self._told_at >= TELLS_EVERY_S and bool(self._own)
        if not self._is_news and not is_due:
            return []
        self._is_news, self._told_at = False, now
        self._tellings += 1
        parts = list(_parts(self._own.values()))
        return [
            {"process": self.process, "telling": self._tellings, "part": at, "of": len(parts), "pages": part}
            for at, part in enumerate(parts)
        ]

    def here(self, now: float) -> dict[int, tuple[Place, tuple[Seen, ...]]]:
        """Each ticket at which somebody is, where it lies, and who that is, each once."""
        self._forget(now)
        places: dict[int, Place] = {}
        found: dict[int, dict[str, Seen]] = defaultdict(dict)
        for page in self._pages():
            writes = (page.actor, page.tab, page.ticket) in self._writing
            _note(found, places, page, writes)
        for page, writes, _until in self._programs.values():
            _note(found, places, page, writes)
        return {ticket: (places[ticket], tuple(sorted(found[ticket].values()))) for ticket in found}

    def _pages(self) -> Iterator[Here]:
        yield from self._own.values()
        for process in self._others.values():
            yield from process.pages

    def _take(self, process: str, telling: int, part: int, of: int, pages: list[Here], now: float) -> None:
        known = self._others.setdefault(process, _Process(now))
        known.heard_at = now
        if telling != known.telling:
            known.telling, known.parts = telling, {}
        known.parts[part] = pages
        if len(known.parts) == of:
            known.pages = tuple(page for at in sorted(known.parts) for page in known.parts[at])

    def _forget(self, now: float) -> None:
        self._others = {name: known for name, known in self._others.items() if now - known.heard_at < FORGOTTEN_AFTER_S}
        self._writing = {key: until for key, until in self._writing.items() if until > now}
        self._programs = {key: kept for key, kept in self._programs.items() if kept[2] > now}


def changes(
    before: Mapping[int, tuple[Place, tuple[Seen, ...]]], now: Mapping[int, tuple[Place, tuple[Seen, ...]]]
) -> dict[int, tuple[Place, tuple[Seen, ...]]]:
    """What is different now; a ticket that everybody left comes with nobody."""
    gone = {ticket: (place, ()) for ticket, (place, _seen) in before.items() if ticket not in now}
    return gone | {ticket: found for ticket, found in now.items() if before.get(ticket) != found}


def content(tickets: Mapping[int, Sequence[Seen]], *, without: str) -> str:
    """For one page: by ticket who is there beside its own agent, as `[name, writes, kind]`."""
    return encode(
        {
            ticket: [[one.name, one.writes, one.actor.partition(":")[0]] for one in seen if one.actor != without]
            for ticket, seen in tickets.items()
        }
    )


def _note(found: dict[int, dict[str, Seen]], places: dict[int, Place], page: Here, writes: bool) -> None:
    """Who has several pages open is there once, and writes when one of them does."""
    places[page.ticket] = page.place
    known = found[page.ticket].get(page.actor)
    found[page.ticket][page.actor] = Seen(page.name, page.actor, writes or (known is not None and known.writes))


def _parts(pages: Iterable[Here]) -> Iterator[list[list[Any]]]:
    """In pieces that a notification takes; at least one, which may be empty."""
    part: list[list[Any]] = []
    size = 0
    for page in pages:
        row = [page.actor, page.name, page.ticket, page.place, page.tab]
        length = len(encode(row).encode()) + 1
        if part and size + length > MOST_BYTES - 200:
            yield part
            part, size = [], 0
        part.append(row)
        size += length
    yield part


def _read(row: Sequence[Any]) -> Here:
    actor, name, ticket, place, tab = row
    return Here(actor, name, ticket, tuple(place), tab)
