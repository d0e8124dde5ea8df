"""A lesson: a new model from all that was said, tried on what came last, compared with the one that speaks, and put
before a person. It never speaks by itself."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max

from anliegen.flow.automation import verbs
from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.choose import encoder_for
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.keeping import to_bytes
from anliegen.flow.automation.learning.learn import TooLittle, learn
from anliegen.flow.automation.learning.log import KeptBack, are_enough
from anliegen.flow.automation.learning.model import Answer, Model
from anliegen.flow.automation.models import Learnt, Told
from anliegen.flow.automation.teaching import beside, speaking
from anliegen.flow.automation.teaching.actions import keep_comparison, one_at_a_time
from anliegen.flow.automation.teaching.examples import Given, Said, from_people, from_topics
from anliegen.flow.automation.teaching.groups import Row, by_group, judge, sheet_of
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models.topics import MOST_TOPICS

FEWEST_TOPICS = 2
FOLDS = 4  # while little was told, every part of it is tried once on a model of the others
MUCH = 400  # told examples from which on the newest are tried instead
TRIED = 0.2  # of them, the newest
MOST_TRIED = 1500
WATCHED = timedelta(days=7)  # so long a version that waits is not replaced by night before enough was seen of it


class NothingNew(Exception):
    """Nobody has said anything since the last lesson."""


class TooManyTopics(Exception):
    """More topics are in use than a model tells apart in a night."""


class StillWatched(NothingNew):
    """The version that waits has not been compared with the one that speaks on enough messages yet."""


@dataclass(frozen=True)
class Material:
    """All there is to learn from: what the operator wrote of its topics, and what people said of concerns."""

    given: list[Given]
    people: Said

    @property
    def all(self) -> list[Given]:
        return [*self.given, *self.people.of_topics]

    @property
    def newest_told_at(self) -> datetime | None:
        told = self.people.of_topics
        return told[-1].told_at if told else None


@dataclass(frozen=True)
class Lesson:
    """What was learnt, how well it does, and how long learning took (seconds)."""

    model: Model
    encoder: str
    groups: dict[str, Any]
    figures: dict[str, Any]
    seconds: float


def hold(*, actor: Actor, at: datetime, encoder: str | None = None, anyway: bool = False) -> Learnt:
    """Learn from all there is; the result waits for a person. Raises TooLittle, TooManyTopics, NothingNew and
    StillWatched.

    `anyway`: though nothing is new, and though the one that waits is still being compared.
    """
    material = Material(from_topics(), from_people())
    if not anyway:
        _insist_on_a_reason(material, at)
    _insist_on_topics(material)
    return _keep(_learn(material, encoder), material, actor, at)


def _insist_on_a_reason(material: Material, at: datetime) -> None:
    if not _is_something_new(material):
        raise NothingNew("nothing was said since the last lesson")
    if _is_watched(at):
        raise StillWatched("the version that waits is still being compared")


def _insist_on_topics(material: Material) -> None:
    number = len({one.example.label for one in material.all})
    if number < FEWEST_TOPICS:
        raise TooLittle("a model needs examples of at least two topics")
    if number > MOST_TOPICS:
        raise TooManyTopics(f"{number} topics are in use, and a model tells at most {MOST_TOPICS} apart")


def _learn(material: Material, encoder: str | None) -> Lesson:
    start = time.monotonic()
    examples, told = [one.example for one in material.all], material.people.of_topics
    by = encoders.named(encoder) if encoder is not None else encoder_for(examples)
    model = numbered(learn(examples, encoder=by), material.all)
    strange = model.answer([one.example.text for one in material.people.fits_none])
    model = replace(model, kept_back=by_word_of_people(model, strange, len(told)))
    rows = try_out(material.given, told, by)
    figures = compared(rows, told) | {"noticed": noticed(strange)}
    seconds = round(time.monotonic() - start, 2)
    return Lesson(model, by.name if by is not None else "none", by_group(rows), figures, seconds)


def _keep(lesson: Lesson, material: Material, actor: Actor, at: datetime) -> Learnt:
    """The file first: a row without its file could never speak."""
    content, used = to_bytes(lesson.model), material.all
    sha256 = files.put(content)
    with transaction.atomic():
        one_at_a_time()
        _replace_waiting(at)
        newest = Learnt.objects.aggregate(Max("version"))["version__max"] or 0
        learnt = Learnt.objects.create(
            version=newest + 1,
            encoder=lesson.encoder,
            sha256=sha256,
            size=len(content),
            seconds=lesson.seconds,
            examples=len(used),
            topics=len(lesson.model.labels),
            newest_told_at=material.newest_told_at,
            sheet=sheet_of(used, Told.objects.count() - len(material.people.of_topics)),
            groups=lesson.groups,
            figures=lesson.figures,
            learnt_at=at,
        )
        record(verbs.MODEL_LEARNT, learnt, actor=actor, at=at, version=learnt.version, examples=learnt.examples)
    return learnt


def _replace_waiting(at: datetime) -> None:
    for waiting in Learnt.objects.waiting().select_for_update():
        keep_comparison(waiting)
        waiting.state, waiting.reason, waiting.settled_at = "refused", "replaced", at
        waiting.save()


def _is_watched(at: datetime) -> bool:
    """Whether a version waits that has begun to read along and was not seen long enough: to replace it each night would
    begin the comparison anew each night, and it would never be enough."""
    waiting = Learnt.objects.waiting().filter(learnt_at__gt=at - WATCHED).first()
    seen = beside.of(waiting) if waiting is not None else None
    return seen is not None and not seen.is_enough


def numbered(model: Model, given: Sequence[Given]) -> Model:
    """It can name the concern that an example was: by its number, never by its words. The names of the topics, which it
    took for examples too, are none."""
    numbers = np.zeros(len(model.neighbours.columns), np.int64)
    numbers[: len(given)] = [one.ticket for one in given]
    return replace(model, numbers=numbers)


def _is_something_new(material: Material) -> bool:
    last = Learnt.objects.order_by("-version").first()
    if last is None:
        return True
    return (last.newest_told_at, last.examples) != (material.newest_told_at, len(material.all))


def try_out(given: Sequence[Given], told: Sequence[Given], encoder: Encoder | None) -> list[Row]:
    """What a model says of examples that it has not seen: of the newest, or while there are few of each in turn."""
    if len(told) >= MUCH:
        number = min(int(len(told) * TRIED), MOST_TRIED)
        return _answers([*given, *told[:-number]], told[-number:], encoder)
    rows: list[Row] = []
    source = told if len(told) >= FOLDS else given
    for fold in range(FOLDS):
        tried = list(source[fold::FOLDS])
        rest = [one for at, one in enumerate(source) if at % FOLDS != fold]
        if tried and rest:
            rows += _answers([*given, *rest] if source is told else rest, tried, encoder)
    return rows


def _answers(known: Sequence[Given], asked: Sequence[Given], encoder: Encoder | None) -> list[Row]:
    try:
        model = learn([one.example for one in known], encoder=encoder)
    except TooLittle:
        return []
    return list(zip(asked, model.answer([one.example.text for one in asked]), strict=True))


def compared(rows: Sequence[Row], told: Sequence[Given]) -> dict[str, Any]:
    """The trial in all, and how the model that speaks does on what it does not know yet, beside this one."""
    figures: dict[str, Any] = {"trial": asdict(judge(rows)), "speaking": None}
    now = speaking.current_or_none()
    if now is None:
        return figures
    since = now.learnt.newest_told_at
    unseen = [one for one in told if since is None or (one.told_at is not None and one.told_at > since)]
    shared = {one.message for one in unseen} & {given.message for given, _answer in rows}
    ours = [row for row in rows if row[0].message in shared]
    asked = [given for given, _answer in ours]
    theirs: list[Row] = list(zip(asked, now.untaught.answer([one.example.text for one in asked]), strict=True))
    same = sum(mine[1].label == other[1].label for mine, other in zip(ours, theirs, strict=True))
    figures["speaking"] = {
        "version": now.learnt.version,
        "n": len(ours),
        "this": asdict(judge(ours)),
        "that": asdict(judge(theirs)),
        "same": round(same / len(ours), 4) if ours else None,
    }
    return figures


def noticed(strange: Sequence[Answer]) -> dict[str, Any]:
    """Of the concerns that fit no category, as people said, and what a model answers to them: how many it notices."""
    number = len(strange)
    return {"n": number, "share": round(sum(one.is_unknown for one in strange) / number, 4) if number else None}


def by_word_of_people(model: Model, strange: Sequence[Answer], told: int) -> KeptBack | None:
    """What a model said of concerns while they were kept back from it, and of those that fit no category; None where
    that is too little to go by. What the operator wrote of topics shows nothing of what people write."""
    if model.kept_back is None or model.numbers is None or not are_enough(told, len(model.labels)):
        return None
    tried = model.kept_back.only(model.numbers[model.kept_back.which] > 0)
    guesses = [None if one.is_unknown else one.confidence for one in reversed(strange)]
    return tried.with_strange(guesses, told)
