"""A made-up ticket before it is written."""

from dataclasses import dataclass
from datetime import datetime

from anliegen.records.accounts.models import Agent, Team

# Of the open ones each so manieth was promised something, is put aside, or has no place.
PROMISED, SNOOZED, UNPLACED = 7, 20, 40


@dataclass(frozen=True)
class Said:
    pk: int
    at: datetime
    is_in: bool
    text: str


@dataclass(frozen=True)
class Plan:
    """One ticket to be."""

    number: int
    person: int
    name: str
    address_key: int
    address: str
    is_new_person: bool
    subject: str
    status: str
    team: Team
    agent: Agent | None
    said: tuple[Said, ...]
    tags: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.status not in ("resolved", "closed")

    @property
    def is_unplaced(self) -> bool:
        """No rule knew a team for it, and nobody has taken it."""
        return self.status == "new" and self.number % UNPLACED == 0

    @property
    def is_promised(self) -> bool:
        return self.is_open and self.number % PROMISED == 0

    @property
    def is_put_aside(self) -> bool:
        return self.is_open and self.number % SNOOZED == 0

    @property
    def opened_at(self) -> datetime:
        return self.said[0].at

    @property
    def last_at(self) -> datetime:
        return self.said[-1].at
