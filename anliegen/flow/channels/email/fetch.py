"""Mail is fetched by IMAP: every minute, what is new in the folder. Nothing there is deleted, moved or marked as read.

A mail is known by UIDVALIDITY and UID. Storing one twice is refused by the ledger; losing one is prevented by moving on
only when it is stored.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from imap_tools import AND, BaseMailBox
from imap_tools.errors import ImapToolsError

from anliegen.flow.channels import verbs
from anliegen.flow.channels.email.receive import store_raw
from anliegen.flow.channels.email.troubles import Trouble, explain
from anliegen.flow.channels.models import Source
from anliegen.flow.channels.sources import FROM_NOW, PURPOSE
from anliegen.ground import clock, egress, secrets
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.record import record

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
LEASE = timedelta(minutes=10)  # how long a worker may be at it before another one begins
AT_ONCE_S = 45.0  # then the rest waits for the next minute
LOOK_BACK = timedelta(days=3)

TLS: dict[str, Literal["implicit", "starttls", "none"]] = {"tls": "implicit", "starttls": "starttls", "none": "none"}


class Refusal(Exception):
    """What the mail server, or our own disk, will not do. `code` is explained by `troubles`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Box(BaseMailBox):
    """The mailbox of imap-tools on a connection that egress made."""

    def __init__(self, client: Any) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> Any:
        return self._made


@periodic("* * * * *", queue="mail")
def fetch_due(timestamp: int) -> None:
    """Have every source fetched whose time has come."""
    may_begin = Q(retry_at=None) | Q(retry_at__lte=clock.now())
    for pk in Source.objects.filter(may_begin, is_active=True).order_by("pk").values_list("pk", flat=True):
        defer(fetch, key=f"source:{pk}", source_id=pk)


@job(queue="mail")
def fetch(source_id: int) -> None:
    """Take in what is new at one source. A failure is noted on the source, and tried again later and later."""
    source = _begin(source_id)
    if source is None:
        return
    try:
        _take_new(source)
    except OperationalError:
        raise  # our database is away: nothing can be noted, the lease runs out by itself
    except Exception as error:
        code = _code_of(error)
        if code == "unexpected":
            log.exception("fetching failed", source=source.pk)
        _note_failure(source, code)
    else:
        _note_success(source)


def check(source: Source) -> Trouble | None:
    """Log in and open the folder, now; fetches nothing and notes nothing. None when that works."""
    try:
        with _opened(source):
            return None
    except (egress.EgressError, egress.IMAPError, ImapToolsError, Refusal) as error:
        return explain(_code_of(error))


def trouble_of(source: Source) -> Trouble | None:
    """Why the last fetch failed; None when it did not."""
    return explain(source.error) if source.failed_at is not None else None


@contextmanager
def _opened(source: Source) -> Iterator[tuple[Box, dict[str, int]]]:
    """The folder, read-only, and its UIDVALIDITY and UIDNEXT."""
    with egress.imap(source.host, source.port, TLS[source.security], purpose=PURPOSE) as client:
        box = Box(client)
        _log_in(box, source)
        try:
            state = box.folder.status(source.folder, ["UIDVALIDITY", "UIDNEXT"])
            box.folder.set(source.folder, readonly=True)
        except ImapToolsError as error:
            raise Refusal("folder") from error
        if not {"UIDVALIDITY", "UIDNEXT"} <= set(state):
            raise Refusal("protocol")
        yield box, state


def _log_in(box: Box, source: Source) -> None:
    try:
        password = secrets.unlock(source.password)
    except secrets.Locked as error:
        raise Refusal("password_locked") from error
    log_in = box.login if f"{source.username}{password}".isascii() else box.login_utf8
    try:
        log_in(source.username, password, initial_folder=None)
    except ImapToolsError as error:
        raise Refusal("login") from error
    except egress.IMAPError as error:
        # A broken connection says nothing about the password; the library calls it an error, too.
        if isinstance(error, box.client.abort):
            raise
        raise Refusal("login") from error


def _take_new(source: Source) -> None:
    until = time.monotonic() + AT_ONCE_S
    with _opened(source) as (box, state):
        same_folder = source.uid_validity == state["UIDVALIDITY"]
        for uid in _new_uids(box, source, state):
            _take(box, source, state["UIDVALIDITY"], uid)
            if same_folder:
                # Not if the settings name another folder meanwhile.
                Source.objects.filter(pk=source.pk, uid_validity=source.uid_validity).update(last_uid=uid)
                if time.monotonic() > until:
                    return
        if not same_folder:
            # Only now, so that a fetch that was broken off begins the new folder again.
            place = {"host": source.host, "username": source.username, "folder": source.folder}
            begun = {"uid_validity": state["UIDVALIDITY"], "last_uid": state["UIDNEXT"] - 1}
            Source.objects.filter(pk=source.pk, **place).update(**begun)


def _new_uids(box: Box, source: Source, state: dict[str, int]) -> list[int]:
    if source.uid_validity == state["UIDVALIDITY"]:
        # `n:*` always names the newest mail, even when its number is below n.
        found = box.uids(AND(uid=f"{source.last_uid + 1}:*"), charset=None)
        return sorted(uid for uid in map(int, found) if uid > source.last_uid)
    if source.uid_validity is not None and source.fetched_at is not None:
        # The server has numbered the folder anew. What was taken in already is a duplicate in the ledger.
        found = box.uids(AND(date_gte=(source.fetched_at - LOOK_BACK).date()), charset=None)
    else:
        found = [] if source.last_uid == FROM_NOW else box.uids("ALL", charset=None)
    return sorted(uid for uid in map(int, found) if uid < state["UIDNEXT"])


def _take(box: Box, source: Source, validity: int, uid: int) -> None:
    _status, answer = box.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if raw is None:
        return  # somebody deleted it in this very moment
    try:
        with transaction.atomic():
            store_raw(
                raw,
                source=f"imap:{source.pk}",
                envelope_to=[source.mailbox.address],
                remote_key=f"{validity}/{uid}",
            )
    except IntegrityError:
        log.info("fetched before", source=source.pk, uid=uid)


def _code_of(error: Exception) -> str:
    if isinstance(error, (Refusal, egress.EgressError)):
        return error.code
    if isinstance(error, (egress.IMAPError, ImapToolsError)):
        return "protocol"
    return "disk" if isinstance(error, OSError) else "unexpected"


def _begin(source_id: int) -> Source | None:
    """Take the lease; None when the source is gone, off, or another worker is at it."""
    with transaction.atomic():
        sources = Source.objects.select_for_update(of=("self",)).select_related("mailbox")
        source = sources.filter(pk=source_id, is_active=True).first()
        if source is None or (source.retry_at is not None and source.retry_at > clock.now()):
            return None
        Source.objects.filter(pk=source.pk).update(retry_at=clock.now() + LEASE)
    return source


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
