"""Lines of the ledger that wait are read and brought to their place; what cannot be is set aside, visibly."""

import errno
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from anliegen.flow.channels import mail_keys, verbs
from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.guard.watch import Watch, the_guard
from anliegen.flow.channels.known import Known
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files, rows
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import together
from anliegen.ground.journal.record import record
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.queries import NotSetUp

log = structlog.get_logger(__name__)

NEW = "anliegen_intake"  # the notification that a trigger on the ledger sends
TOGETHER = 50  # mails in one transaction
REST_S = 0.1  # between two looks at the ledger while many mails come, so that each takes in several
TRIES = 3
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
LARGE = 512 * 1024  # bytes; a large mail is read alone, so that it keeps no others waiting


def take_in_all() -> int:
    """Take in what waits; return how many mails. What comes meanwhile is for the next call, with more beside it."""
    total, more = 0, True
    while more:
        done, more = _round()
        total += done
    return total


def take_in() -> int:
    """Take in the next waiting mails together. When that fails, one by one, so that one bad mail stops no other."""
    return _round()[0]


def _round() -> tuple[int, bool]:
    """How many mails were taken in, and whether more were seen waiting."""
    try:
        with together():
            lines, more = _next(TOGETHER)
            _read(lines)
            return len(lines), more
    except Exception as error:
        if _passes(error):
            raise  # nobody's fault, the lines wait
        done = _one_by_one()
        return done, done > 0


def take_in_one(intake: Intake) -> Intake:
    """Take in this line now, alone: for the command line and for a person who tries again."""
    try:
        return _alone(intake.pk)
    except Exception as error:
        if _passes(error):
            raise
        return _set_aside(intake.pk, error)


def let_in(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has it taken in again, now. That it was wanted is kept, whatever becomes of it."""
    return take_in_one(retry(intake, actor=actor, at=at))


def retry(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has a mail that was set aside, or rejected, taken in again."""
    with transaction.atomic():
        line = Intake.objects.select_for_update().get(pk=intake.pk)
        if line.result not in ("quarantined", "rejected"):
            return line
        line.result, line.reason, line.detail, line.done_at = "received", "", "", None
        line.fingerprint, line.let_in_at = "", at
        line.save()
        record(verbs.INTAKE_RETRIED, line, actor=actor, at=at)
    return line


def _next(most: int) -> tuple[list[Intake], bool]:
    """The next lines, under lock, and whether more are to be taken after them."""
    lines = list(Intake.objects.waiting().select_for_update(skip_locked=True).order_by("id")[:most])
    large = next((index for index, line in enumerate(lines) if line.size > LARGE), None)
    taken = lines if large is None else lines[: max(large, 1)]
    return taken, len(taken) < len(lines) or len(lines) == most


def _read(lines: Sequence[Intake]) -> None:
    guard = the_guard()
    incomings = [
        parse(files.get(line.sha256), trusted_servers=guard.trusted_servers, keys=mail_keys.load) for line in lines
    ]
    known = Known.to(incomings, [line.envelope_from for line in lines])
    answered = {message.ticket_id for message in known.messages.values()}
    known.watch = Watch.over(guard, incomings, [line.received_at for line in lines], answered, clock.now())
    with rows.deferred(len(lines)):
        for line, incoming in zip(lines, incomings, strict=True):
            accept(incoming, line, known=known, at=clock.now())
    known.watch.write(clock.now())


def _alone(pk: int) -> Intake:
    """One mail in its own transaction, tried again when another worker brought the same mail in at this moment."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                line = Intake.objects.select_for_update().get(pk=pk)
                if line.result == "received":
                    _read([line])
                return line
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
