"""Which list an agent works in. The address is the state: a view or a saved one, what it is filtered by, and the order.

?view=unassigned&tag=umzug     a view that everybody has, narrowed
?saved=12                      a saved view as it is
?saved=12&status=new           the same, changed and not saved: the address alone says what is shown
?status=new&tag=umzug          a filter without a name
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import desk, queries
from anliegen.records.tickets.desk import LaidOut, Saved
from anliegen.records.tickets.orders import Order
from anliegen.records.tickets.view_filters import NAMES, Filter
from anliegen.records.tickets.views import VIEWS, order_of

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Listing:
    """A list: `view` is one that everybody has or empty, `more` what the address asks besides view or saved one."""

    view: str
    saved: Saved | None
    more: Filter
    asked_order: str

    @property
    def filter(self) -> Filter:
        if self.view:
            return Filter.read(VIEWS[self.view].filter.values() | self.more.values())
        return self.more or (self.saved.filter if self.saved else Filter())

    @property
    def name(self) -> str | Promise:
        if self.view:
            return VIEWS[self.view].name
        return self.saved.name if self.saved else _("Filtered")

    @property
    def is_changed(self) -> bool:
        """Whether it is a saved view that the address shows differently."""
        return self.saved is not None and (self.filter, self.order) != (self.saved.filter, self.saved_order)

    @property
    def saved_order(self) -> str:
        return order_of(self.filter, self.saved.order if self.saved else None)[0]

    @property
    def order(self) -> str:
        """The order in which it is read: the one that was asked for, where this list has it."""
        asked = self.asked_order or (self.saved.order if self.saved else "")
        return order_of(self.filter, asked)[0]

    @property
    def along(self) -> Order:
        return order_of(self.filter, self.order)[1]

    @property
    def chosen(self) -> Filter:
        """What stands above the list to be taken away: a view of its own is its title already."""
        return self.more if self.view else self.filter

    def pairs(self, order: str | None = None) -> Pairs:
        """What names it in an address."""
        return [*self._base, *self.more.pairs(), *self._ordered(self.asked_order if order is None else order)]

    def without(self, name: str, value: str) -> Pairs:
        """The same list without this part of its filter."""
        less = self.chosen.without(name, value)
        if not less and not self.view:
            return [("view", "open")]
        return [*self._base, *less.pairs(), *self._ordered(self.asked_order)]

    @property
    def _base(self) -> Pairs:
        return [("view", self.view)] if self.view else [("saved", str(self.saved.pk))] if self.saved else []

    def _ordered(self, order: str) -> Pairs:
        if self.saved is None:
            return ordered(order)
        return [("order", order)] if order not in ("", self.saved.order) else []


def listing_of(request: HttpRequest) -> Listing:
    """The list that the address names; one that is not there is one's own."""
    state = state_of(request)
    more = Filter.read({name: state.getlist(name) for name in NAMES})
    saved = _saved(request, state.get("saved", ""))
    view = state.get("view", "")
    if saved is not None or (more and view not in VIEWS):
        view = ""
    elif view not in VIEWS:
        view = "mine"
    return Listing(view, saved, more, _asked_order(state))


def laid_out_of(request: HttpRequest) -> LaidOut:
    """The agent's saved views and pins, read once for a page."""
    if not hasattr(request, "laid_out"):
        request.laid_out = desk.laid_out(cast(Agent, request.user))  # type: ignore[attr-defined]
    return cast(LaidOut, request.laid_out)  # type: ignore[attr-defined]


def _saved(request: HttpRequest, given: str) -> Saved | None:
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return None
    return next((one for one in laid_out_of(request).views if one.pk == int(given)), None)


def _asked_order(state: QueryDict) -> str:
    order = state.get("order", "")
    return order if order in queries.ORDERS else ""


def state_of(request: HttpRequest) -> QueryDict:
    """The query of the page the agent looks at: this request's own, or of the page whose form was sent."""
    if request.method != "POST":
        return request.GET
    htmx = request.htmx  # type: ignore[attr-defined]
    sent_from = htmx.current_url if htmx else request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}/"
    return QueryDict(urlsplit(sent_from).query) if (sent_from or "").startswith(here) else request.GET


def came_from(request: HttpRequest) -> str:
    """Which kind of list the agent works in: a `view`, a `search`, or what was not delivered."""
    state = state_of(request)
    if state.get("q", "").strip():
        return "search"
    return "undelivered" if state.get("from") == "undelivered" else "view"


def order_asked(request: HttpRequest) -> str:
    """How the agent has their lists ordered: named in the address too, and kept from list to list."""
    return _asked_order(state_of(request)) or "newest"


def ordered(order: str) -> Pairs:
    """An order in an address; the usual one needs no name."""
    return [("order", order)] if order not in ("", "newest") else []


def address(pairs: Iterable[tuple[str, str]], cursor: str | None = None) -> str:
    """Where a list is."""
    query = [*pairs, *([("cursor", cursor)] if cursor else [])]
    return f"{reverse('workspace:inbox')}?{urlencode(query)}"
