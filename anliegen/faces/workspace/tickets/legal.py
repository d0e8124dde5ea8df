"""Legal deadlines of a ticket in sentences: what they begin with, how they are counted, and when they end."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.tickets.why import Line, holiday
from anliegen.records.accounts.calendar import StateHolidays
from anliegen.records.tickets.actions.deadlines import Where, ending_of
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket
from anliegen.records.tickets.queries import with_joined
from anliegen.records.tickets.timing import Ending, Shift

MOST = 30


@dataclass(frozen=True)
class Law:
    """One deadline, its standing as (word, sign, tone), and the steps to its last day."""

    deadline: Deadline
    name: str
    standing: tuple[str, str, str]
    lines: tuple[Line, ...]

    @property
    def is_open(self) -> bool:
        return self.deadline.settled_at is None


def laws_of(ticket: Ticket) -> list[Law]:
    """The deadlines of a ticket and of those joined into it: the open ones first, the earliest first."""
    rows = Deadline.objects.filter(ticket__in=with_joined(ticket)).select_related("kind", "set_by", "settled_by")
    found = sorted(rows.order_by("due_at", "pk")[:MOST], key=lambda row: row.settled_at is not None)
    return [_law(row) for row in found]


def length(kind: DeadlineKind) -> str:
    """`4 weeks`."""
    count = kind.amount
    words = {
        "days": ngettext("%(count)s day", "%(count)s days", count),
        "weeks": ngettext("%(count)s week", "%(count)s weeks", count),
        "months": ngettext("%(count)s month", "%(count)s months", count),
        "years": ngettext("%(count)s year", "%(count)s years", count),
        "working_days": ngettext("%(count)s working day", "%(count)s working days", count),
        "werktage": ngettext("%(count)s working day with Saturdays", "%(count)s working days with Saturdays", count),
    }
    return words[kind.unit] % {"count": count}


def lines_of(kind: DeadlineKind, ending: Ending, place: Where, why: str) -> tuple[Line, ...]:
    """How the last day is found, step by step."""
    return tuple(_steps(kind, ending, StateHolidays(place.state, place.catholic), why))


def _law(row: Deadline) -> Law:
    language = translation.get_language()
    place = Where(row.state, row.catholic, row.timezone)
    ending = ending_of(row.kind, row.starts_on, place)
    if ending.last_on == row.last_on:
        lines = lines_of(row.kind, ending, place, row.why)
    else:  # its kind was changed since; what was set stays
        lines = (
            Line(row.starts_on, "inbox", row.why),
            Line(row.last_on, "bell", _("Last day, as it was computed when it was set"), is_due=True),
        )
    return Law(row, row.kind.name_in(language), _standing(row), lines)


def _standing(row: Deadline) -> tuple[str, str, str]:
    if row.settled_as == "fulfilled":
        return _("fulfilled"), "check", "quiet"
    if row.settled_as == "withdrawn":
        return _("withdrawn"), "close", "quiet"
    if timezone.now() > row.due_at:
        return _("missed"), "broken", "broken"
    return _("runs"), "calendar", "accent"


def _steps(kind: DeadlineKind, ending: Ending, holidays: StateHolidays, why: str) -> Iterator[Line]:
    begins = kind.begins_in(translation.get_language()) or _("The day it begins with")
    yield Line(ending.starts_on, "inbox", f"{begins}: {why}" if why else begins)
    yield Line(ending.starts_on, "info", _first_day(kind))
    counted = _("%(length)s by %(law)s: it ends on this day.") % {"length": length(kind), "law": kind.law}
    yield Line(ending.counted_to, "clock", counted)
    for shift in ending.shifts:
        yield Line(shift.day, "calendar", _moved(shift, holidays, kind))
    last = _("Last day, until midnight. A legal deadline never pauses.")
    yield Line(ending.last_on, "bell", last, is_due=True)


def _first_day(kind: DeadlineKind) -> str:
    if kind.counts_first_day:
        return _("This day is counted (§ 187 (2) BGB).")
    if kind.rule == "eu":
        return _("The day of the event itself is not counted (Art. 3 (1) of Regulation 1182/71).")
    return _("The day of the event itself is not counted (§ 187 (1) BGB).")


def _moved(shift: Shift, holidays: StateHolidays, kind: DeadlineKind) -> str:
    law = _("Art. 3 (4) of Regulation 1182/71") if kind.rule == "eu" else _("§ 193 BGB")
    match shift.reason:
        case "saturday":
            day = _("A Saturday")
        case "sunday":
            day = _("A Sunday")
        case _other:
            day = holiday(shift.day, holidays) or _("A holiday")
    return _("%(day)s: the end moves on (%(law)s).") % {"day": day, "law": law}
