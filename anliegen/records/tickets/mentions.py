"""Whom a note names by `@name`. Pure: text and names in, keys out."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_SIGN = re.compile(r"(?<![\w@.])@(?=\w)")


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be named, or a team: `ref` as in the journal."""

    ref: str
    name: str

    @property
    def key(self) -> int:
        return int(self.ref.partition(":")[2])

    @property
    def is_team(self) -> bool:
        return self.ref.startswith("team:")


def named_in(text: str, colleagues: Iterable[Colleague]) -> list[Colleague]:
    """The colleagues and teams that the text names, each once, in the order of the text.

    The whole name counts, in whatever case; a first name alone where nobody else has it. A mail address names nobody.
    """
    known = _by_words(colleagues)
    longest = max((len(words) for words, _colleague in known), default=0)
    found: dict[str, Colleague] = {}
    for sign in _SIGN.finditer(text):
        # No more than the longest name and what follows it: else a note full of signs costs the square of its length.
        if named := _longest(text[sign.end() : sign.end() + longest + 1].casefold(), known):
            found.setdefault(named.ref, named)
    return list(found.values())


def _by_words(colleagues: Iterable[Colleague]) -> list[tuple[str, Colleague]]:
    """Words and whom they name, the longest first."""
    listed = list(colleagues)
    first = Counter(_first_name(one) for one in listed if not one.is_team)
    whole = {one.name.casefold(): one for one in reversed(listed)}
    short = {_first_name(one): one for one in listed if not one.is_team and first[_first_name(one)] == 1}
    return sorted((short | whole).items(), key=lambda item: (-len(item[0]), item[0]))


def _first_name(one: Colleague) -> str:
    return one.name.casefold().partition(" ")[0]


def _longest(rest: str, known: list[tuple[str, Colleague]]) -> Colleague | None:
    for words, colleague in known:
        if words and rest.startswith(words) and not rest[len(words) : len(words) + 1].isalnum():
            return colleague
    return None
