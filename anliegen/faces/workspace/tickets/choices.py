"""What a ticket may become, and who may decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
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
        return may(self.agent, "ticket.assign", self.ticket)

    @property
    def may_reply(self) -> bool:
        return may(self.agent, "ticket.reply", self.ticket)

    @property
    def may_note(self) -> bool:
        return may(self.agent, "ticket.note", self.ticket)

    @property
    def statuses(self) -> Sequence[tuple[str, Any]]:
        return [(code, word) for code, word in STATUSES if code != "new" or self.ticket.status == "new"]

    @property
    def priorities(self) -> Sequence[tuple[int, Any]]:
        return PRIORITIES[::-1]

    @cached_property
    def teams(self) -> list[Team]:
        return list(Team.objects.filter(is_active=True).order_by("name", "pk"))

    @cached_property
    def agents(self) -> list[Agent]:
        """Those who can take it: of its team first, then the others who would still see it."""
        able = Agent.objects.active().filter(role__permissions__contains=["ticket.reply"])
        everybody = able.select_related("role").prefetch_related("teams").order_by("name", "pk")
        return sorted(everybody, key=lambda one: (not self._is_near(one), one.name, one.pk))

    def _is_near(self, one: Agent) -> bool:
        return one.pk == self.agent.pk or any(team.pk == self.ticket.team_id for team in one.teams.all())


def of(ticket: Ticket, agent: Agent) -> Choices:
    return Choices(ticket, agent)
