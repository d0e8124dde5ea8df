"""What a person types into the search field, as an expression of PostgreSQL's type tsquery."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from anliegen.ground.search.analysis import MOST_PIECES, TOKEN, chain, clean, english_terms, german_terms
from anliegen.ground.search.compounds import beginnings, split
from anliegen.ground.search.words import words
from anliegen.ground.text import fold, fold_accents

LONGEST_QUERY = 400
MOST_WORDS = 24
_SPACES = frozenset(" \t\n\r\f\v\u00a0")
SHORTEST_PREFIX = 3

_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)(?:["“”„«»]|$)')
_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Wanted:
    """One word or phrase that is looked for.

    `expression` is its part of the tsquery; `terms` are what a matching place carries, `parts` what it may carry
    instead (Stand des Zählers for Zählerstand), `beginnings` what a term may start with.
    """

    expression: str
    terms: frozenset[str]
    parts: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()


def query(text: str, *, prefix: bool = False) -> str:
    """A tsquery that finds all the words; cast it with `::tsquery`, or give it to `to_tsquery('simple', ...)`.

    A word is found in German and in English inflection and inside compounds, a compound also written apart; words in
    quotation marks only next to each other. With `prefix` the last word may be unfinished, for searching while
    typing. Empty if nothing in the text can be looked for. Any text is safe.
    """
    return " & ".join(word.expression for word in wanted(text, prefix=prefix))


def _cut(text: str) -> str:
    """As much as is looked for, without the half of a word: it would be another one."""
    head = text[:LONGEST_QUERY]
    if len(text) == len(head) or text[LONGEST_QUERY].isspace():
        return head
    return head.rstrip("".join(set(head) - _SPACES)) or head


def wanted(text: str, *, prefix: bool = False) -> tuple[Wanted, ...]:
    """The words and phrases of a query, in order, each once."""
    line = clean(_cut(text))
    unfinished = prefix and bool(line) and (line[-1].isalnum())
    found: dict[str, Wanted] = {}
    at = 0
    for quoted in _QUOTED.finditer(line):
        for word in _words(line[at : quoted.start()]):
            found.setdefault(word.expression, word)
        if phrase := _phrase(quoted.group(1)):
            found.setdefault(phrase.expression, phrase)
        at = quoted.end()
    for word in _words(line[at:], unfinished=unfinished):
        found.setdefault(word.expression, word)
    return tuple(found.values())[:MOST_WORDS]


def _words(text: str, *, unfinished: bool = False) -> Iterator[Wanted]:
    tokens = TOKEN.findall(text)
    for place, token in enumerate(tokens, start=1):
        word = _word(token, unfinished=unfinished and place == len(tokens))
        if word:
            yield word


def _word(token: str, *, unfinished: bool) -> Wanted | None:
    if token.isalpha():
        return _simple(token, unfinished=unfinished)
    return _chained(token, unfinished=unfinished)


def _simple(word: str, *, unfinished: bool) -> Wanted | None:
    """A word of letters alone; None for a function word."""
    own = german_terms(word)
    if not own:
        return None
    terms = dict.fromkeys(_own_and_english(word))
    parts = split(fold_accents(word), fold(word))
    starts = _beginnings(word) if unfinished else ()
    expression = _either([*map(_lexeme, terms), *_apart(parts), *(f"{_lexeme(start)}:*" for start in starts)])
    return Wanted(expression, frozenset(terms), frozenset(parts) - words().stop, starts)


def _own_and_english(word: str) -> tuple[str, ...]:
    """Its German and its English term; not an English one that is another German word (Kurs is no Kur)."""
    german, english = german_terms(word)[-1], english_terms(word)[-1]
    lists = words()
    return (german,) if english in lists.whole and fold(word) in lists.parts else (german, english)


def _apart(parts: tuple[str, ...]) -> Iterator[str]:
    """A compound written in two words (Zähler Stand) or turned round (Stand des Zählers)."""
    if words().stop.intersection(parts):
        return
    for cut in range(1, len(parts)):
        first, last = _lexeme("".join(parts[:cut])), _lexeme("".join(parts[cut:]))
        yield f"({first} <-> {last})"
        yield f"({last} <2> {first})"


def _beginnings(word: str) -> tuple[str, ...]:
    folded = fold(word)
    if len(folded) < SHORTEST_PREFIX:
        return ()
    return tuple(dict.fromkeys((folded, *beginnings(folded))))


def _chained(token: str, *, unfinished: bool) -> Wanted | None:
    """A number, a mail address, a word with hyphens: as one whole, or piece by piece in the same order."""
    found, steps = chain(token, german_terms)
    pieces = [(step, terms[-1]) for step, terms in found[:steps] if terms]
    if not pieces:
        return None
    whole = [terms[0] for step, terms in found[steps:] if step == 1][:1]
    if steps <= MOST_PIECES:
        whole.append(fold("".join(_PIECE.findall(token))))
    terms = dict.fromkeys(whole if steps > 1 else [pieces[0][1], *found[0][1][:1]])
    starts = tuple(term for term in terms if len(term) >= SHORTEST_PREFIX) if unfinished else ()
    expressions = [*map(_lexeme, terms), *(f"{_lexeme(start)}:*" for start in starts)]
    if steps > 1 and "@" not in token:
        expressions.append(_sequence([(step, _lexeme(term)) for step, term in pieces]))
    return Wanted(_either(expressions), frozenset(terms), frozenset(term for _, term in pieces), starts)


def _phrase(text: str) -> Wanted | None:
    """Words next to each other. Function words are not indexed, so that any of them may stand in their place."""
    steps: list[tuple[int, str]] = []
    terms: set[str] = set()
    position = 0
    for token in TOKEN.findall(text)[:MOST_WORDS]:
        german, taken = chain(token, german_terms)
        english, _ = chain(token, english_terms)
        for (step, own), (_, other) in zip(german[:taken], english[:taken], strict=True):
            if own and other:
                either = dict.fromkeys((own[-1], other[-1]))
                steps.append((position + step, _either(list(map(_lexeme, either)))))
                terms.update(either)
        position += taken
    return Wanted(_sequence(steps), frozenset(terms)) if steps else None


def _sequence(steps: list[tuple[int, str]]) -> str:
    if len(steps) == 1:
        return steps[0][1]
    after = (f" <{step - before}> {term}" for (before, _), (step, term) in itertools.pairwise(steps))
    return f"({steps[0][1]}{''.join(after)})"


def _either(expressions: list[str]) -> str:
    different = list(dict.fromkeys(expressions))
    return different[0] if len(different) == 1 else f"({' | '.join(different)})"


def _lexeme(term: str) -> str:
    """No term holds a quote or a backslash; doubling is for the day when one does."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
