"""Reads over people and their tickets: last contacts, what merging two would change, what can go back."""

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from anliegen.records.accounts.models import Agent
from anliegen.records.customers import queries as customers
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.actions.merging import still_filled, to_fill
from anliegen.records.customers.models import Address, Consent, Fact, Merge, Moment, Organisation, Person
from anliegen.records.tickets.models import OPEN, Message, Promise, Ticket

NEWEST_CONTACTS = 5
LOOKED_THROUGH = 40  # newest tickets of a person
MAILS_READ = 10
LINES_OF_A_SIGNATURE = 12
SIGNS_OF_A_SIGNATURE = 4000  # a line may be endless
# Bounded and begun only where a word begins, so that no text makes it slow.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\w/])(?:\+|00|0)\d[\d ()/.–-]{5,20}\d")
# Where the words of others begin.
_QUOTE = re.compile(r"^(>|-{3,}|_{5,}|Am .{3,80} schrieb|On .{3,80} wrote|Von: |From: |Gesendet: )", re.MULTILINE)


def seen_people(agent: Agent) -> "QuerySet[Person]":
    """People whom this agent may see: those with a ticket that the agent sees; all, for who sees all teams."""
    people = Person.objects.filter(merged_into=None)
    if agent.role.sees_all_teams:
        return people
    return people.filter(Exists(Ticket.objects.visible_to(agent).filter(person=OuterRef("pk"))))


def seen_organisations(agent: Agent) -> "QuerySet[Organisation]":
    """Organisations of people whom this agent may see; all, for who sees all teams."""
    if agent.role.sees_all_teams:
        return Organisation.objects.all()
    theirs = Ticket.objects.visible_to(agent).filter(person__organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(theirs))


def choosable_organisations(agent: Agent) -> "QuerySet[Organisation]":
    """Those, and those that nobody belongs to, who tell of no customer."""
    if agent.role.sees_all_teams:
        return Organisation.objects.all()
    theirs = Ticket.objects.visible_to(agent).filter(person__organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(theirs) | ~Exists(Person.objects.filter(organisation=OuterRef("pk"))))


def contacts_of(person: Person, agent: Agent, *, most: int = NEWEST_CONTACTS) -> list[Message]:
    """The newest that was said to and by a person over all channels, in tickets that the agent may see."""
    numbers = list(
        Ticket.objects.visible_to(agent)
        .filter(person=person)
        .order_by("-last_message_at", "-pk")
        .values_list("pk", flat=True)[:LOOKED_THROUGH]
    )
    said = Message.objects.heard().filter(ticket__in=numbers, rule="").select_related("agent", "ticket")
    return list(said.defer("html").order_by("-created_at", "-pk")[:most])


def promised_to(person: Person, agent: Agent) -> list[Promise]:
    """What is still owed to a person, in tickets that the agent may see; the next one first."""
    seen = Ticket.objects.visible_to(agent).filter(person=person)
    owed = Promise.objects.owed().filter(ticket__in=seen).select_related("ticket", "agent", "team")
    return list(owed.order_by("due_at", "pk"))


def mentioned_by(person: Person) -> set[str]:
    """Addresses in the signatures of a person's newest mails, folded; without their own."""
    numbers = (
        Ticket.objects.filter(person=person).order_by("-last_message_at").values_list("pk", flat=True)[:MAILS_READ]
    )
    said = Message.objects.filter(ticket__in=list(numbers), person=person, direction="in").order_by(
        "-created_at", "-pk"
    )
    found = {each for text in said.values_list("text", flat=True)[:MAILS_READ] for each in in_signature(text)}
    return found - set(Address.objects.filter(person=person).values_list("folded", flat=True))


def in_signature(text: str) -> set[str]:
    """The addresses and telephone numbers at the end of what somebody wrote, folded. Pure."""
    own = _QUOTE.split(text, maxsplit=1)[0]
    end = "\n".join(own.rstrip()[-SIGNS_OF_A_SIGNATURE:].splitlines()[-LINES_OF_A_SIGNATURE:])
    mails = {fold_address("email", each) for each in _MAIL.findall(end)}
    return mails | {fold_address("phone", each) for each in _PHONE.findall(end)}


@dataclass(frozen=True)
class MergePreview:
    """What merging would move, and what it means for later mails."""

    tickets: int
    open_tickets: int
    addresses: list[Address]
    facts: int
    moments: int
    consents: int
    filled: list[str]


def preview_merge(gone: Person, into: Person) -> MergePreview:
    from_gone = Ticket.objects.filter(person=gone)
    return MergePreview(
        tickets=from_gone.count(),
        open_tickets=from_gone.filter(status__in=OPEN).count(),
        addresses=list(gone.addresses.order_by("kind", "pk")),
        facts=Fact.objects.kept().filter(person=gone).count(),
        moments=Moment.objects.kept().filter(person=gone).count(),
        consents=Consent.objects.filter(person=gone).count(),
        filled=to_fill(into, gone),
    )


@dataclass(frozen=True)
class UnmergePreview:
    """What goes back, what came since and goes along, and what cannot go back."""

    tickets: int
    tickets_since: int
    addresses: int
    stays: dict[str, int]  # noted for the other since, by kind
    gone_since: dict[str, int]  # moved then, and no longer there: by kind
    fields_kept: list[str]  # taken over then and changed since
    is_blocked: bool  # the other was merged further; that has to be taken back first


def preview_unmerge(merged: Merge) -> UnmergePreview:
    into, moved = merged.into, merged.moved
    here = {
        "address": Address.objects.filter(pk__in=moved.get("address", []), person=into).count(),
        "fact": Fact.objects.filter(pk__in=moved.get("fact", []), person=into).count(),
        "moment": Moment.objects.filter(pk__in=moved.get("moment", []), person=into).count(),
        "consent": Consent.objects.filter(pk__in=moved.get("consent", []), person=into).count(),
        "ticket": Ticket.objects.filter(pk__in=moved.get("ticket", []), person=into).count(),
    }
    back = still_filled(into, merged.gone, merged.filled)
    return UnmergePreview(
        tickets=here["ticket"],
        tickets_since=len(opened_since_by(merged)),
        addresses=here["address"],
        stays=customers.noted_since(into, merged.merged_at, moved),
        gone_since={kind: missing for kind, count in here.items() if (missing := len(moved.get(kind, [])) - count)},
        fields_kept=[field for field in merged.filled if field not in back],
        is_blocked=into.merged_into_id is not None,
    )


def opened_since_by(merged: Merge) -> list[int]:
    """Tickets that were opened since the merging from an address that goes back."""
    since = Ticket.objects.filter(person=merged.into_id, created_at__gte=merged.merged_at)
    theirs = since.filter(participants__role="requester", participants__address__in=merged.moved.get("address", []))
    return sorted(set(theirs.exclude(pk__in=merged.moved.get("ticket", [])).values_list("pk", flat=True)))
