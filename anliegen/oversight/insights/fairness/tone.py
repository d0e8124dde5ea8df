"""The tone of a message by words alone: `angry`, `polite` or `neutral`; None where it cannot be told.

Only to look whether a tone is served worse. Nothing is decided by it, and nothing about a single message is kept.
"""

import re

LANGUAGES = ("de", "en")
_ANGRY = re.compile(
    r"\b(unverschämt\w*|frech\w*|unmöglich\w*|unfassbar\w*|inakzeptab\w*|saftladen|wütend\w*|empör\w*|sauer|abzocke\w*"
    r"|betrug|betrüger\w*|skandal\w*|zumutung|schlamperei|reicht'?s?\s+(?:mir|jetzt)|die nase voll|anwalt\w*"
    r"|outrag\w*|unacceptable|ridiculous|furious|angry|fed up|scam|disgrace\w*|appalling|lawyer)\b|!!",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\b(bitte|danke\w*|vielen dank|herzlich\w*|freundlich\w*|wäre(?:n)? sie so|könnten sie|please|thank\w*|kindly"
    r"|could you|kind regards|best regards)\b",
    re.IGNORECASE,
)


def tone_of(text: str, language: str) -> str | None:
    """Angry words count before polite ones: who is angry ends with kind regards, too."""
    if language not in LANGUAGES or not text.strip():
        return None
    if _ANGRY.search(text):
        return "angry"
    return "polite" if _POLITE.search(text) else "neutral"
