"""What the times of a text look like, whatever the language: how they are found, and the moment they mean."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from anliegen.records.tickets.promising.days import Days

Kind = Literal["by", "on", "within"]
Match = re.Match[str]
Meaning = Callable[[Match, Days], datetime | None]
S = r"[ \t\u00a0\n]{1,4}"  # blanks between words; a line may end there


@dataclass(frozen=True)
class Found:
    """A time in a text: its place, the moment it means, and how it is meant."""

    start: int
    end: int
    due_at: datetime
    kind: Kind


@dataclass(frozen=True)
class Pattern:
    """One way of naming a time: how it is written, and what it means."""

    regex: re.Pattern[str]
    meaning: Meaning
    kind: Kind = "by"

    def find(self, low: str, days: Days) -> list[Found]:
        """All of them in a text in lower case. One that does not exist, or has passed, is none."""
        found = []
        for match in self.regex.finditer(low):
            try:
                due_at = self.meaning(match, days)
            except (OverflowError, ValueError):
                continue
            if due_at is not None and due_at > days.now:
                found.append(Found(match.start(), match.end(), due_at, self.kind_of(match)))
        return found

    def kind_of(self, match: Match) -> Kind:
        return "by" if self.kind == "on" and match.groupdict().get("lead") else self.kind


def pattern(written: str, meaning: Meaning, kind: Kind = "by") -> Pattern:
    """Blanks in what is written stand for blanks in the text."""
    return Pattern(re.compile(written.replace(" ", S)), meaning, kind)


def clock_of(match: Match) -> time | None:
    """The hour that stands beside a day; None for none, and for one that does not exist."""
    groups = match.groupdict()
    if not groups.get("hour"):
        return None
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    half = (groups.get("half") or "").replace(".", "")
    hour += 12 if half == "pm" and hour < 12 else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def on_a_day(match: Match, days: Days, day: date | None, part: str = "") -> datetime | None:
    """The moment for a day, with the hour or the part of it that stands beside it."""
    if day is None:
        return None
    if clock := clock_of(match):
        return days.at(day, clock)
    if part:
        return days.part(day, part)
    return days.until(day) if match.groupdict().get("lead") else days.on(day)
