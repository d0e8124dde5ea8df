"""Which target counts for a timer: the most specific one, by a rule that can be told in a sentence.

A target names what it is for: a priority, a topic, a team, several of these, or nothing (then it is for all). Among
those that fit, the one with the most conditions counts. With the same number priority comes before topic, and topic
before team, since the priority speaks about this very ticket and the team about many. A target that says nothing
about, say, the next answer leaves that to the next one that fits.

A target counts for what begins while it is in force. `reaches_back`: also for what runs already when it comes into
force; `cuts_off`: no longer for what still runs when it ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anliegen.records.tickets.timing.stories import Place

FIRST, NEXT, RESOLUTION = "first", "next", "resolution"
KINDS = (FIRST, NEXT, RESOLUTION)


@dataclass(frozen=True)
class Aim:
    """What one target says about one kind of timer; `duration` is business time."""

    target: int
    kind: str
    duration: timedelta
    valid_from: datetime
    valid_to: datetime | None = None
    team: int | None = None
    topic: str = ""
    priority: int | None = None
    pauses_for_others: bool = False
    reaches_back: bool = False
    cuts_off: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """Its conditions, the weightiest first."""
        conditions = {"priority": self.priority is not None, "topic": self.topic != "", "team": self.team is not None}
        return tuple(name for name, is_named in conditions.items() if is_named)

    def fits(self, place: Place) -> bool:
        return (
            self.priority in (None, place.priority)
            and self.topic in ("", place.topic)
            and (self.team is None or self.team == place.team)
        )

    def counts(self, started_at: datetime, ended_at: datetime | None) -> bool:
        """Whether it is in force for a timer that ran from `started_at` until `ended_at` (None: runs still)."""
        has_begun = self.valid_from <= started_at or (self.reaches_back and _runs(self.valid_from, ended_at))
        if self.valid_to is None or not has_begun:
            return has_begun
        return started_at < self.valid_to and not (self.cuts_off and _runs(self.valid_to, ended_at))


@dataclass(frozen=True)
class Chosen:
    """The aim that counts, and how many others fitted and were less specific."""

    aim: Aim
    others: int


def choose(
    aims: Iterable[Aim], kind: str, place: Place, *, started_at: datetime, ended_at: datetime | None = None
) -> Chosen | None:
    """The most specific aim of this kind for a timer in this place; None when nothing was aimed at."""
    fitting = [one for one in aims if one.kind == kind and one.fits(place) and one.counts(started_at, ended_at)]
    if not fitting:
        return None
    return Chosen(max(fitting, key=_weight), len(fitting) - 1)


def _weight(aim: Aim) -> tuple[int, bool, bool, bool, datetime, int]:
    named = aim.named
    return (len(named), "priority" in named, "topic" in named, "team" in named, aim.valid_from, aim.target)


def _runs(at: datetime, ended_at: datetime | None) -> bool:
    return ended_at is None or ended_at > at
