"""What the demo is made of: frozen shapes between composing and filling."""

from dataclasses import dataclass
from datetime import datetime, time

PERSON = "person"  # the author of a turn who is no agent


@dataclass(frozen=True)
class File:
    """An attachment with its bytes."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Turn:
    """One thing that happens in a ticket.

    `kind`: message (the customer), reply, call (an agent, spoken), note, assign, move, status. `by` is an agent's key,
    `person`. `channel` is the way a message, reply or call takes. `status` is what the ticket becomes by it.
    """

    kind: str
    at: datetime
    by: str
    text: str = ""
    channel: str = ""
    status: str = ""
    to: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the customer said when asked: `answer` is fulfilled, partly or not_fulfilled."""

    answer: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Ticket:
    """A concern with all that happened to it, in the order of time. `mailbox` is empty when it came another way."""

    key: str
    subject: str
    channel: str
    language: str
    brand: str
    team: str
    mailbox: str
    person: str
    priority: int
    tags: tuple[str, ...]
    turns: tuple[Turn, ...]
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Stray:
    """A mail that is no concern: an absence note or a confirmation. `answers` names the ticket that it follows."""

    at: datetime
    sender: tuple[str, str]  # name, address
    to: str
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...]
    answers: str = ""


@dataclass(frozen=True)
class Person:
    """A customer. `form` is the stated form of address ("frau", "herr") or empty; e-mail or phone may be empty."""

    key: str
    given_name: str
    family_name: str
    title: str
    form: str
    language: str
    email: str
    phone: str
    organisation: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)


@dataclass(frozen=True)
class Organisation:
    key: str
    name: str
    domain: str


@dataclass(frozen=True)
class Agent:
    """Somebody who works here. `weight` is the share of the team's work, `closings` how this person ends a letter.

    `form` is how they wish to be addressed: customers who answer them know it.
    """

    key: str
    name: str
    form: str
    email: str
    role: str
    teams: tuple[str, ...]
    leads: str
    is_technician: bool
    weight: int
    closings: tuple[str, ...]

    @property
    def given_name(self) -> str:
        return self.name.rpartition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.name.rpartition(" ")[2]


@dataclass(frozen=True)
class Team:
    slug: str
    name: str
    description: str


@dataclass(frozen=True)
class Mailbox:
    """An address that takes mail in. Without a team a person decides who gets it."""

    address: str
    brand: str
    team: str


@dataclass(frozen=True)
class Brand:
    slug: str
    name: str
    email: str
    is_default: bool
    signature: str
    signature_en: str
    legal_footer: str
    legal_footer_en: str
    phone: str = ""  # empty: the operator's, as for callbacks
    callback_address: str = ""


@dataclass(frozen=True)
class DemoOperator:
    """The whole demo. `founded_at` is when it was set up, before the first ticket."""

    name: str
    phone: str
    callback_address: str
    street: str
    postcode: str
    city: str
    state: str
    website: str
    password: str
    founded_at: datetime
    openings: tuple[tuple[int, time, time], ...]
    brands: tuple[Brand, ...]
    teams: tuple[Team, ...]
    mailboxes: tuple[Mailbox, ...]
    agents: tuple[Agent, ...]
    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    tickets: tuple[Ticket, ...]
    strays: tuple[Stray, ...]
    delivered_twice: tuple[str, ...]  # tickets whose first mail came a second time
