"""The open formula, and what its ceilings hold: in bursts, at 120 % load for long, beside other orders."""

import ast
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets import precedence, turn
from anliegen.records.tickets.precedence import PRESSES_FROM, Formula, reached_at, score
from anliegen.records.tickets.turn import Candidate, Mind, turns

HOUR = timedelta(hours=1)
START = datetime(2026, 11, 1, tzinfo=UTC)
FORMULA = Formula((1.0, 2.0, 3.0, 4.0), (120 * HOUR, 72 * HOUR, 24 * HOUR, 8 * HOUR), 1.0)
SHARES = (0.2, 0.6, 0.15, 0.05)  # of low, normal, high, urgent concerns
Order = Callable[[list[Candidate], datetime], Candidate]


def test_the_formula_of_an_example() -> None:
    found = score(FORMULA, priority=2, waiting_since=START, now=START + 36 * HOUR)
    assert (found.weight, found.ageing, found.waited, found.ceiling) == (2.0, 1.0, 36 * HOUR, 72 * HOUR)
    assert found.total == 2.5
    assert (found.presses, found.is_beyond) == (False, False)


@given(st.integers(1, 4), st.integers(0, 1000), st.integers(1, 1000))
def test_who_waits_longer_never_falls_back(priority: int, hours: int, more: int) -> None:
    now = START + (hours + more) * HOUR
    longer = score(FORMULA, priority=priority, waiting_since=START, now=now)
    shorter = score(FORMULA, priority=priority, waiting_since=START + more * HOUR, now=now)
    assert longer.total > shorter.total
    assert longer.presses >= shorter.presses


def test_at_its_ceiling_each_has_aged_by_the_same() -> None:
    at_ceiling = [
        score(FORMULA, priority=each, waiting_since=START, now=START + FORMULA.ceiling(each)) for each in range(1, 5)
    ]
    assert [one.total - one.weight for one in at_ceiling] == [1.0] * 4
    assert all(one.is_beyond for one in at_ceiling)


def test_a_clock_that_was_ahead_makes_no_negative_wait() -> None:
    assert score(FORMULA, priority=2, waiting_since=START + HOUR, now=START).total == 2.0


# ---- A desk that answers one concern an hour's part after another.


def arrivals(seed: int, *, load: float, hours: float, service: timedelta) -> list[Candidate]:
    """Concerns that come by chance (Poisson), `load` times as many as can be answered."""
    random = np.random.default_rng(seed)
    count = random.poisson(load * hours * HOUR / service)
    times = np.sort(random.uniform(0, hours, count))
    return [
        Candidate(
            number=number,
            is_mine=bool(random.random() < 0.1),
            waiting_since=START + float(when) * HOUR,
            priority=int(random.choice(4, p=SHARES)) + 1,
            knows_agent=bool(random.random() < 0.2),
            topic="abschlag" if random.random() < 0.3 else "",
        )
        for number, when in enumerate(times)
    ]


def answered(
    concerns: list[Candidate], order: Order, service: timedelta, until: datetime | None = None
) -> list[tuple[Candidate, timedelta]]:
    """Each concern that was begun with how long it had waited; the desk is never idle while somebody waits."""
    coming, waiting, now, done = list(reversed(concerns)), [], START, []
    while (coming or waiting) and (until is None or now < until):
        while coming and coming[-1].waiting_since <= now:
            waiting.append(coming.pop())
        if not waiting:
            now = coming[-1].waiting_since
            continue
        chosen = order(waiting, now)
        waiting.remove(chosen)
        done.append((chosen, now - chosen.waiting_since))
        now += service
    return done


def ours(waiting: list[Candidate], now: datetime) -> Candidate:
    """Exactly what `draw` does, for an agent with a skill."""
    first = turns(waiting, Mind(skills=frozenset({"abschlag"})), now=now, formula=FORMULA)[0].number
    return next(one for one in waiting if one.number == first)


def strict(waiting: list[Candidate], now: datetime) -> Candidate:
    """Always the highest priority, and of these the oldest: what is usual."""
    return min(waiting, key=lambda one: (-one.priority, one.waiting_since, one.number))


def by_arrival(waiting: list[Candidate], now: datetime) -> Candidate:
    return min(waiting, key=lambda one: (one.waiting_since, one.number))


def least_time_left(waiting: list[Candidate], now: datetime) -> Candidate:
    """By whose ceiling is reached first: no order at all keeps the greatest overrun smaller (Jackson 1955)."""
    return min(waiting, key=lambda one: (reached(one), one.number))


def reached(one: Candidate) -> datetime:
    return reached_at(FORMULA, priority=one.priority, waiting_since=one.waiting_since)


def overrun(done: list[tuple[Candidate, timedelta]]) -> timedelta:
    """By how much the worst of them was beyond its ceiling; negative when none was."""
    return max(waited - FORMULA.ceiling(one.priority) for one, waited in done)


SERVICE = timedelta(minutes=30)


@pytest.mark.parametrize("seed", range(4))
def test_through_a_day_of_120_percent_every_ceiling_holds(seed: int) -> None:
    """A burst: a day at 120 %, then 80 % until it is worked off."""
    burst = arrivals(seed, load=1.2, hours=24, service=SERVICE)
    after = arrivals(seed + 100, load=0.8, hours=96, service=SERVICE)
    later = [shifted(one, 24 * HOUR, len(burst)) for one in after]
    done = answered([*burst, *later], ours, SERVICE)
    assert len(done) == len(burst) + len(later), "nothing is shed"
    assert overrun(done) <= timedelta(0)


@pytest.mark.parametrize("seed", range(6))
def test_through_ten_days_of_120_percent_ceilings_hold_as_far_as_any_order_could_hold_them(seed: int) -> None:
    """Some two days' work pile up, and are then worked off at 90 % load. Strict priority lets all of that wait at those
    who are low; here nobody is late, or (with seed 4) exactly as late as with the best order there is."""
    burst = arrivals(seed, load=1.2, hours=240, service=SERVICE)
    after = arrivals(seed + 100, load=0.9, hours=480, service=SERVICE)
    concerns = [*burst, *(shifted(one, 240 * HOUR, len(burst)) for one in after)]
    mine, best, by_priority = (overrun(answered(concerns, one, SERVICE)) for one in (ours, least_time_left, strict))
    assert mine <= max(best, timedelta(0))
    assert by_priority > 24 * HOUR


@pytest.fixture(scope="module")
def long_overload() -> list[Candidate]:
    """Six weeks at 120 %: more comes in than anybody could answer, so no order keeps every ceiling."""
    return arrivals(3, load=1.2, hours=24 * 42, service=timedelta(hours=2))


END = START + 24 * 42 * HOUR


def late_of_each(done: list[tuple[Candidate, timedelta]], since: datetime) -> dict[int, timedelta]:
    """By priority the greatest overrun of those that were begun from then on."""
    worst: dict[int, timedelta] = {}
    for one, waited in done:
        if one.waiting_since + waited >= since:
            over = waited - FORMULA.ceiling(one.priority)
            worst[one.priority] = max(worst.get(one.priority, over), over)
    return worst


def still_waiting(concerns: list[Candidate], done: list[tuple[Candidate, timedelta]]) -> list[Candidate]:
    served = {one.number for one, _waited in done}
    return [one for one in concerns if one.number not in served and one.waiting_since < END]


def test_at_120_percent_for_long_no_order_has_a_smaller_overrun_and_no_class_starves(
    long_overload: list[Candidate],
) -> None:
    service = timedelta(hours=2)
    mine, best = (answered(long_overload, order, service, END) for order in (ours, least_time_left))
    assert len(mine) == len(best), "both work without a pause"
    assert overrun(best) > 24 * HOUR, "the load itself is too much"
    assert overrun(mine) <= overrun(best) + service
    late = late_of_each(mine, END - 7 * 24 * HOUR)
    assert late.keys() == {1, 2, 3, 4}, "in the last week somebody of each priority was answered"
    assert max(late.values()) - min(late.values()) < 12 * HOUR, "all are late by about the same time"
    waiting_longest = max(END - reached(one) for one in still_waiting(long_overload, mine))
    assert waiting_longest <= overrun(mine) + 12 * HOUR, "nobody is left behind"


def test_strict_priority_starves_and_the_order_of_arrival_knows_no_urgency(long_overload: list[Candidate]) -> None:
    """Why neither of them: what the test above asks, they do not hold."""
    service = timedelta(hours=2)
    mine, by_priority, in_line = (answered(long_overload, order, service, END) for order in (ours, strict, by_arrival))
    left = still_waiting(long_overload, by_priority)
    assert {one.priority for one in left if END - reached(one) > 2 * overrun(mine)} == {1}, "left behind"
    assert overrun(by_priority) > 2 * overrun(mine)
    assert overrun(in_line) > overrun(mine) + 12 * HOUR


@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0, 300), st.booleans()), min_size=1, max_size=12))
def test_nothing_within_its_ceiling_is_drawn_before_what_is_beyond(rows: list[tuple[int, float, bool]]) -> None:
    now = START + 400 * HOUR
    waiting = [
        Candidate(number, is_mine, now - hours * HOUR, priority=priority, knows_agent=is_mine)
        for number, (priority, hours, is_mine) in enumerate(rows)
    ]
    beyond = [reached(one) <= now for one in waiting]
    order = [turn.number for turn in turns(waiting, Mind(needs_breather=True), now=now, formula=FORMULA)]
    first_within = next((place for place, number in enumerate(order) if not beyond[number]), len(order))
    assert all(not beyond[number] for number in order[first_within:])


def test_the_last_quarter_is_for_working_off() -> None:
    pressing = Candidate(1, False, START - PRESSES_FROM * FORMULA.ceiling(1), priority=1)
    fitting = Candidate(2, True, START - HOUR, priority=4, knows_agent=True)
    assert turns([fitting, pressing], Mind(), now=START, formula=FORMULA)[0].reasons == ("pressing", "waiting")


# ---- What goes in.

MAY_GO_IN = {
    "number", "is_mine", "waiting_since", "promised_for", "due_at", "legally_due_at", "priority", "topic", "language",
    "knows_agent", "is_heavy",
}  # fmt: skip


def test_no_value_no_origin_and_no_conduct_goes_in() -> None:
    """A candidate knows nothing else, the formula not even that, and neither asks anybody: they import nothing that
    could tell."""
    assert {one.name for one in fields(Candidate)} == MAY_GO_IN
    assert {one.name for one in fields(Mind)} == {"skills", "languages", "needs_breather", "seen"}
    assert {one.name for one in fields(Formula)} == {"weights", "ceilings", "ageing"}
    assert score.__kwdefaults__ is None and set(score.__annotations__) == {
        "formula", "priority", "waiting_since", "now", "return",
    }  # fmt: skip
    allowed = {"collections.abc", "dataclasses", "datetime", "anliegen.records.tickets.precedence"}
    assert imported_by(precedence.__file__) | imported_by(turn.__file__) <= allowed


def imported_by(file: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def shifted(one: Candidate, by: timedelta, after: int) -> Candidate:
    return Candidate(
        one.number + after, one.is_mine, one.waiting_since + by, priority=one.priority, topic=one.topic,
        knows_agent=one.knows_agent,
    )  # fmt: skip
