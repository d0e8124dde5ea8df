"""What a customer may honestly expect: how long answers took lately, in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


def _quantile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def _amount(duration: timedelta, workday: timedelta) -> str:
    """Rounded up to what people say: half an hour, hours up to one workday, then workdays."""
    if duration <= _HALF_HOUR:
        return _("within 30 minutes")
    if duration <= workday:
        hours = math.ceil(duration / _HOUR)
        return ngettext("within %(count)d hour", "within %(count)d hours", hours) % {"count": hours}
    days = math.ceil(duration / workday)
    return ngettext("within %(count)d working day", "within %(count)d working days", days) % {"count": days}
