"""When a concern's turn comes: the open formula with its numbers, as it counts for "next concern" just now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.ui.numbers import number
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import waiting
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.precedence import PRESSES_FROM, Score, reached_at, score

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class InTurn:
    """The formula in one line, and what it means for this concern."""

    formula: str
    meaning: str
    reached_at: datetime  # when the ceiling is reached
    presses_at: datetime


def in_turn(ticket: Ticket, now: datetime) -> InTurn | None:
    """None while nobody waits for us, or it is put aside."""
    since = ticket.waiting_since
    if since is None or not ticket.is_open or ticket.snoozed_until is not None:
        return None
    by = waiting.formula_of(the_operator())
    found = score(by, priority=ticket.priority, waiting_since=since, now=now)
    reached = reached_at(by, priority=ticket.priority, waiting_since=since)
    return InTurn(_formula(found), _meaning(found), reached, since + PRESSES_FROM * found.ceiling)


def _formula(found: Score) -> str:
    return _("Order: %(weight)s + %(ageing)s × %(waited)s of %(ceiling)s = %(total)s") % {
        "weight": number(found.weight, digits=1),
        "ageing": number(found.ageing, digits=1),
        "waited": _hours(found.waited),
        "ceiling": _hours(found.ceiling),
        "total": number(found.total, digits=1),
    }


def _meaning(found: Score) -> str:
    if found.is_beyond:
        return _("It has waited longer than its priority allows: before it come only promises, legal deadlines, and"
                 " whoever's time was up earlier.")  # fmt: skip
    if found.presses:
        return _("It must not wait much longer: it comes before all that would merely fit better.")
    return _("It still has time: what fits whoever asks comes first, and among equals the higher number.")


def _hours(span: timedelta) -> str:
    """To the tenth of an hour where it is short."""
    hours = span / HOUR
    if hours < 10 and hours != int(hours):
        return _("%(count)s hrs.") % {"count": number(hours, digits=1)}
    return ngettext("%(count)s hr.", "%(count)s hrs.", round(hours)) % {"count": number(round(hours))}
