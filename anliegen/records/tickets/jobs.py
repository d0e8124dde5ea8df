"""By the clock: what was put aside comes back, old search rows are made anew, due moments told and computed anew,
whoever does not decide in time is passed by; and tidying."""

from datetime import datetime

import structlog

from anliegen.ground import clock, rows
from anliegen.ground.jobs import defer, job, one_by_one, periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.search.analysis import ANALYSER_VERSION
from anliegen.ground.search.queries import stale
from anliegen.ground.wake import database_is_away
from anliegen.records.accounts.models import Operator
from anliegen.records.tickets import actions, indexing
from anliegen.records.tickets.actions.concede import pass_concession_on
from anliegen.records.tickets.actions.deadlines import move_deadlines, ship_kinds
from anliegen.records.tickets.actions.due import keep
from anliegen.records.tickets.actions.telling import AT_ONCE as TOLD_AT_ONCE
from anliegen.records.tickets.actions.telling import forget_early, tell_due, to_tell
from anliegen.records.tickets.aims import yardstick
from anliegen.records.tickets.models import Claim, Concession, SearchRow, Ticket

log = structlog.get_logger(__name__)

AT_ONCE = 500
MOST = 20_000  # rows in one run, so that other jobs get their turn
TICKETS_AT_ONCE = 200  # in one transaction; others who keep due moments wait so long
MOST_TICKETS = 10_000  # in one run


@periodic("* * * * *")
def wake_due(timestamp: int) -> None:
    """Take back what was put aside and is due: at its minute, or afterwards when nothing ran at that time.

    One that fails stays for the next run and keeps no other waiting.
    """
    due = actions.due_to_wake(clock.now()).order_by("pk")
    one_by_one(due[:MOST], lambda row: actions.wake_due(row, at=clock.now()))
    without = actions.without_row(clock.now()).order_by("pk")
    one_by_one(without[:MOST], lambda ticket: actions.wake(ticket, why="due", actor=SYSTEM, at=clock.now()))


@periodic("*/10 * * * *", queue="index")
def index_again(timestamp: int) -> None:
    """Bring rows of an older analyser up to date, the oldest first, or take them away where nothing is to be found any
    more; the rest waits for the next run."""
    last, done = 0, 0
    while done < MOST and (rows := list(stale(SearchRow).filter(pk__gt=last).order_by("pk")[:AT_ONCE])):
        _renew(rows)
        last, done = rows[-1].pk, done + len(rows)


@periodic("47 3 * * *")
def forget_claims_nightly(timestamp: int) -> None:
    forget_claims(at=clock.now())


def forget_claims(*, at: datetime) -> int:
    """Delete what holds no longer: who had begun to answer what; return how many."""
    return rows.forget(Claim.objects.filter(until__lt=at))


def _renew(rows: list[SearchRow]) -> None:
    loaded = SearchRow.objects.select_related("message__ticket", "note").in_bulk([row.pk for row in rows])
    left_out = [key for key, row in loaded.items() if row.message is not None and not indexing.is_findable(row.message)]
    SearchRow.objects.filter(pk__in=left_out).delete()
    kept = [row for key, row in loaded.items() if key not in left_out]
    translated = indexing.translated(row.message_id for row in kept if row.message_id is not None)
    for row in kept:
        if row.message is not None:
            row.tsv = indexing.of_message(row.message, translated.get(row.message.pk, ())).tsv
        elif row.note is not None:
            row.tsv = indexing.of_note(row.note).tsv
        row.version = ANALYSER_VERSION
    SearchRow.objects.bulk_update(kept, ["tsv", "version"])


@periodic("* * * * *", queue="due")
def tell_what_runs_out(timestamp: int) -> None:
    """Each minute: targets and deadlines whose moment has come are told, all of those that a standstill left.

    Many together; where that fails one by one, so that one of which nothing can be told keeps no other waiting.
    """
    try:
        while tell_due(actor=SYSTEM, at=clock.now()) >= TOLD_AT_ONCE:
            pass
    except Exception as error:
        if database_is_away(error):
            raise
        log.exception("could not be told together")
        one_by_one(to_tell(clock.now())[:MOST], lambda number: tell_due(actor=SYSTEM, at=clock.now(), of=[number]))


@periodic("7 * * * *", queue="due")
def forget_early_hourly(timestamp: int) -> None:
    forget_early(at=clock.now())


@job(queue="due", retries=5)
def compute_again(after: int = 0) -> None:
    """Targets, calendars or teams were changed: compute what is open anew, deadlines first, a batch at a time."""
    if not after:
        _move_deadlines()
    last, done = after, 0
    by = yardstick()
    while done < MOST_TICKETS and (numbers := _open_after(last)):
        keep(numbers, actor=SYSTEM, at=clock.now(), by=by)
        last, done = numbers[-1], done + len(numbers)
    if done >= MOST_TICKETS:
        defer(compute_again, after=last)


def _open_after(number: int) -> list[int]:
    found = Ticket.objects.open().filter(pk__gt=number).order_by("pk")
    return list(found.values_list("pk", flat=True)[:TICKETS_AT_ONCE])


def _move_deadlines() -> None:
    after: int | None = 0
    while after is not None:
        after = move_deadlines(after=after, most=TICKETS_AT_ONCE, actor=SYSTEM, at=clock.now())


@periodic("29 4 * * *", queue="due")
def bring_in_deadlines(timestamp: int) -> None:
    """Each night: kinds of deadlines that came with a newer version of the program."""
    if Operator.objects.exists():
        ship_kinds(actor=SYSTEM, at=clock.now())


@periodic("*/5 * * * *")
def pass_on_undecided(timestamp: int) -> None:
    """Concessions that nobody decided in time, or whose approver has left, go to the next one who may.

    One that fails stays for the next run and keeps no other waiting.
    """
    now = clock.now()
    due = Concession.objects.to_pass_on(now).order_by("due_at", "pk")
    one_by_one(due, lambda concession: pass_concession_on(concession, actor=SYSTEM, at=now))
