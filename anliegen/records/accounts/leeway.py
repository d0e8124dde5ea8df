"""Is this inside the leeway? Pure arithmetic over the frames of a role and what was given already.

Amounts are integer cents of one currency; a frame of another currency says nothing about them. A concession is inside
when at least one frame speaks of it, and none that does is exceeded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Limit:
    """A frame: `kind` None counts all kinds. Cents of `currency` in `period`, a code of PERIODS."""

    period: str
    cents: int
    currency: str
    kind: int | None = None

    def speaks_of(self, kind: int, currency: str) -> bool:
        return self.currency == currency and self.kind in (None, kind)


Given = Mapping[tuple[str, int], int]  # by period and kind: cents given already in the currency asked for


@dataclass(frozen=True)
class Verdict:
    """`left` is what may still be given at once, before this; None where no frame speaks of it. `exceeded` are the
    frames that this would break."""

    is_inside: bool
    left: int | None
    tightest: Limit | None
    exceeded: tuple[Limit, ...] = ()


def is_inside(limits: Iterable[Limit], *, kind: int, cents: int, currency: str, given: Given) -> Verdict:
    """Whether `cents` of this kind may be given now. Raises ValueError for nothing or less."""
    if cents <= 0:
        raise ValueError("a concession is more than nothing")
    speaking = [limit for limit in limits if limit.speaks_of(kind, currency)]
    if not speaking:
        return Verdict(False, None, None)
    lefts = [(left_of(limit, given), limit) for limit in speaking]
    left, tightest = min(lefts, key=lambda each: each[0])
    exceeded = tuple(limit for has, limit in lefts if cents > has)
    return Verdict(not exceeded, left, tightest, exceeded)


def left_of(limit: Limit, given: Given) -> int:
    """What a frame still allows; never less than nothing."""
    spent = sum(
        cents for (period, kind), cents in given.items() if period == limit.period and limit.kind in (None, kind)
    )
    return max(0, limit.cents - spent)


def month_of(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """The calendar month of a moment where the operator lives: its first moment and the first of the next one, UTC."""
    local = at.astimezone(ZoneInfo(zone))
    start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    after = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start.astimezone(UTC), after.astimezone(UTC)


@dataclass(frozen=True)
class Past:
    """A concession that was given: by whom in which role, to whom, when. Keys stand for people; nothing ranks them."""

    key: int
    role: int
    agent: int
    customer: int
    ticket: int
    kind: int
    cents: int
    currency: str
    at: datetime


def would_have_needed(past: Sequence[Past], limits: Mapping[int, Sequence[Limit]], *, zone: str) -> list[Past]:
    """Which of these would have needed approval under these frames (by role), had they been there from the beginning.

    What would have been approved counts for its concern and its customer, not for the agent who asked: an approval is
    not the agent's own leeway. The same rule as for real ones.
    """
    needed: list[Past] = []
    at_once: dict[int, bool] = {}
    done: list[Past] = []
    for one in sorted(past, key=lambda each: (each.at, each.key)):
        verdict = is_inside(
            limits.get(one.role, ()),
            kind=one.kind,
            cents=one.cents,
            currency=one.currency,
            given=_given_before(one, done, at_once, zone),
        )
        at_once[one.key] = verdict.is_inside
        done.append(one)
        if not verdict.is_inside:
            needed.append(one)
    return needed


def _given_before(
    one: Past, done: Sequence[Past], at_once: Mapping[int, bool], zone: str
) -> dict[tuple[str, int], int]:
    since, _until = month_of(one.at, zone)
    given: dict[tuple[str, int], int] = {}
    for other in done:
        if other.currency != one.currency:
            continue
        counts = {
            "ticket": other.ticket == one.ticket,
            "customer_month": other.customer == one.customer and other.at >= since,
            "agent_month": other.agent == one.agent and at_once[other.key] and other.at >= since,
        }
        for period, does in counts.items():
            if does:
                given[period, other.kind] = given.get((period, other.kind), 0) + other.cents
    return given
