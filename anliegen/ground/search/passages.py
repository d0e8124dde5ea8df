"""The place in a text that a search found, for a line under each result."""

import functools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from anliegen.ground.search.analysis import TOKEN, chain, clean, english_terms, german_terms
from anliegen.ground.search.tsquery import Wanted, wanted
from anliegen.ground.text import ELLIPSIS, fold

MOST_CHARACTERS = 30_000
_LEAD = 0.3  # of the room that is left, for what stands before the first match
_CACHED_TOKENS = 1 << 12
_CACHED_QUERIES = 16
_SPACE = re.compile(r"\s+")


class _Match(NamedTuple):
    start: int
    end: int
    word: int  # which of the wanted words


def passage(text: str, query: str, length: int = 200) -> list[tuple[str, bool]]:
    """The passage of about `length` characters that matches most words of the query, as (piece, is it a match).

    White space is single blanks, and an ellipsis stands where text was left out; there is no markup in it. Without a
    match it is the beginning of the text. Only the first 30,000 characters are looked at. A word matches in German and
    in English inflection, so the language of the text need not be known.
    """
    text = clean(text[:MOST_CHARACTERS])
    matches = _matches(text, _words_of(query))
    first, last = _best(matches, length)
    start, end = _window(text, first, last, length)
    return _pieces(text, start, end, [match for match in matches if start <= match.start and match.end <= end])


def _matches(text: str, words_of: Callable[[str], tuple[tuple[int, bool], ...]]) -> list[_Match]:
    """Places with the terms of a word; where a word has none at all, places with its parts."""
    exact: list[_Match] = []
    partly: list[_Match] = []
    for token in TOKEN.finditer(text):
        for number, is_exact in words_of(token.group()):
            (exact if is_exact else partly).append(_Match(*token.span(), number))
    found = {match.word for match in exact}
    places = {match.start: match for match in [*(match for match in partly if match.word not in found), *exact]}
    return [places[start] for start in sorted(places)]


@functools.lru_cache(_CACHED_QUERIES)
def _words_of(query: str) -> Callable[[str], tuple[tuple[int, bool], ...]]:
    """Which of the wanted words a token is, and whether with its terms: the passages of one page say the same words."""
    words = wanted(query, prefix=True)

    @functools.lru_cache(_CACHED_TOKENS)
    def words_of(token: str) -> tuple[tuple[int, bool], ...]:
        return tuple(_compared(token, words))

    return words_of


def _compared(token: str, words: tuple[Wanted, ...]) -> Iterator[tuple[int, bool]]:
    terms, forms = _terms(token)
    for number, word in enumerate(words):
        if not word.terms.isdisjoint(terms) or (word.beginnings and _begins(forms, word.beginnings)):
            yield number, True
            return
        if not word.parts.isdisjoint(terms):
            yield number, False


@functools.lru_cache(_CACHED_TOKENS)
def _terms(token: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The terms of a token, and all forms that a beginning may be the beginning of: the token folded, and its terms."""
    pieces = (*chain(token, german_terms)[0], *chain(token, english_terms)[0])
    terms = frozenset(term for _, terms in pieces for term in terms)
    return terms, (fold(token), *terms)


def _begins(forms: tuple[str, ...], beginnings: tuple[str, ...]) -> bool:
    return any(form.startswith(beginnings) for form in forms)


def _best(matches: list[_Match], length: int) -> tuple[int, int]:
    """Start of the first and end of the last match of the stretch with the most different words, then most matches."""
    best, merit = (0, 0), (0, 0)
    upto = 0
    for at, first in enumerate(matches):
        upto = max(upto, at + 1)
        while upto < len(matches) and matches[upto].end - first.start <= length:
            upto += 1
        within = matches[at:upto]
        worth = (len({match.word for match in within}), len(within))
        if worth > merit:
            best, merit = (first.start, within[-1].end), worth
    return best


def _window(text: str, first: int, last: int, length: int) -> tuple[int, int]:
    """The stretch widened to the length asked for, to word borders, more to the right than to the left."""
    room = max(0, length - (last - first))
    start = max(0, first - int(room * _LEAD))
    end = min(len(text), max(last, start + length))
    start = max(0, min(start, end - length)) if end - length < first else start
    if start:
        space = _SPACE.search(text, max(0, start - 1), first)
        start = space.end() if space else first
    if end < len(text):
        border = max((space.start() for space in _SPACE.finditer(text, last, end + 1)), default=0)
        end = border if border > start else max(last, end)
    return start, end


def _pieces(text: str, start: int, end: int, matches: list[_Match]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    at = start
    for match in matches:
        pieces += [(text[at : match.start], False), (text[match.start : match.end], True)]
        at = match.end
    pieces.append((text[at:end], False))
    tidy = [(_SPACE.sub(" ", piece), is_match) for piece, is_match in pieces if piece]
    if not tidy:
        return []
    before = ELLIPSIS if text[:start].strip() else ""
    after = ELLIPSIS if text[end:].strip() else ""
    return _joined([(before, False), *_stripped(tidy), (after, False)])


def _stripped(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    pieces[0] = (pieces[0][0].lstrip(), pieces[0][1])
    pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
    return pieces


def _joined(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    joined: list[tuple[str, bool]] = []
    for piece, is_match in pieces:
        if not piece:
            continue
        if joined and joined[-1][1] == is_match and not is_match:
            joined[-1] = (joined[-1][0] + piece, False)
        else:
            joined.append((piece, is_match))
    return joined
