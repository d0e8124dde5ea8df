"""Mail that lay in a mailbox before it was a source: how much of it there is, and what was decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.timezone import localdate

from anliegen.flow.channels.mailroom.places.place import Place, batches
from anliegen.flow.channels.mailroom.sources import EVERYTHING, TODAY, UNREAD
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import clock


@dataclass(frozen=True)
class Counted:
    """How many mails lie there. `unread` is None where that is not kept."""

    all: int
    unread: int | None
    today: int


def count(place: Place) -> Counted:
    """What there is to decide about. Changes nothing there."""
    unread = place.unread()
    return Counted(
        all=len(place.all_keys()),
        unread=None if unread is None else len(unread),
        today=len(place.since(localdate())),
    )


def begin(place: Place, source: Source) -> None:
    """Note what is to be left, mail by mail, so that it stays known when the place names its mails anew. What is broken
    off goes on where it was."""
    if source.last_uid != EVERYTHING:
        keys = place.all_keys()
        chosen = _chosen(place, source)
        to_leave, noted = [key for key in keys if key not in chosen], Unfetched.objects.filter(source=source)
        for batch in batches(unknown(source, to_leave, left=noted)):
            _leave(place, source, batch)
    source.begun_at = clock.now()
    Source.objects.filter(pk=source.pk).update(begun_at=source.begun_at)
    if source.kind == "mbox":
        source.last_uid = 0  # from now on it remembers the size of the file


def _chosen(place: Place, source: Source) -> set[str]:
    if source.last_uid == UNREAD:
        return place.unread() or set()
    if source.last_uid == TODAY:
        return place.since(source.from_day or localdate())
    return set()


def _leave(place: Place, source: Source, keys: list[str]) -> None:
    at = clock.now()
    said = {each.key: each for each in place.summaries(keys)}
    rows = [
        Unfetched(
            source=source,
            key=source.ledger_key(key),
            mark=said[key].mark if key in said else "",
            size=said[key].size if key in said else 0,
            at=said[key].at if key in said else None,
            state="left",
            noted_at=at,
        )
        for key in keys
    ]
    Unfetched.objects.bulk_create(rows, ignore_conflicts=True)


def unknown(source: Source, keys: Sequence[str], *, left: "QuerySet[Unfetched]") -> list[str]:
    """Those of these keys that are neither in the ledger nor among what was left where it is."""
    known: set[str] = set()
    for batch in batches(keys, 2000):
        names = {source.ledger_key(key): key for key in batch}
        lines = Intake.objects.filter(source=source.ledger_name, remote_key__in=names)
        noted = left.filter(key__in=names)
        known |= {
            names[name] for rows in (lines.values_list("remote_key"), noted.values_list("key")) for (name,) in rows
        }
    return [key for key in keys if key not in known]
