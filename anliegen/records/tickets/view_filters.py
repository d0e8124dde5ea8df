"""What a list shows, as values that an address and a saved view hold alike: `?status=new&tag=umzug&waits=24h`.

A filter is read leniently: what it does not know falls away, so that an old address still leads somewhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.utils import timezone

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import CHANNELS, DONE, OPEN, PRIORITIES

MOST_VALUES = 20
KEY = r"[1-9][0-9]{0,17}"
SPAN = re.compile(r"([0-9]{1,4})([hd])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}
# What each field takes; those with one value keep the last that was given.
_TAKES = {
    "status": "|".join((*OPEN, *DONE)),
    "team": f"mine|none|{KEY}",
    "assignee": f"me|none|{KEY}",
    "topic": r"[^\s\x00][^\x00]{0,79}",
    "channel": "|".join(code for code, _word in CHANNELS),
    "tag": r"[^\s\x00][^\x00]{0,59}",
    "priority": "|".join(str(code) for code, _word in PRIORITIES),
    "person": KEY,
    "organisation": KEY,
    "language": r"[a-z]{2,3}(-[a-z0-9]{1,4})?",
    "waits": f"any|{SPAN.pattern}",
    "created": rf"{SPAN.pattern}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}",
    "promise": f"any|overdue|{SPAN.pattern}",
    "due": f"any|overdue|{SPAN.pattern}",
    "snoozed": "yes",
    "unplaced": "yes",
    "mentioned": "me",
    "text": r"(?s)[^\x00]{1,200}",
}
_ONE = ("person", "organisation", "waits", "created", "promise", "due", "snoozed", "unplaced", "mentioned", "text")
Condition = tuple[str, list[Any]]  # SQL on a row of tickets_ticket, and its parameters


@dataclass(frozen=True)
class Filter:
    """Tickets that fit all of these; of several values in one field one is enough, of tags all are wanted.

    Without a status it is about open tickets that nobody has put aside.
    """

    status: tuple[str, ...] = ()
    team: tuple[str, ...] = ()  # keys, "mine", "none"
    assignee: tuple[str, ...] = ()  # keys, "me", "none"
    topic: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()  # "any", or longer than "24h"
    created: tuple[str, ...] = ()  # longer ago than "30d", or before a day
    promise: tuple[str, ...] = ()  # "any", "overdue", or due within "24h"
    due: tuple[str, ...] = ()
    snoozed: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Sequence[str]]) -> Self:
        """From an address or a row; what does not fit falls away."""
        return cls(**{name: _taken(name, given.get(name, ())) for name in NAMES})

    def pairs(self) -> list[tuple[str, str]]:
        """As an address holds it."""
        return [(name, value) for name in NAMES for value in getattr(self, name)]

    def values(self) -> dict[str, list[str]]:
        """As a row holds it."""
        return {name: list(found) for name in NAMES if (found := getattr(self, name))}

    def without(self, name: str, value: str) -> "Filter":
        kept = tuple(one for one in getattr(self, name) if one != value)
        return Filter.read(self.values() | {name: kept})

    @property
    def is_about_done(self) -> bool:
        return any(status in DONE for status in self.status)

    def __bool__(self) -> bool:
        return self != Filter()


NAMES = tuple(field.name for field in fields(Filter))


def conditions(wanted: Filter, agent: Agent, at: datetime, *, but: frozenset[str] = frozenset()) -> list[Condition]:
    """All that a ticket must fulfil, each in SQL; without the fields in `but`, and without `text` and `mentioned`."""
    asked = [name for name in NAMES if getattr(wanted, name) and name not in but | {"text", "mentioned"}]
    return [_condition(name, getattr(wanted, name), agent, at) for name in asked]


def _condition(name: str, values: tuple[str, ...], agent: Agent, at: datetime) -> Condition:
    match name:
        case "team":
            own = agent.team_ids() if "mine" in values else []
            return _one_of("team_id", [*keys(values), *own], or_none="none" in values)
        case "assignee":
            own = [agent.pk] if "me" in values else []
            return _one_of("assignee_id", [*keys(values), *own], or_none="none" in values)
        case "status" | "topic" | "channel" | "language":
            return f"{name} = ANY(%s)", [list(values)]
        case "priority":
            return "priority = ANY(%s)", [keys(values)]
        case "tag":
            return "tags @> %s::varchar(60)[]", [list(values)]
        case "person":
            return "person_id = %s", keys(values)
        case "organisation":
            return "person_id IN (SELECT id FROM customers_person WHERE organisation_id = %s)", keys(values)
        case "created":
            return "created_at < %s", [_ago(values[0], at)]
        case "waits" | "promise" | "due":
            return _moment(_MOMENTS[name], end_of(name, values[0], at))
        case "snoozed":
            return "snoozed_until IS NOT NULL", []
    return "unplaced_since IS NOT NULL", []


def keys(values: Sequence[str]) -> list[int]:
    return [int(value) for value in values if value.isdecimal()]


def end_of(name: str, value: str, at: datetime) -> datetime | None:
    """Up to which moment somebody waits, or something is due; None: at any time."""
    match value:
        case "any":
            return None
        case "overdue":
            return at
    return at - _span(value) if name == "waits" else at + _span(value)


def _ago(value: str, at: datetime) -> datetime:
    """The moment so long ago, or the beginning of a day here."""
    if SPAN.fullmatch(value):
        return at - _span(value)
    return timezone.make_aware(datetime.combine(date.fromisoformat(value), time()))


def _span(value: str) -> timedelta:
    match = SPAN.fullmatch(value)
    return int(match[1]) * _UNITS[match[2]] if match else timedelta()


def _one_of(column: str, wanted: list[int], *, or_none: bool) -> Condition:
    if or_none:
        return f"({column} IS NULL OR {column} = ANY(%s))", [wanted]
    return f"{column} = ANY(%s)", [wanted]


_MOMENTS = {"waits": "waiting_since", "promise": "promised_for", "due": "due_at"}


def _moment(column: str, until: datetime | None) -> Condition:
    return (f"{column} IS NOT NULL", []) if until is None else (f"{column} <= %s", [until])


def _taken(name: str, given: Sequence[str]) -> tuple[str, ...]:
    asked = [one for value in given if isinstance(value, str) for one in _each(name, value)]
    cleaned = [value.strip() for value in asked]
    fit = [value for value in cleaned if re.fullmatch(_TAKES[name], value) and _is_a_day(name, value)]
    once = tuple(dict.fromkeys(fit))
    return once[-1:] if name in _ONE else once[:MOST_VALUES]


def _each(name: str, value: str) -> list[str]:
    """Topics and tags may be typed in one line; no comma stands in a code."""
    return value.split(",") if name in ("topic", "tag") else [value]


def _is_a_day(name: str, value: str) -> bool:
    if name != "created" or SPAN.fullmatch(value):
        return True
    try:
        return date.fromisoformat(value).year > 1
    except ValueError:
        return False
