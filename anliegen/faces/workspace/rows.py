"""The lines of a list of tickets: what a glance needs, and nothing that costs a query per line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.faces.ui.dates import duration, when
from anliegen.faces.ui.drawing import language
from anliegen.faces.workspace.due import Due, due_of
from anliegen.records.tickets.models import CHANNELS, PRIORITIES, STATUSES, Ticket
from anliegen.records.tickets.snippets import Snippet, newest_said

NORMAL = 2
# Sign and tone of each status; the word stands beside it.
STATUS_LOOKS = {
    "new": ("inbox", "accent"),
    "open": ("edit", "accent"),
    "waiting_customer": ("clock", "quiet"),
    "waiting_internal": ("snooze", "quiet"),
    "resolved": ("done", "quiet"),
    "closed": ("closed", "quiet"),
}
CHANNEL_SIGNS = {"email": "mail", "form": "form", "chat": "chat", "phone": "phone", "letter": "letter", "api": "plug"}
_STATUSES, _PRIORITIES, _CHANNELS = dict(STATUSES), dict(PRIORITIES), dict(CHANNELS)


SOON = timedelta(days=1)
LACKS: dict[tuple[str, ...], str | Promise] = {
    ("topic",): _("no topic"),
    ("team",): _("topic known, no team"),
    ("topic", "team"): _("no topic, no team"),
}


@dataclass(frozen=True)
class Promised:
    """Until when something was promised, and how urgent that is."""

    at: datetime
    tone: str


@dataclass(frozen=True)
class Row:
    """One ticket in a list."""

    ticket: Ticket
    snippet: Snippet | None
    waits: timedelta | None  # how long the customer has been waiting for us
    due: Due | None  # when it is due
    now: datetime
    has_draft: bool = False

    @property
    def status(self) -> tuple[str, str, str]:
        return status_look(self.ticket.status)

    @property
    def priority(self) -> str | None:
        """The word for it, unless it is the normal one."""
        return None if self.ticket.priority == NORMAL else str(_PRIORITIES[self.ticket.priority])

    @property
    def channel(self) -> tuple[str, str]:
        return _channel_look(language(), self.ticket.channel)

    @property
    def promised(self) -> Promised | None:
        """The next promise that is open. Red is one that is broken, and nothing else."""
        at = self.ticket.promised_for
        if at is None:
            return None
        return Promised(at, "broken" if at < self.now else "waiting" if at < self.now + SOON else "quiet")

    @property
    def lacks(self) -> str | None:
        """What is missing of what has no place yet, in words."""
        lacks = self.ticket.lacks
        return str(LACKS[lacks]) if lacks else None

    def more(self, is_wide: bool) -> tuple[object, ...]:
        """What stands below the title, as plain words: `parts/row.html` draws it once for the same ones."""
        ticket, snippet, due, promised = self.ticket, self.snippet, self.due, self.promised
        return (
            self.status,
            None if self.waits is None else duration(self.waits, short=True),
            when(ticket.snoozed_until, now=self.now),
            ticket.snooze_reason,
            self.lacks,
            (due.short, due.symbol, due.tone) if due and due.presses else None,
            (when(promised.at, time=True, now=self.now), promised.tone) if promised else None,
            self.has_draft,
            snippet is not None and snippet.is_held,
            snippet.drafts if snippet else (),
            self.priority,
            ticket.priority > NORMAL,
            tuple(ticket.tags[:3]) if is_wide else (),
            *self.channel,
            ticket.pk,
            ticket.team.name if is_wide and ticket.team else "",
            ticket.assignee.name if ticket.assignee else "",
        )

    @property
    def is_untouched(self) -> bool:
        return self.ticket.status == "new"


def status_look(status: str) -> tuple[str, str, str]:
    """(word, sign, tone) of a status, in the active language."""
    return _status_look(language(), status)


@cache
def _status_look(_language: str | None, status: str) -> tuple[str, str, str]:
    return (str(_STATUSES[status]), *STATUS_LOOKS[status])


@cache
def _channel_look(_language: str | None, channel: str) -> tuple[str, str]:
    return str(_CHANNELS[channel]), CHANNEL_SIGNS[channel]


def rows(
    tickets: Sequence[Ticket], *, now: datetime, with_snippets: bool = True, drafts: Collection[int] = ()
) -> list[Row]:
    """The lines of these tickets. `drafts`: those for which the agent has begun to write something."""
    snippets = newest_said([ticket.pk for ticket in tickets]) if with_snippets else {}
    return [
        Row(ticket, snippets.get(ticket.pk), waits(ticket, now), due_of(ticket, now), now, ticket.pk in drafts)
        for ticket in tickets
    ]


def waits(ticket: Ticket, now: datetime) -> timedelta | None:
    return None if ticket.waiting_since is None else max(now - ticket.waiting_since, timedelta())
