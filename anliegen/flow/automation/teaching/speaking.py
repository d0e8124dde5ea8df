"""The model that speaks, and the one that waits, as this process holds them: with what people told since, and the bound
learnt from the log."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from anliegen.flow.automation import branches
from anliegen.flow.automation.branches import is_met
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning import log as logs
from anliegen.flow.automation.learning.keeping import from_bytes
from anliegen.flow.automation.learning.model import Answer, Model
from anliegen.flow.automation.learning.terms import Floats
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.teaching import examples, readable
from anliegen.flow.automation.teaching.said import words_of
from anliegen.ground import files
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.queries import the_operator

log_of_program = structlog.get_logger(__name__)

LOOK_AGAIN_S = 60.0
TRY_AGAIN_S = 600.0  # a version that cannot be read, or that fails while it waits, is not tried with each message
MOST_TOLD = 2000  # that one model remembers besides; then it is time for a lesson


@dataclass(frozen=True)
class Remembered:
    """What somebody said of one concern since the model was learnt, and where its words lie."""

    place: Floats
    topic: str
    ticket: int


@dataclass(frozen=True)
class Speaking:
    """`model` knows what was told since, `untaught` is as it was learnt. From `surest` on a topic may be applied.
    `said` is what was told since, by the key of the example."""

    learnt: Learnt
    model: Model
    untaught: Model
    surest: float
    told_until: datetime | None
    looked_at: float
    said: Mapping[int, Remembered] = field(default_factory=dict)

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        return self.model.answer(texts)

    def ticket_like(self, answer: Answer) -> int | None:
        """The earlier concern that is most like it: its number, 0 where that is no concern but what the operator wrote
        of a topic, None where the model's file does not say."""
        number = self.model.number_of(answer.nearest)
        return number if number >= 0 else None

    @property
    def knows_no_concern(self) -> bool:
        """Whether it was learnt from nothing but what the operator wrote of topics."""
        return not self.said and set(self.learnt.sheet.get("sources", {})) <= {"operator"}


_held: dict[str, Speaking] = {}  # by state; one model of each in a process, however many ask
_failed: dict[int, float] = {}  # versions that could not be read or failed, and when
_lock = threading.Lock()


def current() -> Speaking | None:
    """The model that speaks now; None where none does. One or two questions to the database when nothing is new.

    Raises UnknownFormat or FileMissing when its file cannot be read, EncoderMissing when its encoder is gone.
    """
    return _of_state("speaking", Learnt.objects.speaking().first())


def current_or_none() -> Speaking | None:
    """The same, and None where it cannot be read: its file is missing or damaged, its encoder is gone, or it is of
    another version of a library. Silence is right then: people sort. The log says why, and so do the settings
    (`readable`)."""
    return _or_none("speaking", Learnt.objects.speaking().first())


def waiting_or_none() -> Speaking | None:
    """The newest version that waits for approval, as it would speak; None where none waits or it cannot be read."""
    return _or_none("waiting", Learnt.objects.waiting().order_by("-version").first())


def would_apply_from(learnt: Learnt) -> float | None:
    """From which confidence on a version that does not speak would sort without asking if it spoke now: above 1 from
    none on. None where it cannot be read."""
    now = waiting_or_none()
    if now is not None and now.learnt.pk == learnt.pk:
        return now.surest
    try:
        return _read(learnt).surest
    except Exception as error:
        if database_is_away(error):
            raise
        return None


def failed(learnt: Learnt) -> None:
    """It is left alone for a while."""
    _failed[learnt.pk] = time.monotonic()


def _or_none(state: str, learnt: Learnt | None) -> Speaking | None:
    if learnt is not None and time.monotonic() - _failed.get(learnt.pk, float("-inf")) < TRY_AGAIN_S:
        return None
    try:
        return _of_state(state, learnt)
    except Exception as error:
        if database_is_away(error) or learnt is None:
            raise
        failed(learnt)
        log_of_program.exception("a model cannot be read", state=state, version=learnt.version)
        return None


def forget() -> None:
    """Hold nothing: the next who asks reads anew."""
    with _lock:
        _held.clear()
        _failed.clear()
    readable.forget()


def look_again() -> None:
    """Somebody took back what was told: the next who asks looks whether all that is remembered still counts. Other
    processes look within LOOK_AGAIN_S."""
    with _lock:
        for state, now in _held.items():
            _held[state] = replace(now, looked_at=float("-inf"))


def _of_state(state: str, learnt: Learnt | None) -> Speaking | None:
    with _lock:
        now = _held.pop(state, None)
        if learnt is None:
            return None
        if now is None or now.learnt.pk != learnt.pk:
            now = _read(learnt)
        elif time.monotonic() - now.looked_at > LOOK_AGAIN_S:
            bound = surest(learnt, now.untaught)
            now = replace(_still_counting(now), learnt=learnt, surest=bound, looked_at=time.monotonic())
        # One that waits is compared as it was learnt.
        _held[state] = _taught(now) if state == "speaking" else now
        return _held[state]


def _read(learnt: Learnt) -> Speaking:
    encoder = encoders.named(learnt.encoder)  # first: without it the file is of no use
    model = from_bytes(files.get(learnt.sha256), encoder)
    return Speaking(learnt, model, model, surest(learnt, model), learnt.newest_told_at, time.monotonic())


def _taught(now: Speaking) -> Speaking:
    """With what people told since it was last asked. What is said anew of a concern stands for what was said before."""
    rows = examples.with_words(examples.that_count().exclude(topic=""))
    if now.told_until is not None:
        rows = rows.filter(told_at__gt=now.told_until)
    new = list(rows.order_by("told_at", "id")[: max(MOST_TOLD - len(now.said), 0)])
    if not new:
        return now
    known = [row for row in new if row.topic in now.untaught.labels]
    places = now.untaught.places_of([words_of(row.message) for row in known])
    placed = {row.pk: Remembered(place, row.topic, row.ticket_id) for row, place in zip(known, places, strict=True)}
    said = {key: one for key, one in now.said.items() if key not in {row.pk for row in new}} | placed
    is_changed = len(said) < len(now.said) + len(placed)
    model = _with(now.untaught, said.values()) if is_changed else _with(now.model, placed.values())
    return replace(now, model=model, told_until=new[-1].told_at, said=said)


def _still_counting(now: Speaking) -> Speaking:
    """Without what counts no longer: it is an exception, was taken away, or its customer wants people alone."""
    if not now.said:
        return now
    counting = set(examples.that_count().exclude(topic="").filter(pk__in=now.said).values_list("pk", flat=True))
    if len(counting) == len(now.said):
        return now
    said = {key: one for key, one in now.said.items() if key in counting}
    return replace(now, model=_with(now.untaught, said.values()), said=said)


def _with(model: Model, said: Iterable[Remembered]) -> Model:
    for one in said:
        model = model.remember_at(one.place, one.topic, one.ticket)
    return model


def surest(learnt: Learnt, model: Model) -> float:
    """From which confidence on a topic may be applied without asking, so that the error among those stays under the
    operator's bound: learnt from the newest suggestions of this version that people confirmed or corrected, and from
    what it said of earlier concerns that were kept back from it. Infinite until it is shown."""
    live, kept_back = grounds(learnt, model)
    return logs.surest(live, the_operator().error_bound / 100, kept_back)


def grounds(learnt: Learnt, model: Model) -> tuple[list[logs.Said], list[logs.Said]]:
    """From what the bound of a version is learnt: see `logs.surest`. Where little was told when it learnt (and of older
    files) is not known what it said of what was kept back: then the suggestions of all versions count."""
    if model.kept_back is None:
        return log(), []
    return log(learnt), model.kept_back.pairs()


def log(learnt: Learnt | None = None) -> list[logs.Said]:
    """The newest suggestions with what people said of them, the newest first: how sure it was, and whether it was
    right; of one version, or of all. A branch was right where somebody chose something narrower under it."""
    tree = branches.all_of_them()
    rows = (
        Decision.objects.real()
        .filter(question="topic", settled_at__isnull=False)
        .exclude(choice="")
        .exclude(reason=examples.LATER)
        .exclude(settled_as__in=("stopped", "unwanted"))  # no word on whether it was right
    )
    if learnt is not None:
        rows = rows.filter(author=f"model:{learnt.name}")
    return [
        (sure, how == "confirmed" or (how == "corrected" and is_met(value_of(choice), value_of(instead), tree)))
        for sure, how, choice, instead in rows.order_by("-pk").values_list(
            "confidence", "settled_as", "choice", "settled_choice"
        )[: logs.LOOKED_BACK]
    ]
