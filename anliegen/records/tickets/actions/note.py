"""What colleagues tell each other, and whom they ask in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import drafts
from anliegen.records.tickets.actions.change import touch
from anliegen.records.tickets.actions.reply import NothingSaid
from anliegen.records.tickets.content import Written
from anliegen.records.tickets.models import Mention, Note, Ticket


@dataclass(frozen=True)
class Asked:
    """A colleague who is asked in by a note; `team`: as one of it."""

    agent: Agent
    team: Team | None = None


def write_note(
    ticket: Ticket,
    *,
    text: str,
    actor: Actor,
    at: datetime,
    asked: Sequence[Asked] = (),
    brings_in: Sequence[Agent] = (),
    is_side: bool = False,
    written: Written | None = None,
    after: int | None = None,
) -> Note:
    """Write something for colleagues; `written` is the draft that it was. Raises NothingSaid, and as `drafts.take`.

    `after` is the newest event that its writer had seen: what they noted since in the same words is this note, again.
    `asked` are those whom it names; `brings_in` those who may see the ticket from now on because of it. A side note is
    for its author and those it names, and for nobody else.
    """
    if not text.strip():
        raise NothingSaid
    with unit():
        ticket = held(Ticket, ticket.pk)
        if (before := _noted(ticket, text, is_side, after, actor)) is not None:
            return before
        if written is not None:
            drafts.take(written, ticket, actor=actor)
        readers = sorted({one.agent.pk for one in asked}) if is_side else []
        note = Note.objects.create(
            ticket=ticket, agent_id=actor.pk, text=text, created_at=at, is_side=is_side, readers=readers
        )
        brought = _bring_in(ticket, brings_in, actor, at)
        touch(ticket, at, *(["guests"] if brought else []))
        record(verbs.NOTE_KEPT_ASIDE if is_side else verbs.NOTE_WRITTEN, ticket, actor=actor, at=at, note=ref(note))
        _ask(note, asked, actor, at)
    return note


def withdraw_note(note: Note, *, actor: Actor, at: datetime) -> Ticket:
    """Take back what a colleague wrote by one press and wants unwritten; that it was there says the journal."""
    with unit():
        ticket = held(Ticket, note.ticket_id)
        subject = ref(note)
        note.delete()
        touch(ticket, at)
        record(verbs.NOTE_WITHDRAWN, ticket, actor=actor, at=at, note=subject)
    return ticket


def bring_in(ticket: Ticket, agents: Iterable[Agent], *, actor: Actor, at: datetime) -> Ticket:
    """Let colleagues see this ticket who otherwise may not. Does nothing for those who take part already."""
    with unit():
        ticket = held(Ticket, ticket.pk)
        if _bring_in(ticket, agents, actor, at):
            touch(ticket, at, "guests")
    return ticket


def let_out(ticket: Ticket, agent: Agent, *, actor: Actor, at: datetime) -> Ticket:
    """The colleague who was brought in no longer takes part; what they wrote stays."""
    with unit():
        ticket = held(Ticket, ticket.pk)
        if agent.pk in ticket.guests:
            ticket.guests = [pk for pk in ticket.guests if pk != agent.pk]
            touch(ticket, at, "guests")
            record(verbs.TICKET_LET_OUT, ticket, actor=actor, at=at, agent=ref(agent))
    return ticket


def settle_mentions(ticket: Ticket, agent: Agent | int, *, how: str, actor: Actor, at: datetime) -> int:
    """The colleague has seen to what they were asked before `at`; with them the teams they were asked as one of.

    `how`: `written` or `said`. Returns how many requests that settled.
    """
    key = agent if isinstance(agent, int) else agent.pk
    with unit():
        waiting = Mention.objects.select_for_update(of=("self",)).filter(ticket=ticket, settled_at=None)
        own = list(waiting.filter(agent_id=key, created_at__lt=at).order_by("pk"))
        for each in own:
            alike = waiting.filter(note=each.note_id)
            same = alike.filter(team=each.team_id) if each.team_id else alike.filter(pk=each.pk)
            same.update(settled_at=at)
            record(
                verbs.MENTION_SETTLED,
                ticket,
                actor=actor,
                at=at,
                note=f"note:{each.note_id}",
                agent=f"team:{each.team_id}" if each.team_id else f"agent:{key}",
                how=how,
            )
    return len(own)


def _noted(ticket: Ticket, text: str, is_side: bool, after: int | None, actor: Actor) -> Note | None:
    """The same note, where it was kept already."""
    if after is None:
        return None
    verb = verbs.NOTE_KEPT_ASIDE if is_side else verbs.NOTE_WRITTEN
    kept = Event.objects.filter(subject=ref(ticket), verb=verb.name, actor=actor.ref, id__gt=after)
    keys = [pk_of(data["note"]) for data in kept.values_list("data", flat=True)]
    return Note.objects.filter(pk__in=keys, text=text).order_by("pk").first() if keys else None


def _bring_in(ticket: Ticket, agents: Iterable[Agent], actor: Actor, at: datetime) -> bool:
    new = [agent for agent in agents if agent.pk not in ticket.guests]
    ticket.guests = [*ticket.guests, *(agent.pk for agent in new)]
    for agent in new:
        record(verbs.TICKET_BROUGHT_IN, ticket, actor=actor, at=at, agent=ref(agent))
    return bool(new)


def _ask(note: Note, asked: Sequence[Asked], actor: Actor, at: datetime) -> None:
    """Each colleague once: by name rather than as one of a team. Nobody asks themselves."""
    by_agent: dict[int, Asked] = {}
    for one in sorted(asked, key=lambda one: one.team is not None):
        if actor.ref != ref(one.agent):
            by_agent.setdefault(one.agent.pk, one)
    if not by_agent:
        return
    rows = [Mention(ticket_id=note.ticket_id, note=note, agent=one.agent, team=one.team, created_at=at)
            for one in by_agent.values()]  # fmt: skip
    Mention.objects.bulk_create(rows)
    teams = sorted({one.team.pk for one in by_agent.values() if one.team is not None})
    record(
        verbs.TICKET_MENTIONED,
        note.ticket,
        actor=actor,
        at=at,
        note=ref(note),
        agents=[f"agent:{pk}" for pk in sorted(by_agent)],
        teams=[f"team:{pk}" for pk in teams],
    )
