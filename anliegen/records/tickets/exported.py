"""Tickets for a file: which of them, and which of their columns, as far as somebody may read them.

Rows are read by a cursor on the server, a thousand at a time, so that a million of them take no more memory than those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.ground import clock
from anliegen.ground.planned import planned_to_the_end
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.models import Address
from anliegen.records.tickets import operators
from anliegen.records.tickets.codes import as_code
from anliegen.records.tickets.lanes import everything
from anliegen.records.tickets.lists import filter_of
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.search import matching
from anliegen.records.tickets.view_filters import Filter

AT_ONCE = 1000
Value = str | int | datetime | list[str] | None
# Filters whose value is a person: the journal keeps that there was one, and not which.
PERSONAL = ("customer", "assignee")


@dataclass(frozen=True)
class Column:
    """One column: its code, which programs read, its title, and where it is read from."""

    code: str
    title: str | Promise
    source: str
    is_personal: bool = False  # tells who the customer is


COLUMNS = (
    Column("number", _("Number"), "number"),
    Column("subject", _("Subject"), "subject"),
    Column("status", _("Status"), "status"),
    Column("priority", _("Priority"), "priority"),
    Column("channel", _("Channel"), "channel"),
    Column("topic", _("Topic"), "topic"),
    Column("tags", _("Tags"), "tags"),
    Column("language", _("Language"), "language"),
    Column("team", _("Team"), "team__name"),
    Column("assignee", _("Assigned to"), "assignee__name"),
    Column("customer_number", _("Customer number"), "person_id"),
    Column("customer", _("Customer"), "person__name", is_personal=True),
    Column("address", _("E-mail address"), "person_id", is_personal=True),
    Column("organisation", _("Organisation"), "person__organisation__name", is_personal=True),
    Column("opened_at", _("Opened"), "created_at"),
    Column("last_message_at", _("Last message"), "last_message_at"),
    Column("waiting_since", _("Customer waits since"), "waiting_since"),
    Column("first_answered_at", _("First answer"), "first_answered_at"),
    Column("due_at", _("Due"), "due_at"),
    Column("promised_for", _("Promised for"), "promised_for"),
    Column("snoozed_until", _("Put aside until"), "snoozed_until"),
    Column("snooze_reason", _("Put aside because"), "snooze_reason"),
    Column("resolved_at", _("Resolved"), "resolved_at"),
    Column("closed_at", _("Closed"), "closed_at"),
)


def columns_for(agent: Agent) -> list[Column]:
    """The columns this agent may read."""
    return [one for one in COLUMNS if not one.is_personal or may(agent, "customer.read")]


def in_view(agent: Agent, view: str | Filter) -> "QuerySet[Ticket]":
    """All tickets of a view or of what a list is narrowed by, in no order. Raises UnknownView."""
    return everything(agent, filter_of(view), clock.now())


def found_by(agent: Agent, asked: str) -> "QuerySet[Ticket]":
    """All tickets that a search finds, in no order."""
    return matching(agent, asked)


def codes_of(asked: str) -> list[str]:
    """What a search asked for, in codes for the journal: no words, and of a filter for people that there was one."""
    question = operators.parse(asked)
    codes = [one.key if one.key in PERSONAL else _code(one) for one in question.filters]
    return [*(["words"] if question.words else []), *dict.fromkeys(codes)]


def _code(one: operators.Filter) -> str:
    return f"{one.key}:{value}"[:64] if (value := as_code(one.value)) else one.key


def rows(tickets: "QuerySet[Ticket]", columns: Sequence[Column]) -> Iterator[list[tuple[Value, ...]]]:
    """The tickets' values, the newest number first, in batches of up to AT_ONCE."""
    sources = tuple(dict.fromkeys(["person_id", *(one.source for one in columns)]))
    read = tickets.order_by("-number").values_list(*sources).iterator(chunk_size=AT_ONCE)
    with_addresses = any(one.code == "address" for one in columns)
    places = [(one.code == "address", sources.index(one.source)) for one in columns]
    with planned_to_the_end():
        batch = list(islice(read, AT_ONCE))
    while batch:
        addresses = _addresses(batch) if with_addresses else {}
        yield [
            tuple(addresses.get(row[place], "") if is_address else row[place] for is_address, place in places)
            for row in batch
        ]
        batch = list(islice(read, AT_ONCE))


def _addresses(batch: Sequence[tuple[Any, ...]]) -> dict[int, str]:
    """The first mail address of each customer."""
    people = {row[0] for row in batch}
    known = Address.objects.filter(person__in=people, kind="email").order_by("-pk")
    return dict(known.values_list("person_id", "value"))
