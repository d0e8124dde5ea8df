"""Made-up tickets before they are written."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anliegen.ground import clock
from anliegen.ground.text import fold
from anliegen.oversight.measurement import words
from anliegen.records.accounts.models import Agent, Brand, Team

OPEN_SHARE = 0.1
TICKETS_PER_PERSON = 4
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
    lot: int  # by which it falls out what was promised and what has no place
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
        return self.status == "new" and self.lot % UNPLACED == 0

    @property
    def is_promised(self) -> bool:
        return self.is_open and self.lot % PROMISED == 0

    @property
    def is_put_aside(self) -> bool:
        return self.is_open and self.lot % SNOOZED == 0

    @property
    def opened_at(self) -> datetime:
        return self.said[0].at

    @property
    def last_at(self) -> datetime:
        return self.said[-1].at


@dataclass(frozen=True)
class Base:
    """What the rows refer to, and the keys they start from."""

    brand: Brand
    teams: Sequence[Team]
    agents: Sequence[Agent]
    person: int
    address: int
    ticket: int
    message: int


def plans_for(base: Base, tickets: int, per_ticket: float, chance: random.Random) -> Iterator[Plan]:
    """So many tickets, evenly over two years, with so many messages each on average."""
    start = clock.now() - timedelta(days=730)
    step = timedelta(days=729) / max(tickets, 1)
    message, owed = base.message, 0.0
    for index in range(tickets):
        owed += per_ticket
        count = max(1, int(owed))
        owed -= count
        at = start + step * index
        person = base.person + index // TICKETS_PER_PERSON
        name = words.name(random.Random(person))  # noqa: S311
        said = []
        for turn in range(count):
            message += 1
            said.append(Said(message, at + timedelta(hours=3 * turn), turn % 2 == 0, words.text(chance)))
        is_open = chance.random() < OPEN_SHARE
        status = (
            chance.choice(("new", "open", "waiting_customer")) if is_open else chance.choice(("resolved", "closed"))
        )
        yield Plan(
            number=base.ticket + index,
            lot=base.ticket + index,
            person=person,
            name=name,
            address_key=base.address + index // TICKETS_PER_PERSON,
            address=f"{fold(name).replace(' ', '.')}.{person}@seed.example",
            is_new_person=index % TICKETS_PER_PERSON == 0,
            subject=words.subject(chance),
            status=status,
            team=chance.choice(base.teams),
            agent=None if status == "new" else chance.choice(base.agents),
            said=tuple(said),
            tags=tuple(sorted(chance.sample(words.TAGS, chance.randint(0, 2)))),
        )
