"""The word lists, `german.toml` and `english.toml`: phrases that read badly, each with what to say instead."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anliegen.flow.assist.wording.sentences import Sentence

LANGUAGES = {"de": "german", "en": "english"}
_WHEN = {
    "de": r"(?:dem |der )?(?:(?:Ende|Anfang|Mitte|nächste[nmr]?|kommende[nmr]?) )?(?:Montag|Dienstag|Mittwoch"
    r"|Donnerstag|Freitag|Samstag|Sonntag|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    r"|Woche|Monat|Jahr|morgen|übermorgen|heute|Ostern|Weihnachten|\d{1,2}(?::\d\d)? Uhr|\d{1,2}\.(?: ?\d{1,2}\.| \w+)"
    r"(?: ?\d{4})?)",
    "en": r"(?:next |the end of |the )?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February"
    r"|March|April|May|June|July|August|September|October|November|December|week|month|year|tomorrow|\d{1,2}(?::\d\d)?"
    r" ?(?:am|pm)|\d{1,2} \w+)",
}
_GAP = re.compile(r"\{(\d)(?::(\w+))?\}")
_CASES = {
    "nominative": [("den ", "der "), ("einen ", "ein "), ("Ihren ", "Ihr "), ("Ihrem ", "Ihr ")],
    "dative": [("des", "dem"), ("unseres", "unserem"), ("Ihres", "Ihrem"), ("eines", "einem")],
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A rule: what it finds in a sentence, and what replaces that, or with `is_whole` the sentence."""

    kind: str
    find: re.Pattern[str]
    say: tuple[str, ...]
    is_whole: bool

    def places(self, sentence: Sentence) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Where it applies, in places of the text, and what could stand there."""
        for found in self.find.finditer(sentence.words):
            says = tuple(_filled(one, found) for one in self.say)
            if self.is_whole:
                yield sentence.start, sentence.end, tuple(ended(one, sentence.mark) for one in says)
                return
            if found.group().strip():
                yield sentence.start + found.start(), sentence.start + found.end(), says


@cache
def phrases(language: str) -> Sequence[Phrase]:
    """The rules of a language, the most particular first; none for a language that has no list."""
    if language not in LANGUAGES:
        return ()
    written = Path(__file__).with_name(f"{LANGUAGES[language]}.toml").read_text(encoding="utf-8")
    return tuple(_read(rule, _WHEN[language]) for rule in tomllib.loads(written)["rule"])


def ended(words: str, mark: str) -> str:
    """A sentence with the mark of the one it replaces, unless it brings its own."""
    return words if not words or words[-1] in ".!?…:" else words + (mark or "")


def _read(rule: dict[str, Any], when: str) -> Phrase:
    find = rule["find"].replace("<WHEN>", when)
    # A phrase stands between words; one that ends with a mark or a space of its own does so anyway.
    bordered = find if rule.get("whole") else rf"(?<!\w)(?:{find})(?:(?<!\w)|(?!\w))"
    return Phrase(rule["kind"], re.compile(bordered, re.IGNORECASE), tuple(rule["say"]), bool(rule.get("whole")))


def _filled(say: str, found: re.Match[str]) -> str:
    """With what was found in its gaps."""
    if not _GAP.search(say):
        return say
    filled = _GAP.sub(lambda gap: _in_case(found.group(int(gap[1])) or "", gap[2]), say)
    return re.sub(r"  +", " ", filled).lstrip()


def _in_case(words: str, case: str | None) -> str:
    """ "den Vertrag" as "der Vertrag" in the nominative; what looks the same stays."""
    for written, wanted in _CASES.get(case or "", ()):
        if words.startswith(written):
            return wanted + words[len(written) :]
    return words
