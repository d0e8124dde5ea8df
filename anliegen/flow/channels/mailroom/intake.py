"""Lines of the ledger that wait are read and brought to their place; what cannot be is set aside, visibly."""

import errno
import re
import time
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email.parse import parse_or_raise
from anliegen.flow.channels.guard.watch import Watch, the_guard
from anliegen.flow.channels.incoming import Incoming
from anliegen.flow.channels.known import Known
from anliegen.flow.channels.mailroom.aside import passes, retry, set_aside, store_is_away
from anliegen.flow.channels.mailroom.begun import MOST_DEATHS, begun, others_are_at, suspects
from anliegen.flow.channels.mailroom.patience import PLACE_WITHIN_S, READ_WITHIN_S, within
from anliegen.flow.channels.models import Guard, Intake, Reading
from anliegen.ground import clock, files, rows
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import together

NULL_SENDER = "<>"  # how the ledger keeps the envelope of who wants no answer; empty there means: not known
TOGETHER = 50  # mails in one transaction
REST_S = 0.1  # between two looks at the ledger while many mails come, so that each takes in several
TRIES = 3
LARGE = 512 * 1024  # bytes; a large mail is read alone, so that it keeps no others waiting
TOGETHER_S = 1.0  # reading for so long, what was read is taken in, and the rest of the mails are for the next round
# What may be sealed is read alone as well: opening it may take seconds.
_MAY_BE_SEALED = re.compile(
    rb"-----BEGIN PGP|LS0tLS1CRUdJTiBQR1|pgp-encrypted|pgp-signature|pkcs7|smime\.p7", re.IGNORECASE
)


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
    chosen, more = _next(TOGETHER)
    if not chosen:
        return 0, False
    try:
        with begun(chosen) as note:
            seen, done = _read_together(chosen, note)
    except Exception as error:
        if passes(error):
            raise  # nobody's fault, the lines wait
        for pk in chosen:
            take_in_one(Intake(pk=pk))
        return len(chosen), True
    if not seen:
        time.sleep(REST_S)  # another worker chose the same ones, and has them
    return done, more or done < seen


def take_in_one(intake: Intake) -> Intake:
    """Take in this line now, alone: for the command line and for a person who tries again."""
    try:
        return _alone(intake.pk)
    except Exception as error:
        if passes(error):
            raise
        return set_aside(intake.pk, error)


def take_in_suspects(*, seconds: float) -> int:
    """Take in, one by one, what processes died of or beside: the least suspicious first, so that it waits for no other.

    In a process of its own, see `apart.py`. After so many seconds no other is begun. How many were tried.
    """
    began, tried = time.monotonic(), 0
    others = others_are_at()
    left = suspects().filter(deaths__lt=MOST_DEATHS).exclude(pk__in=others).order_by("deaths", "pk")
    for pk in list(left.values_list("pk", flat=True)):
        if time.monotonic() - began > seconds:
            break
        take_in_one(Intake(pk=pk))
        tried += 1
    return tried


def let_in(intake: Intake, *, actor: Actor, at: datetime) -> Intake:
    """A person has it taken in again, now. That it was wanted is kept, whatever becomes of it.

    It waits where processes died of it, since that is read apart, and while the file store is away.
    """
    actor.insist_on_a_person()
    line = retry(intake, actor=actor, at=at)
    if line.deaths:
        return line
    try:
        return take_in_one(line)
    except OSError:
        return Intake.objects.get(pk=line.pk)


def _next(most: int) -> tuple[list[int], bool]:
    """The next lines that nobody is reading, and whether more are to be taken after them."""
    others = others_are_at()
    waiting = Intake.objects.waiting().filter(deaths=0).exclude(pk__in=others).order_by("id")
    lines = list(waiting.values_list("pk", "size")[:most])
    large = next((index for index, (_pk, size) in enumerate(lines) if size > LARGE), None)
    taken = lines if large is None else lines[: max(large, 1)]
    return [pk for pk, _size in taken], len(taken) < len(lines) or len(lines) == most


def _read_together(chosen: Sequence[int], note: Reading) -> tuple[int, int]:
    """How many of these wait for nobody else, and how many of those were taken in."""
    with together():
        # Another worker may have been quicker: what it holds, or has brought to its place, is not ours.
        waiting = Intake.objects.waiting().filter(pk__in=chosen)
        lines = list(waiting.select_for_update(skip_locked=True).order_by("id"))
        done = _read(lines) if lines else 0
        note.delete()
    return len(lines), done


def _read(waiting: Sequence[Intake]) -> int:
    """Take in as many of these as are read in good time, at least the first. How many that were."""
    guard = the_guard()
    with within(READ_WITHIN_S):
        incomings = _understood(waiting, guard.trusted_servers)
    with within(PLACE_WITHIN_S):
        return _bring(waiting[: len(incomings)], incomings, guard)


def _bring(lines: Sequence[Intake], incomings: Sequence[Incoming], guard: Guard) -> int:
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
        raw = _bytes_of(line)
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


def _bytes_of(line: Intake) -> bytes:
    """Raises as `files.get`; OSError when it is not this file that is missing, but all of them."""
    try:
        return files.get(line.sha256)
    except files.FileMissing:
        if store_is_away():
            raise OSError(errno.ENODEV, "the file store is away") from None
        raise


def _return_path(line: Intake) -> str | None:
    """The envelope's sender: empty for the null sender (RFC 5321, 4.5.5), None where no envelope is known."""
    return "" if line.envelope_from == NULL_SENDER else line.envelope_from or None


def _alone(pk: int) -> Intake:
    """One mail in its own transaction, tried again when another worker brought the same mail in at this moment."""
    for tries_left in reversed(range(TRIES)):
        try:
            with begun([pk]) as note, transaction.atomic():
                line = held(Intake, pk)
                if line.result == "received":
                    _read([line])
                note.delete()
                return line
        except IntegrityError:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")
