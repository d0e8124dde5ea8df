"""The one analysis chain for German and English text: what is indexed and what is looked for pass through here.

A text is cut into words; each word gives its terms: lower case, umlauts folded, stemmed, German compounds also by their
parts. Mail addresses, numbers and words with hyphens give a joined term and one for each piece. Nothing here knows a
database; `vector` writes what PostgreSQL's type tsvector reads.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from anliegen.ground.search.compounds import split
from anliegen.ground.search.words import english_stem, words
from anliegen.ground.text import fold, fold_accents, fold_digraphs

ANALYSER_VERSION = 2  # 2: what rules write is found no more
"""Raise this whenever the terms of any text change (code, word lists, stemmer), or which texts have any: older rows are
then indexed again."""

LONGEST_TERM = 64
LAST_POSITION = 16383  # PostgreSQL keeps no higher one
MOST_CHARACTERS = 600_000
MOST_BYTES = 900_000  # a tsvector holds 1 MB
LONGEST_PLACES = 1_000  # characters, some 250 places of one term; PostgreSQL keeps 255
BETWEEN_PARTS = 8  # positions left free, so that no phrase reaches from the subject into the body
MOST_PIECES = 20  # more are not a name or a number a person would look for as a whole
_CACHED_WORDS = 1 << 15

# Groups of digits with blanks between them are one number: 0341 123-456, +49 (0) 341 123456, DE89 3704 0044. The
# possessive {1,12}+ keeps a stranger's column of numbers from being tried in every combination.
_GROUP = r"(?:[-–/]\d++|[ \u00a0](?:[-–/][ \u00a0]?)?(?:\(0\)[ \u00a0]?)?\(?\d{2,}+\)?)"
_SPACED = rf"(?:[A-Za-z]{{2}}\d\d|\+?\(?\d{{2,}}+\)?){_GROUP}{{1,12}}+(?![.,:]?[^\W_])"
_CHAIN = r"[^\W_]+(?:(?:[-.@_&'’+]|[:*](?=in(?:nen)?\b)|(?<=\d)[,:/](?=\d))[^\W_]+)*"
TOKEN = re.compile(rf"(?=[+(\d]|[A-Za-z][A-Za-z]\d\d){_SPACED}|{_CHAIN}")
_PIECE = re.compile(r"[^\W_]+")
_LONG_NUMBER = re.compile(r"\d{4,}")
_ROLE_FOR_ALL = re.compile(r"(?:[:*_]in(?:nen)?|(?<=[a-zäöüß])In(?:nen)?)$")
_POSSESSIVE = re.compile(r"['’]s$|['’]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_CLUSTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+")

_SAMPLE = 200


class Token(NamedTuple):
    """One term of a text: the words are counted from 1, start and end are offsets of characters in the text given."""

    term: str
    position: int
    start: int
    end: int


def analyse(text: str, language: str | None = None) -> list[Token]:
    """All terms of a text, in order. Several stand at one position: a compound word, its parts, what was joined.

    `language` is a code such as "de" or "en-GB"; without one, or with another, German or English is told by the
    small words in the text. Function words give no term but count as positions.
    """
    clean, offsets = _clean(text)
    terms_of = _terms_in(language, (match.group() for match in TOKEN.finditer(clean)))
    tokens: list[Token] = []
    position = 0
    for match in TOKEN.finditer(clean):
        start, end = match.span()
        span = (start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1)
        pieces, steps = chain(match.group(), terms_of)
        tokens.extend(Token(term, position + step, *span) for step, terms in pieces for term in terms)
        position += steps
    return tokens


def vector(parts: Sequence[tuple[str, str]], *, language: str | None = None) -> str:
    """The text parts, each with its weight A to D, as a literal of PostgreSQL's tsvector.

    The language is told once for all parts. At most 600,000 characters are read and less than 1 MB is written; words
    past position 16383 are found but take no part in phrases.
    """
    left = MOST_CHARACTERS
    tokens: list[tuple[list[str], str]] = []
    for text, weight in parts:
        tokens.append((TOKEN.findall(clean(text[:left])), "" if weight == "D" else weight))
        left = max(0, left - len(text))
    terms_of = _terms_in(language, itertools.chain.from_iterable(found for found, _ in tokens))
    places: dict[str, str] = {}
    position = 0
    for found, weight in tokens:
        for word in found:
            if word.isalpha():
                position += 1
                if terms := terms_of(word):
                    _place(places, terms, position, weight)
                continue
            pieces, steps = chain(word, terms_of)
            for step, terms in pieces:
                _place(places, terms, position + step, weight)
            position += steps
        position += BETWEEN_PARTS
    return _literal(places)


def _place(places: dict[str, str], terms: tuple[str, ...], position: int, weight: str) -> None:
    place = f"{position if position < LAST_POSITION else LAST_POSITION}{weight}"
    for term in terms:
        before = places.get(term)
        if before is None:
            places[term] = place
        elif len(before) < LONGEST_PLACES:
            places[term] = f"{before},{place}"


def chain(token: str, terms_of: Callable[[str], tuple[str, ...]]) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """The terms of one token of the text as (position from 1, terms), and how many positions it takes."""
    if token.isalpha():
        return [(1, terms_of(token))], 1
    if token.isalnum():
        return [(1, _number_terms(token))], 1
    if not token[0].isdigit():
        token = _POSSESSIVE.sub("", _ROLE_FOR_ALL.sub("", token))
    pieces = _PIECE.findall(token)
    terms = [terms_of(piece) if piece.isalpha() else _number_terms(piece) for piece in pieces]
    if len(pieces) == 1:
        return [(1, terms[0])], 1
    found = list(enumerate(terms, start=1))
    if len(pieces) > MOST_PIECES:
        return found, len(pieces)
    at = token.find("@")
    if at > 0:
        before = len(_PIECE.findall(token[:at]))
        joined = [(1, pieces), (1, pieces[:before]), (before + 1, pieces[before:])]
        found += [(step, (whole,)) for step, some in joined if len(some) > 1 and (whole := _joined(some))]
    elif any(letter.isdigit() for letter in token):
        if whole := _joined(_telephone(token, pieces)):
            found.append((1, (whole,)))
    elif whole := _joined([own[-1] if own else piece for piece, own in zip(pieces, terms, strict=True)]):
        found.append((1, (whole,)))
    return found, len(pieces)


@functools.lru_cache(_CACHED_WORDS)
def german_terms(word: str) -> tuple[str, ...]:
    """The terms of one German word: none for a function word, for a compound its parts and ever longer joins of them.

    The last one stands for the whole word.
    """
    plain = fold_accents(_singular(word))
    folded = fold_digraphs(plain)
    lists = words()
    if not folded or folded in lists.stop:
        return ()
    return compound_terms(split(plain, folded)) or (lists.term(folded),)


def is_listed(word: str) -> bool:
    """Whether the German lists know this word: in any of its forms, or as a compound of words they know."""
    plain = fold_accents(_singular(word))
    folded = fold_digraphs(plain)
    lists = words()
    return folded in lists.stop or lists.term(folded) in lists.whole or bool(split(plain, folded))


@functools.lru_cache(_CACHED_WORDS)
def english_terms(word: str) -> tuple[str, ...]:
    """The terms of one English word, its stem last. A German compound is taken apart in an English text too."""
    plain = fold_accents(_singular(word))
    folded = fold_digraphs(plain)
    if not folded or folded in words().stop:
        return ()
    return tuple(dict.fromkeys((*compound_terms(split(plain, folded)), fold_digraphs(english_stem(plain)))))


def _singular(word: str) -> str:
    """KundInnen as Kund, and nothing longer than a term may be."""
    return _ROLE_FOR_ALL.sub("", word[:LONGEST_TERM]) if "In" in word else word[:LONGEST_TERM]


def compound_terms(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Every part, then every join of neighbours, the whole last: Zählerstandsmeldung is also found by Zählerstand."""
    if not parts:
        return ()
    joins = ["".join(parts[start : start + n]) for n in range(2, len(parts) + 1) for start in range(len(parts) - n + 1)]
    single = [part for part in parts if part not in words().stop]
    return tuple(dict.fromkeys((*single, *(join[:LONGEST_TERM] for join in joins))))


def language_of(tokens: Iterable[str]) -> str:
    """German or English, by counting small words that only one of them has. German when the text does not tell."""
    sample = list(itertools.islice(tokens, _SAMPLE))
    lists = words()
    german = sum(map(lists.only_german.__contains__, sample))
    return "en" if sum(map(lists.only_english.__contains__, sample)) > german else "de"


def _terms_in(language: str | None, tokens: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    known = (language or "")[:2].lower()
    if known not in ("de", "en"):
        known = language_of(tokens)
    return english_terms if known == "en" else german_terms


def _number_terms(piece: str) -> tuple[str, ...]:
    """A number or a code as it is; of a code also its long numbers (KD00123 is found by 00123)."""
    if piece.isdigit():
        return (piece[:LONGEST_TERM],)
    folded = fold(piece)[:LONGEST_TERM]
    return tuple(dict.fromkeys((folded, *_LONG_NUMBER.findall(folded)))) if folded else ()


def _joined(pieces: Sequence[str]) -> str:
    """The pieces as one term, or nothing where that grows too long to be something a person would look for."""
    whole = fold("".join(pieces))
    return whole if len(whole) <= LONGEST_TERM else ""


def _telephone(token: str, pieces: list[str]) -> list[str]:
    """German numbers in their national form, so that +49 341, 0049 341 and 0341 are one."""
    if token.startswith("+49") or pieces[0].startswith("0049"):
        rest = [pieces[0].removeprefix("00").removeprefix("49"), *pieces[1:]]
        return ["0", *(piece for piece in rest if piece != "0")]
    return pieces


def _literal(places: dict[str, str]) -> str:
    """No term holds a quote or a backslash, as folding makes none of any letter or digit; so none is escaped."""
    literal = " ".join([f"'{term}':{where}" for term, where in places.items()])
    if len(literal) * 4 <= MOST_BYTES or len(literal.encode()) <= MOST_BYTES:
        return literal
    return literal.encode()[:MOST_BYTES].decode(errors="ignore").rpartition(" ")[0]


def clean(text: str) -> str:
    """The text in composed form without invisible characters such as soft hyphens."""
    return _clean(text)[0]


def _clean(text: str) -> tuple[str, list[int] | None]:
    """The text in composed form without invisible characters, and where each character stood, or None if unchanged."""
    if text.isascii() or (unicodedata.is_normalized("NFC", text) and not _INVISIBLE.search(text)):
        return text, None
    letters: list[str] = []
    offsets: list[int] = []
    for cluster in _clusters(text):
        composed = unicodedata.normalize("NFC", cluster.group())
        letters.append(composed)
        offsets.extend([cluster.start()] * (len(composed) - 1) + [cluster.end() - 1] if composed else [])
    return "".join(letters), offsets


def _clusters(text: str) -> Iterator[re.Match[str]]:
    return (cluster for cluster in _CLUSTER.finditer(text) if not _INVISIBLE.match(cluster.group()))
