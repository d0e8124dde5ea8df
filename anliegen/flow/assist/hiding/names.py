"""Names and values that are known to belong to the concern, however they are spelt in the text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Between the letters of a name a sender may have put what nobody sees.
_UNSEEN = "[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u0300-\u036f]*"
_LEFT_OUT = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u0300-\u036f]")
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
# Parts of names that are words, too: alone they name nobody.
_WORDS = frozenset(
    [
        "herr",
        "frau",
        "dr",
        "prof",
        "dipl",
        "ing",
        "med",
        "von",
        "van",
        "vom",
        "zu",
        "zum",
        "zur",
        "der",
        "die",
        "das",
        "den",
        "de",
        "del",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "und",
        "and",
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "ohg",
        "gbr",
        "ug",
        "se",
        "ev",
        "eg",
        "co",
        "inc",
        "ltd",
        "llc",
        "the",
        "of",
        "für",
        "für",
    ]
)
_PARTS = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = "(?i:s|es|ens|in|innen|sche[mnrs]?)?"
_ONLY_AS_WRITTEN = 4  # letters; a shorter name must be spelt as it is, or "an" would be Mr An


class Names:
    """Finds these names, whole and by their parts, and these values.

    An expression of all of them takes longer to build than most texts to read, so each text gets one of those alone
    that it may hold.
    """

    def __init__(self, names: Iterable[str], values: Iterable[str]) -> None:
        named = [(_bare(one), one, True) for one in _spellings(names)]
        self._known = [*named, *((_bare(one), one, False) for one in values if len(one.strip()) > 2)]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        bare = _bare(text)
        found = {
            _name(one) if is_name else _spelt(one, exact=False)
            for held, one, is_name in self._known
            if held and held in bare
        }
        if not found:
            return iter(())
        return re.compile("|".join(sorted(found, key=lambda one: (-len(one), one)))).finditer(text)


def _bare(text: str) -> str:
    """What all spellings of a name that are found have in common."""
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return _LEFT_OUT.sub("", apart).replace("ı", "i")


def _spellings(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        whole = unicodedata.normalize("NFC", " ".join(name.split()))
        parts = [part for part in _PARTS.findall(whole) if part.lower() not in _WORDS and len(part) > 1]
        for one in {whole, *parts} if parts else ():
            yield one
            digraphs = "".join(_DIGRAPHS.get(letter, letter) for letter in one)
            bare = "".join(letter for letter in unicodedata.normalize("NFD", one) if not unicodedata.combining(letter))
            yield from {digraphs, bare} - {one}


def _name(one: str) -> str:
    """At a word's beginning; it may have an ending, as in "Müllers", "Krausens", "Müllersche", "Schmidtin"."""
    return rf"(?<![^\W_]){_spelt(one, exact=len(one) < _ONLY_AS_WRITTEN)}(?={_ENDINGS}(?![^\W_])|['’]s)"


def _spelt(one: str, *, exact: bool) -> str:
    letters = [_letter(letter) for letter in unicodedata.normalize("NFC", one.strip())]
    spelt = _UNSEEN.join(r"\s+" if letter == r"\ " else letter for letter in letters)
    return spelt if exact else f"(?i:{spelt})"


def _letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return re.escape(letter) if apart == letter else f"(?:{re.escape(letter)}|{re.escape(apart)})"
