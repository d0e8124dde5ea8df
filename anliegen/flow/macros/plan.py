"""What a macro would do to this ticket: the preview shows it, and applying does exactly that. Pure."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from anliegen.flow.macros.models import Macro
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.codes import as_codes
from anliegen.records.tickets.models import DONE, Ticket

# Each field with the permission to change it.
ASKS = {
    "status": "ticket.change",
    "priority": "ticket.change",
    "team": "ticket.assign",
    "assignee": "ticket.assign",
    "topic": "ticket.change",
    "tags": "ticket.change",
    "snooze": "ticket.change",
}
MORNING = time(8)  # when what rests comes back
TEXT_ASKS = {"reply": "ticket.reply", "note": "ticket.note"}


@dataclass(frozen=True)
class Step:
    """One field, as it is and as it would become: codes, ids, or a list of tags."""

    field: str
    was: Any
    now: Any
    is_allowed: bool
    is_gone: bool = False  # the team or agent it would go to is here no longer

    @property
    def changes(self) -> bool:
        return bool(self.was != self.now)


@dataclass(frozen=True)
class Plan:
    """All steps, those among them that change nothing or are not allowed included; and the text, where one goes along.

    `place` is "reply" or "note"; empty without a text, or where it is not allowed.
    """

    steps: tuple[Step, ...]
    text: str
    place: str
    refused: str  # the place of a text that this agent may not write

    @property
    def doing(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.changes and step.is_allowed and not step.is_gone)

    @property
    def does_nothing(self) -> bool:
        return not self.doing and not self.place

    @property
    def digest(self) -> str:
        """Tells two plans apart: what was shown is what is done, or it is shown anew."""
        shown = [[step.field, step.was, step.now] for step in self.doing]
        return hashlib.sha256(json.dumps([shown, self.place, self.text]).encode()).hexdigest()


def plan(macro: Macro, ticket: Ticket, agent: Agent, *, text: str, at: datetime) -> Plan:
    """What this agent would do now with this macro. `text` is what its block says here; empty when it has none."""
    steps = tuple(
        Step(field, value_of(ticket, field), wanted, may(agent, ASKS[field], ticket), _is_gone(macro, field))
        for field, wants in WANTED.items()
        if (wanted := wants(macro, ticket, agent, at)) is not KEEPS
    )
    place = macro.place if text else ""
    is_allowed = not place or may(agent, TEXT_ASKS[place], ticket)
    return Plan(steps, text, place if is_allowed else "", "" if is_allowed else place)


def _is_gone(macro: Macro, field: str) -> bool:
    """Whether whom the macro names was deactivated since."""
    named = {"team": macro.team, "assignee": macro.assignee if macro.given_to == "agent" else None}.get(field)
    return named is not None and not named.is_active


def value_of(ticket: Ticket, field: str) -> Any:
    """A field as a run keeps it."""
    if field == "snooze":
        return timezone.localtime(ticket.snoozed_until).isoformat() if ticket.snoozed_until else None
    if field in ("team", "assignee", "responsible"):
        return getattr(ticket, f"{field}_id")
    return list(ticket.tags) if field == "tags" else getattr(ticket, field)


KEEPS = object()


def _assignee(macro: Macro, ticket: Ticket, agent: Agent, at: datetime) -> Any:
    match macro.given_to:
        case "me":
            return agent.pk
        case "nobody":
            return None
        case "agent":
            return macro.assignee_id
    return KEEPS


def _tags(macro: Macro, ticket: Ticket, agent: Agent, at: datetime) -> Any:
    if not macro.adds_tags and not macro.removes_tags:
        return KEEPS
    return sorted(set(ticket.tags) - set(as_codes(macro.removes_tags)) | set(as_codes(macro.adds_tags)))


def _snooze(macro: Macro, ticket: Ticket, agent: Agent, at: datetime) -> Any:
    """Only what is open by then can rest."""
    if not macro.rests_days or (macro.status or ticket.status) in DONE:
        return KEEPS
    day = timezone.localtime(at).date() + timedelta(days=macro.rests_days)
    return timezone.make_aware(datetime.combine(day, MORNING)).isoformat()


# What the macro wants of each field, in the order in which it is shown.
WANTED: dict[str, Callable[[Macro, Ticket, Agent, datetime], Any]] = {
    "status": lambda macro, ticket, agent, at: macro.status or KEEPS,
    "priority": lambda macro, ticket, agent, at: macro.priority or KEEPS,
    "team": lambda macro, ticket, agent, at: macro.team_id or KEEPS,
    "assignee": _assignee,
    "topic": lambda macro, ticket, agent, at: next(iter(as_codes([macro.topic])), KEEPS),
    "tags": _tags,
    "snooze": _snooze,
}
