"""Reads over accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

from anliegen.ground.compiled import compiled
from anliegen.ground.text import sort_key
from anliegen.records.accounts.models import Brand, Mailbox, Operator


class NotSetUp(Exception):
    """This instance has no operator yet: `anliegen setup` makes one."""


def the_operator() -> Operator:
    """The one operator. Raises NotSetUp."""
    for operator in _operators():
        return operator
    raise NotSetUp


@compiled
def _operators() -> QuerySet[Operator]:
    return Operator.objects.order_by("pk")[:1]


def default_brand() -> Brand:
    """The default brand, or the first there is. Raises NotSetUp."""
    for brand in _brands():
        return brand
    raise NotSetUp


@compiled
def _brands() -> QuerySet[Brand]:
    return Brand.objects.order_by("-is_default", "pk")[:1]


@dataclass(frozen=True)
class Reach:
    """The way to a person. Either may be empty."""

    phone: str
    callback_address: str


def reach_of(operator: Operator, brand: Brand | None = None) -> Reach:
    """A brand's own way to a person; what it has none of is the operator's."""
    if brand is None:
        return Reach(operator.phone, operator.callback_address)
    return Reach(brand.phone or operator.phone, brand.callback_address or operator.callback_address)


@dataclass(frozen=True)
class AtHand:
    """To whom a ticket can be given, as (key, name): teams in use, and agents who can answer, the team's own first; and
    what it can be about: the codes and names of topics in use."""

    teams: list[tuple[int, str]]
    agents: list[tuple[int, str]]
    topics: list[tuple[str, str]]


# One statement for all: a ticket's page shows them all.
_AT_HAND = """
    SELECT 'team' AS what, false AS is_near, id, name, '' AS code FROM accounts_team WHERE is_active
    UNION ALL
    SELECT 'topic', false, id, COALESCE(NULLIF(CASE WHEN %s THEN name_en END, ''), name), code
    FROM accounts_topic WHERE is_active
    UNION ALL
    SELECT 'agent',
        EXISTS (SELECT FROM accounts_membership WHERE agent_id = agent.id AND team_id = %s::bigint),
        agent.id, agent.name, ''
    FROM accounts_agent AS agent JOIN accounts_role AS role ON role.id = agent.role_id
    WHERE agent.is_active AND role.permissions @> ARRAY['ticket.reply']::varchar[]
    ORDER BY what, is_near DESC, name, id
"""


def at_hand(team: int | None) -> AtHand:
    """Who is there for a ticket of this team."""
    found = AtHand([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(_AT_HAND, [(get_language() or "").startswith("en"), team])
        for what, _is_near, key, name, code in cursor.fetchall():
            if what == "topic":
                found.topics.append((code, name))
            else:
                (found.teams if what == "team" else found.agents).append((key, name))
    return found


_COLLEAGUES = """
    SELECT 'agent:' || agent.id, agent.name
    FROM accounts_agent AS agent JOIN accounts_role AS role ON role.id = agent.role_id
    WHERE agent.is_active AND role.permissions @> ARRAY['ticket.read']::varchar[]
    UNION ALL
    SELECT 'team:' || id, name FROM accounts_team WHERE is_active
"""


def colleagues() -> list[tuple[str, str]]:
    """Who can be asked in, as (reference, name): agents who may read tickets, and teams in use; by their names."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLEAGUES)
        return sorted(cursor.fetchall(), key=lambda one: (sort_key(one[1]), one[0]))


@compiled
def _mailboxes() -> QuerySet[Mailbox]:
    return Mailbox.objects.active().select_related("brand", "team")


class Mailboxes:
    """The active mailboxes, read once for many questions."""

    def __init__(self, known: Iterable[Mailbox]) -> None:
        self._known = {box.address.lower(): box for box in known}

    @classmethod
    def load(cls) -> Self:
        return cls(_mailboxes())

    @property
    def addresses(self) -> list[str]:
        """All of them, in the order of the alphabet."""
        return sorted(box.address for box in self._known.values())

    def find(self, addresses: Iterable[str]) -> Mailbox | None:
        """The mailbox that one of these addresses names, the first address first; `+anything` is ignored."""
        for address in addresses:
            local, _at, domain = address.lower().rpartition("@")
            if box := self._known.get(f"{local}@{domain}") or self._known.get(f"{local.partition('+')[0]}@{domain}"):
                return box
        return None
