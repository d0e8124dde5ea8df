"""Having the journal and the ledger checked: at once where that is quick, else by a job. Each check is an event."""

import time
from datetime import datetime

from django.db import transaction

from anliegen.ground import clock
from anliegen.ground.held import held
from anliegen.ground.jobs import defer, job
from anliegen.ground.journal import read
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Cursor
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verify import Verdict, verify
from anliegen.oversight.compliance import ledger, verbs

AT_ONCE_S = 6.0  # a person waits this long for an answer; longer checks go on without them


class _TooLong(Exception):
    pass


def check_journal(*, actor: Actor, at: datetime, seconds: float = AT_ONCE_S) -> Verdict | None:
    """Verify the chain and say so in the journal. None when it takes longer: then a job goes on."""
    until = time.monotonic() + seconds

    def watch(done: int) -> None:
        if time.monotonic() > until:
            raise _TooLong

    try:
        verdict = verify(watch)
    except _TooLong:
        with transaction.atomic():
            defer(journal_in_full, key="compliance.journal", actor=actor.ref)
        return None
    _say_journal(verdict, actor, at)
    return verdict


def check_ledger(*, actor: Actor, at: datetime, seconds: float = AT_ONCE_S) -> ledger.Files | None:
    """Read every file that the ledger or a message names. None when it takes longer: then a job goes on."""
    found = ledger.check_files(seconds=seconds)
    if not found.is_complete:
        with transaction.atomic():
            defer(ledger_in_full, key="compliance.ledger", actor=actor.ref)
        return None
    _say_ledger(found, actor, at)
    return found


def retry_reader(cursor: Cursor, *, actor: Actor, at: datetime) -> Cursor:
    """Have a stopped reader try again now. Does nothing for one that runs."""
    with transaction.atomic():
        cursor = held(Cursor, cursor.pk)
        if cursor.has_stopped:
            read.retry(cursor.name)
            record(verbs.READER_RETRIED, f"reader:{cursor.name}", actor=actor, at=at)
    return cursor


@job(queue="checks")
def journal_in_full(actor: str) -> None:
    """The whole chain, however long it takes."""
    _say_journal(verify(), Actor(actor), clock.now())


@job(queue="checks")
def ledger_in_full(actor: str) -> None:
    """Every file, however long it takes."""
    _say_ledger(ledger.check_files(), Actor(actor), clock.now())


def _say_journal(verdict: Verdict, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        record(
            verbs.JOURNAL_CHECKED,
            "journal",
            actor=actor,
            at=at,
            ok=verdict.ok,
            events=verdict.events,
            first_bad=verdict.first_bad,
        )


def _say_ledger(found: ledger.Files, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        record(
            verbs.LEDGER_CHECKED,
            "ledger",
            actor=actor,
            at=at,
            checked=found.checked,
            missing=found.bad,
            adrift=found.adrift,
        )
