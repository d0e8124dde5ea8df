"""What is known of an address before somebody writes to it: whose it is, whether mails reach it, who could be meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from anliegen.ground.text import fold
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Participant, Ticket

MOST_OFFERED = 8
MOST_READ = 50  # messages of a person's in which one that came back is looked for
CAME_BACK = ("bounced", "failed")


@dataclass(frozen=True)
class Known:
    """An address that is written to, and what its writer should know. `person`: None where nobody knows whose it is."""

    address: str
    name: str
    person: Person | None
    is_colleague: bool = False
    is_outside: bool = False  # neither ours nor of anybody who takes part
    is_new: bool = False  # had not the last message
    is_first: bool = False  # nobody has ever written to it, nor anybody from it
    came_back_at: datetime | None = None


def acquaintance(ticket: Ticket, addresses: Sequence[str]) -> list[Known]:
    """What is known of each of these, in a fixed number of queries."""
    folded = {fold_address("email", one): one for one in addresses}
    people = {one.folded: one.person for one in _rows(folded)}
    colleagues = {one.email.lower(): one for one in Agent.objects.active().filter(email__in=folded)}
    said = list(_said(Q(ticket=ticket)))
    of_theirs = list(_said(Q(ticket__person__in=people.values()), direction="out")) if people else []
    taking_part = _taking_part(ticket)
    domains = {_domain(one) for one in taking_part} - COMMON | _own_domains()
    last = _had_the_last(said)
    written_to = {one for message in [*said, *of_theirs] if message.direction == "out" for one in _got(message)}
    wrote = {fold_address("email", one.from_address) for one in said if one.direction == "in" and not one.is_feigned}
    return [
        Known(
            address=address,
            name=_name(people.get(key), colleagues.get(key)),
            person=people.get(key),
            is_colleague=key in colleagues,
            is_outside=key not in taking_part and key not in colleagues and _domain(key) not in domains,
            is_new=bool(last) and key not in last,
            is_first=key not in written_to | wrote and key not in colleagues,
            came_back_at=_came_back(key, [*said, *of_theirs]),
        )
        for key, address in folded.items()
    ]


def offered(ticket: Ticket, agent: Agent, begun: str) -> list[tuple[str, str]]:
    """(name, address) of whom somebody may mean who has begun to type this: who takes part, colleagues, customers."""
    words, wanted = fold(begun), begun.strip().lower()
    if len(wanted) < 2:
        return []
    found: dict[str, tuple[str, str]] = {}
    for name, address in [*_around(ticket), *_colleagues(wanted), *_customers(agent, words, wanted)]:
        if address.lower().startswith(wanted) or _begins(name, words):
            found.setdefault(fold_address("email", address), (name, address))
    return list(found.values())[:MOST_OFFERED]


# Whoever has an address there has nothing to do with the others who have.
COMMON = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.ch",
        "web.de",
        "t-online.de",
        "outlook.com",
        "outlook.de",
        "hotmail.com",
        "hotmail.de",
        "live.de",
        "yahoo.de",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "freenet.de",
        "posteo.de",
        "mailbox.org",
        "proton.me",
        "protonmail.com",
    ]
)


def _around(ticket: Ticket) -> Iterable[tuple[str, str]]:
    taking_part = Participant.objects.filter(ticket=ticket, address__kind="email").select_related("address__person")
    yield from ((one.address.person.name, one.address.value) for one in taking_part.order_by("pk"))
    for message in _said(Q(ticket=ticket)):
        if message.direction == "in" and message.from_address and not message.is_feigned:
            yield message.from_name, message.from_address
        yield from ((one["name"], one["address"]) for one in (*message.to, *message.cc))


def _colleagues(wanted: str) -> Iterable[tuple[str, str]]:
    active = Agent.objects.active().filter(Q(email__istartswith=wanted) | Q(name__icontains=wanted))
    return active.order_by("name", "pk").values_list("name", "email")[:MOST_OFFERED]


def _customers(agent: Agent, words: str, wanted: str) -> Iterable[tuple[str, str]]:
    """Of whom the agent sees a concern; by how name or address begins, which the indexes answer."""
    if not may(agent, "customer.read"):
        return []
    named = Person.objects.filter(folded__gte=words, folded__lt=f"{words}\U0010ffff").order_by("folded", "pk")
    seen = Exists(Ticket.objects.visible_to(agent).filter(person=OuterRef("person_id")))
    mails = Address.objects.filter(seen, kind="email").select_related("person")
    begins = mails.filter(folded__gte=wanted, folded__lt=f"{wanted}\U0010ffff").order_by("folded", "pk")
    of_named = mails.filter(person__in=list(named.values_list("pk", flat=True)[: MOST_OFFERED * 3])).order_by("pk")
    return [(one.person.name, one.value) for one in [*begins[:MOST_OFFERED], *of_named[:MOST_OFFERED]]]


def _said(which: Q, **more: str) -> Iterable[Message]:
    columns = ("direction", "from_name", "from_address", "authenticity", "to", "cc", "state", "unreached")
    found = Message.objects.filter(which, automatic="", rule="", **more).exclude(state="cancelled")
    return found.only(*columns, "is_forward", "created_at").order_by("-created_at", "-pk")[:MOST_READ]


def _rows(folded: Iterable[str]) -> Iterable[Address]:
    return Address.objects.filter(kind="email", folded__in=list(folded)).select_related("person")


def _taking_part(ticket: Ticket) -> set[str]:
    named = Q(person=ticket.person_id) | Q(pk__in=Participant.objects.filter(ticket=ticket).values("address"))
    return set(Address.objects.filter(named, kind="email").values_list("folded", flat=True))


def _own_domains() -> set[str]:
    return {_domain(one) for one in Mailbox.objects.active().values_list("address", flat=True)}


def _had_the_last(said: Sequence[Message]) -> set[str]:
    """Who wrote or got the last message that names addresses: one by form, chat or telephone names none."""
    everybody = (_everybody(one) for one in said if not one.is_forward)
    return next((found for found in everybody if found), set())


def _everybody(message: Message) -> set[str]:
    """Who wrote or got it."""
    wrote = {fold_address("email", message.from_address)} if message.from_address else set()
    return wrote | _got(message)


def _got(message: Message) -> set[str]:
    return {fold_address("email", one["address"]) for one in (*message.to, *message.cc)}


def _came_back(folded: str, messages: Sequence[Message]) -> datetime | None:
    """When a mail to it came back, unless a later one has reached it."""
    newest_first = sorted(
        (one for one in messages if folded in _got(one)), key=lambda one: one.created_at, reverse=True
    )
    for one in newest_first:
        unreached = {fold_address("email", each["address"]) for each in one.unreached}
        if folded in unreached or (one.state in CAME_BACK and not unreached):
            return one.created_at
        if one.state in ("sent", "delivered"):
            return None
    return None


def _name(person: Person | None, colleague: Agent | None) -> str:
    return person.name if person is not None else colleague.name if colleague is not None else ""


def _begins(name: str, words: str) -> bool:
    """Whether the name, or a word of it, begins so."""
    folded = fold(name)
    return folded.startswith(words) or any(word.startswith(words) for word in folded.split())


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
