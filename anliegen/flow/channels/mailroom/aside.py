"""What cannot be brought to its place: whether it waits or is set aside, with which reason, and when it waits again."""

import errno
import os
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet

from anliegen import __version__
from anliegen.flow.channels import verbs
from anliegen.flow.channels.mailroom.begun import MOST_DEATHS, suspects
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.held import held
from anliegen.ground.jobs import periodic
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.record import record
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.queries import NotSetUp

log = structlog.get_logger(__name__)

NEW = "anliegen_intake"  # the notification that a trigger on the ledger sends
RETRIED = ("quarantined", "rejected")
DEADLY = "killed-the-worker"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
# A file server, or a disk, that is gone: no mail that lies there can be read.
AWAY = {errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENODEV, errno.ENXIO}
# Ours, so an update may have mended it.
_RETRIED_AFTER_AN_UPDATE = ("not-understood", "database-refused", DEADLY)
# Of the file store, which may be whole again.
_RETRIED_BY_THE_CLOCK = ("file-missing", "disk")
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)
MOST_AT_ONCE = 1000  # lines that wait again by one click, or one look of the clock


def passes(error: Exception) -> bool:
    """The database or the file store is away, or the disk full: all mails are in the same case, and none to blame."""
    if isinstance(error, OSError):
        return error.errno in FULL | AWAY or store_is_away()
    return database_is_away(error)


def store_is_away() -> bool:
    """Whether the folder of all files cannot be read, or is empty, as where a volume is not mounted."""
    try:
        with os.scandir(files.data_path() / "files") as entries:
            return next(entries, None) is None
    except OSError:
        return True


def set_aside(pk: int, error: Exception) -> Intake:
    """Ours or the mail's fault: it stays whole, with the reason, where a person sees it."""
    log.exception("mail set aside", intake=pk)
    return _set_aside(pk, _reason(error), _place(error))


def give_up_on_the_deadly() -> None:
    """What too many processes died of is read no more, until a person or another version tries it."""
    for line in suspects().filter(deaths__gte=MOST_DEATHS).order_by("pk"):
        log.error("mail set aside, since reading it did not return", intake=line.pk, deaths=line.deaths)
        _set_aside(line.pk, DEADLY, "")


def retry(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has a mail that was set aside, or rejected, taken in again."""
    actor.insist_on_a_person()
    with transaction.atomic():
        line = held(Intake, intake.pk)
        if line.result not in RETRIED:
            return line
        line.let_in_at = at
        _wait_again(line, actor, at)
    return line


def retry_all(lines: "QuerySet[Intake]", *, reason: str, actor: Actor, at: datetime) -> int:
    """A person has those of these lines that were set aside for this reason taken in again. How many these are.

    At most MOST_AT_ONCE; each has its own event. What a brake holds back only the brake's release lets in.
    """
    actor.insist_on_a_person()
    with transaction.atomic():
        waiting = _locked(lines.filter(result="quarantined", reason=reason, brake=None))
        for line in waiting:
            line.let_in_at = at
            _wait_again(line, actor, at)
        _wake()
    return len(waiting)


def retry_after_update(at: datetime) -> int:
    """What another version of the program could not take in waits again, once for each version. How many these are."""
    with transaction.atomic():
        failed = Intake.objects.filter(result="quarantined", reason__in=_RETRIED_AFTER_AN_UPDATE)
        lines = list(failed.exclude(version=__version__).select_for_update(skip_locked=True).order_by("pk"))
        for line in lines:
            _wait_again(line, SYSTEM, at)
    return len(lines)


@periodic("*/5 * * * *", queue="mail")
def retry_what_is_there_again(timestamp: int) -> None:
    """Mails whose file was away, or whose files the disk refused, wait again once their file can be read.

    At first after five minutes, then after twice as long each time, at last once a day.
    """
    at = clock.now()
    failed = Intake.objects.filter(result="quarantined", reason__in=_RETRIED_BY_THE_CLOCK).order_by("pk")
    due = (line.pk for line in failed.iterator() if _is_due(line, at) and _is_there(line))
    chosen = list(islice(due, MOST_AT_ONCE))
    if not chosen:
        return
    with transaction.atomic():
        for line in _locked(failed.filter(pk__in=chosen)):
            _wait_again(line, SYSTEM, at)
        _wake()


def _locked(lines: "QuerySet[Intake]") -> list[Intake]:
    found = lines.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]
    again = Intake.objects.filter(pk__in=list(found), result="quarantined")
    return list(again.select_for_update(skip_locked=True).order_by("pk"))


def _wait_again(line: Intake, actor: Actor, at: datetime) -> None:
    """What processes died of gets one more try, and that apart; anything else begins anew."""
    line.deaths = MOST_DEATHS - 1 if line.reason == DEADLY else 0
    line.result, line.reason, line.detail, line.done_at = "received", "", "", None
    line.fingerprint = line.version = ""
    line.save()
    record(verbs.INTAKE_RETRIED, line, actor=actor, at=at)


def _wake() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [NEW])


def _set_aside(pk: int, reason: str, detail: str) -> Intake:
    with transaction.atomic():
        changed = Intake.objects.filter(pk=pk, result="received").update(
            result="quarantined",
            version=__version__,
            reason=reason,
            detail=detail,
            fingerprint="",
            attempts=F("attempts") + 1,
            done_at=clock.now(),
        )
        line = Intake.objects.get(pk=pk)
        if changed:  # else another worker has brought it to its place meanwhile
            record(verbs.INTAKE_QUARANTINED, line, actor=SYSTEM, at=clock.now(), reason=reason)
    return line


def _is_due(line: Intake, at: datetime) -> bool:
    pause = FIRST_PAUSE * (1 << min(max(line.attempts - 1, 0), 10))
    return line.done_at is not None and at >= line.done_at + min(pause, LONGEST_PAUSE)


def _is_there(line: Intake) -> bool:
    try:
        return files.size(line.sha256) == line.size
    except (files.FileMissing, OSError):
        return False


def _reason(error: Exception) -> str:
    match error:
        case files.FileMissing():
            return "file-missing"
        case files.FileDamaged():
            return "file-damaged"
        case NotSetUp():
            return "not-set-up"
        case OSError():
            return "disk"
        case DatabaseError():
            return "database-refused"
    return "not-understood"


def _place(error: Exception) -> str:
    """Kind and place of the error; its text could hold words of the mail."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"
