"""An answer that another customer got, as wording for this one: what told of that concern is left out, and what was of
that customer is an open place. Pure."""

import re
from datetime import date

from anliegen.flow.assist.hiding import Hider, Known
from anliegen.flow.assist.hiding.patterns import SHAPE
from anliegen.flow.assist.offering.named import named
from anliegen.flow.assist.offering.told import tells
from anliegen.flow.assist.summary.facts import facts
from anliegen.flow.assist.summary.sentences import sentences

_WORDS = {
    "NAME": ("Name", "name"),
    "MAIL": ("E-Mail", "e-mail"),
    "LINK": ("Link", "link"),
    "IBAN": ("IBAN", "IBAN"),
    "NUMBER": ("Nummer", "number"),
    "ADDRESS": ("Adresse", "address"),
    "BIRTH": ("Datum", "date"),
    "TEXT": ("Text", "text"),
    "amount": ("Betrag", "amount"),
    "quantity": ("Menge", "quantity"),
    "day": ("Datum", "date"),
    "hour": ("Uhrzeit", "time"),
    "number": ("Nummer", "number"),
    "code": ("Nummer", "number"),
    "iban": ("IBAN", "IBAN"),
    "place": ("Adresse", "address"),
}


def core(text: str) -> str:
    """What stands between greeting and closing."""
    own = list(sentences(text))
    return text[own[0].start : own[-1].end] if own else ""


def general(text: str) -> str:
    """The core without the sentences that tell what happened in that concern: they would be untrue in another."""
    pieces, at = list[str](), 0
    for one in sentences(text):
        if tells(text[one.start : one.end]):
            pieces.append(text[at : one.start])
            at = one.end
    return core(_tidy("".join([*pieces, text[at:]])))


def _tidy(text: str) -> str:
    """No space at either end of a line, and no hole where a paragraph or a list's point stood."""
    lines = "\n".join(" ".join(line.split(" ")).strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)^(?:[-*•–]|\d{1,2}[.)])$\n?", "", lines))


def blanked(text: str, known: Known, *, today: date, language: str) -> str:
    """Names, addresses, numbers, amounts, days: each an open place, which nobody can send before it is filled."""
    word = 0 if language.startswith("de") else 1
    hidden = Hider(known, today).hide(text)
    pieces, at = [], 0
    for found in SHAPE.finditer(hidden):
        pieces += [_without_more(hidden[at : found.start()], word), _place(found[0][1:].partition("_")[0], word)]
        at = found.end()
    return "".join([*pieces, _without_more(hidden[at:], word)])


def _without_more(text: str, word: int) -> str:
    """Without the names that only their place gives away, and without facts."""
    pieces, at = [], 0
    for start, end in named(text):
        pieces += [_without_facts(text[at:start], word), _place("NAME", word)]
        at = end
    return "".join([*pieces, _without_facts(text[at:], word)])


def _without_facts(text: str, word: int) -> str:
    pieces, at = [], 0
    for fact in facts(text, 0, len(text)):
        pieces += [text[at : fact.start], _place(fact.kind, word)]
        at = fact.end
    return "".join([*pieces, text[at:]])


def _place(kind: str, word: int) -> str:
    return f"{{{{?{_WORDS[kind][word]}}}}}"
