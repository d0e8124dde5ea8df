"""What a message says in another language: kept, corrected, and drafted while somebody is at it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import indexing, verbs
from anliegen.records.tickets.actions.reply import NothingSaid
from anliegen.records.tickets.models import Message, SearchRow, Translation, TranslationDraft
from anliegen.records.tickets.paragraphs import joined

MOST_BEGUN = 50  # translations an agent is at; the one they left longest ago gives way to a further one


class TranslatedMeanwhile(Exception):
    """Somebody else has kept another version since; `newest` is it."""

    def __init__(self, newest: Translation) -> None:
        super().__init__(newest.pk)
        self.newest = newest


class DraftedElsewhere(Exception):
    """Another device has kept other words meanwhile; `draft` is what is there."""

    def __init__(self, draft: TranslationDraft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


def translate(
    message: Message,
    paragraphs: Sequence[str],
    *,
    language: str,
    actor: Actor,
    at: datetime,
    model: str = "",
    begun_on: int | None = None,
) -> Translation:
    """Keep a translation, or a corrected version of one. The message is not touched, and what was kept before stays.

    `paragraphs` in the order of the original's, empty where one has none. `model` is what translated it, where no
    person did. `begun_on` is the version its writer saw (0: none). Does nothing when it says the same already. Raises
    NothingSaid, TranslatedMeanwhile.
    """
    text = joined(paragraphs)
    if not text.strip():
        raise NothingSaid
    with unit():
        held(Message, message.pk)
        before = Translation.objects.newest().filter(message=message, language=language).first()
        if before is not None and begun_on is not None and before.version != begun_on:
            raise TranslatedMeanwhile(before)
        _forget_draft(message, actor, language)
        if before is not None and (before.text, before.model) == (text, model):
            return before
        made = _next(message, language, before, text=text, model=model, actor=actor, at=at)
        record(
            verbs.MESSAGE_TRANSLATED,
            f"ticket:{message.ticket_id}",
            actor=actor,
            at=at,
            message=ref(message),
            translation=ref(made),
            into=language,
        )
        _find_by(message)
    return made


def _next(
    message: Message,
    language: str,
    before: Translation | None,
    *,
    text: str,
    model: str,
    actor: Actor,
    at: datetime,
) -> Translation:
    if before is not None:
        Translation.objects.filter(pk=before.pk).update(is_newest=False)
    return Translation.objects.create(
        message=message,
        language=language,
        version=before.version + 1 if before else 1,
        text=text,
        kind="model" if model else "person",
        agent_id=None if model else actor.pk,
        model=model,
        made_at=at,
    )


def _find_by(message: Message) -> None:
    """Let search find the message by the words of its translations too. Where it has no row yet, its reader does."""
    if indexing.is_findable(message):
        row = indexing.of_message(message, indexing.translated([message.pk]).get(message.pk, ()))
        SearchRow.objects.filter(message=message).update(tsv=row.tsv)


def keep_translation_draft(
    message: Message,
    agent: Agent,
    paragraphs: Sequence[str],
    *,
    language: str,
    version: int,
    begun_on: int,
    at: datetime,
) -> TranslationDraft:
    """Keep what somebody is at, MOST_BEGUN at most; `version` is that of the draft they saw.

    Raises DraftedElsewhere, and TranslatedMeanwhile for words that come late, when a version was kept already.
    """
    text = joined(paragraphs)
    with unit():
        own = TranslationDraft.objects.select_for_update().filter(message=message, agent=agent, language=language)
        row = own.first()
        if row is None:
            _insist_on_newest(message, language, begun_on)
            return _begun(message, agent, language, text, begun_on, at)
        if row.version != version:
            raise DraftedElsewhere(row)
        row.text, row.version, row.updated_at = text, version + 1, at
        row.save(update_fields=["text", "version", "updated_at"])
    return row


def _begun(message: Message, agent: Agent, language: str, text: str, begun_on: int, at: datetime) -> TranslationDraft:
    """Two devices that begin at once: the second one finds the draft of the first."""
    try:
        with transaction.atomic():
            made = TranslationDraft.objects.create(
                message=message, agent=agent, language=language, text=text, begun_on=begun_on, version=1, updated_at=at
            )
            _make_room(made)
            return made
    except IntegrityError:
        row = TranslationDraft.objects.get(message=message, agent=agent, language=language)
        raise DraftedElsewhere(row) from None


def _make_room(made: TranslationDraft) -> None:
    others = TranslationDraft.objects.filter(agent=made.agent_id).exclude(pk=made.pk)
    kept = others.order_by("-updated_at", "-pk").values_list("pk", flat=True)[: MOST_BEGUN - 1]
    others.exclude(pk__in=list(kept)).delete()


def _insist_on_newest(message: Message, language: str, begun_on: int) -> None:
    newest = Translation.objects.newest().filter(message=message, language=language).first()
    if newest is not None and newest.version != begun_on:
        raise TranslatedMeanwhile(newest)


def discard_translation_draft(message: Message, agent: Agent, *, language: str) -> None:
    """Throw away what somebody was at. What was kept before stays."""
    TranslationDraft.objects.filter(message=message, agent=agent, language=language).delete()


def _forget_draft(message: Message, actor: Actor, language: str) -> None:
    if actor.kind == "agent" and actor.pk is not None:
        TranslationDraft.objects.filter(message=message, agent_id=actor.pk, language=language).delete()
