"""Journal -> notices. A reader of the pipeline: its rows and its cursor commit together, so nothing counts twice."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from anliegen.faces.workspace.models import Notice
from anliegen.faces.workspace.noticing.quiet import may_disturb
from anliegen.faces.workspace.noticing.whom import FOLLOWERS, NEVER_LOST, SAYS_MORE, TABLE, Line, stand_ins
from anliegen.ground import clock
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import presence
from anliegen.records.tickets.models import Follow, Ticket

STALE = timedelta(days=3)  # what is older was not news when it was read: an import, a backup, a worker that stood still
# What is alike and unread is one notice. The position keeps an event that is read again from counting again.
_ADD = """
INSERT INTO workspace_notice
    (agent_id, ticket_id, kind, verb, actor, note_id, times, position, created_at, changed_at)
VALUES (%(agent)s, %(ticket)s, %(kind)s, %(verb)s, %(actor)s,
    (SELECT id FROM tickets_note WHERE id = %(note)s), 1, %(position)s, %(at)s, %(at)s)
ON CONFLICT (agent_id, ticket_id, kind) WHERE read_at IS NULL DO UPDATE SET
    verb = excluded.verb, actor = excluded.actor, note_id = coalesce(excluded.note_id, workspace_notice.note_id),
    times = workspace_notice.times + 1, position = excluded.position, changed_at = excluded.changed_at
WHERE workspace_notice.position < excluded.position
"""


def post(events: Sequence[Event]) -> None:
    """Tell each event to whom it concerns, then ring for those whom it may disturb now."""
    events = _for_somebody(events)
    tickets = _tickets(events)
    people: dict[int, Agent | None] = {}
    rung: set[int] = set()
    for event in events:
        if clock.now() - event.at > STALE:
            continue
        ticket, line = tickets.get(event.subject), TABLE.get(event.verb)
        if ticket is None or line is None:
            continue
        for agent in _told(line, event, ticket, people):
            if f"agent:{agent.pk}" == event.actor or not may(agent, "ticket.read", ticket):
                continue
            _add(event, ticket, line, agent)
            if agent.pk not in rung and may_disturb(agent, line.kind, at=clock.now()):
                rung.add(agent.pk)
    if rung:
        presence.ring(*sorted(rung))


def _for_somebody(events: Sequence[Event]) -> list[Event]:
    """Without what only followers hear of where nobody follows: most of what comes in is so, and asks one question."""
    heard = {event.subject for event in events if _is_for_followers(event)}
    keys = [pk_of(subject) for subject in heard if subject.startswith("ticket:")]
    followed = Follow.objects.filter(ticket__in=keys).values_list("ticket", flat=True) if keys else ()
    wanted = {f"ticket:{pk}" for pk in followed}
    return [event for event in events if not _is_for_followers(event) or event.subject in wanted]


def _is_for_followers(event: Event) -> bool:
    line = TABLE.get(event.verb)
    return line is not None and line.whom in FOLLOWERS


def _tickets(events: Sequence[Event]) -> dict[str, Ticket]:
    keys = {pk_of(event.subject) for event in events if event.subject.startswith("ticket:")}
    if not keys:
        return {}
    return {f"ticket:{pk}": ticket for pk, ticket in Ticket.objects.select_related("team").in_bulk(keys).items()}


def _told(line: Line, event: Event, ticket: Ticket, known: dict[int, Agent | None]) -> list[Agent]:
    """Whom it concerns; where all of them have left, whoever stands in for them."""
    meant = list(line.whom(event, ticket))
    here = _people(meant, known)
    if here or not meant or line.kind not in NEVER_LOST:
        return here
    return _people(stand_ins(ticket), known)[:1]


def _people(keys: Iterable[int], known: dict[int, Agent | None]) -> list[Agent]:
    """Each once, if they still work here."""
    wanted = list(dict.fromkeys(keys))
    if unknown := [key for key in wanted if key not in known]:
        found = Agent.objects.at_work().filter(is_active=True).in_bulk(unknown)
        known.update({key: found.get(key) for key in unknown})
    return [agent for key in wanted if (agent := known[key]) is not None]


def _add(event: Event, ticket: Ticket, line: Line, agent: Agent) -> None:
    note = event.data.get("note")
    given: dict[str, Any] = {
        "agent": agent.pk,
        "ticket": ticket.pk,
        "kind": line.kind,
        "verb": event.verb,
        "actor": event.actor,
        "note": pk_of(note) if note else None,
        "position": event.position,
        "at": event.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, given)
    if said_less := SAYS_MORE.get(line.kind):
        same = Notice.objects.unread().filter(agent=agent, ticket=ticket, kind__in=said_less, times=1)
        same.filter(changed_at=event.at, actor=event.actor).delete()
