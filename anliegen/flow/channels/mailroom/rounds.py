"""One round at a source that is open: what is new there is stored, each mail once, the others even if one cannot be.

The order must stay, for each mail: its bytes are durable, its ledger line commits, and only then the source moves on
and, where that is wanted, the mail is deleted there.
"""

import time
from collections import Counter
from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet

from anliegen.flow.channels.mailroom.beginning import begin, unknown
from anliegen.flow.channels.mailroom.places.place import MailTooLarge, NotGiven, Place, batches, mark_of
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import clock, egress

log = structlog.get_logger(__name__)

AT_ONCE_S = 45.0  # then a round ends, and another begins
TRIES = 3  # for a mail that is not handed out, one after another; then it keeps no other waiting
TRIED_AGAIN_AFTER = timedelta(hours=1)
MOST_TRIES = 30


def take_new(place: Place, source: Source) -> bool:
    """Store what is new. True when more may lie there: the round was long enough, or the session cannot go on."""
    until = time.monotonic() + AT_ONCE_S
    if source.begun_at is None:
        begin(place, source)
    if getattr(place, "went_back", False):
        # The same numbers name other mails now.
        source.epoch += 1
        _note(source, {"epoch": source.epoch})
    for key in _new(place, source):
        if not take(place, source, key):
            return True
        _note(source, place.progress(key))
        if time.monotonic() > until:
            return True
    _note(source, place.finished())
    if source.deletes:
        _delete_what_is_ours(place, source)
    return not _try_again(place, source)


def take(place: Place, source: Source, key: str) -> bool:
    """Store this mail. False when it was too large and ended the session. Raises what the connection does."""
    try:
        raw = place.raw(key)
    except MailTooLarge as error:
        _set_aside(source, key, "too-large")
        return not error.ended_session
    except NotGiven:
        _set_aside(source, key, "not-given")
        return True
    except (egress.EgressError, egress.IMAPError):
        # Perhaps it is this very mail that the server breaks off at. After some tries the others come first.
        _set_aside(source, key, "not-given")
        raise
    if raw is not None:
        _store(source, key, raw)
        if source.deletes:
            place.remove(key)
    else:
        Unfetched.objects.filter(source=source, key=source.ledger_key(key)).delete()
    return True


def counted_marks(source: Source, marks: set[str]) -> Counter[str]:
    """How many mails of each mark the ledger has from this source, or knows to lie there."""
    marks = marks - {""}
    lines = Intake.objects.filter(source=source.ledger_name, remote_mark__in=marks).values_list("remote_mark")
    left = Unfetched.objects.filter(source=source, mark__in=marks).exclude(state="missing").values_list("mark")
    return Counter(dict(lines.annotate(Count("pk")).order_by())) + Counter(dict(left.annotate(Count("pk")).order_by()))


def _new(place: Place, source: Source) -> list[str]:
    keys = unknown(source, place.new_keys(), left=_resting(source))
    if not place.renumbered:
        return keys
    marks = {each.key: each.mark for each in place.summaries(keys)}
    counted = counted_marks(source, set(marks.values()))
    new = []
    for key in keys:
        if counted[marks.get(key, "")] > 0:
            counted[marks[key]] -= 1
        else:
            new.append(key)
    return new


def _resting(source: Source) -> "QuerySet[Unfetched]":
    """What is not to be tried in an ordinary round."""
    return Unfetched.objects.filter(source=source).exclude(state="not-given", attempts__lt=TRIES)


def _store(source: Source, key: str, raw: bytes) -> None:
    name, mark = source.ledger_key(key), mark_of(raw)
    try:
        _store_as(source, key, name, mark, raw)
    except IntegrityError:
        line = Intake.objects.filter(source=source.ledger_name, remote_key=name).first()
        if line is None:
            raise
        if not line.remote_mark or line.remote_mark == mark:
            log.info("fetched before", source=source.pk)
            return
        # Another mail of the same name: the server has given it twice.
        _store_as(source, key, f"{name}!{mark[:24]}"[:200], mark, raw)


def _store_as(source: Source, key: str, name: str, mark: str, raw: bytes) -> None:
    with transaction.atomic():
        Unfetched.objects.filter(source=source, key=source.ledger_key(key)).delete()
        store_raw(
            raw,
            source=source.ledger_name,
            envelope_to=[source.mailbox.address],
            remote_key=name,
            remote_mark=mark,
        )


def _set_aside(source: Source, key: str, state: str) -> None:
    name, at = source.ledger_key(key), clock.now()
    row, is_new = Unfetched.objects.get_or_create(
        source=source, key=name, defaults={"state": state, "attempts": 1, "noted_at": at}
    )
    if not is_new:
        Unfetched.objects.filter(pk=row.pk).update(state=state, attempts=F("attempts") + 1, noted_at=at)


def _try_again(place: Place, source: Source) -> bool:
    """Once more what was not handed out, seldom, and after all the others. False when the session cannot go on."""
    due = Q(attempts__lt=TRIES) | Q(attempts__lt=MOST_TRIES, noted_at__lt=clock.now() - TRIED_AGAIN_AFTER)
    rows = Unfetched.objects.filter(due, source=source, state="not-given").order_by("pk")
    present = {source.ledger_key(key): key for key in place.all_keys()} if rows else {}
    for row in rows:
        if row.key not in present:
            row.delete()
            continue
        try:
            if not take(place, source, present[row.key]):
                return False
        except (egress.EgressError, egress.IMAPError) as error:
            log.warning("a mail is not handed out", source=source.pk, error=type(error).__name__)
            return True  # everything else is here
    return True


def _delete_what_is_ours(place: Place, source: Source) -> None:
    """What an earlier session stored and could not delete any more. Only what its headers show to be the same mail."""
    names = {source.ledger_key(key): key for key in place.all_keys()}
    for batch in batches(list(names), 2000):
        lines = Intake.objects.filter(source=source.ledger_name, remote_key__in=batch).exclude(remote_mark="")
        marks = dict(lines.values_list("remote_key", "remote_mark"))
        for summary in place.summaries([names[name] for name in marks]):
            if marks[source.ledger_key(summary.key)] == summary.mark:
                place.remove(summary.key)


def _note(source: Source, values: dict[str, int]) -> None:
    if values:
        # Not if the settings name another place meanwhile.
        kept = Source.objects.filter(pk=source.pk, host=source.host, username=source.username, folder=source.folder)
        kept.update(**values)
