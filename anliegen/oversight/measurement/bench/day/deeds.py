"""What the agents of a day did and what they were told, as they know it themselves: the book to compare with."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True)
class Deed:
    """One thing an agent did. `told`: nothing was done, and the page said why; `gone`: it was theirs no longer."""

    kind: str
    agent: int
    ticket: int
    outcome: str  # done, told, gone
    token: str = ""  # words of its own, by which it is found again
    seen: int = 0  # the newest event that the agent had seen of the ticket
    key: int = 0  # the row that came of it, where the page names one
    field: str = ""

    @property
    def is_done(self) -> bool:
        return self.outcome == "done"


@dataclass
class Sample:
    """One request: server time and CPU of the server's thread, in seconds."""

    kind: str
    total: float
    cpu: float


@dataclass
class Book:
    """All deeds in the order in which they were answered, how long each request took, and what should not have been."""

    deeds: list[Deed] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tokens: "count[int]" = field(default_factory=count)

    def token(self, agent: int) -> str:
        """Words that stand nowhere else, and in no other such words."""
        return f"kennung{agent}x{next(self.tokens)}z"

    def done(self, *kinds: str) -> list[Deed]:
        return [deed for deed in self.deeds if deed.is_done and deed.kind in kinds]

    def counted(self) -> dict[str, dict[str, int]]:
        counted = Counter((deed.kind, deed.outcome) for deed in self.deeds)
        kinds = sorted({kind for kind, _outcome in counted})
        return {kind: {how: number for (each, how), number in counted.items() if each == kind} for kind in kinds}
