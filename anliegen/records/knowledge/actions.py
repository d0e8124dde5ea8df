"""Every write to what we know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge import verbs
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock, TextBlockVersion, Wording
from anliegen.records.knowledge.queries import content_of


class WordTaken(Exception):
    """Another block in use has this word."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True)
class Moved:
    """What an import did."""

    written: int = 0
    changed: int = 0
    same: int = 0


def write(content: Content, *, owner: Agent | None = None, actor: Actor, at: datetime) -> TextBlock:
    """Write a new text block. Teams that do not exist here are left out. Raises WordTaken."""
    with unit():
        _insist_on_a_free_word(content.word, owner.pk if owner else None)
        block = TextBlock.objects.create(owner=owner, changed_at=at, **_columns(content))
        _put(block, content, actor, at)
        record(verbs.TEXT_BLOCK_WRITTEN, block, actor=actor, at=at)
    return block


def change(block: TextBlock, content: Content, *, actor: Actor, at: datetime) -> TextBlock:
    """Give a block another content, as a new version. Says nothing when nothing differs. Raises WordTaken."""
    with unit():
        block = held(TextBlock, block.pk)
        was, wanted = content_of(block).as_json(), _with_known_teams(content).as_json()
        fields = sorted(name for name, value in wanted.items() if was[name] != value)
        if not fields:
            return block
        if block.withdrawn_at is None:
            _insist_on_a_free_word(content.word, block.owner_id, but=block.pk)
        for name, value in _columns(content).items():
            setattr(block, name, value)
        block.version, block.changed_at = block.version + 1, at
        block.save(update_fields=["version", "changed_at", *_columns(content)])
        _put(block, content, actor, at)
        record(verbs.TEXT_BLOCK_CHANGED, block, actor=actor, at=at, fields=fields, version=block.version)
    return block


def withdraw(block: TextBlock, *, actor: Actor, at: datetime) -> TextBlock:
    """Take a block out of use; its versions stay, and it can come back."""
    with unit():
        block = held(TextBlock, block.pk)
        if block.withdrawn_at is not None:
            return block
        block.withdrawn_at, block.withdrawn_by_id = at, actor.pk if actor.kind == "agent" else None
        block.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(verbs.TEXT_BLOCK_WITHDRAWN, block, actor=actor, at=at)
    return block


def take_up(block: TextBlock, *, actor: Actor, at: datetime) -> TextBlock:
    """Use a withdrawn block again. Raises WordTaken when another has its word by now."""
    with unit():
        block = held(TextBlock, block.pk)
        if block.withdrawn_at is None:
            return block
        _insist_on_a_free_word(block.word, block.owner_id, but=block.pk)
        block.withdrawn_at = block.withdrawn_by = None
        block.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(verbs.TEXT_BLOCK_RETURNED, block, actor=actor, at=at)
    return block


def move_in(contents: Iterable[Content], *, actor: Actor, at: datetime) -> Moved:
    """Take in everybody's blocks from elsewhere: the one of the same word is changed, others are new. All or none."""
    done = {"written": 0, "changed": 0, "same": 0}
    with unit():
        known = {one.word: one for one in TextBlock.objects.filter(owner=None, withdrawn_at=None)}
        for content in contents:
            present = known.get(content.word)
            if present is None:
                known[content.word] = write(content, actor=actor, at=at)
                done["written"] += 1
            else:
                known[content.word] = change(present, content, actor=actor, at=at)
                done["same" if known[content.word].version == present.version else "changed"] += 1
    return Moved(**done)


def _columns(content: Content) -> dict[str, object]:
    return {
        "title": content.title,
        "word": content.word,
        "topics": list(content.topics),
        "valid_until": content.valid_until,
    }


def _put(block: TextBlock, content: Content, actor: Actor, at: datetime) -> None:
    """Wordings and teams beside the row, and the version that holds all of it."""
    block.wordings.exclude(language__in=content.wordings).delete()
    for language, text in content.wordings.items():
        Wording.objects.update_or_create(block=block, language=language, defaults={"text": text})
    block.teams.set(Team.objects.filter(slug__in=content.teams))
    TextBlockVersion.objects.create(
        block=block,
        number=block.version,
        content=_with_known_teams(content).as_json(),
        created_at=at,
        created_by_id=actor.pk if actor.kind == "agent" else None,
    )


def _with_known_teams(content: Content) -> Content:
    known = Team.objects.filter(slug__in=content.teams).order_by("slug").values_list("slug", flat=True)
    wordings = dict(sorted(content.wordings.items()))
    return Content(content.title, content.word, wordings, tuple(known), content.topics, content.valid_until)


def _insist_on_a_free_word(word: str, owner: int | None, *, but: int | None = None) -> None:
    """A courtesy with words; the constraint holds it."""
    others = TextBlock.objects.filter(word=word, owner=owner, withdrawn_at=None)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise WordTaken(word)
