"""What the stream says: which ticket changed, and how. Ids and codes only. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts import verbs as accounts
from anliegen.records.tickets import verbs as tickets
from anliegen.records.tickets.presence import Place

MOVED = tickets.TICKET_MOVED.name
ASSIGNED = tickets.TICKET_ASSIGNED.name
LET_OUT = tickets.TICKET_LET_OUT.name

# What a customer's status page shows. Notes, tags, who works on it, and answers that can still be undone are the
# operator's own affair.
FOR_CUSTOMERS = frozenset(
    verb.name
    for verb in (
        tickets.TICKET_OPENED,
        tickets.TICKET_MOVED,
        tickets.MESSAGE_RECEIVED,
        tickets.MESSAGE_SENT,
        tickets.MESSAGE_DELIVERED,
        tickets.MESSAGE_BOUNCED,
        tickets.STATUS_CHANGED,
        tickets.TICKET_RESOLVED,
        tickets.TICKET_CLOSED,
        tickets.TICKET_REOPENED,
        tickets.SUBJECT_CHANGED,
    )
)
CHANGES_RIGHTS = frozenset(
    verb.name for verb in (accounts.AGENT_CHANGED, accounts.AGENT_LEFT, accounts.AGENT_RETURNED, accounts.PASSWORD_SET)
)
CHANGES_SETTINGS = frozenset(verb.name for verb in (accounts.SETTING_CHANGED, accounts.SETTING_DELETED))


@dataclass(frozen=True, slots=True)
class Happened:
    """The columns of a sealed event that the stream looks at."""

    position: int
    verb: str
    subject: str
    data: Mapping[str, Any]

    @property
    def ticket(self) -> int | None:
        kind, _colon, key = self.subject.partition(":")
        return int(key) if kind == "ticket" else None

    @property
    def changes_rights(self) -> bool:
        """Whether what somebody may see may be different from now on."""
        if self.verb in CHANGES_SETTINGS:
            return self.subject.startswith(("role:", "team:"))
        return self.verb in CHANGES_RIGHTS


@dataclass(frozen=True, slots=True)
class Notice:
    """A ticket changed. `position` is that of the newest event; `teams` and `agents` are those whom it concerns.

    None among the teams means that the ticket has or had no team: then it concerns everybody who may read tickets.
    """

    position: int
    ticket: int
    verbs: tuple[str, ...]
    teams: frozenset[int | None]
    agents: frozenset[int | None]
    place: Place | None = field(default=None, compare=False)  # where it lies now; None: it is gone

    def for_agents(self) -> bytes:
        return message(self.position, self.ticket, self.verbs)

    def for_customers(self) -> bytes | None:
        """None when nothing happened that a customer can see."""
        shown = tuple(verb for verb in self.verbs if verb in FOR_CUSTOMERS)
        return message(self.position, self.ticket, shown) if shown else None


@dataclass
class _Gathered:
    position: int = 0
    verbs: dict[str, None] = field(default_factory=dict)
    teams: set[int | None] = field(default_factory=set)
    agents: set[int | None] = field(default_factory=set)


def gather(events: Iterable[Happened], places: Mapping[int, Place]) -> list[Notice]:
    """One notice per ticket, in the order of its newest event, however many events there were.

    `places` tells where each ticket is now: the team, then the agents who see it whatever their teams. Whoever
    had it before a move is told, too, so that it disappears from their list.
    """
    gathered: dict[int, _Gathered] = {}
    for event in events:
        if event.ticket is None:
            continue
        one = gathered.setdefault(event.ticket, _Gathered())
        one.position = event.position
        one.verbs[event.verb] = None
        if event.verb == MOVED:
            one.teams |= {_key(event.data["was"]), _key(event.data["to"])}
        elif event.verb == ASSIGNED:
            one.agents |= {_key(event.data["was"]), _key(event.data["to"])} - {None}
        elif event.verb == LET_OUT:
            one.agents.add(_key(event.data["agent"]))
    for ticket, one in gathered.items():
        if ticket in places:
            team, *agents = places[ticket]
            one.teams.add(team)
            one.agents.update(agents)
    notices = [
        Notice(
            one.position,
            ticket,
            tuple(one.verbs),
            frozenset(one.teams),
            frozenset(one.agents - {None}),
            places.get(ticket),
        )
        for ticket, one in gathered.items()
    ]
    return sorted(notices, key=lambda notice: notice.position)


def message(position: int, ticket: int, verbs: tuple[str, ...]) -> bytes:
    """A server-sent event. Its id is the journal position, from which a page that was away goes on."""
    content = json.dumps({"ticket": ticket, "verbs": verbs}, separators=(",", ":"))
    return f"id: {position}\nevent: ticket\ndata: {content}\n\n".encode()


def presence(position: int, content: str) -> bytes:
    """Who is at which tickets, see `presence.content`. Told anew when it changes; nothing is missed by missing one."""
    return f"id: {position}\nevent: presence\ndata: {content}\n\n".encode()


def bell(position: int) -> bytes:
    """The page's agent has a new notice, or one less."""
    return f"id: {position}\nevent: bell\ndata: {{}}\n\n".encode()


def reset(position: int) -> bytes:
    """Too much was missed to tell one by one: the page refetches what it shows."""
    return f"id: {position}\nevent: reset\ndata: {{}}\n\n".encode()


def opening(retry_ms: int) -> bytes:
    """The first line: how long a browser waits before it comes again."""
    return f"retry: {retry_ms}\n\n".encode()


def mark(position: int) -> bytes:
    """Moves the page's last id although nothing happened: what was told until here is all there was for it."""
    return f"id: {position}\nevent: here\ndata: {{}}\n\n".encode()


def beat(position: int) -> bytes:
    """A sign of life, so that proxies keep the connection: a comment, and the position."""
    return b": still here\n" + mark(position)


def _key(reference: str | None) -> int | None:
    return pk_of(reference) if reference else None
