"""What a customer may honestly expect: how long answers took lately, and what day that makes, in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.records.accounts.calendar import BusinessHours, NeverOpen, add_business_time, openings
from anliegen.records.accounts.hours import workday_of
from anliegen.records.accounts.opening import day_and_hour, reachable

FEWEST_SAMPLES = 20
WORKDAY = timedelta(hours=8)
_HOUR = timedelta(hours=1)
_HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class AnswerRange:
    """Half of the answers came within `p50`, eight of ten within `p80`, in business time; `n` were measured."""

    p50: timedelta
    p80: timedelta
    n: int


def answer_range(samples: Sequence[timedelta]) -> AnswerRange | None:
    """The range of measured first answers, in business time; None where fewer than 20 would make it a guess.

    Quantiles by nearest rank: a duration that was really measured, and at least that share of answers within it.
    """
    if len(samples) < FEWEST_SAMPLES:
        return None
    ordered = sorted(samples)
    return AnswerRange(p50=_quantile(ordered, 50), p80=_quantile(ordered, 80), n=len(ordered))


def expect(
    found: AnswerRange | None, plan: BusinessHours | None, language: str, *, since: datetime, at: datetime
) -> str:
    """What was measured, and the day and hour it makes for words that came `since`, told `at`; in "de" or "en"."""
    measured = describe(found, language, workday=workday_of(plan))
    with translation.override(language):
        day = _when_back(plan, at) if found is None else _by_when(found, plan, since, at)
    return f"{measured} {day}" if day else measured


def due_at(found: AnswerRange, plan: BusinessHours, since: datetime) -> datetime:
    """By when eight of ten would have their answer, at a full hour while we are open. Raises NeverOpen."""
    due = add_business_time(plan, since, _rounded(found.p80, workday_of(plan)))
    full = due if due == due.replace(minute=0, second=0, microsecond=0) else _next_hour(due)
    closes = [end for start, end in openings(plan, due.astimezone(ZoneInfo(plan.timezone)).date()) if start <= due]
    return min(full, closes[-1]) if closes else full


def describe(found: AnswerRange | None, language: str, *, workday: timedelta = WORKDAY) -> str:
    """A sentence for the customer in "de" or "en". It rounds up, and says so in words when nothing can be said.

    `workday` is how long the service is open on an ordinary day; longer times are told in days of that length.
    """
    with translation.override(language):
        if found is None:
            return _(
                "We cannot name a time for our answer yet: "
                "too few answers have been measured lately to be honest about it."
            )
        half, most = _amount(found.p50, workday), _amount(found.p80, workday)
        if half == most:
            return _("In 8 of 10 cases we answer %(most)s, counted in our service hours.") % {"most": most}
        return _(
            "In half of all cases we answer %(half)s, in 8 of 10 cases %(most)s, counted in our service hours."
        ) % {"half": half, "most": most}


def _by_when(found: AnswerRange, plan: BusinessHours | None, since: datetime, at: datetime) -> str:
    try:
        due = due_at(found, plan, since) if plan is not None else None
    except NeverOpen:
        due = None
    if plan is None or due is None:
        return ""
    if due <= at:
        return _("With yours it takes longer than that.")
    moment = day_and_hour(due, at, ZoneInfo(plan.timezone))
    return _("So you will probably hear from us by %(moment)s.") % {"moment": moment}


def _when_back(plan: BusinessHours | None, at: datetime) -> str:
    opening = reachable(plan, at)
    if opening is None or opening.is_open:
        return ""
    return _("We are closed now and back from %(moment)s.") % {"moment": opening.back}


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + _HOUR


def _quantile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def _amount(duration: timedelta, workday: timedelta) -> str:
    if duration <= _HALF_HOUR:
        return _("within 30 minutes")
    rounded = _rounded(duration, workday)
    if duration <= workday:
        hours = rounded // _HOUR
        return ngettext("within %(count)d hour", "within %(count)d hours", hours) % {"count": hours}
    days = rounded // workday
    return ngettext("within %(count)d working day", "within %(count)d working days", days) % {"count": days}


def _rounded(duration: timedelta, workday: timedelta) -> timedelta:
    """Up to what people say: half an hour, hours up to one workday, then workdays."""
    if duration <= _HALF_HOUR:
        return _HALF_HOUR
    unit = _HOUR if duration <= workday else workday
    return math.ceil(duration / unit) * unit
