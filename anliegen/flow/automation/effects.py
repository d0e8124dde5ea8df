"""What automation may want done to a ticket: each kind with its class, and how it is carried out.

Reversible: can be taken back without anybody outside noticing, so it may apply by itself. Delayed: leaves the house,
but only after a time in which anybody can stop it. Irreversible: ends, refuses, pays, deletes or declares something; a
person does it, always, in their own name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket


class Reach(StrEnum):
    REVERSIBLE = "reversible"
    DELAYED = "delayed"
    IRREVERSIBLE = "irreversible"


Apply = Callable[[Ticket, str, Actor, datetime], object]
Now = Callable[[Ticket], object]


@dataclass(frozen=True)
class Effect:
    """A choice is written `kind:value`, such as `team:3`, `topic:umzug`, `priority:4`.

    `apply` carries a value out, an empty one takes it away; `now` tells the value that holds at present. Without
    `apply` a person does it with the form made for it. `needs` is the permission of who may confirm or correct it.
    """

    reach: Reach
    kind: str
    needs: str = "ticket.change"
    apply: Apply | None = None
    now: Now | None = None


def _team(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    # Only the key is needed; that the team exists the database checks.
    actions.change(ticket, Change(team=Team(pk=int(value)) if value else None), actor=actor, at=at)


def _assignee(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    to = Agent.objects.get(pk=int(value)) if value else None
    actions.change(ticket, Change(assignee=to), actor=actor, at=at)


def _topic(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    actions.change(ticket, Change(topic=value), actor=actor, at=at)


def _priority(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    actions.change(ticket, Change(priority=int(value)), actor=actor, at=at)


def _language(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    actions.change(ticket, Change(language=value), actor=actor, at=at)


def _status(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    actor.insist_on_a_person()
    actions.change(ticket, Change(status=value), actor=actor, at=at)


def _level(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    actions.escalate(ticket, to=int(value), triggers=["decision"], actor=actor, at=at)


def _add_tag(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    """`+one` adds a tag, `-one` takes it away."""
    tag = value[1:]
    tags = [*ticket.tags, tag] if value.startswith("+") else [one for one in ticket.tags if one != tag]
    actions.change(ticket, Change(tags=tags), actor=actor, at=at)


def _by_hand(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    if value:
        actions.take_by_hand(ticket, why=value, actor=actor, at=at)
    else:
        actions.let_automation_help(ticket, actor=actor, at=at)


def _snooze(ticket: Ticket, value: str, actor: Actor, at: datetime) -> None:
    if value:
        actions.snooze(ticket, until=datetime.fromisoformat(value), actor=actor, at=at)
    else:
        actions.wake(ticket, actor=actor, at=at)


def _rests_until(ticket: Ticket) -> str:
    return ticket.snoozed_until.isoformat() if ticket.snoozed_until else ""


SAFE, LATER, NEVER = Reach.REVERSIBLE, Reach.DELAYED, Reach.IRREVERSIBLE
EFFECTS = {
    "team": Effect(SAFE, "team", "ticket.assign", _team, lambda ticket: ticket.team_id),
    "assignee": Effect(SAFE, "agent", "ticket.assign", _assignee, lambda ticket: ticket.assignee_id),
    "topic": Effect(SAFE, "topic", apply=_topic, now=lambda ticket: ticket.topic),
    "priority": Effect(SAFE, "priority", apply=_priority, now=lambda ticket: ticket.priority),
    "language": Effect(SAFE, "language", apply=_language, now=lambda ticket: ticket.language),
    "level": Effect(SAFE, "level", apply=_level, now=lambda ticket: ticket.level),
    "by-hand": Effect(SAFE, "hand", apply=_by_hand, now=lambda ticket: ticket.by_hand_why),
    "tags": Effect(SAFE, "tag", apply=_add_tag),
    "snooze": Effect(SAFE, "until", apply=_snooze, now=_rests_until),
    "signal": Effect(SAFE, "signal"),
    "note": Effect(SAFE, "note", "ticket.note"),
    "draft": Effect(SAFE, "draft", "ticket.reply"),
    "answer": Effect(LATER, "answer", "ticket.reply"),
    "status": Effect(NEVER, "status", apply=_status, now=lambda ticket: ticket.status),
    "refund": Effect(NEVER, "refund", "concession.ask"),
    "refusal": Effect(NEVER, "refusal", "ticket.reply"),
    "cancellation": Effect(NEVER, "cancellation", "ticket.reply"),
    "deletion": Effect(NEVER, "deletion", "customer.change"),
    "declaration": Effect(NEVER, "declaration", "ticket.reply"),
}

IRREVERSIBLE = frozenset(question for question, effect in EFFECTS.items() if effect.reach is Reach.IRREVERSIBLE)


def now_of(ticket: Ticket, question: str) -> str:
    """The choice that holds at present, as `kind:value`; empty where there is none to tell."""
    effect = EFFECTS[question]
    value = effect.now(ticket) if effect.now is not None else None
    return choice_of(question, value) if value not in (None, "") else ""


def choice_of(question: str, value: object) -> str:
    """A value as a choice."""
    return f"{EFFECTS[question].kind}:{value}"


def value_of(choice: str) -> str:
    """The value of a choice; empty of an empty one."""
    return choice.partition(":")[2]
