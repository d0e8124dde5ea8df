"""What a concern without a subject is called: by its own first words. Pure."""

import re

from anliegen.ground import text as words

LONGEST = 80  # characters
# "Guten Tag Frau Dr. Uhlig," or "Hallo zusammen!": a greeting, names, and the sign that ends it.
_GREETING = re.compile(
    r"(?i:guten (?:tag|morgen|abend)|hallo|moin|servus|grüß gott|grüezi|sehr geehrte[rs]?|liebe[rs]?|hi|hello|dear"
    r"|good (?:morning|afternoon|evening))"
    r"(?:\s+(?:(?i:zusammen|und|liebes|all|there|sir|madam|or)|[A-ZÄÖÜ][\w.-]*)){0,6}\s*(?:[,!.:–-]\s*|$)"
)


def first_words(text: str, longest: int = LONGEST) -> str:
    """The first line that says something, cut: a greeting is none, alone or before it; else it is the greeting."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = (_without_greeting(line) for line in lines)
    found = next((line for line in said if line), lines[0] if lines else "")
    return words.shorten(found[:1].upper() + found[1:], longest)


def _without_greeting(line: str) -> str:
    greeting = _GREETING.match(line)
    return line[greeting.end() :] if greeting else line
