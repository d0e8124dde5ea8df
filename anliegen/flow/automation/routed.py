"""Why somebody was given a concern, and why not who knows the customer, in words a person can follow."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from anliegen.flow.automation.choices import choice_in_words
from anliegen.records.accounts import figures


def by_routing(evidence: dict[str, Any]) -> str:
    """Knows this customer; speaks Turkish; has 3 waiting concerns. Then who knows them, and who would be next."""
    sentence = "; ".join([*_can(evidence), *_waits(evidence)]) or _("is at work and has room")
    said = [f"{capfirst(sentence)}.", *_why_not(evidence)]
    if others := [choice_in_words(f"agent:{agent}") for agent in evidence.get("next", ())]:
        said.append(_("Otherwise it would be: %(names)s.") % {"names": ", ".join(others)})
    return " ".join(said)


def nobody_free(evidence: dict[str, Any]) -> str:
    words = {
        "away": _("Nobody of the team is at work just now."),
        "full": _("Whoever of the team is at work has as many concerns waiting as one person should."),
        "busy": _("Nobody of the team is free just now."),
    }
    said = [
        words[_allowed(evidence["nobody"])],
        *_why_not(evidence),
        _("It waits until somebody takes the next concern."),
    ]
    return " ".join(said)


def _can(evidence: Mapping[str, Any]) -> list[str]:
    language = _language(evidence.get("language", ""))
    topic = choice_in_words(f"topic:{evidence['topic']}") if evidence.get("topic") else ""
    words = {
        "known": _("knows this customer"),
        "language": _("speaks %(language)s") % {"language": language},
        "skill": _("knows about %(topic)s") % {"topic": topic},
        "no-language": _("is not noted as speaking %(language)s") % {"language": language},
    }
    return [words[code] for code in words if code in evidence.get("because", ())]


def _waits(evidence: Mapping[str, Any]) -> list[str]:
    """How much waits with them is a figure about a person, and shown only where such may be."""
    if "waits" not in evidence or not figures.shows_people():
        return []
    count = evidence["waits"]
    if not count:
        return [_("has nothing waiting")]
    return [ngettext("has %(count)s waiting concern", "has %(count)s waiting concerns", count) % {"count": count}]


def _why_not(evidence: Mapping[str, Any]) -> list[str]:
    if "passed" not in evidence:
        return []
    words = {
        "left": _("%(name)s knows this customer and works here no longer."),
        "elsewhere": _("%(name)s knows this customer and is given no concerns of this team."),
        "away": _("%(name)s knows this customer and is not at work just now."),
        "full": _("%(name)s knows this customer and has as many concerns waiting as one person should."),
        "busy": _("%(name)s knows this customer and is not free just now."),
    }
    return [words[_allowed(evidence["passed"])] % {"name": choice_in_words(f"agent:{evidence['known']}")}]


def _allowed(why: str) -> str:
    """The mode in which no figure tells of a person may have been switched on since."""
    return "busy" if why in ("away", "full") and not figures.shows_people() else why


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
