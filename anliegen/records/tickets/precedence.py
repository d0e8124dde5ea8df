"""The open formula by which waiting concerns are ordered, and the ceilings that nobody's wait is to pass. Pure.

score = weight of the priority + ageing * (waited / ceiling of the priority)

What goes in is the priority, how long the customer has waited, and what the operator set for everybody alike. What a
customer is worth, where they come from and how an agent works go in nowhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PRIORITIES = (1, 2, 3, 4)  # low, normal, high, urgent
# From this share of its ceiling on a concern presses: what presses is worked off by whose ceiling is reached first. The
# last quarter is the time in which a burst can still be worked off before anybody has waited too long.
PRESSES_FROM = 0.75


@dataclass(frozen=True, slots=True)
class Formula:
    """As the operator set it: for priorities 1 to 4 a weight and a ceiling, and how much age counts."""

    weights: tuple[float, float, float, float]
    ceilings: tuple[timedelta, timedelta, timedelta, timedelta]
    ageing: float

    def weight(self, priority: int) -> float:
        return self.weights[priority - 1]

    def ceiling(self, priority: int) -> timedelta:
        """The longest that anybody of this priority is to wait."""
        return self.ceilings[priority - 1]


@dataclass(frozen=True, slots=True)
class Score:
    """The formula with its numbers: `weight` + `ageing` * `waited` / `ceiling` = `total`."""

    weight: float
    ageing: float
    waited: timedelta
    ceiling: timedelta

    @property
    def total(self) -> float:
        return self.weight + self.ageing * (self.waited / self.ceiling)

    @property
    def presses(self) -> bool:
        return self.waited >= PRESSES_FROM * self.ceiling

    @property
    def is_beyond(self) -> bool:
        return self.waited >= self.ceiling


def score(formula: Formula, *, priority: int, waiting_since: datetime, now: datetime) -> Score:
    """A clock that was ahead makes nobody's wait negative."""
    waited = max(now - waiting_since, timedelta(0))
    return Score(formula.weight(priority), formula.ageing, waited, formula.ceiling(priority))


def reached_at(formula: Formula, *, priority: int, waiting_since: datetime) -> datetime:
    """When it has waited for as long as anybody of its priority is to wait."""
    return waiting_since + formula.ceiling(priority)
