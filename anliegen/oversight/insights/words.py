"""What was found as a sentence, in the reader's language."""

from collections.abc import Mapping
from typing import Protocol

from babel import Locale, UnknownLocaleError
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from anliegen.oversight.insights.fairness.look import LATE, WAITING
from anliegen.records.tickets.models import CHANNELS

Words = Mapping[str, str | Promise]

DIMENSION_NAMES: Words = {
    "channel": gettext_lazy("way in"),
    "language": gettext_lazy("language"),
    "topic_known": gettext_lazy("topic known or not"),
    "length": gettext_lazy("length of the message"),
    "tone": gettext_lazy("tone of the message"),
    "acquaintance": gettext_lazy("new or known customer"),
}
MEASURE_NAMES: Words = {
    WAITING: gettext_lazy("waiting time"),
    LATE: gettext_lazy("among the slowest tenth"),
    "urgent": gettext_lazy("called high or urgent"),
    "unplaced": gettext_lazy("the automation knew no place"),
    "by_rule": gettext_lazy("decided by a rule"),
    "by_model": gettext_lazy("decided by a model"),
    "fulfilled": gettext_lazy("fulfilled, say customers"),
}
_GROUPS: Mapping[str, Words] = {
    "channel": dict(CHANNELS),
    "topic_known": {
        "yes": pgettext_lazy("group of concerns", "with a topic"),
        "no": pgettext_lazy("group of concerns", "without a topic"),
    },
    "length": {
        "short": pgettext_lazy("group of concerns", "short message"),
        "medium": pgettext_lazy("group of concerns", "message of medium length"),
        "long": pgettext_lazy("group of concerns", "long message"),
    },
    "tone": {
        "angry": pgettext_lazy("group of concerns", "angry tone"),
        "neutral": pgettext_lazy("group of concerns", "neutral tone"),
        "polite": pgettext_lazy("group of concerns", "polite tone"),
    },
    "acquaintance": {
        "new": pgettext_lazy("group of concerns", "new customer"),
        "known": pgettext_lazy("group of concerns", "known customer"),
    },
}
_SENTENCES: Mapping[tuple[str, int], str | Promise] = {
    (WAITING, 1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) wait longer for the first answer: in the middle %(value)s,"
        " comparable others %(others)s."
    ),
    (LATE, 1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are among the slowest tenth more often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("urgent", -1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are called high or urgent less often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("unplaced", 1): gettext_lazy(
        "For concerns of the group “%(group)s” (%(dimension)s) the automation knows no place more often: for %(value)s"
        " of them, for %(others)s of comparable others."
    ),
    ("by_rule", 1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are decided by a rule more often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("by_rule", -1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are decided by a rule less often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("by_model", 1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are decided by a model more often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("by_model", -1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are decided by a model less often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    # Of findings that were kept before rules and models were told apart.
    ("automatic", 1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are decided automatically more often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("automatic", -1): gettext_lazy(
        "Concerns of the group “%(group)s” (%(dimension)s) are decided automatically less often: %(value)s of them,"
        " %(others)s of comparable others."
    ),
    ("fulfilled", -1): gettext_lazy(
        "Customers of the group “%(group)s” (%(dimension)s) say less often that their concern was fulfilled:"
        " %(value)s of them, %(others)s of comparable others."
    ),
}


class Seen(Protocol):
    """A finding, kept or just found."""

    measure: str
    dimension: str
    group: str
    sign: int
    value: float
    others: float


def sentence(found: Seen) -> str:
    values = (hours(found.value), hours(found.others)) if found.measure == WAITING else (
        share(found.value), share(found.others)
    )  # fmt: skip
    return str(_SENTENCES[found.measure, found.sign]) % {
        "group": group_name(found.dimension, found.group),
        "dimension": DIMENSION_NAMES[found.dimension],
        "value": values[0],
        "others": values[1],
    }


def group_name(dimension: str, group: str) -> str:
    """A language is named by its code where nobody translates it."""
    if dimension == "language":
        return _language(group)
    return str(_GROUPS.get(dimension, {}).get(group, group))


def hours(value: float) -> str:
    """Service time; below two hours in minutes."""
    if value < 2:
        return _whole(_("%(count)s min") % {"count": round(value * 60)})
    return _whole(_("%(count)s h") % {"count": _decimal(value)})


def hours_between(low: float, high: float) -> str:
    """A range of service time; the unit stands once where it is the same."""
    if low < 2:
        return _("%(low)s to %(high)s") % {"low": hours(low), "high": hours(high)}
    return _("%(low)s to %(high)s") % {"low": _decimal(low), "high": hours(high)}


def share(value: float) -> str:
    return _("%(count)s%%") % {"count": _decimal(value * 100)}


def _whole(text: str) -> str:
    """A number that does not part from its unit at the end of a line."""
    return text.replace(" ", "\xa0")


def _decimal(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if (get_language() or "de").startswith("de") else text


def _language(code: str) -> str:
    try:
        name = Locale.parse(code).get_language_name((get_language() or "de").partition("-")[0])
    except (UnknownLocaleError, ValueError):
        return code
    return name or code
