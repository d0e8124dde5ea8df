"""The known cast: one operator, two teams, and the people of Stadtwerke Musterstadt."""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from anliegen.config.pipeline import READERS
from anliegen.flow.automation.learning.learn import Example
from anliegen.flow.automation.learning.model import Model
from anliegen.flow.automation.teaching import lessons
from anliegen.ground.journal import heads, read, tail
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Operator, Role, Team
from anliegen.records.accounts.permissions import PERMISSIONS
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Ticket
from tests import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("house", deadline=None)  # machines are noisy: `anliegen bench` says what is slow
settings.load_profile("house")

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
NOT_AGENTS = ("settings.manage", "audit.read", "intake.retry", "text.share")
AGENT_PERMISSIONS = [code for code in PERMISSIONS if code not in NOT_AGENTS]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test's database; before it is dropped, connections of threads that have ended are let go."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def fresh_anchor() -> None:
    """The file beside the database belongs to the journal of another test, which was emptied since."""
    Path(heads.anchor_file()).unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def what_lessons_teach_is_learnt_once() -> Iterator[None]:
    """The same examples give the same model (tests of learning itself see to that, and learn), and a lesson only reads
    it: of the lessons that tests hold on the same examples, the first learns for all, which takes seconds each."""
    learn = lessons.learn

    @lru_cache(maxsize=200)
    def once(examples: tuple[Example, ...], **how: Any) -> Model:
        return learn(examples, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lessons, "learn", lambda examples, **how: once(tuple(examples), **how))
        yield


@pytest.fixture
def now() -> datetime:
    """A Monday morning."""
    return MONDAY


@pytest.fixture
def operator(db: None, now: datetime) -> Operator:
    read.enrol(READERS)  # as migrating does
    return accounts.set_up(
        name="Stadtwerke Musterstadt",
        phone="+49 341 123456",
        callback_address="rueckruf@musterstadt.example",
        actor=SYSTEM,
        at=now,
    )


@pytest.fixture
def brand(operator: Operator, now: datetime) -> Brand:
    return accounts.create(
        Brand,
        name="Stadtwerke Musterstadt",
        slug="musterstadt",
        email="service@musterstadt.example",
        signature="Ihre Stadtwerke Musterstadt",
        is_default=True,
        actor=SYSTEM,
        at=now,
    )


@pytest.fixture
def calendar(operator: Operator, now: datetime) -> Calendar:
    made = accounts.create(Calendar, name="Servicezeiten", state="SN", is_default=True, actor=SYSTEM, at=now)
    week = [(day, time(8), time(17)) for day in range(5)]
    return accounts.set_hours(made, openings=week, days_off=[], actor=SYSTEM, at=now)


@pytest.fixture
def billing(operator: Operator, now: datetime) -> Team:
    return accounts.create(Team, name="Abrechnung", slug="abrechnung", actor=SYSTEM, at=now)


@pytest.fixture
def technics(operator: Operator, now: datetime) -> Team:
    return accounts.create(Team, name="Technik", slug="technik", actor=SYSTEM, at=now)


def _role(name: str, permissions: list[str], now: datetime, **fields: Any) -> Role:
    return accounts.create(Role, name=name, slug=name, permissions=permissions, actor=SYSTEM, at=now, **fields)


@pytest.fixture
def admin(operator: Operator, now: datetime) -> Agent:
    """Jana Kowalski may do everything and sees all teams."""
    role = _role("administration", list(PERMISSIONS), now, sees_all_teams=True)
    return accounts.create_agent(
        email="jana@musterstadt.example",
        name="Jana Kowalski",
        role=role,
        password="richtig-langes-wort",
        actor=SYSTEM,
        at=now,
    )


@pytest.fixture
def agent_role(operator: Operator, now: datetime) -> Role:
    return _role("service", AGENT_PERMISSIONS, now)


@pytest.fixture
def mira(agent_role: Role, billing: Team, now: datetime) -> Agent:
    """Mira Yılmaz answers for billing."""
    return accounts.create_agent(
        email="mira@musterstadt.example",
        name="Mira Yılmaz",
        role=agent_role,
        teams=[billing],
        password="richtig-langes-wort",
        actor=SYSTEM,
        at=now,
    )


@pytest.fixture
def tom(agent_role: Role, technics: Team, now: datetime) -> Agent:
    """Tom Richter answers for technics and must not see billing."""
    return accounts.create_agent(
        email="tom@musterstadt.example",
        name="Tom Richter",
        role=agent_role,
        teams=[technics],
        password="richtig-langes-wort",
        actor=SYSTEM,
        at=now,
    )


@pytest.fixture
def mailbox(brand: Brand, billing: Team, mira: Agent, now: datetime) -> Mailbox:
    return accounts.create(
        Mailbox,
        address="service@musterstadt.example",
        brand=brand,
        team=billing,
        responsible=mira,
        signs_replies=True,
        actor=SYSTEM,
        at=now,
    )


@pytest.fixture
def kim_address(operator: Operator, now: datetime) -> Address:
    return customers.meet(kind="email", value="kim@example.org", name="Kim Berger", language="de", actor=SYSTEM, at=now)


@pytest.fixture
def kim(kim_address: Address) -> Person:
    """Kim Berger, a customer."""
    return kim_address.person


@pytest.fixture
def open_ticket(brand: Brand, now: datetime) -> Callable[..., Ticket]:
    """Opens a ticket as if its person had written a mail."""

    def make(
        address: Address, *, text: str = "Mein Abschlag ist zu hoch.", at: datetime = now, **fields: Any
    ) -> Ticket:
        mailbox = fields.pop("mailbox", None)
        received = Received(
            channel=fields.pop("channel", "email"),
            person_id=address.person_id,
            address=address,
            subject=fields.pop("subject", "Abschlag"),
            text=text,
            reply_text=text,
            from_name=address.person.name,
            from_address=fields.pop("from_address", address.value),
            language="de",
            written_at=at,
            **fields,
        )
        return tickets.receive(received, brand=brand, mailbox=mailbox, at=at).ticket

    return make


@pytest.fixture
def ticket(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, now: datetime) -> Ticket:
    """Kim's ticket, with billing."""
    return tickets.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=now)


@pytest.fixture
def run_pipeline() -> Callable[[], int]:
    """Seal and read until nothing is left, as the worker would. No reader may have stopped over it."""

    def run() -> int:
        done = tail.drain(READERS)
        assert [(reader.name, reader.error) for reader in tail.stopped()] == []
        return done

    return run


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A browser, for whatever a page does only there."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # slow import

    if not Path(needs.CHROMIUM).exists():
        needs.is_missing(f"no Chromium at {needs.CHROMIUM}")
    # The driver runs an event loop in this thread; Django would take the test's own queries for a mistake.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = driver.chromium.launch(executable_path=needs.CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
