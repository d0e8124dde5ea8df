"""The demo operator's settings: operator, brands, calendar, roles, agents, teams, mailboxes, organisations."""

from dataclasses import dataclass
from datetime import date, timedelta

from anliegen.ground.journal.actors import SYSTEM
from anliegen.oversight.portability.demo import times, topics, views
from anliegen.oversight.portability.demo.by_itself import write_rules
from anliegen.oversight.portability.demo.shapes import DemoOperator
from anliegen.oversight.portability.demo.texts import write_texts
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.founding import standard_roles
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Recourse, Role, Team
from anliegen.records.accounts.recourses import shipped
from anliegen.records.customers import actions as customers


@dataclass(frozen=True)
class House:
    """What was founded, by the names that the demo uses."""

    brands: dict[str, Brand]
    teams: dict[str, Team]
    agents: dict[str, Agent]
    mailboxes: dict[str, Mailbox]


def found(demo: DemoOperator) -> House:
    """Set the demo operator up, on the day before its first concern. Raises AlreadySetUp."""
    at = demo.founded_at
    accounts.set_up(
        name=demo.name,
        phone=demo.phone,
        callback_address=demo.callback_address,
        street=demo.street,
        postcode=demo.postcode,
        city=demo.city,
        website=demo.website,
        actor=SYSTEM,
        at=at,
    )
    calendar = _calendar(demo)
    brands = {
        one.slug: accounts.create(
            Brand,
            name=one.name,
            slug=one.slug,
            email=one.email,
            signature=one.signature,
            signature_en=one.signature_en,
            legal_footer=one.legal_footer,
            legal_footer_en=one.legal_footer_en,
            phone=one.phone,
            callback_address=one.callback_address,
            is_default=one.is_default,
            actor=SYSTEM,
            at=at,
        )
        for one in demo.brands
    }
    agents = _agents(demo, standard_roles(actor=SYSTEM, at=at))
    teams = _teams(demo, agents, calendar)
    mailboxes = _mailboxes(demo, brands, teams)
    for key in ("energie", "bnetza-energie", "beschwerdestelle"):
        office = next(one for one in shipped() if one.key == key)
        accounts.create(Recourse, actor=SYSTEM, at=at + timedelta(minutes=35), **office.fields)
    for one in demo.organisations:
        customers.create_organisation(name=one.name, domain=one.domain, actor=SYSTEM, at=at + timedelta(minutes=40))
    times.found(teams, at=at + timedelta(minutes=50))
    views.share(agents, at=at + timedelta(minutes=55))
    write_texts(agents, teams, at=at + timedelta(hours=2))
    topics.plant(agents, teams, at=at + timedelta(hours=3, minutes=5))
    write_rules(agents, teams, at=at + timedelta(hours=3, minutes=10))
    return House(brands, teams, agents, mailboxes)


def _calendar(demo: DemoOperator) -> Calendar:
    calendar = accounts.create(
        Calendar, name="Servicezeiten", state=demo.state, is_default=True, actor=SYSTEM, at=demo.founded_at
    )
    # 24 and 31 December are no public holidays, but nobody is there.
    years = range(demo.founded_at.year, demo.founded_at.year + 3)
    days_off = [(date(year, 12, day), name) for year in years for day, name in ((24, "Heiligabend"), (31, "Silvester"))]
    return accounts.set_hours(calendar, openings=demo.openings, days_off=days_off, actor=SYSTEM, at=demo.founded_at)


def _agents(demo: DemoOperator, roles: dict[str, Role]) -> dict[str, Agent]:
    return {
        one.key: accounts.create_agent(
            email=one.email,
            name=one.name,
            role=roles[one.role],
            password=demo.password,
            actor=SYSTEM,
            at=demo.founded_at,
        )
        for one in demo.agents
    }


def _teams(demo: DemoOperator, agents: dict[str, Agent], calendar: Calendar) -> dict[str, Team]:
    at = demo.founded_at + timedelta(minutes=20)
    leads = {one.leads: agents[one.key] for one in demo.agents if one.leads}
    teams = {
        one.slug: accounts.create(
            Team,
            name=one.name,
            slug=one.slug,
            description=one.description,
            lead=leads[one.slug],
            calendar=calendar,
            actor=SYSTEM,
            at=at,
        )
        for one in demo.teams
    }
    for member in demo.agents:
        accounts.change_agent(agents[member.key], teams=[teams[slug] for slug in member.teams], actor=SYSTEM, at=at)
    return teams


def _mailboxes(demo: DemoOperator, brands: dict[str, Brand], teams: dict[str, Team]) -> dict[str, Mailbox]:
    return {
        one.address: accounts.create(
            Mailbox,
            address=one.address,
            brand=brands[one.brand],
            team=teams.get(one.team),
            responsible=teams[one.team].lead if one.team else None,
            actor=SYSTEM,
            at=demo.founded_at + timedelta(minutes=30),
        )
        for one in demo.mailboxes
    }
