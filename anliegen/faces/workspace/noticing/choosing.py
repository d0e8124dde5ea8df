"""What an agent does to their notices: reading them, and saying how calm it is to be."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from anliegen.faces.workspace.models import Calm, Notice
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.verbs import AGENT_CHANGED
from anliegen.records.tickets import presence


def mark_read(agent: Agent, *, at: datetime, which: Q | None = None) -> int:
    """Mark notices as read; without `which` all of them. No event: it is nothing that anybody has to answer for."""
    found = Notice.objects.unread().filter(which or Q(), agent=agent).update(read_at=at)
    if found:
        presence.ring(agent.pk)  # the bell on the agent's other pages
    return found


def choose(agent: Agent, *, actor: Actor, at: datetime, **fields: Any) -> Calm:
    """Keep what the agent chose about notices."""
    with unit():
        kept = Calm.objects.select_for_update().filter(pk=agent.pk).first() or Calm(agent=agent)
        if kept._state.adding or any(getattr(kept, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(kept, name, value)
            kept.save()
            record(AGENT_CHANGED, agent, actor=actor, at=at, fields=["notices"])
    return kept
