"""When things are due: by example, then as laws that hold for every story."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import BusinessHours, StateHolidays, business_time_between
from anliegen.records.tickets.timing import (
    AROUND_THE_CLOCK,
    Aim,
    Answered,
    Became,
    Place,
    PutAside,
    Story,
    Timer,
    Turned,
    Woke,
    Wrote,
    reckon,
    steps,
)

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = {day: ((time(8), time(17)),) for day in range(5)}
SAXONY = BusinessHours("Europe/Berlin", WEEK, StateHolidays("SN"), frozenset({date(2026, 12, 24), date(2026, 12, 31)}))
HOURS = {None: SAXONY}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


def aim(kind: str = "first", hours: float = 4, number: int = 1, **more: object) -> Aim:
    return Aim(number, kind, timedelta(hours=hours), more.pop("valid_from", LONG_AGO), **more)  # type: ignore[arg-type]


ALL = (aim("first", 4), aim("next", 6), aim("resolution", 18))
MONDAY = at(9, 9)


def timers(*happened: object, aims: tuple[Aim, ...] = ALL, now: datetime = MONDAY, **story: object) -> list[Timer]:
    told = Story(story.pop("opened_at", MONDAY), happened=happened, **story)  # type: ignore[arg-type]
    return list(reckon(told, aims, HOURS, now))


def summary(found: list[Timer]) -> list[tuple[str, str, datetime | None]]:
    return [(one.kind, one.state, one.due_at) for one in found]


def test_an_opened_ticket_waits_for_a_first_answer_and_a_resolution() -> None:
    assert summary(timers()) == [
        ("first", "running", at(9, 13)),
        ("resolution", "running", at(11, 9)),
    ]


def test_an_answer_in_time_meets_the_first_target_and_the_next_words_begin_the_next() -> None:
    found = timers(
        Answered(at(9, 12)),
        Became(at(9, 12), "waiting_customer"),
        Became(at(10, 10), "open"),
        Wrote(at(10, 10)),
        now=at(10, 11),
    )
    # The resolution ran three hours, then waited for the customer until the next morning: fifteen hours remain.
    assert summary(found) == [
        ("first", "met", at(9, 13)),
        ("next", "running", at(10, 16)),
        ("resolution", "running", at(11, 16)),
    ]


def test_in_time_is_up_to_the_due_moment_itself() -> None:
    assert next(one.state for one in timers(Answered(at(9, 13)), now=at(9, 14))) == "met"
    assert next(one.state for one in timers(Answered(at(9, 13, 1)), now=at(9, 14))) == "missed"
    assert next(one.state for one in timers(now=at(9, 13))) == "running"
    assert next(one.state for one in timers(now=at(9, 13, 1))) == "missed"


def test_further_words_of_the_customer_begin_no_second_timer() -> None:
    found = timers(Wrote(at(9, 10)), Wrote(at(9, 11)), now=at(9, 12))
    assert [one.kind for one in found] == ["first", "resolution"]


def test_while_it_pauses_nothing_is_due_and_what_remains_is_known() -> None:
    found = timers(Became(at(9, 10), "waiting_customer"), now=at(13, 10))
    assert [(one.state, one.due_at, one.left) for one in found] == [
        ("paused", None, 3 * HOUR),
        ("paused", None, 17 * HOUR),
    ]


def test_waiting_for_others_pauses_only_where_the_target_says_so() -> None:
    aims = (aim("first", 4), aim("resolution", 18, pauses_for_others=True))
    found = timers(Became(at(9, 10), "waiting_internal"), aims=aims, now=at(9, 11))
    assert summary(found) == [("first", "running", at(9, 13)), ("resolution", "paused", None)]


def test_being_put_aside_pauses_nothing() -> None:
    assert summary(timers(PutAside(at(9, 10)), Woke(at(9, 12)), now=at(9, 12))) == summary(timers(now=at(9, 12)))


def test_what_ends_without_an_answer_is_neither_kept_nor_missed() -> None:
    assert summary(timers(Became(at(9, 10), "closed"), now=at(9, 15))) == [
        ("first", "dropped", at(9, 13)),
        ("resolution", "met", at(11, 9)),
    ]


def test_what_ends_without_an_answer_and_late_is_missed() -> None:
    found = timers(Became(at(9, 14), "closed"), now=at(9, 15))
    assert [(one.kind, one.state) for one in found] == [("first", "missed"), ("resolution", "met")]


def test_opened_again_the_resolution_goes_on_where_it_stood() -> None:
    found = timers(
        Answered(at(9, 11)), Became(at(9, 11), "resolved"), Became(at(11, 9), "open"), Wrote(at(11, 9)), now=at(11, 9)
    )
    assert summary(found) == [
        ("first", "met", at(9, 13)),
        ("next", "running", at(11, 15)),
        ("resolution", "running", at(12, 16)),  # two of eighteen hours were used on Monday
    ]


def test_an_answer_that_did_not_arrive_is_waited_for_again() -> None:
    found = timers(Answered(at(9, 11)), Wrote(at(9, 12), unheard=True), now=at(9, 12))
    assert summary(found)[:2] == [("first", "met", at(9, 13)), ("next", "running", at(10, 9))]


def test_the_target_is_the_one_of_where_the_ticket_stands_last() -> None:
    urgent = aim("first", 1, 2, priority=4)
    found = timers(Turned(at(9, 12), Place(priority=4)), aims=(aim("first", 4), urgent), now=at(9, 12))
    assert summary(found) == [("first", "missed", at(9, 10))]


def test_each_piece_is_counted_in_the_hours_of_its_team() -> None:
    night = BusinessHours("Europe/Berlin", {day: ((time(17), time(23)),) for day in range(7)})
    told = Story(at(9, 16), happened=(Turned(at(9, 16, 30), Place(team=7)),))
    found = reckon(told, (aim("first", 2),), {None: SAXONY, 7: night}, at(9, 16))
    assert [one.due_at for one in found] == [at(9, 18, 30)]  # half an hour by day, the rest from 17:00


def test_holidays_and_days_off_do_not_count() -> None:
    found = timers(aims=(aim("first", 10),), opened_at=at(23, 16, month=12), now=at(23, 16, month=12))
    # Wednesday 16-17, closed on the 24th, Christmas on Friday, and a weekend: nine hours on Monday.
    assert [one.due_at for one in found] == [at(28, 17, month=12)]


def test_the_hour_that_clocks_skip_or_repeat_counts_as_it_passed() -> None:
    always = BusinessHours("Europe/Berlin", {day: ((time(0), time(0)),) for day in range(7)})
    spring, autumn = at(28, 20, month=3), at(24, 20, month=10)
    for opened in (spring, autumn):
        found = reckon(Story(opened), (aim("first", 12),), {None: always}, opened)
        assert found[0].due_at == opened.astimezone(UTC) + 12 * HOUR


def test_without_hours_every_hour_counts() -> None:
    assert reckon(Story(at(21, 3)), (aim("first", 4),), {}, at(21, 3))[0].due_at == at(21, 7)


def test_a_service_that_never_opens_has_no_due_moment() -> None:
    closed = BusinessHours("Europe/Berlin", {})
    found = reckon(Story(MONDAY), (aim("first", 4),), {None: closed}, MONDAY)
    assert [(one.state, one.due_at) for one in found] == [("running", None)]


def test_a_clock_that_was_put_back_turns_no_time_around() -> None:
    found = timers(Became(at(9, 11), "waiting_customer"), Became(at(9, 10), "open"), now=at(9, 12))
    assert summary(found) == summary(timers(now=at(9, 12)))


def test_the_steps_say_why() -> None:
    told = Story(
        at(23, 15, month=12),
        happened=(
            Became(at(23, 16, month=12), "waiting_customer"),
            Became(at(23, 16, 30, month=12), "open"),
            Turned(at(28, 9, month=12), Place(priority=3)),
        ),
    )
    timer = reckon(told, (aim("first", 4),), HOURS, at(28, 9, month=12))[0]
    told_steps = [(one.kind, one.at, one.amount, one.reason, one.day) for one in steps(timer, told, HOURS, at(28, 9))]
    none = timedelta()
    assert told_steps == [
        ("start", at(23, 15, month=12), none, "", None),
        ("target", at(23, 15, month=12), 4 * HOUR, "", None),
        ("run", at(23, 15, month=12), HOUR, "", None),
        ("pause", at(23, 16, month=12), none, "customer", None),
        ("run", at(23, 16, 30, month=12), 3 * HOUR, "", None),
        ("closed", at(24, 0, month=12), none, "day_off", date(2026, 12, 24)),
        ("closed", at(25, 0, month=12), none, "holiday", date(2026, 12, 25)),
        ("turn", at(28, 9, month=12), none, "", None),
        ("due", at(28, 10, 30, month=12), none, "", None),
    ]


UNHURRIED = settings(deadline=None)  # the holidays of a year take a while when it is first asked for
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))
SPANS = st.integers(0, 60 * 24 * 9).map(lambda minutes: timedelta(minutes=minutes))
PLACES = st.builds(Place, team=st.sampled_from([None, 1, 2]), topic=st.just(""), priority=st.integers(1, 4))
STATUSES = st.sampled_from(["new", "open", "waiting_customer", "waiting_internal", "resolved", "closed"])
MAKERS = st.one_of(
    st.just(Wrote),
    st.just(Answered),
    st.just(PutAside),
    STATUSES.map(lambda status: lambda at: Became(at, status)),
    PLACES.map(lambda place: lambda at: Turned(at, place)),
)
PLANS = {
    None: SAXONY,
    1: BusinessHours(
        "Europe/Berlin",
        {day: ((time(9), time(12)), (time(13), time(18))) for day in range(6)},
        StateHolidays("BY", catholic=True),
    ),
    2: AROUND_THE_CLOCK,
}
AIMS = (
    *(aim("first", 4, 1), aim("next", 6, 1), aim("resolution", 40, 1, pauses_for_others=True)),
    *(aim("first", 1, 2, priority=4), aim("resolution", 8, 2, priority=4), aim("next", 2, 3, team=1)),
)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    opened = draw(MOMENTS)
    moment, happened = opened, []
    for make in draw(st.lists(MAKERS, max_size=12)):
        moment += draw(SPANS)
        happened.append(make(moment))
    return Story(opened, draw(PLACES), happened=tuple(happened), waits=draw(st.booleans()))


def end_of(story: Story) -> datetime:
    return story.happened[-1].at if story.happened else story.opened_at


def told(found: tuple[Timer, ...]) -> list[tuple[object, ...]]:
    """All of a timer but how its time was cut into pieces."""
    return [(t.kind, t.started_at, t.ended_at, t.due_at, t.soon_at, t.used, t.state, t.aim) for t in found]


@UNHURRIED
@given(stories(), SPANS)
def test_what_happens_twice_or_changes_nothing_changes_nothing(story: Story, later: timedelta) -> None:
    """Invariance under splitting: a status or a place said once more moves no moment."""
    now = end_of(story) + later
    again: list[object] = []
    status, place = story.status, story.place
    for one in story.happened:
        again += [Became(one.at, status), Turned(one.at, place), one]
        status = one.status if isinstance(one, Became) else status
        place = one.place if isinstance(one, Turned) else place
    split = replace(story, happened=(*again, Became(now, status), Turned(now, place)))  # type: ignore[arg-type]
    assert told(reckon(split, AIMS, PLANS, now)) == told(reckon(story, AIMS, PLANS, now))


@UNHURRIED
@given(stories(), SPANS, SPANS)
def test_time_alone_moves_no_due_moment_and_makes_nothing_on_time_again(
    story: Story, later: timedelta, more: timedelta
) -> None:
    before = reckon(story, AIMS, PLANS, end_of(story) + later)
    after = reckon(story, AIMS, PLANS, end_of(story) + later + more)
    assert [one.due_at for one in before] == [one.due_at for one in after]
    assert [two.state for one, two in zip(before, after, strict=True) if one.state == "missed"] == [
        one.state for one in before if one.state == "missed"
    ]
    assert all(one.used <= two.used for one, two in zip(before, after, strict=True))


@UNHURRIED
@given(MOMENTS, SPANS, SPANS, st.sampled_from(["waiting_customer", "waiting_internal", "resolved"]))
def test_pausing_never_shortens(opened: datetime, before: timedelta, paused: timedelta, status: str) -> None:
    begins = opened + before
    pause = (Became(begins, status), Became(begins + paused, "open"))
    now = begins + paused
    plain = {one.kind: one.due_at for one in reckon(Story(opened), AIMS, PLANS, now)}
    for one in reckon(Story(opened, happened=pause), AIMS, PLANS, now):
        assert one.due_at is not None
        assert one.due_at >= plain[one.kind]


@UNHURRIED
@given(stories(), SPANS, st.integers(1, 48))
def test_a_longer_target_is_never_due_earlier(story: Story, later: timedelta, hours: int) -> None:
    now = end_of(story) + later
    longer = tuple(replace(one, duration=one.duration + hours * HOUR) for one in AIMS)
    for one, two in zip(reckon(story, AIMS, PLANS, now), reckon(story, longer, PLANS, now), strict=True):
        if one.due_at is not None and two.due_at is not None:
            assert one.due_at < two.due_at


@UNHURRIED
@given(stories(), SPANS)
def test_until_it_is_due_exactly_the_targets_time_is_used(story: Story, later: timedelta) -> None:
    now = end_of(story) + later
    for timer in reckon(story, AIMS, PLANS, now):
        if timer.due_at is None or (timer.ended_at is not None and timer.due_at > timer.ended_at):
            continue  # it pauses, or ended before
        spans = [
            (PLANS[piece.place.team], piece.start, min(piece.end or timer.due_at, timer.due_at))
            for piece in timer.pieces
            if not piece.pause and piece.start < timer.due_at
        ]
        assert sum((business_time_between(*span) for span in spans), timedelta()) == timer.aim.duration
        amounts = [one.amount for one in steps(timer, story, PLANS, now) if one.kind == "run"]
        assert sum(amounts, timedelta()) == timer.aim.duration


@UNHURRIED
@given(stories(), SPANS)
def test_what_remains_and_what_was_used_are_the_whole(story: Story, later: timedelta) -> None:
    for timer in reckon(story, AIMS, PLANS, end_of(story) + later):
        assert timer.left + timer.used == timer.aim.duration
        assert timer.used >= timedelta()


@pytest.mark.parametrize("kind", ["first", "resolution"])
def test_without_a_target_nothing_is_due(kind: str) -> None:
    assert [one.kind for one in timers(aims=(aim(kind),))] == [kind]
    assert timers(aims=()) == []
