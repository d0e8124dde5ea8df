"""What was begun to be read, noted before it is: a mail that its process dies of leaves a trace.

The note is one row for each batch, beside a lock that ends with its process. A note without its lock says that reading
did not return; a database that went away meanwhile looks the same, and counts the same. Its lines are then read apart.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F

from anliegen.flow.channels.models import Intake, IntakeQuerySet, Reading
from anliegen.ground import clock
from anliegen.ground.alone import alone

log = structlog.get_logger(__name__)

READING = 0x52656164  # the lock of who reads: "Read"
MOST_DEATHS = 3  # one within a batch, then apart


@contextmanager
def begun(lines: Sequence[int]) -> Iterator[Reading]:
    """Note that these lines are begun. Whoever is inside deletes the note with what it commits.

    Not inside a transaction: the note must stay when the process dies.
    """
    key = secrets.randbits(31)
    with alone(READING, key):
        # The order must stay: who finds the note finds the lock held.
        note = Reading.objects.create(id=key, lines=list(lines), begun_at=clock.now())
        try:
            yield note
        except BaseException:  # it returned, however: no death
            with suppress(DatabaseError, InterfaceError):
                Reading.objects.filter(pk=key).delete()
            raise


def others_are_at() -> set[int]:
    """The lines that living processes are reading; those of dead ones are counted, once."""
    at: set[int] = set()
    for note in Reading.objects.order_by("pk"):
        with alone(READING, note.pk) as is_left_behind:
            if is_left_behind:
                _count(note)
            else:
                at.update(note.lines)
    return at


def suspects() -> IntakeQuerySet:
    """Lines that somebody died of, or beside: they wait to be read apart."""
    return Intake.objects.waiting().filter(deaths__gt=0)


def _count(note: Reading) -> None:
    with transaction.atomic():
        gone, _each = Reading.objects.filter(pk=note.pk).delete()
        if gone:  # else another has counted it meanwhile
            died = Intake.objects.waiting().filter(pk__in=note.lines).update(deaths=F("deaths") + 1)
            log.error("reading did not return", lines=note.lines, waiting=died, begun_at=note.begun_at.isoformat())
