"""The word lists beside this file, read once at first use: parts of compounds, exceptions, stop words."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import Stemmer

from anliegen.ground.text import fold

_HERE = Path(__file__).parent
_ONLY_S = ("ung", "heit", "keit", "schaft", "ion", "tat", "ling", "tum")
_PLAIN_ER = ("eer", "ier")  # Papier, Meer: the er belongs to the word
_VOWELS = "aiouy"

german_stem = Stemmer.Stemmer("german", 0).stemWord  # 0: no cache inside, ours is the only one
english_stem = Stemmer.Stemmer("english", 0).stemWord


@dataclass(frozen=True)
class Words:
    """All lists, folded.

    `parts` are the words compounds are made of. `basic` maps a form to its term where the stemmer would go wrong.
    `first` maps each form a part can take in front of another to its term, `lengths` the first three letters of those
    forms to their lengths, longest first, and `last` each form a compound can end in to its term. `whole` holds the
    words and terms that are never split.
    """

    parts: frozenset[str]
    basic: Mapping[str, str]
    first: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]
    last: Mapping[str, str]
    whole: frozenset[str]
    stop: frozenset[str]
    only_german: frozenset[str]
    only_english: frozenset[str]

    def term(self, folded: str) -> str:
        """The term of a German word that stands alone."""
        term = self.basic.get(folded) or german_stem(folded)
        return folded if term in self.stop else term


@functools.cache
def words() -> Words:
    german, small = _sections("words_de.txt"), _sections("stopwords.txt")
    stop = frozenset(map(fold, small["de"] + small["en"]))
    terms = _terms({fold(part) for part in german["parts"]}, stop)
    basic = dict(_basic(terms, {fold(name) for name in german["names"]}))
    basic |= {form: basic.get(base) or german_stem(base) for form, base in _pairs(german["irregular"])}
    first = dict(_first(terms))
    first |= {form: terms.get(base) or basic.get(base) or german_stem(base) for form, base in _pairs(german["first"])}
    whole = {fold(word) for word in german["whole"]}
    return Words(
        parts=frozenset(terms),
        basic=basic,
        first=first,
        lengths=_lengths(first),
        last=_last(terms, basic, german),
        whole=frozenset(terms.values()) | whole | {basic.get(word) or german_stem(word) for word in whole},
        stop=stop,
        only_german=frozenset(_as_written(small["de only"])),
        only_english=frozenset(_as_written(small["en only"])),
    )


def _terms(parts: set[str], stop: frozenset[str]) -> dict[str, str]:
    """The term of each listed word: its stem, or itself where that stem belongs to another one or is a stop word.

    So Kur and Kurs, Montag and Montage stay apart; words in -er always do (Zähler is not Zahl, Mieter not Miete).
    """
    sharing = Counter(german_stem(part) for part in parts if not part.endswith("er"))
    own = {part for part in parts if part.endswith("er") or sharing[german_stem(part)] > 1 or german_stem(part) in stop}
    return {part: part if part in own else german_stem(part) for part in sorted(parts)}


def _basic(terms: Mapping[str, str], names: set[str]) -> Iterator[tuple[str, str]]:
    """Forms whose term is not what the stemmer makes of them. Later pairs win: a listed word is always itself."""
    yield from ((name + ending, name) for name in names for ending in ("", "s"))
    for part, term in terms.items():
        yield from ((form, term) for form in _inflected(part) if german_stem(form) != term)
    yield from ((part, term) for part, term in terms.items() if german_stem(part) != term)


def _inflected(part: str) -> Iterator[str]:
    """The forms a German noun takes by itself, umlauts folded, and the words for a woman in that role."""
    if part.endswith("e"):
        endings: tuple[str, ...] = ("n", "ns")
        yield from (part[:-1] + ending for ending in ("in", "innen"))
    elif part.endswith("er") and not part.endswith(_PLAIN_ER):
        endings = ("s", "n", "in", "innen")
    elif part.endswith(("el", "en")):
        endings = ("s", "n")
    elif part.endswith("nis"):
        endings = ("se", "ses", "sen")
    elif part.endswith(_ONLY_S):
        endings = ("s", "en")
    elif part[-1] in _VOWELS:
        endings = ("s",)
    else:
        endings = ("s", "es", "e", "en")
    yield from (part + ending for ending in endings)


def _first(terms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The forms in front of another part. Later pairs win, the surest last: guessed letters, an s, the bare word."""
    yield from ((form, term) for part, term in terms.items() for form in _linked(part))
    yield from ((part + "s", term) for part, term in terms.items())
    yield from terms.items()


def _lengths(forms: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for form in forms:
        lengths.setdefault(form[:3], set()).add(len(form))
    return {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


def _last(terms: Mapping[str, str], basic: Mapping[str, str], german: Mapping[str, list[str]]) -> dict[str, str]:
    """The forms at the end of a compound: whatever the part is by itself, in all its inflections."""
    never = {fold(word) for word in german["never last"]}
    last = {form: term for part, term in terms.items() if part not in never for form in (*_inflected(part), part)}
    known = frozenset(last.values())
    last |= {form: term for form, term in basic.items() if term in known}
    return last | dict(_pairs(german["last"]))


def _linked(part: str) -> Iterator[str]:
    """The forms a German noun takes before another noun. Umlauts are folded, so Häuser- is Haus + er."""
    if part.endswith(_ONLY_S):
        return
    if part.endswith("e"):
        yield part + "n"
        if len(part) > 5:
            yield part[:-1]
    elif part.endswith(("er", "el")) and not part.endswith(_PLAIN_ER):
        yield part + "n"
    elif part[-1] not in _VOWELS and not part.endswith("en"):
        yield from (part + link for link in ("e", "en", "er", "es"))


def _sections(filename: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (_HERE / filename).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current.extend(line.split())
    return sections


def _pairs(entries: list[str]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        form, _, base = fold(entry).partition("=")
        yield form, base or form


def _as_written(entries: list[str]) -> Iterator[str]:
    """Lower case and as at the start of a sentence, so that counting needs no lower()."""
    for entry in entries:
        yield from (entry, entry.capitalize())
