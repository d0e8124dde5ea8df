"""What the demo operator writes again and again, and what it does in one go."""

from datetime import datetime, timedelta
from typing import Any

from anliegen.flow.macros import actions as macros
from anliegen.ground.journal.actors import Actor
from anliegen.oversight.portability.demo.scenes import table
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock


def write_texts(agents: dict[str, Agent], teams: dict[str, Team], *, at: datetime) -> None:
    """The text blocks and macros of `texts.toml`, each by the agent who is named there."""
    told = table("texts.toml")
    blocks: dict[str, TextBlock] = {}
    for place, one in enumerate(told["block"]):
        author = agents[one["by"]]
        blocks[one["word"]] = knowledge.write(
            Content(
                title=one["title"],
                word=one["word"],
                wordings={language: one[language].strip() for language in ("de", "en") if language in one},
                teams=tuple(one.get("teams", ())),
                topics=tuple(one.get("topics", ())),
            ),
            owner=author if one.get("own") else None,
            actor=Actor.agent(author.pk),
            at=at + timedelta(minutes=place),
        )
    for place, one in enumerate(told["macro"]):
        author = agents[one["by"]]
        macros.create(
            owner=author if one.get("own") else None,
            actor=Actor.agent(author.pk),
            at=at + timedelta(hours=1, minutes=place),
            **_does(one, blocks, teams),
        )


def _does(one: dict[str, Any], blocks: dict[str, TextBlock], teams: dict[str, Team]) -> dict[str, Any]:
    """The columns of a macro."""
    plain = ("name", "status", "priority", "given_to", "topic", "adds_tags", "removes_tags", "place")
    fields: dict[str, Any] = {name: one[name] for name in plain if name in one}
    if "team" in one:
        fields["team"] = teams[one["team"]]
    if "block" in one:
        fields["block"] = blocks[one["block"]]
    return fields
