"""The version that waits beside the one that speaks, on messages that both read: what they said, and who was right.

What is right a person said. Agents saw what the speaking version proposed and never what the waiting one would have
said, which favours the speaking one a little.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from anliegen.flow.automation import branches
from anliegen.flow.automation.branches import Tree, is_met
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.teaching import examples, speaking
from anliegen.flow.automation.teaching.groups import wilson
from anliegen.flow.automation.teaching.mcnemar import SURE, mcnemar
from anliegen.ground import rows

ENOUGH = 50  # messages whose topic a person said
LOOKED_AT = 5000  # newest messages
MOST_CHANGES = 6
MOST_LINKS = 10
KEPT_FOR = timedelta(days=90)  # what was only tried out; the figures of a comparison stay with the version


@dataclass(frozen=True)
class Said:
    """What a version said of a message: a topic, or nothing where it left it to people; and how sure it was."""

    topic: str
    sure: float


@dataclass(frozen=True)
class Pair:
    """One message. `old` is None while no version speaks; `told` is what a person said it is about, empty: it fits no
    topic, None: nobody has said."""

    ticket: int
    new: Said
    old: Said | None
    told: str | None


@dataclass(frozen=True)
class Tally:
    """How one version did. `settled` messages are those of which a person said what is right; silence is right where
    it fits no topic. `applied` and `wrong` are, of these, what it would apply alone at the bound that counts for it
    now."""

    read: int
    silent: int
    settled: int
    right: int
    applied: int
    wrong: int

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share that was right: Wilson, 95 %."""
        return wilson(self.right, self.settled)


@dataclass(frozen=True)
class Change:
    """Of how many messages each version said that they are about this topic; empty: about none."""

    topic: str
    old: int
    new: int


@dataclass(frozen=True)
class Beside:
    """Both versions on the same messages, from `since` on; `old` is None while none speaks."""

    version: int
    against: int | None
    since: datetime
    new: Tally
    old: Tally | None
    same: int
    both: int
    only_old: int
    only_new: int
    neither: int
    changes: tuple[Change, ...]
    differing: tuple[int, ...]  # tickets, the newest first
    asks_every_time: bool  # neither applies anything at present, however sure
    surest: float | None  # the confidence from which on the one that waits would; None: from none

    @property
    def is_enough(self) -> bool:
        return self.new.settled >= ENOUGH

    @property
    def chance(self) -> float:
        """See `mcnemar`."""
        return mcnemar(self.only_old, self.only_new)

    @property
    def verdict(self) -> str:
        """`few`; or after enough: `better`, `worse`, `equal` (no sure difference), `alone` (none speaks)."""
        if not self.is_enough:
            return "few"
        if self.old is None:
            return "alone"
        if self.chance >= SURE:
            return "equal"
        return "better" if self.only_new > self.only_old else "worse"

    def figures(self) -> dict[str, Any]:
        """To be kept with the version when somebody decides on it; the shadows go in time."""
        return {
            "against": self.against, "since": self.since.isoformat(), "same": self.same, "both": self.both,
            "only_old": self.only_old, "only_new": self.only_new, "neither": self.neither, "chance": self.chance,
            "new": asdict(self.new), "old": asdict(self.old) if self.old is not None else None,
        }  # fmt: skip


def of(learnt: Learnt) -> Beside | None:
    """How a version that waits does beside the one that speaks; None where it has read nothing yet."""
    now = Learnt.objects.speaking().first()
    tried = Decision.objects.filter(author=f"model:{learnt.name}", is_shadow=True, question="topic").order_by("-pk")
    tried_out = list(tried.values_list("ticket_id", "choice", "confidence", "made_at")[:LOOKED_AT])
    spoken = _spoken(now, [ticket for ticket, *_more in tried_out]) if now is not None else {}
    seen = [row for row in tried_out if now is None or row[0] in spoken]
    if not seen:
        return None
    told = dict(_told([ticket for ticket, *_more in seen]))
    pairs = [
        Pair(ticket, Said(value_of(choice), sure), spoken.get(ticket), told.get(ticket))
        for ticket, choice, sure, _at in seen
    ]
    return compared(
        pairs, version=learnt.version, against=now.version if now is not None else None,
        since=min(at for *_more, at in seen), bounds=_bounds(learnt), tree=branches.all_of_them(),
    )  # fmt: skip


def _bounds(learnt: Learnt) -> tuple[float, float]:
    """Of the one that waits and the one that speaks; of one that cannot be read there is none."""
    new, old = speaking.waiting_or_none(), speaking.current_or_none()
    return (
        new.surest if new is not None and new.learnt.pk == learnt.pk else float("inf"),
        old.surest if old is not None else float("inf"),
    )


def _told(tickets: Sequence[int]) -> Iterable[tuple[int, str]]:
    """What people said, without exceptions."""
    return examples.that_count().filter(ticket__in=tickets).values_list("ticket_id", "topic")


def forget(*, at: datetime) -> int:
    """Delete what was only tried out and is older than is kept; return how many."""
    authors = [f"model:triage@{version}" for version in Learnt.objects.values_list("version", flat=True)]
    return rows.forget(Decision.objects.filter(author__in=authors, is_shadow=True, made_at__lt=at - KEPT_FOR))


def _spoken(now: Learnt, tickets: Sequence[int]) -> dict[int, Said]:
    spoken = Decision.objects.real().filter(author=f"model:{now.name}", question="topic", ticket__in=tickets)
    return {
        ticket: Said(value_of(choice), sure) for ticket, choice, sure in spoken.order_by("pk").values_list(
            "ticket_id", "choice", "confidence"
        )
    }  # fmt: skip


def compared(
    pairs: Sequence[Pair],
    *,
    version: int,
    against: int | None,
    since: datetime,
    bounds: tuple[float, float],
    tree: Tree,
) -> Beside:
    """Pure. `pairs` the newest first; `bounds`: from which confidence on a topic is applied without asking, by the new
    version and the old."""

    def is_right(said: Said, told: str | None) -> bool:
        return told is not None and is_met(said.topic, told, tree)

    beside = [(pair, pair.old) for pair in pairs if pair.old is not None]
    settled = Counter(
        (is_right(old, pair.told), is_right(pair.new, pair.told)) for pair, old in beside if pair.told is not None
    )
    differing = [pair.ticket for pair, old in beside if old.topic != pair.new.topic]
    return Beside(
        version=version,
        against=against,
        since=since,
        new=_tally(((pair.new, pair.told) for pair in pairs), bounds[0], is_right),
        old=_tally(((old, pair.told) for pair, old in beside), bounds[1], is_right) if against is not None else None,
        same=len(beside) - len(differing),
        both=settled[True, True],
        only_old=settled[True, False],
        only_new=settled[False, True],
        neither=settled[False, False],
        changes=_changes(beside),
        differing=tuple(differing[:MOST_LINKS]),
        asks_every_time=min(bounds) > 1,
        surest=bounds[0] if bounds[0] <= 1 else None,
    )


def _tally(
    said: Iterable[tuple[Said, str | None]], bound: float, is_right: Callable[[Said, str | None], bool]
) -> Tally:
    rows = list(said)
    settled = [(one, told) for one, told in rows if told is not None]
    applied = [(one, told) for one, told in settled if one.topic and one.sure >= bound]
    return Tally(
        read=len(rows),
        silent=_count(rows, lambda one, told: not one.topic),
        settled=len(settled),
        right=_count(settled, is_right),
        applied=len(applied),
        wrong=_count(applied, lambda one, told: not is_right(one, told)),
    )


def _count(rows: Sequence[tuple[Said, str | None]], holds: Callable[[Said, str | None], bool]) -> int:
    return sum(holds(one, told) for one, told in rows)


def _changes(beside: Sequence[tuple[Pair, Said]]) -> tuple[Change, ...]:
    """By topic, the largest first; what did not change is none."""
    old, new = Counter(said.topic for _pair, said in beside), Counter(pair.new.topic for pair, _said in beside)
    found = [Change(topic, old[topic], new[topic]) for topic in old | new if old[topic] != new[topic]]
    return tuple(sorted(found, key=lambda one: (-abs(one.new - one.old), one.topic)))[:MOST_CHANGES]
