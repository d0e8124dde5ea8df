"""Takes German compound words apart with the list in words_de.txt."""

import itertools
import re

from anliegen.ground.search.words import Words, words

SHORTEST_PART = 3
SHORTEST_COMPOUND = 6
LONGEST_COMPOUND = 64
_MOST_DIGRAPHS = 3
_DIGRAPH = re.compile("[aou]e")


def split(plain: str, folded: str) -> tuple[str, ...]:
    """The terms of the parts of a compound, or nothing if the word is none. The word after `fold_accents` and `fold`.

    >>> split("jahresrechnungen", "jahresrechnungen")
    ('jahr', 'rechnung')

    A word is split only if the whole of it is covered by listed parts. Fewest parts win, then the longest last part:
    Preis|spanne, not Preiss|panne.
    """
    if not SHORTEST_COMPOUND <= len(folded) <= LONGEST_COMPOUND:
        return ()
    found = _split_folded(folded)
    if found or folded == plain:
        return found
    # "oe" may be an ö or the seam of two parts (Konto|eröffnung): every reading is tried.
    return min(filter(None, map(_split_folded, _readings(plain))), key=len, default=())


def beginnings(folded: str) -> tuple[str, ...]:
    """What the joined terms of compounds start with that begin like this unfinished word: abschlagsz -> abschlagz."""
    lists = words()
    found: dict[str, None] = {}
    for end in range(SHORTEST_PART, len(folded)):
        rest = folded[end:]
        term = lists.first.get(folded[:end])
        if term and (len(rest) < SHORTEST_PART or rest[:SHORTEST_PART] in lists.lengths):
            found.update(dict.fromkeys((term + rest, *(term + more for more in beginnings(rest)))))
    if folded.endswith("s") and lists.first.get(folded) == lists.first.get(folded[:-1]) is not None:
        found[lists.first[folded]] = None
    return tuple(found)


def _split_folded(folded: str) -> tuple[str, ...]:
    lists = words()
    found = _cover(folded, 0, lists)
    if len(found) < 2 or folded in lists.whole or lists.term(folded) in lists.whole:
        return ()
    return found


def _cover(word: str, start: int, lists: Words) -> tuple[str, ...]:
    """The fewest parts that make up the word from `start` on. A word this short needs no table of what was tried."""
    best: tuple[str, ...] = ()
    left = len(word) - start
    if start and (head := lists.last.get(word[start:])):
        return (head,)
    for length in lists.lengths.get(word[start : start + SHORTEST_PART], ()):
        if length > left - SHORTEST_PART:
            continue
        term = lists.first.get(word[start : start + length])
        if term and (rest := _cover(word, start + length, lists)) and (not best or len(rest) < len(best)):
            best = (term, *rest)
    return best


def _readings(plain: str) -> list[str]:
    places = [match.start() for match in _DIGRAPH.finditer(plain)][:_MOST_DIGRAPHS]
    readings = []
    for folded in itertools.product((False, True), repeat=len(places)):
        gone = {place + 1 for place, fold_it in zip(places, folded, strict=True) if fold_it}
        readings.append("".join(letter for at, letter in enumerate(plain) if at not in gone))
    return readings
