"""Views that a municipal utility may share."""

from collections.abc import Mapping
from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.actions import create_view
from anliegen.records.tickets.view_filters import Filter

# Name, symbol, what it shows.
SHARED = (
    ("Dringend", "warning", Filter(priority=("3", "4"))),
    ("Wartet länger als 3 Tage", "clock", Filter(waits=("3d",))),
    ("Beschwerden", "topic", Filter(topic=("beschwerde",))),
    ("Umzüge", "building", Filter(tag=("umzug",))),
    ("Auf Englisch", "language", Filter(language=("en",))),
)


def share(agents: Mapping[str, Agent], *, at: datetime) -> None:
    """The administrator saves them for everybody."""
    owner = next(agent for agent in agents.values() if "settings.manage" in agent.role.permissions)
    for name, symbol, wanted in SHARED:
        create_view(
            name=name, symbol=symbol, wanted=wanted, order="newest", owner=owner, reach="all", team=None,
            actor=Actor.agent(owner.pk), at=at,
        )  # fmt: skip
