"""Three customers without light, and the problem that they hang on."""

from collections.abc import Callable
from datetime import datetime

import pytest

from anliegen.flow.problems import actions
from anliegen.flow.problems.models import Round
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

Open = Callable[..., Ticket]
TEXT = "{{anrede}}\n\nder Strom ist wieder da. Ihr Anliegen {{vorgangsnummer}} ist damit erledigt."


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def meet(operator: None, now: datetime) -> Callable[..., Address]:
    def make(name: str, **fields: str) -> Address:
        found = customers.meet(
            kind="email", value=f"{name.lower()}@example.org", name=f"{name} Weber", language="de", actor=SYSTEM, at=now
        )  # fmt: skip
        customers.change(found.person, actor=SYSTEM, at=now, **fields)
        return Address.objects.select_related("person").get(pk=found.pk)

    return make


@pytest.fixture
def struck(open_ticket: Open, meet: Callable[..., Address], billing: Team, now: datetime) -> list[Ticket]:
    """Three customers without light."""
    people = [
        meet("Anna", address_form="frau", given_name="Anna", family_name="Weber"),
        meet("Bert", address_form="herr", given_name="Bert", family_name="Weber"),
        meet("Chris"),
    ]
    return [
        tickets.assign(open_ticket(one, subject="Kein Strom", text="Alles dunkel."), to=billing, actor=SYSTEM, at=now)
        for one in people
    ]


@pytest.fixture
def problem(
    open_ticket: Open, kim_address: Address, billing: Team, mira: Agent, by: Actor, struck: list[Ticket], now: datetime
) -> Ticket:
    made = tickets.assign(open_ticket(kim_address, subject="Stromausfall Nord"), to=billing, actor=SYSTEM, at=now)
    tickets.declare_problem(made, actor=by, at=now)
    tickets.attach([one.pk for one in struck], made, agent=mira, actor=by, at=now)
    return made


@pytest.fixture
def answer(problem: Ticket, by: Actor, now: datetime) -> Callable[..., Round]:
    def make(text: str = TEXT, at: datetime = now) -> Round:
        return actions.begin(problem, kind="answer", text=text, status="waiting_customer", actor=by, at=at)

    return make


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Callable[[datetime], None]:
    return lambda at: monkeypatch.setattr(clock, "now", lambda: at)
