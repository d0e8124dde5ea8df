"""What is looked at: one row of numbers for each concern, without any name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anliegen.oversight.insights.fairness.quantiles import Codes, Floats

# What a group may be made of: how somebody came and wrote, never who they are or what they are worth.
DIMENSIONS = ("channel", "language", "topic_known", "length", "tone", "acquaintance")
TOPIC_KNOWN = "topic_known"


@dataclass(frozen=True)
class Grouping:
    """One way of parting all concerns: the names of the groups, and in which each concern is (-1: not known)."""

    names: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, values: list[str | None]) -> "Grouping":
        names = tuple(sorted({one for one in values if one}))
        place = {name: code for code, name in enumerate(names)}
        return cls(names, np.array([place.get(one or "", -1) for one in values], dtype=np.int64))


@dataclass(frozen=True)
class Stream:
    """Concerns of a period. NaN: nothing is known of that measure there."""

    topics: Codes
    weeks: Codes
    groups: Mapping[str, Grouping]
    waits: Floats  # hours until the first answer, or until now
    rates: Mapping[str, Floats]  # 1: it happened, 0: it did not
    sure: Floats = field(default_factory=lambda: np.array([]))  # of decisions: how sure they were
    right: Floats = field(default_factory=lambda: np.array([]))  # and whether they were left as they were

    def __len__(self) -> int:
        return len(self.topics)

    def strata(self, dimension: str) -> Codes:
        """Topic and week: a group that writes of other things, or came in other weeks, is not compared with what it
        could not have. Groups by whether the topic is known have no topic in common, so only the week is left."""
        topics = np.zeros_like(self.topics) if dimension == TOPIC_KNOWN else self.topics
        return topics * (int(self.weeks.max(initial=0)) + 1) + self.weeks

    def topics_for(self, dimension: str) -> Codes:
        """Strata wide enough for quantiles."""
        return np.zeros_like(self.topics) if dimension == TOPIC_KNOWN else self.topics


def known(values: Floats) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = ~np.isnan(values)
    return found
