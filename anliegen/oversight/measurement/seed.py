"""Made-up load for measuring: many tickets, fast, by COPY. Never on an instance with real tickets.

The rows are what the actions would have written, events and search rows included; only the words are invented.
"""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction

from anliegen.ground.journal import heads, seal
from anliegen.ground.journal.models import Event
from anliegen.ground.search.analysis import ANALYSER_VERSION, vector
from anliegen.ground.text import fold
from anliegen.oversight.measurement.multiply import Keys, Pattern, multiply, without_indexes
from anliegen.oversight.measurement.plans import Base, Plan, Said, plans_for
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Ticket

PER_TICKET = 3  # messages, when nothing else is asked for
BATCH = 2000
PATTERN = 10_000  # so many are written one by one; of twice as many and more, the others are copies of them
TABLES = (
    *("customers_person", "customers_address", "tickets_ticket", "tickets_participant", "tickets_message"),
    *("tickets_searchrow", "journal_event"),
)


class NotForSeeding(Exception):
    """There are real tickets here, or no operator yet."""


@dataclass(frozen=True)
class Seeded:
    """How much was made."""

    tickets: int
    messages: int
    events: int


def seed(
    *, tickets: int, messages: int | None = None, seed: int = 1, progress: Callable[[int], None] = lambda done: None
) -> Seeded:
    """Add `tickets` made-up tickets with `messages` in all. May be called again to grow. Raises NotForSeeding."""
    per_ticket = (messages or tickets * PER_TICKET) / max(tickets, 1)
    copies = tickets // PATTERN - 1 if tickets >= 2 * PATTERN else 0
    rest = tickets % PATTERN if copies else tickets
    said, events, _plans = _seed(rest, per_ticket, seed, progress)
    if copies:
        more_said, more_events, plans = _seed(PATTERN, per_ticket, seed, lambda done: progress(rest + done))
        copied = _multiply(plans, copies, lambda done: progress(rest + PATTERN + done))
        said, events = said + more_said * (copies + 1), events + more_events + copied
    _settle()
    return Seeded(tickets, said, events)


def _seed(tickets: int, per_ticket: float, seed: int, progress: Callable[[int], None]) -> tuple[int, int, list[Plan]]:
    """Write these one by one; messages, events and plans."""
    base = _base()
    chance = random.Random(seed * 1_000_003 + base.ticket)  # noqa: S311  # made-up words need no secrecy
    plans = list(plans_for(base, tickets, per_ticket, chance))
    said, events = 0, 0
    for start in range(0, tickets, BATCH):
        batch = plans[start : start + BATCH]
        with transaction.atomic():
            said += _write(batch, base)
            events += _write_events(batch)
        progress(start + len(batch))
    return said, events, plans


def _multiply(plans: list[Plan], copies: int, progress: Callable[[int], None]) -> int:
    """Copy the rows of these inside the server, and meanwhile write the events of the copies; how many events."""
    first = plans[0]
    people = sum(plan.is_new_person for plan in plans)
    pattern = Pattern(
        tickets=Keys(first.number, len(plans)),
        people=Keys(first.person, people),
        addresses=Keys(first.address_key, people),
        messages=Keys(first.said[0].pk, sum(len(plan.said) for plan in plans)),
        step=plans[1].opened_at - first.opened_at,
    )
    with ThreadPoolExecutor(1, thread_name_prefix="multiply") as beside:
        rows = beside.submit(_in_own_connection, partial(multiply, pattern, copies, progress))
        with transaction.atomic(), without_indexes(Event):
            events = sum(
                _write_events([_copied(plan, pattern, copy, copies) for copy in range(1, copies + 1)]) for plan in plans
            )
        rows.result()
    return events


def _in_own_connection(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


def _copied(plan: Plan, pattern: Pattern, copy: int, copies: int) -> Plan:
    """The plan of a ticket's copy, as far as its events tell of it."""
    later = pattern.shift(plan.number, copy, copies)
    return replace(
        plan,
        number=pattern.tickets.of_copy(plan.number, copy, copies),
        person=pattern.people.of_copy(plan.person, copy, copies),
        said=tuple(
            replace(one, pk=pattern.messages.of_copy(one.pk, copy, copies), at=one.at + later) for one in plan.said
        ),
    )


def _base() -> Base:
    brand = Brand.objects.order_by("pk").first()
    teams, agents = list(Team.objects.order_by("pk")), list(Agent.objects.active().order_by("pk"))
    if brand is None or not teams or not agents:
        raise NotForSeeding("set the instance up first: anliegen setup, or anliegen demo is not needed for measuring")
    if Ticket.objects.exclude(topic="seed").exists():
        raise NotForSeeding("there are real tickets here")
    return Base(brand, teams, agents, _next(Person), _next(Address), _next(Ticket), _next(Message) - 1)


def _next(model: type[Person | Address | Ticket | Message]) -> int:
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return max((newest or 0) + 1, 1001)


def _copy(table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _write(plans: list[Plan], base: Base) -> int:
    people = [plan for plan in plans if plan.is_new_person]
    _copy(
        "customers_person",
        "id, name, given_name, family_name, title, address_form, language, folded, created_at",
        ((p.person, p.name, *p.name.split(" ", 1), "", "", "de", fold(p.name), p.opened_at) for p in people),
    )
    _copy(
        "customers_address",
        "id, person_id, kind, value, folded, created_at",
        ((p.address_key, p.person, "email", p.address, p.address, p.opened_at) for p in people),
    )
    _copy(
        "tickets_ticket",
        "number, subject, status, priority, channel, topic, tags, language, brand_id, person_id, team_id, assignee_id,"
        " responsible_id, created_at, updated_at, last_message_at, waiting_since, first_answered_at, resolved_at,"
        " closed_at, version, due_at, due_for, promised_for, snoozed_until, snoozed_by_id, unplaced_since",
        (_ticket_row(plan, base) for plan in plans),
    )
    _copy(
        "tickets_participant",
        "ticket_id, address_id, role",
        ((plan.number, plan.address_key, "requester") for plan in plans),
    )
    _copy(
        "tickets_message",
        "ticket_id, id, direction, channel, state, person_id, agent_id, rule, from_name, from_address,"
        ' "to", cc, subject,'
        " text, reply_text, html, language, automatic, is_from_stranger, rfc_message_id, in_reply_to,"
        ' "references", written_at, created_at, sent_at',
        (_message_row(plan, said, base) for plan in plans for said in plan.said),
    )
    _copy(
        "tickets_searchrow",
        "ticket_id, message_id, tsv, version, at",
        (
            (plan.number, said.pk, _vector(plan, said), ANALYSER_VERSION, said.at)
            for plan in plans
            for said in plan.said
        ),
    )
    return sum(len(plan.said) for plan in plans)


def _vector(plan: Plan, said: Said) -> str:
    return vector([(plan.subject, "A"), (plan.name if said.is_in else "", "B"), (said.text, "C")], language="de")


def _ticket_row(plan: Plan, base: Base) -> tuple[Any, ...]:
    done = not plan.is_open
    answers = [said.at for said in plan.said if not said.is_in]
    agent = plan.agent.pk if plan.agent else None
    is_due = not done and plan.said[-1].is_in
    return (
        plan.number, plan.subject, plan.status, 2, "email", "" if plan.is_unplaced else "seed", list(plan.tags), "de",
        base.brand.pk, plan.person,
        None if plan.is_unplaced else plan.team.pk, agent, agent, plan.opened_at, plan.last_at, plan.last_at,
        plan.last_at if not done and plan.said[-1].is_in else None,
        answers[0] if answers else None, plan.last_at if done else None,
        plan.last_at if plan.status == "closed" else None,
        len(plan.said),
        plan.last_at + timedelta(days=2) if is_due else None, ("next" if answers else "first") if is_due else "",
        plan.last_at + timedelta(days=5) if plan.is_promised else None,
        plan.last_at + timedelta(days=800) if plan.is_put_aside else None,
        base.agents[0].pk if plan.is_put_aside else None,
        plan.opened_at if plan.is_unplaced else None,
    )  # fmt: skip


def _message_row(plan: Plan, said: Said, base: Base) -> tuple[Any, ...]:
    mail_id = f"seed.{said.pk}@seed.example"
    agent = plan.agent.pk if plan.agent else base.agents[0].pk
    who = (plan.person, None) if said.is_in else (None, agent)
    names = (plan.name, plan.address) if said.is_in else (base.brand.name, base.brand.email)
    state = "received" if said.is_in else "sent"
    return (
        plan.number, said.pk, "in" if said.is_in else "out", "email", state, *who, "", *names, "[]", "[]",
        plan.subject, said.text, "", "", "de", "", False, mail_id, [], [], said.at, said.at,
        None if said.is_in else said.at,
    )  # fmt: skip


def _write_events(plans: list[Plan]) -> int:
    """The events of these tickets, sealed at once: nobody else writes here while seeding."""
    position, digest = seal.last()
    pk = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = []
    for plan in plans:
        for verb, at, actor, data in _events_of(plan):
            pk, position = pk + 1, position + 1
            row = (position, pk, at, verb, f"ticket:{plan.number}", actor, None, 0, data)
            digest = seal.chained(digest, seal.canonical(row))
            told = json.dumps(data).replace("\\", "\\\\")
            rows.append(f"{position}\t{pk}\t{at}\t{verb}\t{row[4]}\t{actor}\t\\N\t0\t{told}\t\\\\x{digest.hex()}\n")
    columns = "position, id, at, verb, subject, actor, because, depth, data, hash"
    with connection.cursor() as cursor, cursor.copy(f"COPY journal_event ({columns}) FROM STDIN") as copy:
        # In its own words: giving them row by row took longer than all else here.
        copy.write("".join(rows))
    heads.sign(position, digest)
    return len(rows)


def _events_of(plan: Plan) -> Iterator[tuple[str, datetime, str, dict[str, Any]]]:
    person = f"person:{plan.person}"
    yield "ticket.opened", plan.opened_at, person, {"channel": "email", "person": person}
    for index, said in enumerate(plan.said):
        if said.is_in:
            data: dict[str, Any] = {"message": f"message:{said.pk}", "first": index == 0, "automatic": False}
            yield "message.received", said.at, person, data
        else:
            agent = f"agent:{plan.agent.pk}" if plan.agent else "system"
            yield "message.queued", said.at, agent, {"message": f"message:{said.pk}"}
    if plan.is_unplaced:
        yield "ticket.triaged", plan.last_at, "rule:mailbox", {"decision": None}
        return
    yield "ticket.moved", plan.last_at, "rule:mailbox", {"to": f"team:{plan.team.pk}", "was": None}


def _settle() -> None:
    """Later rows get higher keys, readers pass over what is made up, and the planner knows the tables."""
    newest, _digest = seal.last()
    with connection.cursor() as cursor:
        for table, key in (
            ("customers_person", "id"),
            ("customers_address", "id"),
            ("tickets_ticket", "number"),
            ("tickets_message", "id"),
            ("journal_event", "id"),
        ):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table}))"  # noqa: S608
            )
        cursor.execute("UPDATE journal_cursor SET position = %s", [newest])
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
