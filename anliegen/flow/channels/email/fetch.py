"""Mail is fetched from mailboxes elsewhere: what is new there, each mail once, whatever goes wrong on the way.

Whoever listens there (`watch.py`) fetches within a second or two; where nobody listens, the clock does every minute. A
failure is noted at its source, and tried again later and later.
"""

from datetime import timedelta

import structlog
from django.db import OperationalError, transaction
from django.db.models import Q
from imap_tools.errors import ImapToolsError

from anliegen.flow.channels import verbs
from anliegen.flow.channels.email.beginning import Counted, count
from anliegen.flow.channels.email.places.doors import opened
from anliegen.flow.channels.email.places.place import Refusal
from anliegen.flow.channels.email.rounds import take_new
from anliegen.flow.channels.email.troubles import Trouble, explain
from anliegen.flow.channels.models import Source
from anliegen.flow.channels.sources import UNDECIDED
from anliegen.ground import clock, egress
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.record import record

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
LEASE = timedelta(minutes=10)  # how long a worker may be at it before another one begins
CHECK_S = 40.0  # a person waits this long
LEFT_TO_THE_WATCH = timedelta(minutes=15)

THEIRS = (egress.EgressError, egress.IMAPError, egress.POPError, ImapToolsError, Refusal)


@periodic("* * * * *", queue="mail")
def fetch_due(timestamp: int) -> None:
    """Have every source fetched whose time has come and where nobody listens."""
    now = clock.now()
    may_begin = Q(retry_at=None) | Q(retry_at__lte=now)
    watched = Q(watched_until__gt=now, fetched_at__gt=now - LEFT_TO_THE_WATCH, failed_at=None)
    due = Source.objects.filter(may_begin, is_active=True).exclude(watched)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        defer(fetch, key=f"source:{pk}", source_id=pk)


@job(queue="mail")
def fetch(source_id: int) -> None:
    """Take in what is new at one source; when that is much, the rest in another job."""
    if fetch_round(source_id):
        defer(fetch, key=f"source:{source_id}", source_id=source_id)


def fetch_round(source_id: int) -> bool:
    """One round at a source: whether more may lie there. A failure is noted on the source."""
    source = begin(source_id)
    if source is None:
        return False
    more = False
    with noted(source), opened(source) as place:
        more = take_new(place, source)
    return more


def begin(source_id: int) -> Source | None:
    """Take the lease; None when the source is gone, off, not decided about, or another worker is at it."""
    with transaction.atomic():
        sources = Source.objects.select_for_update(of=("self",)).select_related("mailbox")
        source = sources.filter(pk=source_id, is_active=True).exclude(begun_at=None, last_uid=UNDECIDED).first()
        if source is None or (source.retry_at is not None and source.retry_at > clock.now()):
            return None
        Source.objects.filter(pk=source.pk).update(retry_at=clock.now() + LEASE)
    return source


class noted:  # reads as the verb it is
    """Notes how it ended on the source, and gives the lease back."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if error is None:
            _note_success(self._source)
            return True
        if isinstance(error, OperationalError) or not isinstance(error, Exception):
            return False  # our database is away: nothing can be noted, the lease runs out by itself
        code = code_of(error)
        if code == "unexpected":
            log.error("fetching failed", source=self._source.pk, exc_info=error)
        _note_failure(self._source, code)
        return True


def check(source: Source) -> Trouble | None:
    """Log in and open the folder, now; fetches nothing and notes nothing. None when that works."""
    try:
        with opened(source, lasts_s=CHECK_S):
            return None
    except THEIRS as error:
        return explain(code_of(error))


def count_what_lies_there(source: Source) -> Counted | Trouble:
    """How many mails lie there now, for the decision about them; or why that cannot be said."""
    try:
        with opened(source, lasts_s=CHECK_S) as place:
            return count(place)
    except THEIRS as error:
        return explain(code_of(error))


def trouble_of(source: Source) -> Trouble | None:
    """Why the last fetch failed; None when it did not."""
    return explain(source.error) if source.failed_at is not None else None


def want_now(source: Source) -> None:
    """Fetch as soon as a worker is free, whatever failed before. A fetch that is under way is not disturbed."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk, failed_at__isnull=False).update(retry_at=None)
        defer(fetch, key=f"source:{source.pk}", source_id=source.pk)


def code_of(error: Exception) -> str:
    if isinstance(error, (Refusal, egress.EgressError)):
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


def _note_success(source: Source) -> None:
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            fetched_at=clock.now(), failed_at=None, error="", attempts=0, retry_at=None
        )
        if source.failed_at is not None:
            record(verbs.SOURCE_RECOVERED, source, actor=SYSTEM, at=clock.now())
