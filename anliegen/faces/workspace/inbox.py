"""The lists of open tickets. The address is the state: the view, the order and the cursor."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, list_of, listen, order_of, view_of
from anliegen.faces.workspace.rows import rows
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import lists, queries
from anliegen.records.tickets.queries import Page
from anliegen.records.tickets.seen import as_seen_by


def empty_words(view: str) -> tuple[str, str]:
    """What an empty list says: that it is empty, and what will stand here."""
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
        "open": (
            _("No open concern"),
            _("Whatever comes in by mail, form or telephone appears here until it is resolved."),
        ),
    }[view]


@asks("ticket.read")
def inbox(request: HttpRequest) -> HttpResponse:
    """One page of a view, newest activity or longest waiting first."""
    listen(request)
    view, order = view_of(request), order_of(request)
    found = listed(request, view)
    context = {
        "view": view,
        "view_name": queries.VIEWS[view],
        "rows": rows(found.items, now=clock.now()),
        "orders": [(each.name, address(view, key), key == order) for key, each in queries.ORDERS.items()],
        "is_by_waiting": order == "waiting",
        "newer": address(view, order, found.newer) if found.newer else None,
        "older": address(view, order, found.older) if found.older else None,
        "news_url": news_address(request, view, found),
        "is_first_page": found.newer is None,
        "empty": empty_words(view),
        "may_export": may(agent_of(request), "ticket.export"),
        "here": request.GET.urlencode(),
    }
    return page(request, "workspace/inbox.html", context, block="list")


@asks("ticket.read")
def news(request: HttpRequest) -> HttpResponse:
    """How many tickets of a view moved up since it was shown; the page asks after each change it hears of."""
    view = view_of(request)
    since = _moment(request.GET.get("since"))
    count = lists.moved_since(agent_of(request), view, since) if since is not None else 0
    context = {"count": count, "more": count >= queries.COUNT_TO, "again": address(view, order_of(request))}
    return page(request, "workspace/parts/news.html", context)


def listed(request: HttpRequest, view: str) -> Page:
    order = queries.ORDERS[order_of(request)]
    found = lists.page(agent_of(request), view, cursor=request.GET.get("cursor"), order=order)
    as_seen_by(agent_of(request), found.items)
    return found


def news_address(request: HttpRequest, view: str, found: Page) -> str:
    """Where to ask what is new: it names the moment up to which this list is up to date. What moves later is news."""
    order = order_of(request)
    is_newest = order == "newest" and found.items and found.newer is None
    latest = found.items[0].last_message_at if is_newest else clock.now()
    query = urlencode(list_of(view, order) | {"since": f"{latest.timestamp():.6f}"})
    return f"{reverse('workspace:news')}?{query}"


def address(view: str, order: str, cursor: str | None = None) -> str:
    query = list_of(view, order) | ({"cursor": cursor} if cursor else {})
    return f"{reverse('workspace:inbox')}?{urlencode(query)}"


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text or ""), clock.now().tzinfo)
    except (ValueError, OverflowError, OSError):
        return None
