"""Fill an empty instance with the demo operator: all of its past, through the real actions, in the order of time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from anliegen.ground import clock
from anliegen.ground.journal import tail
from anliegen.ground.journal.models import Cursor
from anliegen.ground.journal.seal import last
from anliegen.oversight.portability.demo import aside, beside, drafts, known, linked, times, together, topics
from anliegen.oversight.portability.demo.compose import compose
from anliegen.oversight.portability.demo.founding import found
from anliegen.oversight.portability.demo.history import Past
from anliegen.oversight.portability.demo.shapes import DemoOperator
from anliegen.records.accounts.models import Operator
from anliegen.records.tickets.models import Message, Ticket

# Readers that act upon what is new. The demo's past has been sorted and answered; nothing is to happen to it again.
SETTLED = ("triage", "acknowledge", "deliver", "due", "notify")


class NotEmpty(Exception):
    """The instance has an operator or tickets already."""


@dataclass(frozen=True)
class Filled:
    """What was filled in, and how to log in."""

    operator: str
    address: str
    tickets: int
    messages: int
    people: int
    password: str
    logins: tuple[tuple[str, str, str], ...]  # name, e-mail address, what they do

    def as_dict(self) -> dict[str, object]:
        return {
            "operator": self.operator,
            "address": self.address,
            "tickets": self.tickets,
            "messages": self.messages,
            "people": self.people,
            "password": self.password,
            "logins": [{"name": name, "email": email, "role": role} for name, email, role in self.logins],
        }

    def in_words(self) -> str:
        width = max(len(email) for _name, email, _role in self.logins)
        logins = "\n".join(f"  {email:{width}}  {name}, {role}" for name, email, role in self.logins)
        return (
            f"{self.operator}: {self.tickets} concerns of {self.people} people, {self.messages} messages.\n"
            f"Log in at {self.address} with the password {self.password} as\n{logins}"
        )


def fill(*, seed: int = 1, now: datetime | None = None) -> Filled:
    """Fill in the demo operator as it would stand at `now`. All or nothing. Raises NotEmpty."""
    now = now or clock.now()
    return fill_in(compose(seed, now), now=now)


def fill_in(demo: DemoOperator, *, now: datetime) -> Filled:
    """Fill in a demo that was composed already. All or nothing. Raises NotEmpty."""
    with transaction.atomic(), _without_savepoints():
        if Operator.objects.exists() or Ticket.objects.exists():
            raise NotEmpty
        _live_through(demo, now)
    _let_the_past_rest()
    with transaction.atomic():
        together.begin(now)
        beside.begin(now)
        linked.begin(now)
        topics.learn(now)
    return _told(demo)


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """All or nothing needs no points to return to in between; they would be a third of all statements."""
    features: Any = connection.features
    usual, features.uses_savepoints = features.uses_savepoints, False
    try:
        yield
    finally:
        features.uses_savepoints = usual


def _live_through(demo: DemoOperator, now: datetime) -> None:
    """Everything in the order in which it happened, so that numbers and journal run with the time."""
    house = found(demo)
    known.furnish(house, demo.founded_at + timedelta(hours=3, minutes=30))
    past = Past(demo, house, now)
    deeds: list[tuple[datetime, int, Callable[[], None]]] = []
    for ticket in demo.tickets:
        deeds += [(turn.at, len(deeds), partial(past.live, ticket, turn)) for turn in ticket.turns]
        if ticket.verdict is not None:
            deeds.append((ticket.verdict.at, len(deeds), partial(past.judge, ticket)))
    for ticket, turn, is_fulfilled in times.complaints(demo.tickets):
        deeds.append((turn.at, len(deeds), partial(past.deadline, ticket, turn, is_fulfilled=is_fulfilled)))
    deeds += [(mail.at, len(deeds), partial(past.stray, mail)) for mail in demo.strays]
    deeds += [(at, len(deeds), do) for at, do in known.deeds(now)]
    # The number keeps what happens at the same moment in the order in which it was told.
    for at, _number, do in sorted(deeds, key=lambda deed: deed[:2]):
        past.keeping.until(at)
        do()
    times.keep_up(now)
    past.keeping.until(now)
    aside.put_aside(now)
    drafts.begin(now=now)


def _let_the_past_rest() -> None:
    """Seal what happened, and set the readers that act behind it; those that only take note read it as usual."""
    with transaction.atomic():
        cursors = Cursor.objects.select_for_update().filter(name__in=SETTLED)
        list(cursors)  # locks them, so that a running worker waits
        tail.seal_all()
        cursors.update(position=last()[0])


def _told(demo: DemoOperator) -> Filled:
    names = {team.slug: team.name for team in demo.teams}
    return Filled(
        operator=demo.name,
        address=f"{settings.ANLIEGEN_BASE_URL}/workspace/",
        tickets=len(demo.tickets),
        messages=Message.objects.count(),
        people=len(demo.people),
        password=demo.password,
        logins=tuple((one.name, one.email, _what(one.role, one.leads, one.teams, names)) for one in demo.agents),
    )


def _what(role: str, leads: str, teams: tuple[str, ...], names: dict[str, str]) -> str:
    if role == "administration":
        return "Administration"
    if leads or len(teams) == len(names):
        return f"Leitung {names.get(leads, 'Kundenservice')}"
    return " und ".join(names[team] for team in teams)
