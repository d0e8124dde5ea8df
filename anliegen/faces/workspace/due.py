"""When a ticket is due, as a glance shows it: words, moment and sign, from the ticket's own columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.faces.ui.dates import said, said_day
from anliegen.ground import clock
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.models.time import DEADLINE, PLACE

# Before the moment: how soon is soon.
SOON = timedelta(hours=2)
SOON_LEGAL = timedelta(days=5)
WORDS: dict[str, str | Promise] = {
    "first": _("First answer due"),
    "next": _("Next answer due"),
    "resolution": _("Resolution due"),
    DEADLINE: _("Deadline ends"),
    PLACE: _("Fits no category: a look is due"),
}
# What fits one and nobody has.
NOBODYS = (_("Nobody has it: a look is due"), _("Nobody has it: a look is overdue since"))
# In a list, by whether it is a legal one: before and after.
BRIEF = {False: (_("due"), _("overdue since")), True: (_("deadline until"), _("deadline missed:"))}
LATE: dict[str, str | Promise] = {
    "first": _("First answer overdue since"),
    "next": _("Next answer overdue since"),
    "resolution": _("Resolution overdue since"),
    DEADLINE: _("Deadline missed, it ended"),
    PLACE: _("Fits no category: a look is overdue since"),
}


@dataclass(frozen=True)
class Due:
    """`moment` is a day for a deadline, which lasts until that day is over. `presses`: a list shows it, too."""

    words: str
    moment: datetime | date
    symbol: str
    tone: str
    presses: bool
    brief: str

    @property
    def short(self) -> str:
        """For a line of a list."""
        now, zone = clock.now(), timezone.get_current_timezone()
        if isinstance(self.moment, datetime):
            return f"{self.brief} {said(self.moment, now=now, zone=zone, time=True)}"
        return f"{self.brief} {said_day(self.moment, today=now.astimezone(zone).date())}"


def due_of(ticket: Ticket, now: datetime) -> Due | None:
    """None when nothing is due, nor when what was due is answered and the reader of the journal has not come to it."""
    if ticket.due_at is None or (ticket.due_for in ("first", "next") and ticket.waiting_since is None):
        return None
    is_legal, is_late = ticket.due_for == DEADLINE, ticket.due_at < now
    is_soon = ticket.due_at - now < (SOON_LEGAL if is_legal else SOON)
    moment = _last_day(ticket.due_at) if is_legal else ticket.due_at
    brief = str(BRIEF[is_legal][is_late])
    if is_late:
        # Red is for a promise that was broken; what the law sets is one.
        return Due(_said(ticket, LATE, is_late), moment, "warning", "broken" if is_legal else "waiting", True, brief)
    symbol = "calendar" if is_legal else "clock"
    return Due(_said(ticket, WORDS, is_late), moment, symbol, "waiting" if is_soon else "quiet", is_soon, brief)


def _said(ticket: Ticket, words: Mapping[str, str | Promise], is_late: bool) -> str:
    return str(NOBODYS[is_late] if ticket.due_for == PLACE and ticket.topic else words[ticket.due_for])


def _last_day(over_at: datetime) -> date:
    return timezone.localdate(over_at - timedelta(seconds=1))
