"""The codes in an event's data, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from anliegen.flow.automation import pauses
from anliegen.flow.automation.rules.vocabulary import STAGES
from anliegen.flow.channels import undelivered
from anliegen.flow.channels.models import BRAKE_KINDS, RESULTS
from anliegen.flow.channels.reasons import REASONS
from anliegen.flow.feedback.models import ANSWERS
from anliegen.ground.money import amount
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.customers.likeness import WORDS as LIKENESS
from anliegen.records.customers.models import MOMENT_KINDS, WAYS_TO_CONSENT
from anliegen.records.tickets.models import (
    CHANNELS,
    CONCESSION_STATES,
    PRIORITIES,
    SCOPES,
    STATUSES,
    TIMER_KINDS,
    WAKES,
    WITHDRAWN_BECAUSE,
)
from anliegen.records.tickets.views import VIEWS

Words = Mapping[Any, str | Promise]

FIELDS: Words = {
    "acknowledges": gettext_lazy("acknowledgement of new concerns"),
    "address": gettext_lazy("address"),
    "after_sending": gettext_lazy("where one goes after sending"),
    "address_form": gettext_lazy("form of address"),
    "adds_tags": gettext_lazy("tags that are added"),
    "allow_private": gettext_lazy("own network"),
    "assignee": gettext_lazy("assignee"),
    "block": gettext_lazy("text block"),
    "brand": gettext_lazy("brand"),
    "calendar": gettext_lazy("calendar"),
    "callback_address": gettext_lazy("address for callbacks"),
    "catholic": gettext_lazy("Catholic holidays"),
    "city": gettext_lazy("city"),
    "category": gettext_lazy("category"),
    "contact_times": gettext_lazy("good times"),
    "contact_way": gettext_lazy("preferred way of contact"),
    "country": gettext_lazy("country"),
    "days_off": gettext_lazy("days off"),
    "default_language": gettext_lazy("language"),
    "description": gettext_lazy("description"),
    "email": gettext_lazy("e-mail address"),
    "expires_on": gettext_lazy("day of removal"),
    "family_name": gettext_lazy("family name"),
    "folder": gettext_lazy("folder"),
    "frames": gettext_lazy("leeway"),
    "given_to": gettext_lazy("assignee"),
    "given_name": gettext_lazy("given name"),
    "host": gettext_lazy("server"),
    "includes_customers": gettext_lazy("whether customers with an open concern are rejected"),
    "is_active": gettext_lazy("use"),
    "is_default": gettext_lazy("default"),
    "keys": gettext_lazy("chosen keys"),
    "language": gettext_lazy("language"),
    "lead": gettext_lazy("team lead"),
    "internal_note": gettext_lazy("internal note"),
    "kind": gettext_lazy("what is compared"),
    "most_answers": gettext_lazy("limit of acknowledgements"),
    "most_mails": gettext_lazy("limit for mails in all"),
    "most_per_address": gettext_lazy("limit for an address"),
    "most_per_ticket": gettext_lazy("limit for a concern"),
    "legal_footer": gettext_lazy("legal details"),
    "legal_footer_en": gettext_lazy("legal details in English"),
    "max_bytes": gettext_lazy("largest answer"),
    "members": gettext_lazy("members"),
    "name": gettext_lazy("name"),
    "name_en": gettext_lazy("name in English"),
    "note": gettext_lazy("when one can turn there"),
    "note_en": gettext_lazy("when one can turn there, in English"),
    "approval_days": gettext_lazy("time to decide a concession"),
    "is_special": gettext_lazy("special category"),
    "keeps_days": gettext_lazy("time of keeping"),
    "openings": gettext_lazy("opening hours"),
    "organisation": gettext_lazy("organisation"),
    "password": gettext_lazy("password"),
    "pattern": gettext_lazy("what it is compared with"),
    "permissions": gettext_lazy("permissions"),
    "phone": gettext_lazy("phone number"),
    "place": gettext_lazy("place of the text"),
    "port": gettext_lazy("port"),
    "postcode": gettext_lazy("postcode"),
    "proposal": gettext_lazy("proposal for the answer"),
    "proposal_en": gettext_lazy("proposal in English"),
    "priority": gettext_lazy("priority"),
    "purpose": gettext_lazy("purpose"),
    "quotes": gettext_lazy("what an answer quotes"),
    "reason": gettext_lazy("reason"),
    "rests_days": gettext_lazy("days until it is followed up"),
    "snooze": gettext_lazy("follow-up"),
    "removes_tags": gettext_lazy("tags that are removed"),
    "reopen_days": gettext_lazy("time to reopen"),
    "reply": gettext_lazy("draft of the answer"),
    "responsible": gettext_lazy("responsible person"),
    "role": gettext_lazy("role"),
    "said": gettext_lazy("what they said"),
    "scheme": gettext_lazy("protocol"),
    "security": gettext_lazy("encryption"),
    "sees_all_teams": gettext_lazy("view of all teams"),
    "sends_at_once": gettext_lazy("mails at once"),
    "skills": gettext_lazy("what they are good at"),
    "speaks": gettext_lazy("further languages"),
    "starves_after_hours": gettext_lazy("hours after which somebody comes first"),
    "low_within_hours": gettext_lazy("ceiling of low concerns"),
    "high_within_hours": gettext_lazy("ceiling of high concerns"),
    "urgent_within_hours": gettext_lazy("ceiling of urgent concerns"),
    "low_weight": gettext_lazy("weight of low concerns"),
    "normal_weight": gettext_lazy("weight of normal concerns"),
    "high_weight": gettext_lazy("weight of high concerns"),
    "urgent_weight": gettext_lazy("weight of urgent concerns"),
    "ageing_weight": gettext_lazy("weight of age"),
    "gives_breathers": gettext_lazy("something lighter after a hard conversation"),
    "heavy_topics": gettext_lazy("topics and tags that weigh"),
    "routing": gettext_lazy("who sees to a new concern"),
    "most_waiting": gettext_lazy("most that wait with one person"),
    "sends_per_minute": gettext_lazy("mails a minute"),
    "shortcuts": gettext_lazy("keyboard shortcuts"),
    "signature": gettext_lazy("signature"),
    "signature_en": gettext_lazy("signature in English"),
    "signs_replies": gettext_lazy("signed reply addresses"),
    "slug": gettext_lazy("short name"),
    "status": gettext_lazy("status"),
    "state": gettext_lazy("federal state"),
    "street": gettext_lazy("street"),
    "tags": gettext_lazy("tags"),
    "team": gettext_lazy("team"),
    "teams": gettext_lazy("teams"),
    "theme": gettext_lazy("appearance"),
    "timeout_s": gettext_lazy("time limit"),
    "timezone": gettext_lazy("time zone"),
    "topic": gettext_lazy("topic"),
    "topics": gettext_lazy("topics"),
    "title": gettext_lazy("title"),
    "trusted_servers": gettext_lazy("mail servers that are believed"),
    "undo_seconds": gettext_lazy("time to undo sending"),
    "value": gettext_lazy("value"),
    "username": gettext_lazy("user name"),
    "words": gettext_lazy("what to know"),
    "valid_until": gettext_lazy("last day"),
    "website": gettext_lazy("website"),
    "amount": gettext_lazy("length"),
    "begins": gettext_lazy("what it begins with"),
    "begins_en": gettext_lazy("what it begins with, in English"),
    "code": gettext_lazy("short name"),
    "counts_first_day": gettext_lazy("whether the first day is counted"),
    "first_minutes": gettext_lazy("time to the first answer"),
    "law": gettext_lazy("where it is written"),
    "moves": gettext_lazy("whether the end moves on"),
    "next_minutes": gettext_lazy("time to the next answer"),
    "pauses_for_others": gettext_lazy("pause while it waits for others"),
    "reaches_back": gettext_lazy("whether it counts for what runs already"),
    "remind_days": gettext_lazy("days before to be reminded"),
    "resolution_minutes": gettext_lazy("time to the resolution"),
    "rule": gettext_lazy("how it is counted"),
    "sector": gettext_lazy("sector"),
    "unit": gettext_lazy("unit"),
    "valid_from": gettext_lazy("start of validity"),
    "valid_to": gettext_lazy("end of validity"),
    "writes": gettext_lazy("how answers begin"),
    "word": gettext_lazy("shortcut"),
    "definition": gettext_lazy("what it does"),
    "intervention": gettext_lazy("when people intervene"),
    "owner": gettext_lazy("responsible"),
    "per_hour": gettext_lazy("limit in an hour"),
    "review_on": gettext_lazy("day of review"),
    "undo_minutes": gettext_lazy("minutes to stop it"),
    "wordings": gettext_lazy("text"),
    "works_council": gettext_lazy("works-council mode"),
    "notices": gettext_lazy("notices"),
}
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
        case "decision.made":
            return _("nothing fits, a person decides")
    return _("nothing")


def _words_of(verb: str, field: str) -> Words:
    if field in ("to", "was"):
        if verb in STATUS_VERBS:
            return dict(STATUSES)
        if verb == "ticket.priority_changed":
            return dict(PRIORITIES)
        if verb.startswith("concession."):
            return dict(CONCESSION_STATES)
    if field == "kind" and verb.startswith("moment."):
        return dict(MOMENT_KINDS)
    return BY_FIELD.get(field, {})


def listed(words: list[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
