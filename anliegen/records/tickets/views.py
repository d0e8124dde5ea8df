"""The lists that everybody has, each a filter with a name, and the orders a list may have."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.orders import ORDERS, OWN_ORDERS, Order
from anliegen.records.tickets.view_filters import Filter


@dataclass(frozen=True)
class View:
    """A list of open tickets that comes with the program."""

    name: str | Promise
    filter: Filter


VIEWS = {
    "mine": View(_("Mine"), Filter(assignee=("me",))),
    "team": View(_("My team"), Filter(team=("mine",))),
    "unassigned": View(_("Unassigned"), Filter(assignee=("none",))),
    "waiting": View(_("Waiting for us"), Filter(waits=("any",))),
    "promised": View(_("Promises due"), Filter(promise=("any",))),
    "due": View(_("Due"), Filter(due=("any",))),
    "mentioned": View(_("Mentions"), Filter(mentioned=("me",))),
    "unplaced": View(_("Fits no category"), Filter(unplaced=("yes",))),
    "snoozed": View(_("Aside"), Filter(snoozed=("yes",))),
    "open": View(_("All open"), Filter()),
}


def orders_of(wanted: Filter) -> dict[str, Order]:
    """The orders in which a list of this filter can be read, the usual one first."""
    newest = {"newest": ORDERS["newest"]}
    if wanted.is_about_done or wanted.text or wanted.mentioned or wanted.unplaced or wanted.person:
        return newest
    for field, order in (("snoozed", "snoozed"), ("promise", "promised"), ("due", "due")):
        if getattr(wanted, field):
            return {order: OWN_ORDERS[order]}
    return {"waiting": ORDERS["waiting"]} if wanted.waits else newest | {"waiting": ORDERS["waiting"]}


def order_of(wanted: Filter, name: str | None) -> tuple[str, Order]:
    """The order of this name where the list has it, else its usual one; with its name."""
    orders = orders_of(wanted)
    chosen = name if name in orders else next(iter(orders))
    return chosen, orders[chosen]
