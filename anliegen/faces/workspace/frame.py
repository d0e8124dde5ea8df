"""What stands around every page of the workspace: who asks, the views with their counts, the places one may open."""

from collections import Counter
from functools import cached_property
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.faces.workspace.brakes import Told, undecided
from anliegen.faces.workspace.listing import (
    address,
    laid_out_of,
    listing_of,
    order_asked,
    ordered,
)
from anliegen.faces.workspace.listing import came_from as came_from
from anliegen.faces.workspace.listing import state_of as state_of
from anliegen.faces.workspace.noticing import quiet
from anliegen.faces.workspace.rail import Rail
from anliegen.faces.workspace.sent import Sent, sent_of
from anliegen.faces.workspace.waiting import waiting_for
from anliegen.ground import clock
from anliegen.ground.journal import seal
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import InTeam, may
from anliegen.records.tickets import lists, operators, queries
from anliegen.records.tickets.views import VIEWS

SYMBOLS = {
    "mine": "user",
    "team": "users",
    "unassigned": "inbox",
    "waiting": "waiting",
    "promised": "promise",
    "due": "clock",
    "mentioned": "bell",
    "unplaced": "help",
    "snoozed": "snooze",
    "open": "list",
}
KEYS = {
    "mine": "g m",
    "team": "g t",
    "unassigned": "g u",
    "waiting": "g w",
    "promised": "g p",
    "due": "g f",
    "mentioned": "g i",
    "unplaced": "g k",
    "snoozed": "g v",
    "open": "g a",
}
LEDGERS = ("settings-intake", "settings-journal")
Entry = dict[str, Any]


def agent_of(request: HttpRequest) -> Agent:
    """Who asks. `asks` has made sure that somebody is logged in."""
    return cast(Agent, request.user)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.agent(agent_of(request).pk)


def insist(request: HttpRequest, permission: str, subject: InTeam | None = None) -> None:
    """Refuse (403) what this agent may not."""
    if not may(agent_of(request), permission, subject):
        raise PermissionDenied


def listen(request: HttpRequest) -> None:
    """Note the journal's head before tickets are read, so that the page's stream misses nothing in between."""
    request.heard_until = seal.last()[0]  # type: ignore[attr-defined]


def desk(request: HttpRequest) -> dict[str, "Desk"]:
    """Context processor. Nothing is read before a template of the workspace asks for it."""
    return {"desk": Desk(request)}


class Desk:
    """The frame of one page. Each part is read when the template comes to it, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def agent(self) -> Agent:
        return agent_of(self._request)

    @property
    def stream(self) -> str:
        """Where changes are heard, from the moment on at which this page read its tickets; and which one it shows."""
        position = getattr(self._request, "heard_until", None)
        here = f"&at={self._shown}" if self._shown else ""
        return f"/stream?last={seal.last()[0] if position is None else position}{here}"

    @property
    def _shown(self) -> int | None:
        """The number of the ticket that this page shows."""
        match = self._request.resolver_match
        return match.kwargs["number"] if match is not None and self._is_at("ticket") else None

    @property
    def query(self) -> str:
        """What the search field shows."""
        return self._request.GET.get("q", "")[: operators.LONGEST] if self._is_at("search", "ticket") else ""

    @cached_property
    def views(self) -> list[Entry]:
        """The lists with how many wait there; counting stops at a thousand."""
        if not may(self.agent, "ticket.read"):
            return []
        is_there = self._is_at("inbox", "news") or (self._is_at("ticket") and came_from(self._request) == "view")
        here = listing_of(self._request).view if is_there else None
        counts = lists.counts(self.agent)
        return [self._view(key, view.name, here, counts[key]) for key, view in VIEWS.items()]

    @cached_property
    def rail(self) -> Rail:
        """Saved views and pinned tickets."""
        is_there = self._is_at("inbox", "rail") or (self._is_at("ticket") and came_from(self._request) == "view")
        listing = listing_of(self._request) if is_there else None
        here = listing.saved.pk if listing is not None and listing.saved is not None else None
        return Rail(self.agent, laid_out_of(self._request), here, is_counting=self._is_at("rail"))

    @cached_property
    def _order(self) -> str:
        return order_asked(self._request)

    @cached_property
    def undelivered(self) -> int:
        """How many answers could not be delivered and wait for a person; counting stops at a hundred."""
        return self._on_the_way["troubled"]

    @cached_property
    def held_up(self) -> int:
        """How many answers wait because the mail server refuses us or cannot be reached."""
        return self._on_the_way["held_up"]

    @cached_property
    def to_review(self) -> int:
        """How many answers of colleagues wait for this agent's approval."""
        return self._on_the_way["review"]

    @cached_property
    def sent(self) -> Sent | None:
        """The answer that was sent from the page before, while it can be taken back."""
        return sent_of(self.agent, self._request.GET.get("sent", ""))

    @cached_property
    def _on_the_way(self) -> Counter[str]:
        """All in one query, since every page asks for them."""
        return Counter(waiting_for(self.agent, self._shown))

    @cached_property
    def stopped(self) -> int:
        """How many readers of the journal have stopped, for those who may have them try again."""
        return self._on_the_way["stopped"]

    @cached_property
    def journal_is_broken(self) -> bool:
        """Whether the journal was cut off or changed: every administrator sees it on every page until one has
        looked into it."""
        return self._on_the_way["broken"] > 0

    @property
    def said(self) -> list[str]:
        """What the step before this page has to say; a page that says it itself has read it already."""
        waiting = messages.get_messages(self._request)
        return [] if getattr(waiting, "used", False) else [str(one) for one in waiting]

    @property
    def may_answer(self) -> bool:
        """Whether there is a next concern for this agent."""
        return may(self.agent, "ticket.reply")

    @property
    def notices(self) -> int:
        """How many notices the agent has not read; counting stops at a hundred."""
        return self._on_the_way["notices"]

    @cached_property
    def manner(self) -> str:
        """How the agent wants to be told of something new now, beside the number: `sound`, `browser`."""
        calm = quiet.calm_of(self.agent)
        if not (calm.has_sound or calm.shows_in_browser) or quiet.is_quiet_for(self.agent, calm, at=clock.now()):
            return ""
        return " ".join(
            word for word, is_on in (("sound", calm.has_sound), ("browser", calm.shows_in_browser)) if is_on
        )

    @property
    def has_notice_here(self) -> bool:
        """Whether one of them is about the ticket that this page shows."""
        return self._on_the_way["here"] > 0

    @property
    def may_read_journal(self) -> bool:
        return may(self.agent, "audit.read")

    @property
    def writes(self) -> bool:
        """Whether they have use for text blocks and macros."""
        return may(self.agent, "ticket.reply")

    @cached_property
    def work(self) -> list[Entry]:
        entries = [
            self._entry("search", _("Search"), "search", "ticket.read", "g s"),
            self._entry("drafts", _("Drafts"), "edit", "ticket.reply", "g d"),
            self._entry("new", _("New concern"), "plus", "ticket.open", "c"),
            self._entry("promises", _("Promises"), "promise", "ticket.read", "g z"),
            self._entry("proposals", _("Proposals"), "automation", "ticket.read", "g h"),
            self._entry("people", _("Customers"), "users", "customer.read", "g c"),
            self._entry("concessions", _("Approvals"), "check", "concession.approve", "g r"),
        ]
        return [entry for entry in entries if entry]

    @cached_property
    def house(self) -> list[Entry]:
        entries = [
            self._entry("settings-overview", _("Settings"), "settings", "settings.manage", "g e"),
            self._entry("settings-intake", _("Intake ledger"), "ledger", "intake.read", "g l"),
            self._entry("settings-journal", _("Journal"), "book", "audit.read", "g j"),
        ]
        return [entry for entry in entries if entry]

    @cached_property
    def brakes(self) -> list[Told]:
        """What was stopped and waits for somebody's decision."""
        return undecided(self.agent)

    def _view(self, key: str, name: str | Promise, here: str | None, count: int) -> Entry:
        return {
            "key": key,
            "text": name,
            "href": address([("view", key), *ordered(self._order)]),
            "symbol": SYMBOLS[key],
            "current": key == here,
            "keys": KEYS[key],
            "count": count,
            "more": count >= queries.COUNT_TO,
        }

    def _entry(self, route: str, text: str | Promise, symbol: str, permission: str, keys: str) -> Entry:
        if not may(self.agent, permission):
            return {}
        return {
            "text": text,
            "href": reverse(f"workspace:{route}"),
            "symbol": symbol,
            "current": self._place() == route,
            "key": keys,
        }

    def _place(self) -> str | None:
        """The entry that this page stands under: the two ledgers have one each, the other settings share one; a ticket
        stands under the search that found it."""
        match = self._request.resolver_match
        name = match.url_name if match is not None else None
        if name == "ticket":
            return came_from(self._request)
        if name is None or not name.startswith("settings-"):
            return name
        return next((ledger for ledger in LEDGERS if name.startswith(ledger)), "settings-overview")

    def _is_at(self, *routes: str) -> bool:
        match = self._request.resolver_match
        return match is not None and match.url_name in routes
