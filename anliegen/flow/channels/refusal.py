"""A "no" as a letter: what belongs to it, under headings, in the customer's language; and whether it is all there.

A person may change every word. The headings stay, and something stands under each: so a letter that lost a part is
noticed before it goes out, and what is kept of the decision is what the customer reads.
"""

from collections.abc import Mapping
from datetime import date

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from anliegen.flow.channels.addressed import addressed
from anliegen.records.accounts.models import Brand, Operator, Recourse
from anliegen.records.accounts.queries import reach_of
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Ticket

# What a "no" carries, in the order of the letter. Without one of them it does not go out.
HEADINGS: Mapping[str, str | Promise] = {
    "decision": pgettext_lazy("heading of a letter", "What we have decided"),
    "reason": pgettext_lazy("heading of a letter", "Why we decided so"),
    "rule": pgettext_lazy("heading of a letter", "What this rests on"),
    "alternatives": pgettext_lazy("heading of a letter", "What is possible instead"),
    "objection": pgettext_lazy("heading of a letter", "If you see it differently"),
    "next_instance": pgettext_lazy("heading of a letter", "Who decides next"),
}
# The same for who writes it: what is missing.
NAMES: Mapping[str, str | Promise] = {
    "decision": pgettext_lazy("part of a letter", "the decision"),
    "reason": pgettext_lazy("part of a letter", "the reason"),
    "rule": pgettext_lazy("part of a letter", "the rule"),
    "alternatives": pgettext_lazy("part of a letter", "the alternatives"),
    "objection": pgettext_lazy("part of a letter", "how to object"),
    "next_instance": pgettext_lazy("part of a letter", "the next instance"),
}
LANGUAGES = ("de", "en")
_SIGNS = " :*_#\t"


def language_of(ticket: Ticket, operator: Operator) -> str:
    return addressed(ticket, [address for _name, address in addressees_of(ticket).to]).language(operator)


def letter(ticket: Ticket, operator: Operator, parts: Mapping[str, str], *, request: str) -> str:
    """The whole letter. `parts` by the keys of HEADINGS; one that is empty leaves its heading alone."""
    whom = addressed(ticket, [address for _name, address in addressees_of(ticket).to])
    language = whom.language(operator)
    with translation.override(language):
        said = [
            salutation(whom.person or ticket.person, language=language),
            _("We have looked closely at what you asked for: %(request)s") % {"request": _as_end(request)},
            *(f"{heading}\n{parts.get(key, '').strip()}".strip() for key, heading in HEADINGS.items()),
            _("If anything in this letter is unclear, ask us: just answer this mail."),
        ]
    return "\n\n".join(said)


def parts_in(text: str) -> dict[str, str]:
    """What stands under each heading of a letter, in either language. A heading that is gone has nothing under it."""
    headings = _all_headings()
    closing = {_folded(line) for line in _closings()}
    found: dict[str, list[str]] = {key: [] for key in HEADINGS}
    under: str | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        if key := headings.get(_folded(line)):
            under = key
        elif _folded(line) in closing:
            under = None
        elif under is not None:
            found[under].append(line)
    return {key: "\n".join(lines).strip() for key, lines in found.items()}


def missing(text: str) -> list[str]:
    """The keys of what a letter does not carry, in the order of HEADINGS."""
    return [key for key, words in parts_in(text).items() if not any(sign.isalnum() for sign in words)]


def is_one(text: str) -> bool:
    """Whether this text is, or was, a letter of this kind: half of its headings stand in it."""
    headings = _all_headings()
    there = {headings[_folded(line)] for line in text.split("\n") if _folded(line) in headings}
    return len(there) >= len(HEADINGS) / 2


def objection(ticket: Ticket, operator: Operator, brand: Brand, until: date | None) -> str:
    """How to object, as a proposal: by when, where to, and who looks at it then."""
    reach, number = reach_of(operator, brand), ticket.pk
    with translation.override(language_of(ticket, operator)):
        day = formats.date_format(until, _("j F Y")) if until is not None else ""
        first = (
            _("Write to us by %(day)s: just answer this mail, or write to %(address)s.")
            if until is not None
            else _("Write to us: just answer this mail, or write to %(address)s.")
        ) % {"day": day, "address": _post_of(operator) or brand.email}
        call = _("You can also call us: %(phone)s.") % {"phone": reach.phone} if reach.phone else ""
        then = _(
            "Your number is %(number)s. Tell us in a few words what we have overlooked; then somebody who did not take"
            " this decision looks at it again and answers you in writing."
        ) % {"number": number}
    return " ".join(part for part in (first, call, then) if part)


def next_instance(ticket: Ticket, operator: Operator, recourse: Recourse | None) -> str:
    """Who decides next, as a proposal: the office that was chosen, else the lead of the team."""
    language = language_of(ticket, operator)
    if recourse is not None:
        return recourse.said_in(language)
    lead = ticket.team.lead if ticket.team is not None else None
    if lead is None:
        return ""
    with translation.override(language):
        return _("%(name)s, who leads the team %(team)s, decides about your objection.") % {
            "name": lead.name,
            "team": ticket.team,
        }


def _post_of(operator: Operator) -> str:
    town = f"{operator.postcode} {operator.city}".strip()
    return ", ".join((operator.name, operator.street, town)) if operator.street and town else ""


def _as_end(request: str) -> str:
    request = " ".join(request.split())
    return request if request[-1:] in ".!?" else f"{request}."


def _all_headings() -> dict[str, str]:
    """By how they are compared, in both languages."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {_folded(str(heading)): key for key, heading in HEADINGS.items()}
    return found


def _closings() -> list[str]:
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(_("If anything in this letter is unclear, ask us: just answer this mail."))
    return found


def _folded(line: str) -> str:
    return line.strip(_SIGNS).casefold()
