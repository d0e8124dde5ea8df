"""Reading the journal: named readers, each with a cursor, each stopping alone when it fails."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import structlog
from django.db import connection, transaction
from django.db.models import Max

from anliegen.ground import clock
from anliegen.ground.journal.batch import together
from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.seal import last
from anliegen.ground.wake import database_is_away

log = structlog.get_logger(__name__)

EVERYTHING: frozenset[str] = frozenset()
SIZE = 200
MOVE_AT_LEAST = 1000  # a reader that was not asked for anything moves its cursor only this often
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(hours=1)

One = Callable[[Event], object]
Many = Callable[[Sequence[Event]], object]


@dataclass(frozen=True)
class Reader:
    """A name, a function, and the verbs it wants. `from_start`: a new reader reads the past too."""

    name: str
    handle: One | Many
    on: frozenset[str]
    batch: bool = False
    from_start: bool = False

    def wants(self, verbs: set[str]) -> bool:
        return not self.on or bool(self.on & verbs)

    def feed(self, events: Sequence[Event]) -> None:
        if self.batch:
            cast(Many, self.handle)(events)
            return
        for event in events:
            cast(One, self.handle)(event)


def reader(
    name: str, handle: One | Many, *, on: Iterable[str], batch: bool = False, from_start: bool = False
) -> Reader:
    """One line of the pipeline. `batch`: the function takes all waiting events at once instead of one at a time."""
    return Reader(name, handle, frozenset(on), batch, from_start)


def enrol(readers: Iterable[Reader]) -> None:
    """Give each reader its cursor. A reader new to an old journal starts now unless it asks for the past."""
    known = dict(Cursor.objects.values_list("name", "verbs"))
    strange = [each for each in readers if known.get(each.name) != sorted(each.on)]
    if not strange:
        return
    newest = last()[0]
    cursors = [Cursor(name=r.name, verbs=sorted(r.on), position=0 if r.from_start else newest) for r in strange]
    # One statement: a cursor that is there keeps its position.
    Cursor.objects.bulk_create(cursors, update_conflicts=True, update_fields=["verbs"], unique_fields=["name"])


def run(each: Reader) -> int:
    """Feed a reader what it has not read; return how many events it took.

    The effects of the events and the move of the cursor share one transaction, so each takes effect exactly once.
    When the batch fails, its events are taken one by one, so that all before the failing one count.
    """
    try:
        return _step(each, SIZE)
    except Exception as error:
        if database_is_away(error):
            raise  # nobody's fault, the caller waits and comes again
        return _up_to_the_failing_one(each)


def _up_to_the_failing_one(each: Reader) -> int:
    done = 0
    while True:
        try:
            taken = _step(each, 1)
        except Exception as error:
            if database_is_away(error):
                raise
            _stop(each, error)
            return done
        if not taken:
            return done
        done += taken


def _step(each: Reader, size: int) -> int:
    with together():
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=each.name).first()
        if cursor is None or _waits(cursor, clock.now()):
            return 0
        newest = last()[0]
        events = _waiting(each, cursor.position, newest, size)
        if events:
            each.feed(events)
        _move(cursor, events, newest, full=len(events) == size)
    return len(events)


def _waits(cursor: Cursor, now: datetime) -> bool:
    """Until the time to retry. One further off than any pause was set by a clock that has been put back since."""
    return cursor.retry_at is not None and now < cursor.retry_at <= now + LONGEST_RETRY


def _waiting(each: Reader, after: int, newest: int, size: int) -> list[Event]:
    events = Event.objects.filter(position__gt=after, position__lte=newest)
    if each.on:
        events = events.filter(verb__in=each.on)
    return list(events.order_by("position")[:size])


def _move(cursor: Cursor, events: list[Event], newest: int, *, full: bool) -> None:
    to = cast(int, events[-1].position) if full else newest
    if not events and not cursor.has_stopped and to - cursor.position < MOVE_AT_LEAST:
        return
    Cursor.objects.filter(pk=cursor.pk).update(
        position=to, moved_at=clock.now(), failed_at=None, failed_position=None, error="", attempts=0, retry_at=None
    )


def _stop(each: Reader, error: Exception) -> None:
    """Note where and why; come back later and later. Everything else goes on."""
    log.exception("reader stopped", reader=each.name)
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(name=each.name)
        event = next(iter(_waiting(each, cursor.position, last()[0], 1)), None)
        cursor.attempts += 1
        cursor.failed_at = clock.now()
        cursor.failed_position = event.position if event else cursor.position
        cursor.error = f"{type(error).__name__}: {error}"[:2000]
        cursor.retry_at = clock.now() + min(FIRST_RETRY * 2 ** (cursor.attempts - 1), LONGEST_RETRY)
        cursor.save()


def retry(name: str) -> None:
    """A person says: try again now."""
    Cursor.objects.filter(name=name, failed_at__isnull=False).update(retry_at=clock.now())


def with_work(readers: Sequence[Reader]) -> list[Reader]:
    """Those for whom something waits, who have stopped, or whose cursor is far behind: asked for all of them at once,
    since most of the time it is none, and `run` costs each a transaction to find that out.

    At most the newest MOVE_AT_LEAST events are looked at, however long the journal and however late a reader.
    """
    cursors = Cursor.objects.in_bulk([each.name for each in readers])
    newest = last()[0]
    near = [one.position for one in cursors.values() if not _is_run_anyhow(one, newest)]
    waiting = Event.objects.filter(position__gt=min(near, default=newest)).order_by()
    newest_of = dict(waiting.values_list("verb").annotate(newest=Max("position")))
    return [each for each in readers if each.name in cursors and _has_work(each, cursors[each.name], newest, newest_of)]


def _is_run_anyhow(cursor: Cursor, newest: int) -> bool:
    return cursor.has_stopped or newest - cursor.position >= MOVE_AT_LEAST


def _has_work(each: Reader, cursor: Cursor, newest: int, newest_of: dict[str, int]) -> bool:
    wanted = [position for verb, position in newest_of.items() if not each.on or verb in each.on]
    return _is_run_anyhow(cursor, newest) or max(wanted, default=0) > cursor.position


def new_verbs(after: int) -> tuple[int, set[str]]:
    """The newest position, and which verbs stand after the given one: so that only the readers concerned are woken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(position), 0), array_agg(DISTINCT verb) FROM journal_event WHERE position > %s",
            [after],
        )
        newest, verbs = cursor.fetchone() or (0, None)
    return max(newest, after), set(verbs or ())
