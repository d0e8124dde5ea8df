"""By the clock: search rows that an older analyser made are made anew, in the background."""

from anliegen.ground.jobs import periodic
from anliegen.ground.search.analysis import ANALYSER_VERSION
from anliegen.ground.search.queries import stale
from anliegen.records.tickets import readers
from anliegen.records.tickets.models import SearchRow

AT_ONCE = 500
MOST = 20_000  # rows in one run, so that other jobs get their turn


@periodic("*/10 * * * *", queue="index")
def index_again(timestamp: int) -> None:
    """Bring rows of an older analyser up to date, the oldest first; the rest waits for the next run."""
    last, done = 0, 0
    while done < MOST and (rows := list(stale(SearchRow).filter(pk__gt=last).order_by("pk")[:AT_ONCE])):
        _renew(rows)
        last, done = rows[-1].pk, done + len(rows)


def _renew(rows: list[SearchRow]) -> None:
    loaded = SearchRow.objects.select_related("message__ticket", "note").in_bulk([row.pk for row in rows])
    for row in loaded.values():
        fresh = readers.of_message(row.message) if row.message is not None else readers.of_note(row.note)
        row.tsv, row.version = fresh.tsv, ANALYSER_VERSION
    SearchRow.objects.bulk_update(loaded.values(), ["tsv", "version"])
