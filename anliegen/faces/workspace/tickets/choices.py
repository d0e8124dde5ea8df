"""What a ticket may become, and who may decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef

from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.models.agents import Membership
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

    @cached_property
    def teams(self) -> list[tuple[int, str]]:
        """(key, name) of those that are used."""
        return list(Team.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name"))

    @cached_property
    def agents(self) -> list[tuple[int, str]]:
        """(key, name) of those who can answer: oneself, then the ticket's team, then the others."""
        able = Agent.objects.active().filter(role__permissions__contains=["ticket.reply"])
        near = Exists(Membership.objects.filter(agent=OuterRef("pk"), team=self.ticket.team_id))
        found = list(able.annotate(near=near).order_by("-near", "name", "pk").values_list("pk", "name"))
        return sorted(found, key=lambda one: one[0] != self.agent.pk)


def of(ticket: Ticket, agent: Agent) -> Choices:
    return Choices(ticket, agent)
