"""Made-up messages with the signals a person would read in them: `made_on.txt`, and `kept_back.txt` to measure by."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Example:
    """A message, its language, and its signals."""

    language: str
    signals: frozenset[str]
    text: str


def examples(name: str) -> list[Example]:
    """Those of a file, in order."""
    lines = Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_read(line) for line in lines if line and not line.startswith("#")]


def _read(line: str) -> Example:
    language, signals, text = (part.strip() for part in line.split(" | ", 2))
    return Example(language, frozenset(signals.split(",")) - {"-"}, text)
