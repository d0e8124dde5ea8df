"""A choice of automation in the reader's words."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from anliegen.flow.automation.effects import value_of
from anliegen.ground import money
from anliegen.records.accounts.models import Agent, Team, Topic
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.tickets.models import BY_HAND, LEVELS, PRIORITIES, STATUSES, Concession

Words = Mapping[str, str | Promise]

SIGNALS: Words = {
    "complaint": gettext_lazy("complaint"),
    "cancellation": gettext_lazy("cancellation of a contract"),
    "withdrawal": gettext_lazy("withdrawal from a contract"),
    "bereavement": gettext_lazy("bereavement"),
    "illness": gettext_lazy("illness"),
    "hardship": gettext_lazy("hardship"),
    "fear": gettext_lazy("fear"),
    "anger": gettext_lazy("anger"),
    "threat_of_harm": gettext_lazy("threat of harm"),
    "threat_of_suing": gettext_lazy("threat of legal action"),
    "wish_for_person": gettext_lazy("wish for a person"),
    "legal_deadline": gettext_lazy("legal deadline"),
    "defect": gettext_lazy("defect"),
    "instruction_to_machine": gettext_lazy("instruction to the machine"),
}
FIXED: dict[str, Words] = {
    "priority": {str(code): word for code, word in PRIORITIES},
    "level": {str(code): word for code, word in LEVELS},
    "hand": dict(BY_HAND),
    "status": dict(STATUSES),
    "signal": SIGNALS,
    "language": {**dict(LANGUAGES)},
}
# What the journal does not say more of.
SOME: Words = {
    "tag": gettext_lazy("other tags"),
    "topic": gettext_lazy("another topic"),
    "until": gettext_lazy("another day"),
    "note": gettext_lazy("an internal note"),
    "draft": gettext_lazy("a draft of an answer"),
    "refund": gettext_lazy("a refund"),
    "message": gettext_lazy("an answer in other words"),
}


def choice_in_words(choice: str) -> str:
    """What was chosen, as a person says it; empty for an empty choice, which fits none."""
    kind, value = choice.partition(":")[0], value_of(choice)
    if kind == "language":
        return _language(value)
    if kind in FIXED:
        return str(FIXED[kind].get(value, value))
    if value == "some":
        return str(SOME.get(kind, "?"))
    match kind:
        case "note" | "refund" | "draft" | "message":
            return str(SOME[kind])
        case "concession":
            return _given(value)
        case "until":
            return date_format(timezone.localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
        case "team":
            return Team.objects.filter(pk=value).values_list("name", flat=True).first() or "?"
        case "agent":
            return Agent.objects.filter(pk=value).values_list("name", flat=True).first() or "?"
        case "topic":
            row = Topic.objects.filter(code=value).first()
            return row.name_in(get_language() or "de") if row is not None else value
        case "tag":
            said = _("the tag “%(tag)s”") if value.startswith("+") else _("without the tag “%(tag)s”")
            return said % {"tag": value[1:]}
    return value


def _given(concession: str) -> str:
    """The amount and the kind of what was given instead."""
    row = Concession.objects.filter(pk=concession).select_related("kind").first()
    if row is None:
        return str(SOME["refund"])
    return f"{money.amount(row.cents, row.currency, german=get_language() == 'de')} ({row.kind.name})"


def _language(code: str) -> str:
    """By its name, also where nobody has translated this program into it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return str(FIXED["language"].get(code, code))
