"""Names that nobody has told us, by where they stand: behind "von", "mit", "für", or who somebody is. Pure."""

import re
from collections.abc import Iterator

from anliegen.ground.search import is_listed

_WORD = r"[A-ZÄÖÜÇĞİŞÁÉÈÓŁŚŻ][a-zäöüßçğışáàâéèêëíîóôúûñńłśżźćčšž'’]{1,40}(?:-[A-ZÄÖÜ][\w'’]{1,40})?(?!\w)"
# Bounded, so that no text makes it slow.
_BEHIND = re.compile(
    r"(?<!\w)(?i:von|mit|für|bei|an|auf|zu|durch|ohne|gegen|wegen|laut|samt|statt|neben|namens|sowie"
    r"|from|with|for|by|to|of|about|without|and|und"
    r"|herrn?|frau|familie|eheleute|mr|mrs|ms|dr|prof"
    r"|(?:kolleg|nachbar|mitarbeiter|partner|vermieter|mieter|techniker|monteur|vorgänger|nachfolger|hausmeister)"
    r"(?:e|en|in|n|s)?|mann|ehefrau|sohn|tochter|vater|mutter|bruder|schwester|colleague|neighbour|landlord)"
    rf"\.?[ \u00a0](?P<names>{_WORD}(?:[ \u00a0]{_WORD}){{0,2}})"
)
_TWO = re.compile(rf"(?<!\w){_WORD}[ \u00a0]{_WORD}")  # nowhere else does German put two such words side by side
_TITLE = re.compile(r"(?i:herrn?|frau|familie|eheleute|mr|mrs|ms|dr|prof)\.?[ \u00a0]$")
_NOBODY = re.compile(
    r"(?:Sie|Ihnen|Ihre[mnrs]?|Ihr|Du|Dir|Dich|Euch|Uns|Herrn?|Frau|Familie|Montag|Dienstag|Mittwoch|Donnerstag|Freitag"
    r"|Samstag|Sonnabend|Sonntag|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July"
    r"|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
    r"|\w+(?:ung|heit|keit|schaft|tion|sion|tät|nis|ment|tum|ieren)(?:en|s|e|sen)?)"
)


def named(text: str) -> Iterator[tuple[int, int]]:
    """From where to where, in order. A noun that the lists of the search know is none, but behind "Herr" or "Frau"."""
    at = 0
    for start, end in sorted({*_behind(text), *_two(text)}):
        if end > at:
            yield max(start, at), end
            at = end


def _behind(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := _BEHIND.search(text, at):
        start, end = found.span("names")
        at = start  # what looked like a name may be what another stands behind: "mit Frau Vogel"
        if _TITLE.search(text, found.start(), start):
            yield start, end
        elif not _is_word(first := found["names"].split()[0]):
            yield start, start + len(first) if _has_word(found["names"]) else end


def _two(text: str) -> Iterator[tuple[int, int]]:
    for found in _TWO.finditer(text):
        if not any(_is_word(one) for one in found[0].split()):
            yield found.span()


def _has_word(names: str) -> bool:
    return any(_is_word(one) for one in names.split()[1:])


def _is_word(one: str) -> bool:
    return _NOBODY.fullmatch(one) is not None or any(is_listed(part) for part in one.split("-"))
