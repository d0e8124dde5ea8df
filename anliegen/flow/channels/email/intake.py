"""Lines of the ledger that wait are read and brought to their place; what cannot be is set aside, visibly."""

import errno
from datetime import datetime

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from anliegen.flow.channels import verbs
from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import together
from anliegen.ground.journal.record import record
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.queries import Mailboxes, NotSetUp

log = structlog.get_logger(__name__)

NEW = "anliegen_intake"  # the notification that a trigger on the ledger sends
TOGETHER = 25  # mails in one transaction
TRIES = 3
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
LARGE = 512 * 1024  # bytes; a large mail is read alone, so that it keeps no others waiting


def take_in_all() -> int:
    """Take in until nothing waits; return how many mails."""
    total = 0
    while done := take_in():
        total += done
    return total


def take_in() -> int:
    """Take in the next waiting mails together. When that fails, one by one, so that one bad mail stops no other."""
    try:
        with together():
            lines = _next(TOGETHER)
            mailboxes = Mailboxes.load()
            for line in lines:
                _read(line, mailboxes, clock.now())
            return len(lines)
    except Exception as error:
        if _passes(error):
            raise  # nobody's fault, the lines wait
        return _one_by_one()


def take_in_one(intake: Intake) -> Intake:
    """Take in this line now, alone: for the command line and for a person who tries again."""
    try:
        return _alone(intake.pk)
    except Exception as error:
        if _passes(error):
            raise
        return _set_aside(intake.pk, error)


def retry(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has a mail that was set aside, or rejected, taken in again."""
    with transaction.atomic():
        line = Intake.objects.select_for_update().get(pk=intake.pk)
        if line.result not in ("quarantined", "rejected"):
            return line
        line.result, line.reason, line.detail, line.done_at = "received", "", "", None
        line.fingerprint = ""
        line.save()
        record(verbs.INTAKE_RETRIED, line, actor=actor, at=at)
    return line


def _next(most: int) -> list[Intake]:
    lines = list(Intake.objects.waiting().select_for_update(skip_locked=True).order_by("id")[:most])
    large = next((index for index, line in enumerate(lines) if line.size > LARGE), None)
    return lines if large is None else lines[: max(large, 1)]


def _read(line: Intake, mailboxes: Mailboxes, at: datetime) -> Intake:
    return accept(parse(files.get(line.sha256)), line, mailboxes=mailboxes, at=at)


def _alone(pk: int) -> Intake:
    """One mail in its own transaction, tried again when another worker brought the same mail in at this moment."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                line = Intake.objects.select_for_update().get(pk=pk)
                return _read(line, Mailboxes.load(), clock.now()) if line.result == "received" else line
        except IntegrityError:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _one_by_one() -> int:
    done = 0
    for pk in Intake.objects.waiting().order_by("id").values_list("pk", flat=True)[:TOGETHER]:
        take_in_one(Intake(pk=pk))
        done += 1
    return done


def _set_aside(pk: int, error: Exception) -> Intake:
    """Ours or the mail's fault: it stays whole, with the reason, where a person sees it."""
    log.exception("mail set aside", intake=pk)
    reason = _reason(error)
    with transaction.atomic():
        Intake.objects.filter(pk=pk, result="received").update(
            result="quarantined",
            reason=reason,
            detail=_place(error),
            fingerprint="",
            attempts=F("attempts") + 1,
            done_at=clock.now(),
        )
        line = Intake.objects.get(pk=pk)
        record(verbs.INTAKE_QUARANTINED, line, actor=SYSTEM, at=clock.now(), reason=reason)
    return line


def _passes(error: Exception) -> bool:
    """The database is away or the disk is full: all mails are in the same case, and none of them is to blame."""
    return database_is_away(error) or (isinstance(error, OSError) and error.errno in FULL)


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
