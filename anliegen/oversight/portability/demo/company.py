"""Which agents play in a ticket: "a" answers, "b" is a colleague, "chef" leads, a team brings one of its own."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from anliegen.oversight.portability.demo.cast import Cast
from anliegen.oversight.portability.demo.plot import Plot
from anliegen.oversight.portability.demo.shapes import Agent


@dataclass(frozen=True)
class Company:
    """The agents by the names that scenes use."""

    named: Mapping[str, Agent]
    lead: Agent
    clerk: Agent  # who takes calls and opens letters

    def __getitem__(self, name: str) -> Agent:
        return self.named[name]


def company_for(plot: Plot, cast: Cast, chance: random.Random) -> Company:
    """The agents of this ticket. A number behind a team's name means its technician."""
    by_key = {agent.key: agent for agent in cast.agents}
    lead = next(agent for agent in cast.agents if agent.leads == plot.scene.team)
    wanted = {name: by_key[key] for name, key in plot.scene.cast}
    wanted.setdefault("a", _somebody(cast, plot.scene.team, set(), chance))
    others = {agent.key for agent in wanted.values()}
    wanted.setdefault("b", _somebody(cast, plot.scene.team, others, chance))
    chef = lead if lead.key != wanted["a"].key else by_key["katrin"]
    wanted.setdefault("chef", chef)
    others |= {chef.key}
    for team in cast.teams:
        technician = next((one for one in cast.agents if one.is_technician and team.slug in one.teams), None)
        wanted.setdefault(team.slug, _somebody(cast, team.slug, others, chance))
        if technician is not None:
            wanted.setdefault(f"{team.slug}2", technician)
    wanted["ich"] = wanted["a"]
    clerk = _somebody(cast, plot.scene.team, set(), chance)
    return Company(wanted, lead if lead.key != wanted["a"].key else chef, clerk)


def _somebody(cast: Cast, team: str, without: set[str], chance: random.Random) -> Agent:
    """One of the team's people at a desk, by their share of the work."""
    members = [one for one in cast.agents if team in one.teams and one.weight and not one.is_technician]
    fitting = [one for one in members if one.key not in without] or members
    return chance.choices(fitting, [one.weight for one in fitting])[0]
