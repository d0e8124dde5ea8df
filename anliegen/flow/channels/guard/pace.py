"""How fast mails come: counted in windows of ten minutes, one statement to read and one to write for a whole batch.

Past its limit an address, or a concern, has its further mails set aside; nothing is lost. A mail counts where it came,
and whoever had too much in the window before has too much still: a loop that goes on gets nothing in, a calm window
ends it. What was read in the same moment by two workers they do not count for each other: a batch may slip through.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db import connection
from django.db.models import F, Q, QuerySet

from anliegen.flow.channels import verbs
from anliegen.flow.channels.models import Brake, Guard, Pace
from anliegen.ground.compiled import compiled
from anliegen.ground.jobs import periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record

WINDOW = timedelta(minutes=10)
LATE = timedelta(days=1)  # a mail that is older than this when it comes was imported, and says nothing about pace
NO_DATE_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)  # what a clock without a battery says is no date
KEPT = timedelta(hours=1)

Key = tuple[str, str]  # kind and key of a count or a brake
SURE, FEIGNED = "+ ", "? "  # before the address of who is confirmed, and of who was found not to be the sender


@dataclass
class Paces:
    """The counts and brakes that the mails of a batch may touch, and what the batch adds to them."""

    guard: Guard
    counts: Counter[tuple[str, str, datetime]] = field(default_factory=Counter)
    added: Counter[tuple[str, str, datetime]] = field(default_factory=Counter)
    brakes: dict[Key, Brake] = field(default_factory=dict)
    held: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    asked: set[Key] = field(default_factory=set)
    windows: set[datetime] = field(default_factory=set)

    @classmethod
    def load(cls, guard: Guard, keys: Iterable[Key], moments: Iterable[datetime], at: datetime) -> Self:
        """What is known of these keys in the windows of these moments, and in those before."""
        windows = {window_of(moment) for moment in moments}
        made = cls(guard, windows=windows | {window - WINDOW for window in windows})
        made._ask(set(keys), at)
        return made

    def is_too_much(self, kind: str, key: str, line: int, *, came_at: datetime, at: datetime) -> bool:
        """Count one more; whether this line of the ledger is to be set aside for it."""
        if (kind, key) not in self.asked:
            self._ask({(kind, key)}, at)  # a concern that nothing pointed to before
        window, most, brake = window_of(came_at), self._most(kind), self.brakes.get((kind, key))
        self.added[kind, key, window] += 1
        if brake is not None and not brake.is_on:
            return False
        now = self.counts[kind, key, window] + self.added[kind, key, window]
        before = self.counts[kind, key, window - WINDOW] + self.added[kind, key, window - WINDOW]
        if (brake is None or brake.kept_at is None) and max(now, before) <= most:
            return False
        self.held[kind, key].append(line)
        return True

    def is_kept(self, kind: str, key: str) -> bool:
        """Whether a person decided that nothing more of this comes in."""
        brake = self.brakes.get((kind, key))
        return brake is not None and brake.is_on and brake.kept_at is not None

    def hold(self, kind: str, key: str, line: int) -> None:
        """Note what is held back without having been counted."""
        self.held[kind, key].append(line)

    def write(self, at: datetime) -> None:
        """Add the batch's own to the counts, and trip the brakes. The last step of a batch, so that what is locked here
        is locked shortly; in the order of the keys, so that two batches never wait for each other."""
        if self.added:
            rows = [(*key, count) for key, count in sorted(self.added.items())]
            _add(rows)
            self.counts.update(self.added)
            self.added.clear()
        for (kind, key), lines in sorted(self.held.items()):
            brake = trip(kind, key, most=self._most(kind), held=len(lines), at=at)
            _name(brake, lines)
        self.held.clear()

    def _most(self, kind: str) -> int:
        limits = {"address": self.guard.most_per_address, "ticket": self.guard.most_per_ticket}
        return limits.get(kind, self.guard.most_mails)

    def _ask(self, keys: set[Key], at: datetime) -> None:
        self.asked |= keys
        chosen = Q(pk=None)
        for kind in sorted({kind for kind, _key in keys}):
            chosen |= Q(kind=kind, key__in=sorted(key for one, key in keys if one == kind))
        found = Pace.objects.filter(chosen, window_at__in=self.windows)
        self.counts.update({(one.kind, one.key, one.window_at): one.count for one in found})
        self.brakes |= standing(chosen, at)


def window_of(moment: datetime) -> datetime:
    """The beginning of the ten minutes in which this moment lies."""
    return moment.replace(minute=moment.minute - moment.minute % 10, second=0, microsecond=0)


def says_something(written_at: datetime | None, came_at: datetime) -> bool:
    """Whether a mail counts: an old one that is imported does not tell how fast anybody writes."""
    return written_at is None or written_at < NO_DATE_BEFORE or came_at - written_at < LATE


def standing(chosen: Q, at: datetime) -> dict[Key, Brake]:
    """The brakes that are on, and those that were released and still trust, by kind and key; one that is on counts."""
    return _by_key(_standing(chosen, at))


def standing_against(person: str, at: datetime) -> dict[Key, Brake]:
    """Of these the ones that hold back what a rule would write to this person, or to anybody."""
    return _by_key(_standing_against(person, at))


@compiled
def _standing_against(person: str, at: datetime) -> QuerySet[Brake]:
    return _standing(Q(kind="person", key=person) | Q(kind="answers", key=""), at)


def _standing(chosen: Q, at: datetime) -> QuerySet[Brake]:
    found = Brake.objects.filter(chosen, Q(released_at__isnull=True) | Q(trusted_until__gt=at))
    return found.order_by(F("released_at").asc(nulls_last=True), "pk")


def _by_key(brakes: Iterable[Brake]) -> dict[Key, Brake]:
    return {(brake.kind, brake.key): brake for brake in brakes}


def trip(kind: str, key: str, *, most: int, held: int, at: datetime) -> int:
    """Hold so many more back with this brake, pulling it if it is not on; its key. The journal hears of the first."""
    with unit():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO channels_brake (kind, key, most, held, tripped_at, last_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (kind, key) WHERE released_at IS NULL"
                " DO UPDATE SET held = channels_brake.held + EXCLUDED.held, last_at = EXCLUDED.last_at"
                " RETURNING id, xmax = 0",
                [kind, key, most, held, at, at],
            )
            pk, is_new = cursor.fetchone()
        if is_new:
            record(verbs.BRAKE_TRIPPED, f"brake:{pk}", actor=SYSTEM, at=at, kind=kind, most=most)
    return int(pk)


def count_one(kind: str, key: str, at: datetime) -> None:
    """Count one more in the window of this moment."""
    _add([(kind, key, window_of(at), 1)])


def count_of(kind: str, key: str, at: datetime) -> int:
    """How many there were in the window of this moment."""
    return next(iter(_counts(kind, key, window_of(at))), 0)


@compiled
def _counts(kind: str, key: str, window_at: datetime) -> QuerySet[Any]:
    return Pace.objects.filter(kind=kind, key=key, window_at=window_at).order_by("pk").values_list("count", flat=True)


def forget(*, before: datetime) -> int:
    """Delete counts that no window needs any more; how many."""
    return Pace.objects.filter(window_at__lt=before).delete()[0]


@periodic("7-59/10 * * * *")
def forget_often(timestamp: int) -> None:
    forget(before=datetime.fromtimestamp(timestamp, UTC) - KEPT)


def _add(rows: list[tuple[str, str, datetime, int]]) -> None:
    """Add to the counts in one statement."""
    values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO channels_pace (kind, key, window_at, count) VALUES {values}"  # noqa: S608  # placeholders only
            " ON CONFLICT (kind, key, window_at) DO UPDATE SET count = channels_pace.count + EXCLUDED.count",
            [value for row in rows for value in row],
        )


def _name(brake: int, lines: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_intake SET brake_id = %s WHERE id = ANY(%s)", [brake, lines])
