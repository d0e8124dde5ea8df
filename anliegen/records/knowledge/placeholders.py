"""Placeholders in texts: `{{name}}` is filled by the program, `{{?Zählernummer}}` by a person before sending. Pure."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What the program knows, and how it is called in words.
NAMES: dict[str, str | Promise] = {
    "anrede": _("salutation, as for letters"),
    "name": _("the customer's name"),
    "vorgangsnummer": _("number of the concern"),
    "betreff": _("subject of the concern"),
    "bearbeitung": _("your name"),
    "team": _("team of the concern"),
    "marke": _("brand of the concern"),
    "datum": _("today's date; {{datum+14}} is in 14 days"),
}
ANY = re.compile(r"\{\{([^{}\n]{1,80})\}\}")
# What is a place or a mark of ours (`marks.py`) in a text would be one in what customers call themselves, too.
OURS = re.compile(r"\{(?=\{)|\*(?=\*)|\](?=\()")
DATE = re.compile(r"datum\s*(?:([+-])\s*(\d{1,3}))?")


def fill(text: str, values: Mapping[str, str], *, today: date, language: str) -> str:
    """The text with what is known in its places. A place whose value is empty becomes one that a person fills.

    Values are words and nothing else: what looks in them like a place, emphasis or a link is taken apart by a blank.
    """

    def filled(match: re.Match[str]) -> str:
        name = match[1].strip()
        if day := _day(name, today):
            return format_date(day, "dd.MM.yyyy" if language == "de" else "d MMMM yyyy", locale=language)
        if name.startswith("?") or name.lower() not in NAMES:
            return match[0]
        return OURS.sub(r"\g<0> ", values.get(name.lower(), "").strip()) or f"{{{{?{name}}}}}"

    return ANY.sub(filled, text)


def open_fields(text: str) -> list[str]:
    """What a person still has to fill, each once, in the order of the text."""
    return list(dict.fromkeys(_called(match[1]) for match in ANY.finditer(text) if is_open(match[1])))


def is_open(inside: str) -> bool:
    """Whether what stands between the braces is a place of ours that is not filled; what others write is not ours."""
    name = inside.strip().lower()
    return name.startswith("?") or name in NAMES or DATE.fullmatch(name) is not None


def unknown(text: str) -> list[str]:
    """Names that nobody fills: most likely a slip of the pen."""
    return list(dict.fromkeys(match[1].strip() for match in ANY.finditer(text) if not is_open(match[1])))


def put_in(text: str, given: Mapping[str, str]) -> str:
    """The text with what a person has given for its open fields; what is not given stays open."""

    def filled(match: re.Match[str]) -> str:
        return given.get(_called(match[1]), "").strip() or match[0] if is_open(match[1]) else match[0]

    return ANY.sub(filled, text)


def _called(inside: str) -> str:
    return inside.strip().removeprefix("?").strip()


def _day(name: str, today: date) -> date | None:
    match = DATE.fullmatch(name.lower())
    if match is None:
        return None
    days = int(match[2] or 0)
    return today + timedelta(days=-days if match[1] == "-" else days)
