"""What a check found."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One check: whether it is well, what was seen, and what to do if not."""

    check: str
    ok: bool
    seen: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def in_words(self) -> str:
        return f"{'ok  ' if self.ok else 'BAD '} {self.check}: {self.seen}" + (
            f"\n     -> {self.advice}" if self.advice else ""
        )


def judged(check: str, ok: bool, seen: str, advice: str) -> Finding:
    """What is well needs no advice."""
    return Finding(check, ok, seen, "" if ok else advice)


def none_of(check: str, count: int, of_what: str, advice: str) -> Finding:
    """Well when there is none of something."""
    return judged(check, count == 0, f"{count} {of_what}", advice)
