"""Reads over text blocks."""

from collections.abc import Iterable
from datetime import date

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock


def at_hand(agent: Agent, *, on: date, team: int | None = None, topic: str = "") -> list[TextBlock]:
    """The blocks for a ticket of this team and topic: the agent's own first, then those of its topic, then the others
    as often as they are used. What is for other teams only is left out; `prefetch`ed with wordings and teams."""
    rows = TextBlock.objects.in_use(on).open_to(agent).prefetch_related("wordings", "teams")
    mine = {team, *agent.team_ids()}
    fitting = [row for row in rows if not (teams := {one.pk for one in row.teams.all()}) or teams & mine]
    return sorted(fitting, key=lambda row: (row.owner_id is None, topic not in row.topics, -row.used, row.title))


def may_change(agent: Agent, block: TextBlock) -> bool:
    """One's own is one's own; what is everybody's asks for a permission."""
    return block.owner_id == agent.pk or (block.owner_id is None and may(agent, "text.share"))


def wording(block: TextBlock, language: str) -> tuple[str, str]:
    """(language, text) that fits best: the language asked for, German, whichever there is."""
    return best({one.language: one.text for one in block.wordings.all()}, language)


def best(wordings: dict[str, str], language: str) -> tuple[str, str]:
    chosen = next((one for one in (language, "de") if one in wordings), next(iter(wordings), language))
    return chosen, wordings.get(chosen, "")


def content_of(block: TextBlock) -> Content:
    """What the block says now."""
    return Content(
        title=block.title,
        word=block.word,
        wordings={one.language: one.text for one in sorted(block.wordings.all(), key=lambda one: one.language)},
        teams=tuple(sorted(team.slug for team in block.teams.all())),
        topics=tuple(block.topics),
        valid_until=block.valid_until,
    )


def shared() -> "Iterable[TextBlock]":
    """Everybody's blocks in use, in the order of their words, for moving them to another instance."""
    rows = TextBlock.objects.filter(owner=None, withdrawn_at=None)
    return rows.prefetch_related("wordings", "teams").order_by("word", "pk")
