"""The codes in an event's data, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from anliegen.flow.automation import pauses, thresholds
from anliegen.flow.automation.rules.vocabulary import STAGES
from anliegen.flow.channels import undelivered
from anliegen.flow.channels.models import BRAKE_KINDS, RESULTS
from anliegen.flow.channels.reasons import REASONS
from anliegen.flow.feedback.models import ANSWERS
from anliegen.ground.money import amount
from anliegen.oversight.compliance.fields import FIELDS
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.customers.likeness import WORDS as LIKENESS
from anliegen.records.customers.models import MOMENT_KINDS, WAYS_TO_CONSENT
from anliegen.records.tickets.models import (
    BY_HAND,
    CHANNELS,
    CONCESSION_STATES,
    LEVELS,
    PRIORITIES,
    SCOPES,
    STATUSES,
    TIMER_KINDS,
    WAKES,
    WITHDRAWN_BECAUSE,
)
from anliegen.records.tickets.views import VIEWS

Words = Mapping[Any, str | Promise]

REFUSALS: Words = {
    "login": gettext_lazy("the mail server refuses user name or password"),
    "unknown": gettext_lazy("without a reason given"),
}
NARROWED_BY: Words = {
    "status": gettext_lazy("status"),
    "team": gettext_lazy("team"),
    "topic": gettext_lazy("topic"),
    "channel": gettext_lazy("channel"),
    "tag": gettext_lazy("tag"),
    "priority": gettext_lazy("priority"),
    "person": gettext_lazy("customer"),
    "organisation": gettext_lazy("organisation"),
    "language": gettext_lazy("language"),
    "waits": gettext_lazy("waiting time"),
    "created": gettext_lazy("age"),
    "promise": gettext_lazy("promise"),
    "due": gettext_lazy("deadline"),
    "text": gettext_lazy("words"),
}
DOCUMENTS: Words = {
    "csv": "CSV",
    "json": "JSON",
    "pdf": "PDF",
    "print": gettext_lazy("page to print"),
}
SEEN_TO: Words = {
    "again": gettext_lazy("sent again"),
    "left": gettext_lazy("left as it is"),
    "written": gettext_lazy("by writing"),
    "said": gettext_lazy("by saying so"),
}
# By what an export was narrowed: the kind of list, and filters whose value is nobody's business.
NARROWED: Words = {
    "search": gettext_lazy("search"),
    "words": gettext_lazy("words"),
    "customer": gettext_lazy("customer"),
    "assignee": gettext_lazy("assigned to"),
    **{f"view:{code}": view.name for code, view in VIEWS.items()},
    "view:saved": gettext_lazy("a list of one's own"),
    **NARROWED_BY,
}
BY_FIELD: Mapping[str, Words] = {
    "by": NARROWED,
    "answer": dict(ANSWERS),
    "because": dict(WITHDRAWN_BECAUSE),
    "evidence": LIKENESS,
    "file": DOCUMENTS,
    "way": dict(WAYS_TO_CONSENT),
    "channel": dict(CHANNELS),
    "fields": FIELDS,
    "kind": {**dict(BRAKE_KINDS), **dict(TIMER_KINDS)},
    "language": dict(LANGUAGES),
    "how": SEEN_TO,
    "reason": {**REFUSALS, **REASONS},
    "result": dict(RESULTS),
    "why": {**dict(WAKES), **pauses.WHY},
    "scope": dict(SCOPES),
    "stage": dict(STAGES),
    "threshold": thresholds.WORDS,
    "triggers": {"decision": gettext_lazy("as decided")},
}
DAYS = ("starts", "until")  # dates as codes
STATUS_VERBS = ("ticket.status_changed", "ticket.resolved", "ticket.closed", "ticket.reopened")


def word(verb: str, field: str, value: Any) -> str:
    """One value of an event's data in words; an unknown code is shown as it is rather than hidden."""
    if value is None:
        return _none(verb)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed([word(verb, field, each) for each in value])
    if field == "until" and "T" in str(value):
        return moment(value)
    if field in DAYS and value:
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if field == "cents":
        return amount(value, "", german=(get_language() or "de").startswith("de")).strip()
    if field == "reason" and verb.startswith(("message.", "person.")):
        return str(undelivered.explain(value).happened).rstrip(".")
    return str(_words_of(verb, field).get(value, value))


def moment(code: str) -> str:
    """A moment that stands in the journal as 2026-12-01T08:00Z; what is none is shown as it is."""
    try:
        local = timezone.localtime(datetime.fromisoformat(code))
    except ValueError:
        return code
    return date_format(local, pgettext("form of a date", "D j F Y, H:i"))


def _none(verb: str) -> str:
    match verb:
        case "ticket.assigned" | "promise.at_risk" | "promise.broken":
            return pgettext("given to", "nobody")
        case "ticket.moved":
            return pgettext("moved to", "no team")
        case "concession.overdue":
            return pgettext("given to", "nobody")
        case "decision.made" | "decision.tried":
            return _("nothing fits, a person decides")
    return _("nothing")


def _words_of(verb: str, field: str) -> Words:
    if field in ("to", "was"):
        if verb in STATUS_VERBS:
            return dict(STATUSES)
        if verb == "ticket.priority_changed":
            return dict(PRIORITIES)
        if verb == "ticket.escalated":
            return {f"level-{level}": name for level, name in LEVELS}
        if verb.startswith("concession."):
            return dict(CONCESSION_STATES)
    if field == "kind" and verb.startswith("moment."):
        return dict(MOMENT_KINDS)
    if verb == "ticket.by_hand":
        return dict(BY_HAND)  # "customer" and "agent" are reasons to wake a concern, too
    return BY_FIELD.get(field, {})


def listed(words: list[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
