"""The model that speaks, as this process holds it: with what people told since, and the bound learnt from its log."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.keeping import from_bytes
from anliegen.flow.automation.learning.log import LOOKED_BACK
from anliegen.flow.automation.learning.log import surest as from_log
from anliegen.flow.automation.learning.model import Answer, Model
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.teaching import examples
from anliegen.flow.automation.teaching.said import words_of
from anliegen.ground import files
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.queries import the_operator

log_of_program = structlog.get_logger(__name__)

LOOK_AGAIN_S = 60.0
MOST_TOLD = 2000  # that one model remembers besides; then it is time for a lesson


@dataclass(frozen=True)
class Speaking:
    """`model` knows what was told since, `untaught` is as it was learnt. From `surest` on a topic may be applied."""

    learnt: Learnt
    model: Model
    untaught: Model
    surest: float
    told_until: datetime | None
    looked_at: float

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        return self.model.answer(texts)


_held: Speaking | None = None
_lock = threading.Lock()


def current() -> Speaking | None:
    """The model that speaks now; None where none does. One or two questions to the database when nothing is new.

    Raises UnknownFormat or FileMissing when its file cannot be read, EncoderMissing when its encoder is gone.
    """
    global _held  # one model in a process, however many ask
    learnt = Learnt.objects.speaking().first()
    with _lock:
        if learnt is None:
            _held = None
            return None
        if _held is None or _held.learnt.pk != learnt.pk:
            model = from_bytes(files.get(learnt.sha256), encoders.named(learnt.encoder))
            _held = Speaking(learnt, model, model, surest(), learnt.newest_told_at, time.monotonic())
        elif time.monotonic() - _held.looked_at > LOOK_AGAIN_S:
            _held = Speaking(learnt, _held.model, _held.untaught, surest(), _held.told_until, time.monotonic())
        _held = _taught(_held)
        return _held


def current_or_none() -> Speaking | None:
    """The same, and None where it cannot be read: its file is missing or damaged, its encoder is gone, or it is of
    another version of a library. Silence is right then: people sort. The log says why."""
    try:
        return current()
    except Exception as error:
        if database_is_away(error):
            raise
        log_of_program.exception("the model that should speak cannot be read")
        return None


def forget() -> None:
    """Hold nothing: the next who asks reads anew."""
    global _held
    with _lock:
        _held = None


def _taught(now: Speaking) -> Speaking:
    """With what people told since it was last asked."""
    rows = examples.that_count().exclude(topic="").select_related("message")
    if now.told_until is not None:
        rows = rows.filter(told_at__gt=now.told_until)
    room = MOST_TOLD - (len(now.model.told.columns) if now.model.told is not None else 0)
    new = list(rows.order_by("told_at", "id")[: max(room, 0)])
    if not new:
        return now
    model = now.model
    for row in new:
        model = model.remember(words_of(row.message), row.topic)
    return Speaking(now.learnt, model, now.untaught, now.surest, new[-1].told_at, now.looked_at)


def surest() -> float:
    """From which confidence on a topic may be applied without asking, so that the error among those stays under the
    operator's bound: learnt from the newest suggestions that people confirmed or corrected. Infinite until it is shown.
    """
    return from_log(log(), the_operator().error_bound / 100)


def log() -> list[tuple[float, bool]]:
    """The newest suggestions with what people said of them, the newest first: how sure it was, and whether it was
    right."""
    rows = Decision.objects.filter(question="topic", settled_at__isnull=False).exclude(choice="")
    newest = rows.exclude(settled_as="stopped").order_by("-pk")[:LOOKED_BACK]
    return [
        (sure, how == "confirmed" or (how == "corrected" and instead == choice))
        for sure, how, choice, instead in newest.values_list("confidence", "settled_as", "choice", "settled_choice")
    ]
