"""When a ticket is due, as a glance shows it: words, moment and sign, from the ticket's own columns."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.faces.ui.dates import said
from anliegen.ground import clock
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.models.time import DEADLINE

# Before the moment: how soon is soon.
SOON = timedelta(hours=2)
SOON_LEGAL = timedelta(days=5)
WORDS: dict[str, str | Promise] = {
    "first": _("First answer due"),
    "next": _("Next answer due"),
    "resolution": _("Resolution due"),
    DEADLINE: _("Deadline ends"),
}
LATE: dict[str, str | Promise] = {
    "first": _("First answer overdue since"),
    "next": _("Next answer overdue since"),
    "resolution": _("Resolution overdue since"),
    DEADLINE: _("Deadline missed, it ended"),
}


@dataclass(frozen=True)
class Due:
    """`moment` is a day for a deadline, which lasts until that day is over. `presses`: a list shows it, too."""

    words: str
    moment: datetime | date
    symbol: str
    tone: str
    presses: bool

    @property
    def short(self) -> str:
        """For a line of a list."""
        if isinstance(self.moment, datetime):
            text = said(self.moment, now=clock.now(), zone=timezone.get_current_timezone(), time=True)
        else:
            noon = datetime(self.moment.year, self.moment.month, self.moment.day, 12)  # noqa: DTZ001  # made aware below
            text = said(timezone.make_aware(noon), now=clock.now(), zone=timezone.get_current_timezone())
            text = text.removesuffix(" 12:00")
        return f"{self.words} {text}"


def due_of(ticket: Ticket, now: datetime) -> Due | None:
    """None when nothing is due, nor when what was due is answered and the reader of the journal has not come to it."""
    if ticket.due_at is None or (ticket.due_for in ("first", "next") and ticket.waiting_since is None):
        return None
    is_legal, is_late = ticket.due_for == DEADLINE, ticket.due_at < now
    is_soon = ticket.due_at - now < (SOON_LEGAL if is_legal else SOON)
    moment = _last_day(ticket.due_at) if is_legal else ticket.due_at
    if is_late:
        # Red is for a promise that was broken; what the law sets is one.
        return Due(str(LATE[ticket.due_for]), moment, "warning", "broken" if is_legal else "waiting", True)
    symbol = "calendar" if is_legal else "clock"
    return Due(str(WORDS[ticket.due_for]), moment, symbol, "waiting" if is_soon else "quiet", is_soon)


def _last_day(over_at: datetime) -> date:
    return timezone.localdate(over_at - timedelta(seconds=1))
