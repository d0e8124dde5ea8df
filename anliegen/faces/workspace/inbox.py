"""The lists of tickets. The address is the state: the view, what it is filtered by, the order and the cursor."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, listen
from anliegen.faces.workspace.listing import Listing, address, listing_of, state_of
from anliegen.faces.workspace.lists import chips
from anliegen.faces.workspace.rows import rows
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import lists, queries
from anliegen.records.tickets.looking import LOOKED_AT
from anliegen.records.tickets.queries import Page
from anliegen.records.tickets.seen import as_seen_by
from anliegen.records.tickets.views import orders_of


def empty_words(listing: Listing) -> tuple[str, str]:
    """What an empty list says: that it is empty, and what will stand here."""
    nothing_fits = (_("Nothing fits this filter"), _("Take one of the chips away, or look at all open concerns."))
    if not listing.view or listing.more:
        return nothing_fits
    return {
        "mine": (
            _("Nothing lies with you"),
            _("Concerns appear here when you take them on, answer them first, or somebody gives them to you."),
        ),
        "team": (
            _("Your team has answered everything"),
            _("As soon as a customer writes, this page says so."),
        ),
        "unassigned": (
            _("Everything has somebody"),
            _("Concerns that nobody has taken on yet appear here."),
        ),
        "waiting": (
            _("Nobody waits for us"),
            _("Whoever has written and got no answer yet appears here, the longest wait first."),
        ),
        "promised": (
            _("No promise is open"),
            _("What we have promised appears here until it is kept, the next one first."),
        ),
        "due": (
            _("Nothing is due"),
            _("Concerns with a target or a legal deadline appear here, the next one first."),
        ),
        "mentioned": (
            _("Nobody has asked you"),
            _("When a colleague mentions you in a note, the concern appears here until you have seen to it."),
        ),
        "unplaced": (
            _("Everything has found its place"),
            _("Concerns without a topic, or that neither a team nor a person has, appear here until they have both."),
        ),
        "snoozed": (
            _("Nothing is put aside"),
            _("What is put aside waits here until its time has come, or until the customer writes."),
        ),
        "open": (
            _("No open concern"),
            _("Whatever comes in by mail, form or telephone appears here until it is resolved."),
        ),
    }[listing.view]


@asks("ticket.read")
def inbox(request: HttpRequest) -> HttpResponse:
    """One page of a list, narrowed by what its address asks."""
    if chips.is_sent_by_hand(request.GET):
        return redirect(chips.tidied(request))
    listen(request)
    listing = listing_of(request)
    found = listed(request, listing)
    orders = orders_of(listing.filter)
    context = {
        "view_name": listing.name,
        "rows": rows(found.items, now=clock.now()),
        "orders": [(each.name, address(listing.pairs(key)), key == listing.order) for key, each in orders.items()]
        if len(orders) > 1
        else [],
        "is_by_waiting": listing.order == "waiting",
        "is_newest": listing.order == "newest",
        "newer": address(listing.pairs(), found.newer) if found.newer else None,
        "older": address(listing.pairs(), found.older) if found.older else None,
        "is_cut": found.is_cut,
        "looked_at": LOOKED_AT,
        "news_url": news_address(listing, found),
        "is_first_page": found.newer is None,
        "empty": empty_words(listing),
        "onward": "filter" if not listing.view or listing.more else listing.view,
        "may_export": may(agent_of(request), "ticket.export"),
        "here": request.GET.urlencode(),
        "chosen": chips.chips(request, listing),
        "may_pick": may(agent_of(request), "ticket.change") or may(agent_of(request), "ticket.assign"),
        **_ways_to_save(listing),
    }
    return page(request, "workspace/inbox.html", context, block="list")


def _ways_to_save(listing: Listing) -> dict[str, Any]:
    """Where this list can be kept as a view, and where the saved view that it came from can be changed."""
    query = urlencode([*listing.filter.pairs(), ("order", listing.order)])
    saved = listing.saved
    return {
        "filter_url": f"{reverse('workspace:filter')}?{urlencode(listing.pairs())}",
        "save_url": f"{reverse('workspace:view-new')}?{query}" if listing.chosen else None,
        "saved": saved,
        "edit_url": f"{reverse('workspace:view-edit', args=[saved.pk])}?{query}" if saved is not None else None,
        "is_changed": listing.is_changed,
        "unchanged": address([("saved", str(saved.pk))]) if saved is not None else None,
    }


@asks("ticket.read")
def news(request: HttpRequest) -> HttpResponse:
    """How many tickets of a list moved up since it was shown; the page asks after each change it hears of."""
    listing = listing_of(request)
    since = _moment(request.GET.get("since"))
    count = lists.moved_since(agent_of(request), listing.filter, since) if since is not None else 0
    context = {"count": count, "more": count >= queries.COUNT_TO, "again": address(listing.pairs())}
    return page(request, "workspace/parts/news.html", context)


def listed(request: HttpRequest, listing: Listing) -> Page:
    cursor = state_of(request).get("cursor")
    found = lists.page(agent_of(request), listing.filter, cursor=cursor, order=listing.along)
    as_seen_by(agent_of(request), found.items)
    return found


def news_address(listing: Listing, found: Page) -> str:
    """Where to ask what is new: it names the moment up to which this list is up to date. What moves later is news."""
    is_newest = listing.order == "newest" and found.items and found.newer is None
    latest = found.items[0].last_message_at if is_newest else clock.now()
    return f"{reverse('workspace:news')}?{urlencode([*listing.pairs(), ('since', f'{latest.timestamp():.6f}')])}"


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text or ""), clock.now().tzinfo)
    except (ValueError, OverflowError, OSError):
        return None
