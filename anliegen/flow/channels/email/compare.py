"""The mailbox against the ledger, nightly and on demand: what lies there and is not in the ledger is named.

Compared is not by the names that a place gives its mails, since these may lie, but by what the mails' headers say.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anliegen.flow.channels import verbs
from anliegen.flow.channels.email.fetch import begin, noted
from anliegen.flow.channels.email.places.doors import opened
from anliegen.flow.channels.email.places.place import Place, Summary, batches
from anliegen.flow.channels.email.rounds import counted_marks, take, take_new
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import clock
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.record import record

LATER = timedelta(seconds=5)  # while another fetch is under way
WANTED = ("missing", "too-large", "not-given")


@periodic("40 2 * * *", queue="mail")
def compare_nightly(timestamp: int) -> None:
    """Have every active source compared."""
    for pk in Source.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        defer(compare, key=f"compare:{pk}", source_id=pk, actor=SYSTEM.ref)


def want_comparison(source: Source, *, actor: Actor) -> None:
    """Compare as soon as a worker is free."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk, failed_at__isnull=False).update(retry_at=None)
        defer(compare, key=f"compare:{source.pk}", source_id=source.pk, actor=actor.ref)


@job(queue="mail")
def compare(source_id: int, actor: str, tries: int = 0) -> None:
    """Fetch what is new, then look for everything that lies there in the ledger."""
    source = begin(source_id)
    if source is None:
        if tries < 120 and _is_only_busy(source_id):
            defer(compare, at=clock.now() + LATER, source_id=source_id, actor=actor, tries=tries + 1)
        return
    with noted(source), opened(source) as place:
        lies_there = place.all_keys()
        if take_new(place, source):
            # What came is more than one round: nothing can be said to be missing before it is here.
            defer(compare, at=clock.now() + LATER, source_id=source_id, actor=actor, tries=tries + 1)
            return
        _note(source, len(lies_there), missing_among(place, source, lies_there), Actor(actor))


@job(queue="mail")
def fetch_missing(source_id: int, tries: int = 0) -> None:
    """Fetch what is missing at a source and was asked for."""
    source = begin(source_id)
    if source is None:
        if tries < 120 and _is_only_busy(source_id):
            defer(fetch_missing, at=clock.now() + LATER, source_id=source_id, tries=tries + 1)
        return
    with noted(source), opened(source) as place:
        present = {source.ledger_key(key): key for key in place.all_keys()}
        for row in Unfetched.objects.filter(source=source, state__in=WANTED).order_by("pk"):
            if row.key not in present:
                row.delete()
            elif not take(place, source, present[row.key]):
                defer(fetch_missing, at=clock.now() + LATER, source_id=source_id, tries=tries + 1)
                return


def want_missing(source: Source, *, actor: Actor, at: datetime) -> int:
    """A person has the missing mails fetched; how many there are."""
    with transaction.atomic():
        count = Unfetched.objects.filter(source=source, state__in=WANTED).count()
        if count:
            Source.objects.filter(pk=source.pk, failed_at__isnull=False).update(retry_at=None)
            record(verbs.SOURCE_MISSING_WANTED, source, actor=actor, at=at, count=count)
            defer(fetch_missing, key=f"missing:{source.pk}", source_id=source.pk)
    return count


def leave_missing(source: Source, *, actor: Actor, at: datetime) -> int:
    """A person decides that these mails stay where they are, and are no difference any more."""
    with transaction.atomic():
        count = Unfetched.objects.filter(source=source, state__in=WANTED).update(state="left", noted_at=at)
        if count:
            record(verbs.SOURCE_MISSING_LEFT, source, actor=actor, at=at, count=count)
    return count


def missing_among(place: Place, source: Source, keys: Sequence[str]) -> list[Summary]:
    """Those of these mails that are neither in the ledger nor known to be left, whatever their names there say."""
    unnamed: dict[str, list[Summary]] = defaultdict(list)
    taken: dict[str, int] = defaultdict(int)
    for batch in batches(keys):
        marks = _marks_by_name(source, [source.ledger_key(key) for key in batch])
        for each in place.summaries(batch):
            kept = marks.get(source.ledger_key(each.key))
            if kept is not None and kept in ("", each.mark):
                taken[each.mark] += bool(kept)
            else:
                unnamed[each.mark].append(each)
    missing = []
    for marks_together in batches(list(unnamed)):
        counted = counted_marks(source, set(marks_together))
        for mark in marks_together:
            free = max(counted[mark] - taken[mark], 0)
            missing += unnamed[mark][free:]
    return missing


def _marks_by_name(source: Source, names: list[str]) -> dict[str, str]:
    """The mark that the ledger, or what is known to be left, has for each of these names."""
    left = Unfetched.objects.filter(source=source, key__in=names).exclude(state="missing")
    lines = Intake.objects.filter(source=source.ledger_name, remote_key__in=names)
    return dict(left.values_list("key", "mark")) | dict(lines.values_list("remote_key", "remote_mark"))


def _note(source: Source, mails: int, missing: Sequence[Summary], actor: Actor) -> None:
    at = clock.now()
    rows = [
        Unfetched(
            source=source,
            key=source.ledger_key(each.key),
            mark=each.mark,
            size=each.size,
            at=each.at,
            state="missing",
            noted_at=at,
        )
        for each in missing
    ]
    with transaction.atomic():
        Unfetched.objects.filter(source=source, state="missing").delete()
        Unfetched.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        Source.objects.filter(pk=source.pk).update(compared_at=at, compared_mails=mails)
        open_ones = Unfetched.objects.filter(source=source, state__in=WANTED).count()
        record(verbs.SOURCE_COMPARED, source, actor=actor, at=at, mails=mails, missing=open_ones)


def _is_only_busy(source_id: int) -> bool:
    """Whether another fetch is under way, rather than nothing to be fetched or a failure to be waited out."""
    return Source.objects.filter(
        pk=source_id, is_active=True, failed_at=None, retry_at__isnull=False, retry_at__gt=clock.now()
    ).exists()
