"""Every write to macros, and applying one: a single action with a group of events, taken back by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anliegen.flow.macros import verbs
from anliegen.flow.macros.models import Macro, MacroRun
from anliegen.flow.macros.plan import Plan, plan, value_of
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge.placeholders import open_fields, put_in
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

# The events by which somebody else may have changed a field since.
CHANGED_BY = {
    "status": ("ticket.status_changed", "ticket.resolved", "ticket.closed", "ticket.reopened"),
    "priority": ("ticket.priority_changed",),
    "team": ("ticket.moved",),
    "assignee": ("ticket.assigned",),
    "topic": ("ticket.topic_changed",),
    "tags": ("ticket.tagged",),
    "snooze": ("ticket.snoozed", "ticket.woken", "ticket.snooze_ended"),
}
CODES = {"note": "internal_note"}  # in events, where "note" is something else


class Differs(Exception):
    """The macro would no longer do what was shown: it, its text block or the ticket has changed since."""


class StillOpen(Exception):
    """Fields of a note's text that nobody has filled."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class CannotUndo(Exception):
    """It was taken back already."""


@dataclass(frozen=True)
class Undone:
    """What went back, and what stays because somebody has changed it since."""

    run: MacroRun
    back: tuple[str, ...]
    kept: tuple[str, ...]


def create(*, actor: Actor, at: datetime, **fields: Any) -> Macro:
    """Create a macro."""
    actor.insist_on_a_person()
    with unit():
        macro = Macro.objects.create(**fields)
        record(verbs.MACRO_CREATED, macro, actor=actor, at=at)
    return macro


def change(macro: Macro, *, actor: Actor, at: datetime, **fields: Any) -> Macro:
    """Change what a macro does. Says nothing when nothing differs."""
    actor.insist_on_a_person()
    with unit():
        macro = held(Macro, macro.pk)
        changed = sorted(name for name, value in fields.items() if getattr(macro, name) != value)
        if not changed:
            return macro
        for name in changed:
            setattr(macro, name, fields[name])
        macro.save(update_fields=changed)
        record(verbs.MACRO_CHANGED, macro, actor=actor, at=at, fields=changed)
    return macro


def set_in_use(macro: Macro, is_in_use: bool, *, actor: Actor, at: datetime) -> Macro:
    """Take a macro out of use, or into use again."""
    actor.insist_on_a_person()
    with unit():
        macro = held(Macro, macro.pk)
        if (macro.withdrawn_at is None) == is_in_use:
            return macro
        macro.withdrawn_at = None if is_in_use else at
        macro.save(update_fields=["withdrawn_at"])
        record(verbs.MACRO_RETURNED if is_in_use else verbs.MACRO_WITHDRAWN, macro, actor=actor, at=at)
    return macro


def apply(
    macro: Macro, ticket: Ticket, *, text: str, shown: str, given: Mapping[str, str], agent: Agent, at: datetime
) -> tuple[MacroRun, Plan]:
    """Do what the preview showed, whose digest is `shown`; `text` is what the block says here, `given` its open fields.

    A text for the answer is only returned: the draft is the agent's. Raises Differs, StillOpen, JoinedElsewhere.
    """
    said = put_in(text, given)
    with unit():
        ticket = held(Ticket, ticket.pk)
        made = plan(macro, ticket, agent, text=text, at=at)
        if made.digest != shown:
            raise Differs
        if made.place == "note" and (fields := open_fields(said)):
            raise StillOpen(fields)
        return _do(macro, ticket, made, said, agent, at), made


def _do(macro: Macro, ticket: Ticket, made: Plan, text: str, agent: Agent, at: datetime) -> MacroRun:
    actor = Actor.agent(agent.pk)
    run = MacroRun.objects.create(
        macro=macro,
        ticket=ticket,
        agent=agent,
        applied_at=at,
        changes={step.field: {"was": step.was, "now": step.now} for step in made.doing},
        last_event=0,
    )
    fields = [*run.changes, *([CODES.get(made.place, made.place)] if made.place else [])]
    # First, so that the timeline says what the changes behind it belong to.
    record(verbs.MACRO_APPLIED, ticket, actor=actor, at=at, macro=ref(macro), run=ref(run), fields=fields)
    responsible, rested = ticket.responsible_id, (value_of(ticket, "snooze"), ticket.snooze_reason)
    changed = tickets.change(ticket, wanted({step.field: step.now for step in made.doing}), actor=actor, at=at)
    if changed.responsible_id != responsible:
        run.changes["responsible"] = {"was": responsible, "now": changed.responsible_id}
    if "snooze" in run.changes:
        changed = tickets.snooze(ticket, until=_moment(run.changes["snooze"]["now"]), actor=actor, at=at)
    if value_of(changed, "snooze") != rested[0]:  # also where a resolution has ended it
        run.changes["snooze"] = {"was": rested[0], "now": value_of(changed, "snooze"), "reason": rested[1]}
    if made.place == "note":
        run.note = tickets.write_note(ticket, text=text, actor=actor, at=at)
    run.last_event = Event.objects.filter(subject=ref(ticket)).latest("id").pk
    run.save(update_fields=["changes", "note", "last_event"])
    Macro.objects.note_use(macro.pk)
    return run


def undo(run: MacroRun, *, actor: Actor, at: datetime) -> Undone:
    """Take back all of it that nobody has changed since. Raises CannotUndo."""
    actor.insist_on_a_person()
    with unit():
        run = held(MacroRun, run.pk, "macro", "note")
        if run.undone_at is not None:
            raise CannotUndo
        ticket = held(Ticket, run.ticket_id)
        changed = [field for field in CHANGED_BY if field in run.changes]
        kept = tuple(field for field in changed if _was_touched(run, ticket, field))
        back = {field: run.was(field) for field in changed if field not in kept}
        done = [*back, *(["note"] if run.note else [])]
        if "responsible" in run.changes and "assignee" in back:
            back["responsible"] = run.was("responsible")
        fields = [CODES.get(field, field) for field in done]
        record(verbs.MACRO_UNDONE, ticket, actor=actor, at=at, macro=ref(run.macro), run=ref(run), fields=fields,
               kept=list(kept))  # fmt: skip
        ticket = tickets.change(ticket, wanted(back), actor=actor, at=at)
        if "snooze" in back and ticket.is_open:
            _rest_as_before(ticket, run, actor, at)
        if run.note is not None:
            tickets.withdraw_note(run.note, actor=actor, at=at)
        run.note, run.undone_at, run.undone_by_id = None, at, actor.pk
        run.save(update_fields=["note", "undone_at", "undone_by"])
    return Undone(run, tuple(done), kept)


def last_run(ticket: Ticket) -> MacroRun | None:
    """The newest one on this ticket that was not taken back."""
    runs = MacroRun.objects.filter(ticket=ticket, undone_at=None).select_related("macro", "agent")
    return runs.order_by("-id").first()


def wanted(values: Mapping[str, Any]) -> tickets.Change:
    """The ticket's change for values as a run keeps them. Teams and agents that were there before still are."""
    values = {field: value for field, value in values.items() if field != "snooze"}
    rows: dict[str, type[Team | Agent]] = {"team": Team, "assignee": Agent, "responsible": Agent}
    found: dict[str, Any] = {
        field: rows[field]._default_manager.get(pk=value) if field in rows and value is not None else value
        for field, value in values.items()
    }
    return tickets.Change(**found)


def _rest_as_before(ticket: Ticket, run: MacroRun, actor: Actor, at: datetime) -> None:
    """Put aside until the moment of before and for its reason, if that is still to come."""
    was, reason = run.was("snooze"), run.changes["snooze"].get("reason", "")  # older ones kept none
    if was is not None and _moment(was) > at:
        tickets.snooze(ticket, until=_moment(was), reason=reason, actor=actor, at=at)
    else:
        tickets.wake(ticket, actor=actor, at=at)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _was_touched(run: MacroRun, ticket: Ticket, field: str) -> bool:
    """Whether anybody has changed this field since, be it back and forth."""
    if field == "snooze" and run.changes[field]["now"] is None and _was_touched(run, ticket, "status"):
        return True  # it ended with the status, and comes back with that alone
    since = Event.objects.filter(subject=ref(ticket), id__gt=run.last_event, verb__in=CHANGED_BY[field])
    return value_of(ticket, field) != run.changes[field]["now"] or since.exists()
