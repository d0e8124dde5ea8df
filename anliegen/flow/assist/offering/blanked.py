"""An answer that another customer got, as wording for this one: what was of that customer is an open place. Pure."""

from datetime import date

from anliegen.flow.assist.hiding import Hider, Known
from anliegen.flow.assist.hiding.patterns import SHAPE
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


def blanked(text: str, known: Known, *, today: date, language: str) -> str:
    """Names, addresses, numbers, amounts, days: each an open place, which nobody can send before it is filled."""
    word = 0 if language.startswith("de") else 1
    hidden = Hider(known, today).hide(text)
    pieces, at = [], 0
    for found in SHAPE.finditer(hidden):
        pieces += [_without_facts(hidden[at : found.start()], word), _place(found[0][1:].partition("_")[0], word)]
        at = found.end()
    return "".join([*pieces, _without_facts(hidden[at:], word)])


def _without_facts(text: str, word: int) -> str:
    pieces, at = [], 0
    for fact in facts(text, 0, len(text)):
        pieces += [text[at : fact.start], _place(fact.kind, word)]
        at = fact.end
    return "".join([*pieces, text[at:]])


def _place(kind: str, word: int) -> str:
    return f"{{{{?{_WORDS[kind][word]}}}}}"
