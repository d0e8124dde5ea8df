"""A new instance without questions: operator, brand, mailbox, calendar, roles, one team and its administrator."""

from dataclasses import dataclass
from datetime import datetime, time

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.phone import is_number
from anliegen.records.accounts import actions
from anliegen.records.accounts.models import Agent, Brand, Calendar, ConcessionKind, Mailbox, Operator, Role, Team
from anliegen.records.accounts.models.calendars import STATES
from anliegen.records.accounts.permissions import PERMISSIONS

ADMINISTRATION = list(PERMISSIONS)
LEAD = [code for code in PERMISSIONS if code != "settings.manage"]
NOT_IN_SERVICE = (
    "settings.manage",
    "audit.read",
    "intake.retry",
    "ticket.export",
    "view.share",
    "concession.approve",
    "text.share",
)
SERVICE = [code for code in PERMISSIONS if code not in NOT_IN_SERVICE]
READING = ["ticket.read", "customer.read"]

# Name, short name, permissions, sees all teams. What most houses need; each can be changed.
STANDARD_ROLES: tuple[tuple[str, str, list[str], bool], ...] = (
    ("Administration", "administration", ADMINISTRATION, True),
    ("Teamleitung", "teamleitung", LEAD, True),
    ("Service", "service", SERVICE, False),
    ("Lesen", "lesen", READING, False),
)
# Name, and a sentence for the answer in German and in English. How much whom is for the operator to say.
STANDARD_KINDS: tuple[tuple[str, str, str], ...] = (
    (
        "Gutschrift",
        "Wir schreiben Ihnen {amount} gut. Sie sehen den Betrag auf Ihrer nächsten Rechnung.",
        "We credit {amount} to your account. You will see it on your next bill.",
    ),
    (
        "Erstattung",
        "Wir erstatten Ihnen {amount} auf dem Weg, auf dem Sie bezahlt haben.",
        "We refund {amount} the way you paid.",
    ),
    (
        "Erlass von Mahngebühren",
        "Die Mahngebühr von {amount} erlassen wir Ihnen.",
        "We waive the reminder fee of {amount}.",
    ),
    (
        "Ersatzlieferung",
        "Wir schicken Ihnen kostenlos Ersatz im Wert von {amount}.",
        "We send you a replacement worth {amount} free of charge.",
    ),
)
OFFICE_HOURS = [(day, time(8), time(17)) for day in range(5)]


class UnknownState(Exception):
    """Not the code of a federal state."""


class WeakPassword(Exception):
    """A password that no agent may have; `reasons` are sentences in the language that is active."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NotANumber(Exception):
    """Nobody could dial this telephone number."""


@dataclass(frozen=True)
class Founded:
    """What `found` made. `secret` is the administrator's invitation, when no password was given."""

    operator: Operator
    brand: Brand
    team: Team
    administrator: Agent
    secret: str | None


def found(
    *,
    organisation: str,
    admin_email: str,
    admin_name: str = "",
    password: str | None = None,
    phone: str = "",
    state: str = "",
    at: datetime,
) -> Founded:
    """Set the instance up. Raises AlreadySetUp, UnknownState, NotANumber, WeakPassword, or ValidationError for an
    address that is none; nothing is changed then.

    Until the operator says otherwise the administrator's address is the way to a person, and mail to it opens concerns.
    """
    validate_email(admin_email)
    admin_name = admin_name or admin_email.partition("@")[0]
    if password is not None:
        _insist_on_a_strong(password, Agent(email=admin_email, name=admin_name))
    if state and state not in dict(STATES):
        raise UnknownState(state)
    if phone and not is_number(phone):
        raise NotANumber(phone)
    with transaction.atomic():
        operator = actions.set_up(name=organisation, phone=phone, callback_address=admin_email, actor=SYSTEM, at=at)
        administrator = actions.create_agent(
            email=admin_email,
            name=admin_name,
            role=standard_roles(actor=SYSTEM, at=at)["administration"],
            password=password,
            actor=SYSTEM,
            at=at,
        )
        standard_kinds(actor=SYSTEM, at=at)
        brand = _brand(operator, admin_email, at)
        team = _team(administrator, state, at)
        actions.change_agent(administrator, teams=[team], actor=SYSTEM, at=at)
        actions.create(
            Mailbox,
            address=brand.email,
            brand=brand,
            team=team,
            responsible=administrator,
            actor=SYSTEM,
            at=at,
        )
        secret = None if password is not None else actions.invite(administrator, actor=SYSTEM, at=at)
    return Founded(operator, brand, team, administrator, secret)


def standard_roles(*, actor: Actor, at: datetime) -> dict[str, Role]:
    """Create the standard roles; by short name."""
    return {
        slug: actions.create(
            Role, name=name, slug=slug, permissions=permissions, sees_all_teams=sees_all, actor=actor, at=at
        )
        for name, slug, permissions, sees_all in STANDARD_ROLES
    }


def standard_kinds(*, actor: Actor, at: datetime) -> list[ConcessionKind]:
    """Create the usual kinds of concessions, in their order."""
    return [
        actions.create(ConcessionKind, name=name, proposal=german, proposal_en=english, actor=actor, at=at)
        for name, german, english in STANDARD_KINDS
    ]


def _insist_on_a_strong(password: str, agent: Agent) -> None:
    """As every page on which a password is set."""
    try:
        validate_password(password, agent)
    except ValidationError as error:
        raise WeakPassword(error.messages) from error


def _brand(operator: Operator, admin_email: str, at: datetime) -> Brand:
    return actions.create(
        Brand,
        name=operator.name[:120],
        slug=slugify(operator.name)[:50] or "marke",
        email=admin_email,
        signature=operator.name,
        is_default=True,
        actor=SYSTEM,
        at=at,
    )


def _team(lead: Agent, state: str, at: datetime) -> Team:
    calendar = actions.create(Calendar, name="Servicezeiten", state=state, is_default=True, actor=SYSTEM, at=at)
    actions.set_hours(calendar, openings=OFFICE_HOURS, days_off=[], actor=SYSTEM, at=at)
    return actions.create(Team, name="Service", slug="service", lead=lead, calendar=calendar, actor=SYSTEM, at=at)
