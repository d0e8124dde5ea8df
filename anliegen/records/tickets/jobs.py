"""By the clock: what was put aside comes back; search rows that an older analyser made are made anew."""

import structlog

from anliegen.ground import clock
from anliegen.ground.jobs import periodic
from anliegen.ground.search.analysis import ANALYSER_VERSION
from anliegen.ground.search.queries import stale
from anliegen.ground.wake import database_is_away
from anliegen.records.tickets import actions, indexing
from anliegen.records.tickets.models import SearchRow

log = structlog.get_logger(__name__)

AT_ONCE = 500
MOST = 20_000  # rows in one run, so that other jobs get their turn


@periodic("* * * * *")
def wake_due(timestamp: int) -> None:
    """Take back what was put aside and is due: at its minute, or afterwards when nothing ran at that time.

    One that fails stays for the next run and keeps no other waiting.
    """
    for row in actions.due_to_wake(clock.now()).order_by("pk")[:MOST]:
        try:
            actions.wake_due(row, at=clock.now())
        except Exception as error:
            if database_is_away(error):
                raise
            log.exception("could not be taken back", snooze=row.pk, ticket=row.ticket_id)


@periodic("*/10 * * * *", queue="index")
def index_again(timestamp: int) -> None:
    """Bring rows of an older analyser up to date, the oldest first, or take them away where nothing is to be found any
    more; the rest waits for the next run."""
    last, done = 0, 0
    while done < MOST and (rows := list(stale(SearchRow).filter(pk__gt=last).order_by("pk")[:AT_ONCE])):
        _renew(rows)
        last, done = rows[-1].pk, done + len(rows)


def _renew(rows: list[SearchRow]) -> None:
    loaded = SearchRow.objects.select_related("message__ticket", "note").in_bulk([row.pk for row in rows])
    left_out = [key for key, row in loaded.items() if row.message is not None and not indexing.is_findable(row.message)]
    SearchRow.objects.filter(pk__in=left_out).delete()
    kept = [row for key, row in loaded.items() if key not in left_out]
    for row in kept:
        if row.message is not None:
            row.tsv = indexing.of_message(row.message).tsv
        elif row.note is not None:
            row.tsv = indexing.of_note(row.note).tsv
        row.version = ANALYSER_VERSION
    SearchRow.objects.bulk_update(kept, ["tsv", "version"])
