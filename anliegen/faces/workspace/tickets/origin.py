"""The list a ticket was opened from: a view, a search, or what was not delivered. The address names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anliegen.faces.workspace import inbox, search
from anliegen.faces.workspace.frame import agent_of, came_from, state_of
from anliegen.faces.workspace.listing import listing_of
from anliegen.faces.workspace.rows import Row, rows
from anliegen.faces.workspace.tickets.troubles import troubled
from anliegen.ground import clock
from anliegen.records.tickets import view_filters
from anliegen.records.tickets.models import Ticket

# What names a list in an address.
NAMES = ("view", "saved", *view_filters.NAMES, "order", "cursor", "q", "from")


@dataclass(frozen=True)
class Origin:
    """A list beside a ticket. `news_url` asks what is new in it, where it is one that goes on by itself."""

    name: str | Promise
    rows: list[Row]
    back: str
    news_url: str | None = None
    shrinks: bool = False  # what was seen to leaves it, so that the first one is the next one


def query_of(request: HttpRequest) -> str:
    """What names the list the ticket was opened from."""
    state = state_of(request)
    kept = [(key, value) for key in NAMES for value in state.getlist(key) if value]
    return f"?{urlencode(kept)}" if kept else ""


def of(request: HttpRequest) -> Origin:
    match came_from(request):
        case "search":
            asked = search.asked_of(request)
            results = search.results_of(request)
            tickets = [one.ticket for one in results.lines]
            name = _("Search: %(asked)s") % {"asked": asked}
            return Origin(name, _lines(tickets), f"{reverse('workspace:search')}{query_of(request)}")
        case "undelivered":
            tickets = list({one.ticket_id: one.ticket for one in troubled(agent_of(request))}.values())
            return Origin(_("Not delivered"), _lines(tickets), reverse("workspace:undelivered"), shrinks=True)
    listing = listing_of(request)
    listed = inbox.listed(request, listing)
    back = f"{reverse('workspace:inbox')}{query_of(request)}"
    return Origin(listing.name, _lines(listed.items), back, inbox.news_address(listing, listed))


def _lines(tickets: Sequence[Ticket]) -> list[Row]:
    return rows(tickets, now=clock.now(), with_snippets=False)
