"""What a list runs along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.records.tickets.models import NOT_WAITING, Ticket

Place = tuple[str, datetime, int]  # before ("newer") or after ("older") the ticket with this moment and number


@dataclass(frozen=True)
class Order:
    """What a list runs along: a moment of each ticket, then its number. `key` is the moment in SQL, as in an index."""

    name: str | Promise
    key: str
    moment: Callable[[Ticket], datetime]
    is_falling: bool
    field: str = ""  # of a filter that says up to which moment
    moment_is_there: bool = False  # only what has the moment is in its index

    def way(self, place: Place | None) -> str:
        """The direction in which to read on from this place."""
        return "DESC" if self._goes_on(place) == self.is_falling else "ASC"

    def past(self, place: Place) -> str:
        """How a moment beyond this place compares with the one of the place."""
        return "<" if self._goes_on(place) == self.is_falling else ">"

    def _goes_on(self, place: Place | None) -> bool:
        return place is None or place[0] == "older"


NEWEST = Order(_("Newest first"), "last_message_at", lambda ticket: ticket.last_message_at, is_falling=True)
LONGEST_WAITING = Order(
    _("Longest waiting first"),
    "COALESCE(waiting_since, '9999-12-31 00:00+00'::timestamptz)",  # NOT_WAITING
    lambda ticket: ticket.waiting_since or NOT_WAITING,
    is_falling=False,
    field="waits",
)


def _soonest(key: str, moment: Callable[[Ticket], datetime | None], field: str = "") -> Order:
    """By a moment that only some tickets have; the list holds no others."""
    there = lambda ticket: moment(ticket) or NOT_WAITING  # noqa: E731
    return Order(_("Soonest first"), key, there, is_falling=False, field=field, moment_is_there=True)


DUE = _soonest("due_at", lambda ticket: ticket.due_at, "due")
PROMISED = _soonest("promised_for", lambda ticket: ticket.promised_for, "promise")
SNOOZED = _soonest("snoozed_until", lambda ticket: ticket.snoozed_until)
ORDERS = {"newest": NEWEST, "waiting": LONGEST_WAITING}
OWN_ORDERS = {"due": DUE, "promised": PROMISED, "snoozed": SNOOZED}  # each of the lists that have its moment
