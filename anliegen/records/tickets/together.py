"""What colleagues do at one ticket together, read in one question for its page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket


@dataclass(frozen=True)
class Named:
    """An agent or a team by key and name."""

    pk: int
    name: str


@dataclass(frozen=True)
class Given:
    """A handover, or a return."""

    pk: int
    giver: Named
    to: str
    agent: int | None
    team: int | None
    summary: str
    is_return: bool
    created_at: datetime
    is_open: bool

    def is_for(self, viewer: Agent) -> bool:
        """Whether the viewer got it and has not seen to it."""
        got = self.agent == viewer.pk if self.agent is not None else self.team in viewer.team_ids()
        return self.is_open and got


@dataclass(frozen=True)
class Request:
    """A colleague or a team was asked in by a note."""

    note: int
    asker: str  # empty: no person
    agent: Named
    team: Named | None
    is_settled: bool

    @property
    def name(self) -> str:
        return self.team.name if self.team else self.agent.name


@dataclass(frozen=True)
class Mark:
    """A marked passage of a message."""

    pk: int
    message: int
    agent: Named
    begins: int
    ends: int
    text: str


@dataclass(frozen=True)
class Begun:
    """A colleague has begun to answer what lies with nobody."""

    agent: Named
    since: datetime


@dataclass(frozen=True)
class Together:
    """All of it. `readers` are the colleagues of the side notes, by note."""

    handovers: Sequence[Given] = ()
    requests: Sequence[Request] = ()
    marks: Sequence[Mark] = ()
    followers: Sequence[Named] = ()
    guests: Sequence[Named] = ()
    begun: Begun | None = None
    readers: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def newest(self) -> Given | None:
        return self.handovers[-1] if self.handovers else None

    def is_followed_by(self, viewer: Agent) -> bool:
        return any(one.pk == viewer.pk for one in self.followers)

    def asked_of(self, viewer: Agent) -> list[Request]:
        """What the viewer was asked and has not seen to."""
        return [one for one in self.requests if one.agent.pk == viewer.pk and not one.is_settled]

    def requests_of(self, note: int) -> list[Request]:
        """Whom a note asked in: each colleague, and each team once."""
        found: dict[tuple[str, int], Request] = {}
        for one in self.requests:
            if one.note == note:
                found.setdefault(("team", one.team.pk) if one.team else ("agent", one.agent.pk), one)
        return list(found.values())

    def marks_of(self, message: int) -> list[Mark]:
        return [one for one in self.marks if one.message == message]


# One statement, since a ticket's page is opened all day: mostly every part of it finds nothing.
_ALL = """
SELECT json_build_object(
    'handovers', (
        SELECT json_agg(json_build_array(h.id, h.giver_id, giver.name, coalesce(agent.name, team.name), h.agent_id,
            h.team_id, h.summary, h.is_return, h.created_at, h.taken_at IS NULL) ORDER BY h.id)
        FROM tickets_handover AS h JOIN accounts_agent AS giver ON giver.id = h.giver_id
        LEFT JOIN accounts_agent AS agent ON agent.id = h.agent_id
        LEFT JOIN accounts_team AS team ON team.id = h.team_id
        WHERE h.ticket_id = %(ticket)s),
    'requests', (
        SELECT json_agg(json_build_array(m.note_id, asker.name, m.agent_id, agent.name, m.team_id, team.name,
            m.settled_at IS NOT NULL) ORDER BY m.id)
        FROM tickets_mention AS m JOIN accounts_agent AS agent ON agent.id = m.agent_id
        JOIN tickets_note AS note ON note.id = m.note_id LEFT JOIN accounts_agent AS asker ON asker.id = note.agent_id
        LEFT JOIN accounts_team AS team ON team.id = m.team_id WHERE m.ticket_id = %(ticket)s),
    'marks', (
        SELECT json_agg(json_build_array(x.id, x.message_id, x.agent_id, agent.name, x.begins, x.ends, x.text)
            ORDER BY x.begins, x.id)
        FROM tickets_message AS message JOIN tickets_highlight AS x ON x.message_id = message.id
        JOIN accounts_agent AS agent ON agent.id = x.agent_id WHERE message.ticket_id = %(ticket)s),
    'followers', (
        SELECT json_agg(json_build_array(agent.id, agent.name) ORDER BY agent.name, agent.id)
        FROM tickets_follow AS f JOIN accounts_agent AS agent ON agent.id = f.agent_id WHERE f.ticket_id = %(ticket)s),
    'guests', (
        SELECT json_agg(json_build_array(id, name) ORDER BY name, id)
        FROM accounts_agent WHERE id = ANY(%(guests)s::bigint[])),
    'begun', (
        SELECT json_build_array(agent.id, agent.name, c.since) FROM tickets_claim AS c
        JOIN accounts_agent AS agent ON agent.id = c.agent_id
        WHERE c.ticket_id = %(ticket)s AND c.until > %(at)s AND c.agent_id <> %(viewer)s),
    'readers', (
        SELECT json_agg(json_build_array(n.id, agent.name) ORDER BY agent.name)
        FROM tickets_note AS n JOIN accounts_agent AS agent ON agent.id = ANY(n.readers)
        WHERE n.ticket_id = %(ticket)s AND n.is_side)
)::text
"""


def together(ticket: Ticket, viewer: Agent, *, at: datetime) -> Together:
    """What colleagues do at this ticket, as this agent sees it. One question."""
    asked: dict[str, Any] = {"ticket": ticket.pk, "guests": ticket.guests, "viewer": viewer.pk, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_ALL, asked)
        row = cursor.fetchone()
    found: dict[str, Any] = {name: part or [] for name, part in json.loads(row[0] if row else "{}").items()}
    begun = found["begun"]
    readers: dict[int, list[str]] = {}
    for note, name in found["readers"]:
        readers.setdefault(note, []).append(name)
    return Together(
        handovers=[_given(row) for row in found["handovers"]],
        requests=[_request(row) for row in found["requests"]],
        marks=[Mark(pk, message, Named(agent, name), *rest) for pk, message, agent, name, *rest in found["marks"]],
        followers=[Named(*row) for row in found["followers"]],
        guests=[Named(*row) for row in found["guests"]],
        begun=Begun(Named(*begun[:2]), datetime.fromisoformat(begun[2])) if begun else None,
        readers=readers,
    )


def _given(row: Sequence[Any]) -> Given:
    pk, giver, name, to, agent, team, summary, is_return, at, is_open = row
    return Given(pk, Named(giver, name), to, agent, team, summary, is_return, datetime.fromisoformat(at), is_open)


def _request(row: Sequence[Any]) -> Request:
    note, asker, agent, name, team, team_name, is_settled = row
    return Request(note, asker or "", Named(agent, name), Named(team, team_name) if team else None, is_settled)
