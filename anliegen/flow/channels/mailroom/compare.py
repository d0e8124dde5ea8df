"""The mailbox against the ledger, nightly and on demand: what lies there and is not in the ledger is named.

Compared is not by the names that a place gives its mails, since these may lie, but by what the mails' headers say.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anliegen.flow.channels import verbs
from anliegen.flow.channels.mailroom.fetch import Busy, turn_at
from anliegen.flow.channels.mailroom.places.doors import opened
from anliegen.flow.channels.mailroom.places.place import Place, Summary, batches
from anliegen.flow.channels.mailroom.rounds import counted_marks, take, take_new
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import clock
from anliegen.ground.jobs import defer, job, periodic
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.record import record

LATER = timedelta(seconds=5)  # while another fetch is under way
MOST_TRIES = 120
TOO_OLD = timedelta(days=2)
WANTED = ("missing", "too-large", "not-given")


@periodic("40 2 * * *", queue="mail", formerly=("flow.channels.email.compare.compare_nightly",))
def compare_nightly(timestamp: int) -> None:
    """Have every active source compared."""
    for pk in Source.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        defer(compare, key=f"compare:{pk}", source_id=pk, actor=SYSTEM.ref)


def is_overdue(source: Source, *, at: datetime) -> bool:
    """Whether mail is fetched there, and nobody has looked for two days whether all of it is in the ledger."""
    since = source.compared_at or source.begun_at
    return source.is_active and since is not None and not at - TOO_OLD <= since <= at + TOO_OLD


def overdue(*, at: datetime) -> list[Source]:
    return [source for source in Source.objects.filter(is_active=True).order_by("pk") if is_overdue(source, at=at)]


def want_comparison(source: Source, *, actor: Actor) -> None:
    """Compare as soon as a worker is free."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).try_at_once()
        defer(compare, key=f"compare:{source.pk}", source_id=source.pk, actor=actor.ref)


@job(queue="mail", formerly=("flow.channels.email.compare.compare",))
def compare(source_id: int, actor: str, tries: int = 0) -> None:
    """Fetch what is new, then look for everything that lies there in the ledger."""
    try:
        is_done = _compare(source_id, Actor(actor))
    except Busy:
        is_done = False
    if not is_done and tries < MOST_TRIES:
        defer(compare, at=clock.now() + LATER, source_id=source_id, actor=actor, tries=tries + 1)


@job(queue="mail", formerly=("flow.channels.email.compare.fetch_missing",))
def fetch_missing(source_id: int, tries: int = 0) -> None:
    """Fetch what is missing at a source and was asked for."""
    try:
        is_done = _fetch_missing(source_id)
    except Busy:
        is_done = False
    if not is_done and tries < MOST_TRIES:
        defer(fetch_missing, at=clock.now() + LATER, source_id=source_id, tries=tries + 1)


def _compare(source_id: int, actor: Actor) -> bool:
    """False when what came is more than one round: nothing can be said to be missing before it is here."""
    is_whole = True
    with turn_at(source_id) as source:
        if source is None:
            return True
        with opened(source) as place:
            lies_there = place.all_keys()
            is_whole = not take_new(place, source)
            if is_whole:
                _note(source, len(lies_there), missing_among(place, source, lies_there), actor)
    return is_whole


def _fetch_missing(source_id: int) -> bool:
    """False when the session ended before the last of them."""
    is_done = True
    with turn_at(source_id) as source:
        if source is None:
            return True
        with opened(source) as place:
            present = {source.ledger_key(key): key for key in place.all_keys()}
            for row in Unfetched.objects.filter(source=source, state__in=WANTED).order_by("pk"):
                if row.key not in present:
                    row.delete()
                elif not take(place, source, present[row.key]):
                    is_done = False
                    break
    return is_done


def want_missing(source: Source, *, actor: Actor, at: datetime) -> int:
    """A person has the missing mails fetched; how many there are."""
    actor.insist_on_a_person()
    with transaction.atomic():
        count = Unfetched.objects.filter(source=source, state__in=WANTED).count()
        if count:
            Source.objects.filter(pk=source.pk).try_at_once()
            record(verbs.SOURCE_MISSING_WANTED, source, actor=actor, at=at, count=count)
            defer(fetch_missing, key=f"missing:{source.pk}", source_id=source.pk)
    return count


def leave_missing(source: Source, *, actor: Actor, at: datetime) -> int:
    """A person decides that these mails stay where they are, and are no difference any more."""
    actor.insist_on_a_person()
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
