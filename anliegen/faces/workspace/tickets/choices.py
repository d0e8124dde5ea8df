"""What a ticket may become, and who may decide it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.queries import AtHand, at_hand
from anliegen.records.tickets.models import PRIORITIES, STATUSES, Ticket


@dataclass
class Choices:
    """The choices of a ticket for one agent; lists are read when a menu is drawn."""

    ticket: Ticket
    agent: Agent

    @property
    def may_change(self) -> bool:
        return may(self.agent, "ticket.change", self.ticket)

    @property
    def may_assign(self) -> bool:
        return self._stands_alone and may(self.agent, "ticket.assign", self.ticket)

    @property
    def may_reply(self) -> bool:
        return self._stands_alone and may(self.agent, "ticket.reply", self.ticket)

    @property
    def may_note(self) -> bool:
        return self._stands_alone and may(self.agent, "ticket.note", self.ticket)

    @property
    def _stands_alone(self) -> bool:
        """What was joined with another is worked on there."""
        return self.ticket.joined_into_id is None

    @property
    def statuses(self) -> Sequence[tuple[str, Any]]:
        return [(code, word) for code, word in STATUSES if code != "new" or self.ticket.status == "new"]

    @property
    def priorities(self) -> Sequence[tuple[int, Any]]:
        return PRIORITIES[::-1]

    @property
    def teams(self) -> list[tuple[int, str]]:
        """(key, name) of those that are used."""
        return self._at_hand.teams

    @property
    def agents(self) -> list[tuple[int, str]]:
        """(key, name) of those who can answer: oneself, then the ticket's team, then the others."""
        return sorted(self._at_hand.agents, key=lambda one: one[0] != self.agent.pk)

    @property
    def topics(self) -> list[tuple[str, str]]:
        """(code, name) of what it can be about."""
        return self._at_hand.topics

    @property
    def names(self) -> Mapping[str, Mapping[int, str]]:
        """What these menus name, for whoever needs the names too; nothing is read for it alone."""
        return {"team": dict(self.teams), "agent": dict(self.agents)} if self.may_assign else {}

    @cached_property
    def _at_hand(self) -> AtHand:
        return at_hand(self.ticket.team_id)


def of(ticket: Ticket, agent: Agent) -> Choices:
    return Choices(ticket, agent)
