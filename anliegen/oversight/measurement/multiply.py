"""A pattern of seeded tickets, copied many times inside the server: a million of them in minutes instead of hours.

A copy has keys, addresses, times and the number in each text of its own; all else is as in the pattern, so shares,
lengths and words stay what they are. A copy lies elsewhere in time than what it is made from, between other tickets;
and what belongs to tickets is written in the order in which they were opened, so that it lies on disk as it would have
come in, the newest rows beside each other.
Indexes that no rule needs are made anew at the end, as PostgreSQL advises for much at once (manual, "Populating a
Database").
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Field, Model

from anliegen.oversight.measurement.plans import TICKETS_PER_PERSON
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Participant, SearchRow, Ticket

TICKETS_AT_ONCE = 200
SETTINGS = {"maintenance_work_mem": "256MB", "work_mem": "128MB"}  # a small instance has 48 and 8
LOWEST, MANY = 10_000_000, 90_000_000  # the lowest number in a text, and how many there are
STEP = 7_654_321  # from copy to copy, without a common factor with MANY
STRIDE = 3_571  # tickets between a ticket of the pattern and its first copy
NUMBER = r"Vertragskonto (\d{8})"


@dataclass(frozen=True)
class Keys:
    """The first key of the pattern's rows of one kind, and how many there are."""

    first: int
    count: int

    def of_copy(self, key: int, copy: int, copies: int) -> int:
        """The key of a row's copy, 1 to `copies`."""
        return self.first + self.count + (key - self.first) * copies + copy - 1

    def in_sql(self, column: str, copies: int) -> str:
        return f"({self.first + self.count} + ({column} - {self.first}) * {copies} + copy - 1)"


@dataclass(frozen=True)
class Pattern:
    """Of people there are as many as of addresses."""

    tickets: Keys
    people: Keys
    addresses: Keys
    messages: Keys
    step: timedelta  # in time, from ticket to ticket

    def shift(self, ticket: int, copy: int, copies: int) -> timedelta:
        """How much later than this ticket of the pattern its copy is; less than nothing where that is earlier."""
        place = ticket - self.tickets.first
        return self.step * ((place + copy * STRIDE) % self.tickets.count - place + copy / (copies + 1))

    def at_slot_in_sql(self) -> str:
        """The ticket of the pattern whose copy comes so many steps of time after the first."""
        count = self.tickets.count
        return f"({self.tickets.first} + (slot - copy::bigint * {STRIDE} %% {count} + {count}) %% {count})"

    def shift_in_sql(self, ticket: str, copies: int) -> str:
        place, step = f"({ticket} - {self.tickets.first})", self.step.total_seconds()
        moved = f"({place} + copy * {STRIDE}) %% {self.tickets.count} - {place}"
        return f"make_interval(secs => {step} * ({moved} + copy / {copies + 1}.0))"


def multiply(pattern: Pattern, copies: int, progress: Callable[[int], None]) -> None:
    """Write the copies of people, addresses, tickets, messages and search rows, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        with _unchecked(), without_indexes(Message, SearchRow):
            for model, keys, own in _owned(pattern, copies):
                statement = _statement(model, own, keys, copies, pattern)
                for start in range(0, pattern.tickets.count, TICKETS_AT_ONCE):
                    done = min(start + TICKETS_AT_ONCE, pattern.tickets.count)
                    cursor.execute(statement, [start, done - 1])
                    if model is Message:
                        progress(done * copies)


def _owned(pattern: Pattern, copies: int) -> Iterator[tuple[type[Model], tuple[str, Keys], dict[str, str]]]:
    """Each model, the key by which the pattern's rows are found, and the columns in which a copy is not the same."""
    all_keys = (pattern.tickets, pattern.people, pattern.addresses, pattern.messages)
    ticket, person, address, message = (keys.in_sql("{}", copies) for keys in all_keys)
    people = person.format("person_id")
    mail = f"replace({{}}, '.' || person_id || '@', '.' || {people} || '@')"
    yield Person, ("id", pattern.people), {"id": person.format("id")}
    yield (
        Address,
        ("id", pattern.addresses),
        {"id": address.format("id"), "person_id": people}
        | {column: mail.format(column) for column in ("value", "folded")},
    )
    yield Ticket, ("number", pattern.tickets), {"number": ticket.format("number"), "person_id": people}
    yield (
        Participant,
        ("ticket_id", pattern.tickets),
        {"ticket_id": ticket.format("ticket_id"), "address_id": address.format("address_id")},
    )
    of_ticket = {"ticket_id": ticket.format("ticket_id")}
    yield (
        Message,
        ("id", pattern.messages),
        of_ticket
        | {
            "id": message.format("id"),
            "person_id": people,
            "from_address": f"CASE WHEN person_id IS NULL THEN from_address ELSE {mail.format('from_address')} END",
            "rfc_message_id": f"'seed.' || {message.format('id')} || '@seed.example'",
            "text": f"replace(text, {_number('text')}, {_number('text', is_copied=True)})",
        },
    )
    said = "(SELECT text FROM tickets_message message WHERE message.id = message_id)"
    yield (
        SearchRow,
        ("message_id", pattern.messages),
        of_ticket
        | {
            "message_id": message.format("message_id"),
            "tsv": f"replace(tsv::text, {_number(said)}, {_number(said, is_copied=True)})::tsvector",
        },
    )


def _statement(model: type[Model], own: dict[str, str], keys: tuple[str, Keys], copies: int, pattern: Pattern) -> str:
    """Copies what belongs to the tickets between two slots of time, in the order of time."""
    # A person is as old as the first of their tickets.
    ticket = {Person: "id", Address: "person_id", Ticket: "number"}.get(model, "ticket_id")
    if model in (Person, Address):
        ticket = f"({pattern.tickets.first} + ({ticket} - {pattern.people.first}) * {TICKETS_PER_PERSON})"
    later = pattern.shift_in_sql(ticket, copies)
    columns: dict[str, str] = {}
    for field in model._meta.local_concrete_fields:
        if field.column in own or not field.primary_key:
            columns[_quoted(str(field.column))] = own.get(str(field.column)) or _moved(field, later)
    table, key = _quoted(model._meta.db_table), _quoted(keys[0])
    last = keys[1].first + keys[1].count - 1
    return f"""
        INSERT INTO {table} ({", ".join(columns)}) SELECT {", ".join(columns.values())}
        FROM generate_series(%s::bigint, %s::bigint) slot CROSS JOIN generate_series(1, {copies}) copy
        JOIN (SELECT * FROM {table} WHERE {key} BETWEEN {keys[1].first} AND {last}) AS pattern
        ON {ticket} = {pattern.at_slot_in_sql()} ORDER BY slot, copy, pattern.{key}
    """  # noqa: S608  # names of our own models


def _moved(field: "Field[object, object]", later: str) -> str:
    name = _quoted(str(field.column))
    return f"{name} + {later}" if field.get_internal_type() == "DateTimeField" else name


def _number(text: str, *, is_copied: bool = False) -> str:
    """The number in a text, that of the pattern or of its copy."""
    found = f"substring({text} FROM '{NUMBER}')"
    return (
        f"((({found}::bigint - {LOWEST} + copy::bigint * {STEP}) %% {MANY}) + {LOWEST})::text" if is_copied else found
    )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@contextmanager
def _unchecked() -> Iterator[None]:
    """Without the checks of foreign keys, where the account may say so: each row refers to what the same copy made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if is_allowed := cursor.fetchone() == (True,):
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if is_allowed:
            cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def without_indexes(*models: type[Model]) -> Iterator[None]:
    """Drop the indexes that no rule needs, and make them anew at the end; inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::text[]::regclass[]) AND NOT indisunique",
            [[model._meta.db_table for model in models]],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in found:
            cursor.execute(definition)
