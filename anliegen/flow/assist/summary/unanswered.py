"""Which of a customer's questions an answer of ours does not go into. Pure; in doubt a question counts as answered.

Only two things are a sign: it asks for a day or for a sum, and none is named; or the answer takes up the words
of another question of the customer and none of this one. German first; an English question is weighed likewise.
"""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")
_STEM = 5  # signs that two words must share: "Zähler" and "Zählers", "kostet" and "Kosten"
_ASKS_WHEN = re.compile(r"\b(?:(?:bis|ab|seit)\s+wann|wann|wie\s+lange|when|how\s+long)\b", re.IGNORECASE)
_ASKS_HOW_MUCH = re.compile(
    r"\b(?:(?:was|wie\s*viel)\s+(?:würde\s+(?:mich|uns|das)\s.{0,30})?kost\w*|wie\s*viel|wie\s+(?:hoch|teuer)"
    r"|how\s+(?:much|expensive|high))\b",
    re.IGNORECASE,
)
_NAMES_WHEN = re.compile(
    r"\d|\b(?:heute|morgen|übermorgen|gestern|sofort|gleich|umgehend|bald|kürze|nie|immer|jederzeit|dauer\w*|\w*tag[es]?n?"
    r"|\w*woche\w*|\w*monat\w*|\w*jahr\w*|\w*stunde\w*|minute\w*|mittwoch\w*|januar|februar|märz|april|mai|juni|juli|august"
    r"|september|oktober|november|dezember|sobald|solange|sonst|bis|ab|seit|innerhalb|binnen|today|tomorrow|soon|\w+day"
    r"|days?|weeks?|months?|years?|hours?|minutes?|until|by|within|once|as\s+soon)\b",
    re.IGNORECASE,
)
_NAMES_HOW_MUCH = re.compile(
    r"\d|€|\b(?:kost\w*|gratis|umsonst|preis\w*|betr[aä]g\w*|gebühr\w*|eur\w*|cent|nichts|free|costs?|price\w*|nothing"
    r"|charge\w*|amount\w*|eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)\b",
    re.IGNORECASE,
)
# What stands in any sentence and says nothing of what it is about.
_THIN = frozenset(
    (
        *("bitte", "dafür", "damit", "davon", "dazu", "daran", "eigen", "einen", "einem", "einer", "eines", "diese"),
        *("haben", "hatte", "hätte", "könne", "könnt", "muss", "müsse", "müsst", "solle", "sollt", "werde", "wurde"),
        *("würde", "wäre", "waren", "welch", "unser", "ihnen", "ihren", "ihrer", "meine", "mache", "nicht", "would"),
        *("could", "shoul", "there", "their", "which", "where", "pleas", "about", "still", "does"),
    )
)


def unanswered(questions: Sequence[str], answer: Sequence[str]) -> set[int]:
    """The places of those that these sentences do not go into; what we ask back answers nothing."""
    said = [one for one in answer if not one.endswith("?")]
    spoken = _stems(said)
    own = [_stems([one]) for one in questions]
    touched = {place for place, stems in enumerate(own) if stems & spoken}
    return {
        place
        for place, question in enumerate(questions)
        if _lacks(question, said) or (place not in touched and own[place] and touched)
    }


def _lacks(question: str, said: Iterable[str]) -> bool:
    """Whether it asks for a day or a sum and nothing like it is named."""
    text = " ".join(said)
    if _ASKS_WHEN.search(question):
        return not _NAMES_WHEN.search(text)
    return bool(_ASKS_HOW_MUCH.search(question)) and not _NAMES_HOW_MUCH.search(text)


def _stems(texts: Iterable[str]) -> set[str]:
    words = (word for text in texts for word in _WORD.findall(text.lower()))
    return {word[:_STEM] for word in words if len(word) >= _STEM and word[:_STEM] not in _THIN}
