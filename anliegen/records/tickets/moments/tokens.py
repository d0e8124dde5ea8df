"""The tokens of what was typed, and a place among them."""

from dataclasses import dataclass, field

from anliegen.ground.text import fold
from anliegen.records.tickets.moments.resolve import Said


@dataclass
class Tokens:
    """Read from left to right; `found` is what they said until here."""

    tokens: list[str]
    text: str = ""
    at: int = 0
    found: Said = field(default_factory=Said)

    def _word(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def _as_written(self, token: str) -> str:
        return next((word for word in self.text.split() if token in fold(word)), token)
