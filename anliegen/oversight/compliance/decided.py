"""Automated decisions as they are told to whoever they concern: what was decided and why, and what people said of it
(Art. 15 (1) (h) GDPR)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.flow.automation.log import Entry, entries
from anliegen.flow.automation.models import Decision
from anliegen.oversight.compliance.names import names
from anliegen.records.accounts.models import Agent

Json = dict[str, Any]
SAID: Mapping[str, str | Promise] = {
    "confirmed": gettext_lazy("%(name)s confirmed it."),
    "corrected": gettext_lazy("%(name)s chose something else: %(choice)s."),
    "rejected": gettext_lazy("%(name)s said that it was wrong."),
    "undone": gettext_lazy("%(name)s took it back."),
    "stopped": gettext_lazy("%(name)s stopped it before it took effect."),
    "withdrawn": gettext_lazy("It had become moot, so it was withdrawn."),
    "unwanted": gettext_lazy("Somebody wished for people alone, so it was withdrawn."),
}


def decided(ticket: int, viewer: Agent) -> list[Json]:
    """Every decision on this ticket in the order in which they were made, those without effect too."""
    return [_decision(one, named) for one, named in _told(ticket, viewer)]


def decided_for_customers(ticket: int, viewer: Agent) -> list[Json]:
    """The same for whoever it concerns: why, and which words, as customers read it; nothing of who else of the
    colleagues there was, is at work, or has how much to do."""
    return [_decision(one, named) | _for_customers(one) for one, named in _told(ticket, viewer)]


def _for_customers(entry: Entry) -> Json:
    return {
        "reason": entry.why_for_customers,
        "words": list(entry.words_for_customers),
        "used": [entry.data_for_customers],
        "alternatives": [{"choice": choice, "percent": sure} for choice, sure in entry.alternatives_for_customers],
    }


def _told(ticket: int, viewer: Agent) -> list[tuple[Entry, Mapping[str, str]]]:
    rows = Decision.objects.filter(ticket=ticket).order_by("pk")
    rows = rows.select_related("responsible", "settled_by", "message", "ticket")
    told = entries(rows)
    named = names(_references(one.decision for one in told), viewer)
    return [(one, named) for one in told]


def _references(rows: Iterable[Decision]) -> list[str]:
    return [ref for row in rows for ref in (row.author, row.choice, row.settled_choice) if ref]


def _decision(entry: Entry, named: Mapping[str, str]) -> Json:
    row = entry.decision
    return {
        "number": row.pk,
        "at": localtime(row.made_at).isoformat(),
        "question": row.question,
        "question_in_words": entry.question,
        "choice": row.choice or None,
        "choice_in_words": named.get(row.choice),
        "confidence": row.confidence,
        "how_sure_in_words": entry.how_sure,
        "alternatives": [{"choice": choice, "percent": sure} for choice, sure in entry.alternatives],
        "reason": entry.why,
        "words": list(entry.words),
        "used": list(entry.sources),
        "author": row.author,
        "author_in_words": named.get(row.author),
        "responsible": row.responsible.name if row.responsible else None,
        "only_tried_out": row.is_shadow,
        "applies_at": _time(row.applies_at),
        "applied_at": _time(row.applied_at),
        "contested_at": _time(row.contested_at),
        "settled_at": _time(row.settled_at),
        "settled_by": row.settled_by.name if row.settled_by else None,
        "settled_as": row.settled_as or None,
        "settled_choice": row.settled_choice or None,
        "settled_choice_in_words": named.get(row.settled_choice),
        "settled_by_deed": row.is_implied,
        "settled_in_words": _settled(row, named),
    }


def _settled(row: Decision, named: Mapping[str, str]) -> str | None:
    """What a person said of it; None while nobody has."""
    if not row.settled_as:
        return None
    name = row.settled_by.name if row.settled_by else _("A person")
    choice = named.get(row.settled_choice) or row.settled_choice
    said = str(SAID[row.settled_as]) % {"name": name, "choice": choice}
    return said + " " + _("That was read off what they did.") if row.is_implied else said


def _time(at: Any) -> str | None:
    return localtime(at).isoformat() if at is not None else None
