"""A text as words: where each stands, folded, and in which sentence and clause. One pass, linear in the length."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 20_000  # characters that are read; what a message is about stands before that
# Marks that stand within a word: accents written apart, Arabic vowels, soft hyphens and what nobody sees.
_MARKS = "\u0300-\u036f\u064b-\u0652\u00ad\u200b-\u200d\u2060"
_PIECE = re.compile(
    rf"(?P<word>[^\W_]+(?:[{_MARKS}'’]+[^\W_]+)*[{_MARKS}]*)"
    r"|(?P<end>[.!?…؟]+)|(?P<gap>\n\s*\n)|(?P<clause>[,;:()\n–—]| - )"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "'": "", "’": ""})
_BREAKS = frozenset(
    [
        "und",
        "aber",
        "sondern",
        "denn",
        "weil",
        "sonst",
        "oder",
        "obwohl",
        "and",
        "but",
        "because",
        "although",
        "otherwise",
    ]
)
_SHORT = frozenset(
    [
        "z",
        "b",
        "nr",
        "str",
        "dr",
        "prof",
        "ca",
        "bzw",
        "abs",
        "ggf",
        "inkl",
        "tel",
        "etc",
        "usw",
        "u",
        "a",
        "d",
        "h",
        "mr",
        "mrs",
        "ms",
        "no",
        "st",
        "evtl",
        "st",
        "vgl",
    ]
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text side by side: folded, their places in the text, the sentence and the clause of each."""

    folded: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    clauses: list[int]

    def __len__(self) -> int:
        return len(self.folded)


def words_of(text: str) -> Words:
    """The first 20,000 characters, taken apart. A full stop after a number or a short form ends no sentence."""
    words = Words([], [], [], [], [])
    sentence = clause = 0
    text = text[:LONGEST]
    for found in _PIECE.finditer(text):
        kind = found.lastgroup
        if kind == "word":
            word = fold(found.group())
            if word in _BREAKS:
                clause += 1
            words.folded.append(word)
            words.starts.append(found.start())
            words.ends.append(found.end())
            words.sentences.append(sentence)
            words.clauses.append(clause)
        elif kind == "gap" or (kind == "end" and _ends(found, text, words)):
            sentence += 1
            clause += 1
        elif kind == "clause":
            clause += 1
    return words


def _ends(found: re.Match[str], text: str, words: Words) -> bool:
    after = text[found.end() : found.end() + 1]
    if after and not after.isspace() and after not in "\"'»“)<":
        return False
    before = words.folded[-1] if words.folded else ""
    return found.group() != "." or not (before.isdigit() or before in _SHORT)


@lru_cache(maxsize=1 << 14)
def fold(word: str) -> str:
    """In lower case, umlauts as two letters, without accents, apostrophes and marks nobody sees."""
    word = word.casefold()
    if word.isascii():
        return word.replace("'", "")
    word = unicodedata.normalize("NFC", word).translate(_UMLAUTS)
    if word.isascii():
        return word
    return "".join(
        each for each in unicodedata.normalize("NFKD", word) if unicodedata.category(each) not in ("Mn", "Cf")
    )


def variants(word: str) -> set[str]:
    """How a listed word may be written: with ä as "ae", and by who has no umlauts at hand as "a"."""
    bare = word.casefold().translate(str.maketrans("äöü", "aou"))
    return {fold(word), fold(bare)}
