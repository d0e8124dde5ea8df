"""Many tickets at once: what each would become, and what stays as it is and why. Nothing here writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.actions.change import KEEP, Change, Keep
from anliegen.records.tickets.codes import as_code
from anliegen.records.tickets.models import OPEN, Ticket

MOST = 200  # tickets in one go
GIVING = ("team", "assignee")
ASIDE = "snoozed_until"  # besides the fields: it has an action of its own
FIELDS = (*GIVING, "status", "priority", "topic", "tags")


@dataclass(frozen=True)
class Ask:
    """What all of them are to become; tags are added and taken away, the others stay."""

    change: Change = field(default_factory=Change)
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    until: datetime | None = None  # put aside until then

    def of(self, ticket: Ticket) -> Change:
        """What this one is to become."""
        if not self.add and not self.remove:
            return self.change
        add, remove = ({as_code(tag) for tag in tags} - {""} for tags in (self.add, self.remove))
        return replace(self.change, tags=sorted((set(ticket.tags) | add) - remove))


@dataclass(frozen=True)
class Effect:
    """What happens to one ticket. `stays` says why nothing does: gone, changed, not_allowed, joined, done or same."""

    number: int
    ticket: Ticket | None
    was: Mapping[str, Any] = field(default_factory=dict)
    becomes: Mapping[str, Any] = field(default_factory=dict)
    stays: str = ""


def foresee(tickets: Iterable[Ticket], seen: Mapping[int, int | None], ask: Ask, agent: Agent) -> list[Effect]:
    """The effect on each ticket that was chosen, in the order in which it was.

    `tickets` are those of them that the agent may see, `seen` the version of each that they looked at (None: any).
    """
    there = {ticket.pk: ticket for ticket in tickets}
    return [_effect(number, there.get(number), version, ask, agent) for number, version in seen.items()]


def _effect(number: int, ticket: Ticket | None, version: int | None, ask: Ask, agent: Agent) -> Effect:
    if ticket is None:
        return Effect(number, None, stays="gone")
    if version is not None and version != ticket.version:
        return Effect(number, ticket, stays="changed")
    if ticket.joined_into_id is not None:
        return Effect(number, ticket, stays="joined")
    wanted = wanted_of(ask.of(ticket)) | ({ASIDE: ask.until.isoformat()} if ask.until is not None else {})
    was = state_of(ticket, wanted)
    if ASIDE in wanted and wanted.get("status", ticket.status) not in OPEN:
        return Effect(number, ticket, stays="done")
    becomes = {name: value for name, value in wanted.items() if value != was[name]}
    if not becomes:
        return Effect(number, ticket, stays="same")
    if not all(may(agent, permission, ticket) for permission in permissions_for(becomes)):
        return Effect(number, ticket, stays="not_allowed")
    return Effect(number, ticket, {name: was[name] for name in becomes}, becomes)


def permissions_for(fields: Iterable[str]) -> set[str]:
    return {"ticket.assign" if name in GIVING else "ticket.change" for name in fields}


def wanted_of(change: Change) -> dict[str, Any]:
    """Keys, codes and tags of what is named, as a row of JSON can hold them."""
    named = {name: value for name in FIELDS if (value := getattr(change, name)) is not KEEP}
    return {name: _plain(name, value) for name, value in named.items() if not isinstance(value, Keep)}


def state_of(ticket: Ticket, fields: Iterable[str]) -> dict[str, Any]:
    """The same of a ticket as it is."""
    return {name: _kept(ticket, name) for name in fields}


def _kept(ticket: Ticket, name: str) -> Any:
    if name == ASIDE:
        return ticket.snoozed_until.isoformat() if ticket.snoozed_until is not None else None
    return getattr(ticket, f"{name}_id" if name in GIVING else name)


def change_to(values: Mapping[str, Any]) -> Change:
    """The change that makes a ticket so. That team and agent exist the database checks."""
    team, agent = values.get("team"), values.get("assignee")
    given: dict[str, Any] = {name: value for name, value in values.items() if name in FIELDS}
    if "team" in given:
        given["team"] = Team(pk=team) if team is not None else None
    if "assignee" in given:
        given["assignee"] = Agent(pk=agent) if agent is not None else None
    return Change(**given)


def _plain(name: str, value: Any) -> Any:
    if name in GIVING:
        return value.pk if value is not None else None
    return as_code(value) if name == "topic" else _sorted(value) if name == "tags" else value


def _sorted(tags: Sequence[str]) -> list[str]:
    return sorted({code for tag in tags if (code := as_code(tag))})
