"""Lines of the ledger that wait are read and brought to their place; what cannot be is set aside, visibly."""

import errno
import re
import time
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from anliegen import __version__
from anliegen.flow.channels import mail_keys, verbs
from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email.parse import parse_or_raise
from anliegen.flow.channels.guard.watch import Watch, the_guard
from anliegen.flow.channels.incoming import Incoming
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
NULL_SENDER = "<>"  # how the ledger keeps the envelope of who wants no answer; empty there means: not known
TOGETHER = 50  # mails in one transaction
REST_S = 0.1  # between two looks at the ledger while many mails come, so that each takes in several
TRIES = 3
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
LARGE = 512 * 1024  # bytes; a large mail is read alone, so that it keeps no others waiting
TOGETHER_S = 1.0  # reading for so long, what was read is taken in, and the rest of the mails are for the next round
# What may be sealed is read alone as well: opening it may take seconds.
_MAY_BE_SEALED = re.compile(
    rb"-----BEGIN PGP|LS0tLS1CRUdJTiBQR1|pgp-encrypted|pgp-signature|pkcs7|smime\.p7", re.IGNORECASE
)
# Ours, so an update may have mended it.
_RETRIED_AFTER_AN_UPDATE = ("not-understood", "database-refused")


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
            done = _read(lines)
            return done, more or done < len(lines)
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


def retry_after_update(at: datetime) -> int:
    """What another version of the program could not take in waits again, once for each version. How many these are."""
    with transaction.atomic():
        failed = Intake.objects.filter(result="quarantined", reason__in=_RETRIED_AFTER_AN_UPDATE)
        lines = list(failed.exclude(version=__version__).select_for_update(skip_locked=True).order_by("pk"))
        for line in lines:
            _wait_again(line)
            record(verbs.INTAKE_RETRIED, line, actor=SYSTEM, at=at)
    return len(lines)


def let_in(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has it taken in again, now. That it was wanted is kept, whatever becomes of it."""
    return take_in_one(retry(intake, actor=actor, at=at))


def retry(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has a mail that was set aside, or rejected, taken in again."""
    with transaction.atomic():
        line = Intake.objects.select_for_update().get(pk=intake.pk)
        if line.result not in ("quarantined", "rejected"):
            return line
        line.let_in_at = at
        _wait_again(line)
        record(verbs.INTAKE_RETRIED, line, actor=actor, at=at)
    return line


def _wait_again(line: Intake) -> None:
    line.result, line.reason, line.detail, line.done_at = "received", "", "", None
    line.fingerprint = line.version = ""
    line.save()


def _next(most: int) -> tuple[list[Intake], bool]:
    """The next lines, under lock, and whether more are to be taken after them."""
    lines = list(Intake.objects.waiting().select_for_update(skip_locked=True).order_by("id")[:most])
    large = next((index for index, line in enumerate(lines) if line.size > LARGE), None)
    taken = lines if large is None else lines[: max(large, 1)]
    return taken, len(taken) < len(lines) or len(lines) == most


def _read(waiting: Sequence[Intake]) -> int:
    """Take in as many of these as are read in good time, at least the first. How many that were."""
    guard = the_guard()
    incomings = _understood(waiting, guard.trusted_servers)
    lines = waiting[: len(incomings)]
    known = Known.to(incomings, [line.envelope_from for line in lines])
    known.trusts_a_server = bool(guard.trusted_servers)
    answered = {message.ticket_id for message in known.messages.values()}
    known.watch = Watch.over(guard, incomings, [line.received_at for line in lines], answered, clock.now())
    with rows.deferred(len(lines)):
        for line, incoming in zip(lines, incomings, strict=True):
            accept(incoming, line, known=known, at=clock.now())
    known.watch.write(clock.now())
    return len(lines)


def _understood(lines: Sequence[Intake], trusted_servers: Collection[str]) -> list[Incoming]:
    incomings: list[Incoming] = []
    began = time.monotonic()
    for line in lines:
        raw = files.get(line.sha256)
        is_alone = _MAY_BE_SEALED.search(raw) is not None
        if incomings and (is_alone or time.monotonic() - began > TOGETHER_S):
            break
        incomings.append(
            parse_or_raise(
                raw,
                trusted_servers=trusted_servers,
                keys=mail_keys.load,
                return_path=_return_path(line),
                sent_to=line.envelope_to,
            )
        )
        if is_alone:
            break
    return incomings


def _return_path(line: Intake) -> str | None:
    """The envelope's sender: empty for the null sender (RFC 5321, 4.5.5), None where no envelope is known."""
    return "" if line.envelope_from == NULL_SENDER else line.envelope_from or None


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
        changed = Intake.objects.filter(pk=pk, result="received").update(
            result="quarantined",
            version=__version__,
            reason=reason,
            detail=_place(error),
            fingerprint="",
            attempts=F("attempts") + 1,
            done_at=clock.now(),
        )
        line = Intake.objects.get(pk=pk)
        if changed:  # else another worker has brought it to its place meanwhile
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
