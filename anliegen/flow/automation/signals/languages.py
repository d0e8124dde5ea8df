"""Which language a message is in, how sure that is, and what it would be otherwise; "unknown" of what says nothing."""

from dataclasses import dataclass

from anliegen.flow.automation.signals.nonsense import sense
from anliegen.ground.language import guess_language

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Language:
    """`code` and `runner_up` are ISO 639-1, or "unknown"."""

    code: str
    confidence: float
    runner_up: str
    runner_up_confidence: float = 0.0


def language(text: str) -> Language:
    """Of what the sender wrote now. Too short, and keys struck at random, are unknown with confidence 0."""
    if sense(text).is_nonsense:
        return Language(UNKNOWN, 0.0, UNKNOWN)
    guess = guess_language(text)
    return Language(guess.code or UNKNOWN, guess.confidence, guess.runner_up or UNKNOWN, guess.runner_up_confidence)
