"""What is typed into the search, taken apart: words, and filters such as `status:offen` or `von:"Kim Berger"`. Pure.

The words of an operator are known in German and English, whatever language the reader has chosen; where one is written
for them, it is in theirs. What looks like one and is none stays a word, and is named.
"""

import re
from dataclasses import dataclass

from anliegen.ground.text import fold

LONGEST = 400
MOST_FILTERS = 12
# Each filter with its words; the first is the one that is written where a filter is chosen with the mouse in German.
NAMES = {
    "status": ("status", "zustand", "state"),
    "team": ("team", "gruppe", "group"),
    "assignee": ("zuständig", "bearbeiter", "bearbeiterin", "assignee", "assigned", "agent"),
    "channel": ("kanal", "channel"),
    "topic": ("thema", "topic"),
    "tag": ("tag", "schlagwort", "tags"),
    "customer": ("von", "kunde", "kundin", "from", "customer"),
    "since": ("seit", "ab", "since"),
    "until": ("bis", "until"),
    "has": ("hat", "mit", "has", "with"),
    "only": ("nur", "in", "only"),
}
ENGLISH = {
    "status": "status", "team": "team", "assignee": "assignee", "channel": "channel", "topic": "topic", "tag": "tag",
    "customer": "from", "since": "since", "until": "until", "has": "has", "only": "only",
}  # fmt: skip
_KEYS = {fold(word): key for key, words in NAMES.items() for word in words}
_PIECE = re.compile(
    r"(?<!\S)(?P<name>[^\W\d_]{2,20}):(?P<value>[\"“„»][^\"“”„«»]*[\"“”«]?|[^\s\"“”„«»/][^\s\"“”„«»]*)(?!\S)"
)


@dataclass(frozen=True)
class Filter:
    """One filter: its key in NAMES, the value as typed without quotes, and the piece of the text that it was."""

    key: str
    value: str
    piece: str


@dataclass(frozen=True)
class Asked:
    """A question taken apart. `unknown` are pieces that look like filters; they are looked for as words."""

    text: str
    words: str = ""
    filters: tuple[Filter, ...] = ()
    unknown: tuple[str, ...] = ()

    def without(self, one: Filter) -> str:
        """The text of the question without this filter."""
        return _joined(self.words, *(each.piece for each in self.filters if each is not one))

    def having(self, key: str, value: str, language: str) -> str:
        """The text of the question with this filter; another of its key gives way, except tags, which add up."""
        kept = [each for each in self.filters if each.key != key or (key == "tag" and fold(each.value) != fold(value))]
        return _joined(self.words, *(each.piece for each in kept), piece(key, value, language))


def parse(text: str) -> Asked:
    """Take a question apart; any text is one."""
    text = text.replace("\x00", "")[:LONGEST].strip()
    filters: list[Filter] = []
    unknown: list[str] = []
    left, at = [], 0
    for match in _PIECE.finditer(text):
        key, value = _KEYS.get(fold(match["name"])), match["value"].strip('"“”„«» ')
        if key is None or not value or len(filters) == MOST_FILTERS:
            unknown.append(match.group())
            continue
        filters.append(Filter(key, value, match.group()))
        left.append(text[at : match.start()])
        at = match.end()
    words = " ".join("".join([*left, text[at:]]).split())
    return Asked(text, words, tuple(dict.fromkeys(filters)), tuple(dict.fromkeys(unknown)))


def word(key: str, language: str) -> str:
    """The word that is typed for a filter in this language, `de` or `en`."""
    return ENGLISH[key] if language == "en" else NAMES[key][0]


def piece(key: str, value: str, language: str) -> str:
    """A filter as it is typed."""
    value = re.sub(r"[\"“”„«»]", "", value)
    is_plain = re.fullmatch(r"[^\s/]\S*", value)
    return f"{word(key, language)}:{value}" if is_plain else f'{word(key, language)}:"{value}"'


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
