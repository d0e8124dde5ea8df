"""Mail is fetched from mailboxes elsewhere: what is new there, each mail once, whatever goes wrong on the way.

Whoever listens there (`watch.py`) fetches within a second or two; where nobody listens, the clock does every minute. A
failure is noted at its source, and tried again later and later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from imap_tools.errors import ImapToolsError

from anliegen.flow.channels import verbs
from anliegen.flow.channels.mailroom.beginning import Counted, count
from anliegen.flow.channels.mailroom.places.doors import opened
from anliegen.flow.channels.mailroom.places.place import Place
from anliegen.flow.channels.mailroom.rounds import take_new
from anliegen.flow.channels.mailroom.sources import UNDECIDED, decide, is_decided
from anliegen.flow.channels.mailroom.troubles import SourceRefused, Trouble, explain
from anliegen.flow.channels.models import Source
from anliegen.ground import clock, egress
from anliegen.ground.alone import alone
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.record import record

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
FETCHING = 0x66657463  # the kind of the lock of whoever is at a source
CHECK_S = 40.0  # a person waits this long
LEFT_TO_THE_WATCH = timedelta(minutes=15)

THEIRS = (egress.EgressError, egress.IMAPError, egress.POPError, ImapToolsError, SourceRefused)


class Busy(Exception):
    """Another worker is at this source."""


@periodic("* * * * *", queue="mail", formerly=("flow.channels.email.fetch.fetch_due",))
def fetch_due(timestamp: int) -> None:
    """Have every source fetched whose time has come and where nobody listens."""
    now = clock.now()
    lately = Q(fetched_at__gt=now - LEFT_TO_THE_WATCH, fetched_at__lt=now + LEFT_TO_THE_WATCH)
    watched = lately & Q(watched_until__gt=now, watched_until__lt=now + LEFT_TO_THE_WATCH, failed_at=None)
    due = Source.objects.filter(is_active=True).exclude(pauses(now)).exclude(watched)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        defer(fetch, key=f"source:{pk}", source_id=pk)


def pauses(now: datetime) -> Q:
    """Left alone after a failure. A time further off than any pause was set by a clock that has been put back since."""
    return Q(retry_at__gt=now, retry_at__lte=now + LONGEST_PAUSE)


@job(queue="mail", formerly=("flow.channels.email.fetch.fetch",))
def fetch(source_id: int) -> None:
    """Take in what is new at one source; when that is much, the rest in another job."""
    with suppress(Busy):
        if fetch_round(source_id):
            defer(fetch, key=f"source:{source_id}", source_id=source_id)


def fetch_round(source_id: int) -> bool:
    """One round at a source: whether more may lie there. A failure is noted on the source. Raises Busy."""
    more = False
    with turn_at(source_id) as source:
        if source is not None:
            with opened(source) as place:
                more = take_new(place, source)
    return more


@contextmanager
def turn_at(source_id: int) -> Iterator[Source | None]:
    """Be the only one at this source, and note on it how that ended; what failed ends with this block.

    None when there is nothing to be done there now: it is gone, off, not decided about, or pauses after a failure.
    Raises Busy, and OperationalError when our own database is away. A worker that is killed leaves no lock behind.
    """
    with alone(FETCHING, source_id) as mine:
        if not mine:
            raise Busy
        source = _due(source_id)
        if source is None:
            yield None
            return
        try:
            yield source
        except (OperationalError, InterfaceError):
            raise  # nothing can be noted
        except Exception as error:
            code = code_of(error)
            if code == "unexpected":
                log.exception("fetching failed", source=source.pk)
            _note_failure(source, code)
        else:
            _note_success(source)


def _due(source_id: int) -> Source | None:
    sources = Source.objects.filter(pk=source_id, is_active=True).exclude(pauses(clock.now()))
    return sources.exclude(begun_at=None, last_uid=UNDECIDED).select_related("mailbox").first()


def check(source: Source) -> Trouble | None:
    """Log in and open the folder, now; fetches nothing. None when that works."""
    outcome = _look(source, lambda place: None)
    return outcome if isinstance(outcome, Trouble) else None


def count_what_lies_there(source: Source) -> Counted | Trouble:
    """How many mails lie there now, for the decision about them; or why that cannot be said."""
    return _look(source, count)


def _look(source: Source, at: Callable[[Place], T]) -> T | Trouble:
    """Open it for a person who waits. How that went is noted on a source that waits for a decision, since nothing is
    fetched there that would show it; on any other nothing is noted."""
    waits = not is_decided(source)
    try:
        with opened(source, lasts_s=CHECK_S) as place:
            found = at(place)
    except THEIRS as error:
        code = code_of(error)
        if waits:
            _note_unreachable(source, code)
        return explain(code, source.kind, by_itself=not waits)
    if waits:
        _note_reachable(source)
    return found


def trouble_of(source: Source) -> Trouble | None:
    """Why the last fetch failed; None when it did not."""
    return explain(source.error, source.kind, by_itself=is_decided(source)) if source.failed_at is not None else None


def begin(source: Source, choice: int, *, actor: Actor, at: datetime) -> Source:
    """Decide what to take in of what lies there already, and fetch as soon as a worker is free."""
    actor.insist_on_a_person()
    with transaction.atomic():
        source = decide(source, choice, actor=actor, at=at)
        want_now(source)
    return source


def want_now(source: Source) -> None:
    """Fetch as soon as a worker is free, whatever failed before. A fetch that is under way is not disturbed."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).try_at_once()
        defer(fetch, key=f"source:{source.pk}", source_id=source.pk)


def code_of(error: Exception) -> str:
    if isinstance(error, egress.Failed) and error.why:
        return f"{error.code}_{error.why}"
    if isinstance(error, (SourceRefused, egress.EgressError)):
        return error.code
    if isinstance(error, (egress.IMAPError, egress.POPError, ImapToolsError)):
        return "protocol"
    return "disk" if isinstance(error, OSError) else "unexpected"


def _note_failure(source: Source, code: str) -> None:
    attempts = min(source.attempts + 1, 1000)
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            failed_at=source.failed_at or clock.now(), error=code, attempts=attempts, retry_at=clock.now() + pause
        )
        # Said once for each trouble, not for each attempt.
        if source.failed_at is None or source.error != code:
            record(verbs.SOURCE_FAILED, source, actor=SYSTEM, at=clock.now(), reason=code)


def _note_unreachable(source: Source, code: str) -> None:
    """As a failed fetch, but without a next attempt: none is made before the decision."""
    with transaction.atomic():
        kept = _undecided(source)
        if kept is None:
            return
        was, kept.error = kept.error, code
        if kept.failed_at is None or was != code:
            record(verbs.SOURCE_FAILED, kept, actor=SYSTEM, at=clock.now(), reason=code)
        kept.failed_at = kept.failed_at or clock.now()
        kept.save(update_fields=["failed_at", "error"])


def _note_reachable(source: Source) -> None:
    with transaction.atomic():
        kept = _undecided(source)
        if kept is None or kept.failed_at is None:
            return
        kept.failed_at, kept.error = None, ""
        kept.save(update_fields=["failed_at", "error"])
        record(verbs.SOURCE_RECOVERED, kept, actor=SYSTEM, at=clock.now())


def _undecided(source: Source) -> Source | None:
    """The row as it is now, locked; None when it was decided, changed or removed while we looked."""
    same = Source.objects.select_for_update().filter(pk=source.pk, revision=source.revision)
    return same.filter(begun_at=None, last_uid=UNDECIDED).first()


def _note_success(source: Source) -> None:
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            fetched_at=clock.now(), failed_at=None, error="", attempts=0, retry_at=None
        )
        if source.failed_at is not None:
            record(verbs.SOURCE_RECOVERED, source, actor=SYSTEM, at=clock.now())
