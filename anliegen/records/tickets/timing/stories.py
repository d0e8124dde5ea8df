"""What happened to a ticket, as far as it moves its times; `tickets/histories.py` reads it from the journal."""

from dataclasses import dataclass
from datetime import datetime

DONE = ("resolved", "closed")
WAITS_FOR_CUSTOMER, WAITS_FOR_OTHERS = "waiting_customer", "waiting_internal"


@dataclass(frozen=True)
class Place:
    """Where a ticket stands: what targets are chosen by. `team` is its number; no topic is the empty one."""

    team: int | None = None
    topic: str = ""
    priority: int = 2


@dataclass(frozen=True)
class Wrote:
    """The customer said something that waits for an answer; `unheard`: our answer did not reach them."""

    at: datetime
    unheard: bool = False


@dataclass(frozen=True)
class Answered:
    """A person of ours answered. What was taken back before it left is no answer."""

    at: datetime


@dataclass(frozen=True)
class Became:
    """The status is this one from now on."""

    at: datetime
    status: str


@dataclass(frozen=True)
class Turned:
    """Team, topic or priority changed: the ticket stands here from now on."""

    at: datetime
    place: Place


@dataclass(frozen=True)
class PutAside:
    """Somebody put it aside. The customer waits all the same, so no time pauses for it."""

    at: datetime


@dataclass(frozen=True)
class Woke:
    """It came back from where it was put aside."""

    at: datetime


Happening = Wrote | Answered | Became | Turned | PutAside | Woke


@dataclass(frozen=True)
class Story:
    """A ticket from its opening on: where it stood then, and what happened since, in the order it was written down."""

    opened_at: datetime
    place: Place = Place()
    status: str = "new"
    happened: tuple[Happening, ...] = ()
    waits: bool = True  # whether somebody waited for an answer when it was opened
