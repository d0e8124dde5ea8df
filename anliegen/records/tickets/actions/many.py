"""Changing many tickets in one go, and taking that back in one go."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from anliegen.ground import rows
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import together
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import bulk
from anliegen.records.tickets.actions.bulk import Ask, Effect
from anliegen.records.tickets.actions.change import change
from anliegen.records.tickets.actions.snooze import snooze, wake
from anliegen.records.tickets.models import BulkChange, Ticket

# So long what was given away comes back, although it lies with others now. They may have begun with it.
GIVEN_AWAY = timedelta(minutes=10)


class TooMany(Exception):
    """More than `bulk.MOST` tickets at once."""


def change_many(
    seen: Mapping[int, int | None], ask: Ask, *, agent: Agent, actor: Actor, at: datetime
) -> tuple[BulkChange | None, list[Effect]]:
    """Change all of these that the agent may change and that are as they were seen, in one transaction.

    Returns what can take it back, and what happened to each; None when nothing changed. Each ticket has its own events,
    and one event says which belong together. Rights are asked here, under the lock: a ticket may have moved since the
    page asked. Raises TooMany, or InThePast for a moment to put them aside until.
    """
    if len(seen) > bulk.MOST:
        raise TooMany
    with together():
        tickets = rows.lock(Ticket.objects.visible_to(agent), seen)
        effects = bulk.foresee(tickets.values(), seen, ask, agent)
        changed = [effect for effect in effects if not effect.stays]
        if not changed:
            return None, effects
        items = [_item(effect, tickets[effect.number]) for effect in changed]  # before they change
        for effect, item in zip(changed, items, strict=True):
            ticket = change(tickets[effect.number], ask.of(tickets[effect.number]), actor=actor, at=at)
            _note_what_ended(item, tickets[effect.number], ticket)
            if ask.until is not None:
                snooze(ticket, until=ask.until, actor=actor, at=at)
        made = BulkChange.objects.create(agent=agent, made_at=at, items=items)
        record(verbs.MANY_CHANGED, made, actor=actor, at=at, tickets=_refs(items))
    return made, effects


def undo_many(made: BulkChange, *, actor: Actor, at: datetime) -> tuple[list[int], list[int]]:
    """Take back what is still as it became then; return the numbers of what went back, and of what stays: somebody has
    changed it since, or whoever changed it may not any more. A second time nothing happens."""
    with together():
        made = held(BulkChange, made.pk, "agent__role")
        if made.undone_at is not None:
            return [], []
        tickets = rows.lock(Ticket.objects.all(), [item["ticket"] for item in made.items])
        theirs = [item for item in made.items if item["ticket"] in tickets and _may_still(made, item, tickets, at)]
        back = [item for item in theirs if _take_back(item, tickets, actor, at)]
        made.undone_at = at
        made.save(update_fields=["undone_at"])
        record(verbs.MANY_UNDONE, made, actor=actor, at=at, tickets=_refs(back))
    done = {item["ticket"] for item in back}
    return sorted(done), sorted(item["ticket"] for item in made.items if item["ticket"] not in done)


def _may_still(made: BulkChange, item: dict[str, Any], tickets: Mapping[int, Ticket], at: datetime) -> bool:
    """Whether this agent still has the rights for it. What they gave to others they reach no longer, for a while."""
    ticket = None if at - made.made_at <= GIVEN_AWAY else tickets[item["ticket"]]
    return all(may(made.agent, permission, ticket) for permission in bulk.permissions_for(item["became"]))


def _take_back(item: dict[str, Any], tickets: Mapping[int, Ticket], actor: Actor, at: datetime) -> bool:
    """Whether anything of it went back; a field that is something else by now stays."""
    ticket = tickets[item["ticket"]]
    now = bulk.state_of(ticket, item["became"])
    back = {name: item["was"][name] for name, value in item["became"].items() if now[name] == value}
    if item["became"].get(bulk.ASIDE, "") is None and "status" not in back:
        back.pop(bulk.ASIDE, None)  # it ended with the status, and comes back with that alone
    if not back or ticket.joined_into_id is not None:
        return False
    ticket = change(ticket, bulk.change_to(back), actor=actor, at=at)
    if bulk.ASIDE in back:
        _lay_back(ticket, back[bulk.ASIDE], item["reason"], actor, at)
    if item["unplaced"] and (ticket.is_nobodys or not ticket.topic):
        ticket.unplaced_since = datetime.fromisoformat(item["unplaced"])
        rows.update(ticket, "unplaced_since")
    return True


def _lay_back(ticket: Ticket, until: str | None, reason: str, actor: Actor, at: datetime) -> None:
    """On the list again, or aside as it was before, unless that time has come."""
    if until is None or datetime.fromisoformat(until) <= at:
        wake(ticket, actor=actor, at=at)
    elif ticket.is_open:
        snooze(ticket, until=datetime.fromisoformat(until), reason=reason, actor=actor, at=at)


def _item(effect: Effect, ticket: Ticket) -> dict[str, Any]:
    unplaced = ticket.unplaced_since.isoformat() if ticket.unplaced_since is not None else None
    return {
        "ticket": effect.number,
        "was": dict(effect.was),
        "became": dict(effect.becomes),
        "unplaced": unplaced,
        "reason": ticket.snooze_reason if bulk.ASIDE in effect.becomes else "",
    }


def _note_what_ended(item: dict[str, Any], was: Ticket, now: Ticket) -> None:
    """With a status in which nothing rests it ended that the ticket was put aside."""
    if was.snoozed_until is not None and now.snoozed_until is None:
        item["was"][bulk.ASIDE], item["became"][bulk.ASIDE] = was.snoozed_until.isoformat(), None
        item["reason"] = was.snooze_reason


def _refs(items: list[dict[str, Any]]) -> list[str]:
    return [f"ticket:{item['ticket']}" for item in items]
