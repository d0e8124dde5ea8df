"""How much texts are about the same, by the words that few of them share (tf-idf, cosine). Pure."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from anliegen.ground.search import analyse

LEAST = 0.16  # of 1; below that texts share a word and no concern
LEAST_SHARED = 2  # words
MOST_TERMS = 24  # that are looked for
LOOKED_AT = 6_000  # characters of a text


@dataclass(frozen=True)
class Alike:
    """How alike from 0 to 1, and the words both have, the rarest first."""

    key: int
    score: float
    shared: tuple[str, ...]


def terms_of(text: str, language: str | None = None) -> list[str]:
    """The different terms of a text, the most frequent first; without numbers, which are about nobody else."""
    counts = Counter(token.term for token in analyse(text[:LOOKED_AT], language))
    return [term for term, _count in counts.most_common() if not any(sign.isdigit() for sign in term) and len(term) > 2]


def rank(
    asked: Collection[str],
    candidates: Mapping[int, Collection[str]],
    *,
    most: int,
    least: float = LEAST,
    least_shared: int = LEAST_SHARED,
) -> list[Alike]:
    """The most alike first, at most so many; none that is less alike, or shares fewer words."""
    wanted = set(asked)
    known = {key: set(terms) for key, terms in candidates.items()}
    rarity = _rarity(known.values(), wanted)
    length = _length(wanted, rarity)
    found = []
    for key, terms in known.items():
        shared = wanted & terms
        whole = length * _length(terms, rarity)
        score = sum(rarity[term] ** 2 for term in shared) / whole if whole else 0.0
        if len(shared) >= min(least_shared, len(wanted)) and score >= least:
            found.append(Alike(key, score, tuple(sorted(shared, key=lambda term: (-rarity[term], term)))))
    return sorted(found, key=lambda one: (-one.score, -one.key))[:most]


def _rarity(texts: Collection[Collection[str]], wanted: Iterable[str]) -> dict[str, float]:
    in_how_many = Counter(term for terms in texts for term in terms)
    return {term: math.log((len(texts) + 2) / (in_how_many[term] + 1)) for term in {*wanted, *in_how_many}}


def _length(terms: Iterable[str], rarity: Mapping[str, float]) -> float:
    return math.sqrt(sum(rarity[term] ** 2 for term in terms))
