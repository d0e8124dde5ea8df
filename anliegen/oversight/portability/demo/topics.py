"""The demo operator's tree of topics in words of their own; what was learnt of it waits for somebody to approve it."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from anliegen.flow.automation.teaching import lessons
from anliegen.flow.automation.teaching.actions import code_of
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team, Topic

TREE = Path(__file__).parent / "content" / "topics.toml"


def plant(agents: dict[str, Agent], teams: dict[str, Team], *, at: datetime) -> None:
    """Each topic below the one it belongs under, in the order of the file."""
    kept: dict[str, Topic] = {}
    for number, one in enumerate(tomllib.loads(TREE.read_text(encoding="utf-8"))["topic"]):
        team = teams[one["team"]] if "team" in one else None
        answers = agents["katrin"] if team is None or team.lead is None else team.lead
        kept[one["name"]] = accounts.create(
            Topic,
            code=code_of(one["name"]),
            name=one["name"],
            name_en=one["name_en"],
            parent=kept.get(one.get("under", "")),
            description=one["description"],
            examples=one["examples"],
            team=team,
            responsible=answers,
            urgency=one.get("urgency"),
            actor=Actor.agent(agents["katrin"].pk),
            at=at + timedelta(seconds=number),
        )


def learn(now: datetime) -> None:
    """A first lesson, from the operator's words alone. By words alone, too: it takes a second."""
    lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none")
