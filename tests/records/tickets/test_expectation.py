from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import BusinessHours, business_time_between
from anliegen.records.tickets.expectation import AnswerRange, answer_range, describe, due_at, expect

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_fewer_than_twenty_answers_give_no_range() -> None:
    assert answer_range([HOUR] * 19) is None


def test_twenty_answers_give_their_median_and_eightieth_percent() -> None:
    assert answer_range([HOUR * n for n in range(20, 0, -1)]) == AnswerRange(p50=10 * HOUR, p80=16 * HOUR, n=20)


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=90)), min_size=20, max_size=200))
def test_the_promised_share_was_really_answered_in_time(samples: list[timedelta]) -> None:
    found = answer_range(samples)
    assert found is not None
    assert found.p50 <= found.p80
    assert sum(sample <= found.p50 for sample in samples) * 2 >= len(samples)
    assert sum(sample <= found.p80 for sample in samples) * 10 >= len(samples) * 8


@pytest.mark.parametrize(
    ("p50", "p80", "german"),
    [
        (
            3 * HOUR + MINUTE,
            11 * HOUR,
            "In der Hälfte der Fälle antworten wir innerhalb von 4 Stunden, "
            "in 8 von 10 Fällen innerhalb von 2 Arbeitstagen, gerechnet in unseren Servicezeiten.",
        ),
        (
            10 * MINUTE,
            50 * MINUTE,
            "In der Hälfte der Fälle antworten wir innerhalb von 30 Minuten, "
            "in 8 von 10 Fällen innerhalb von 1 Stunde, gerechnet in unseren Servicezeiten.",
        ),
        (
            7 * HOUR + MINUTE,
            8 * HOUR,
            "In 8 von 10 Fällen antworten wir innerhalb von 8 Stunden, gerechnet in unseren Servicezeiten.",
        ),
    ],
)
def test_a_range_is_told_in_german_and_rounded_up(p50: timedelta, p80: timedelta, german: str) -> None:
    assert describe(AnswerRange(p50, p80, 40), "de") == german


def test_a_range_is_told_in_english() -> None:
    assert describe(AnswerRange(4 * HOUR, 9 * HOUR, 25), "en") == (
        "In half of all cases we answer within 4 hours, in 8 of 10 cases within 2 working days, "
        "counted in our service hours."
    )


def test_days_have_the_length_of_the_operators_day() -> None:
    assert "within 3 working days" in describe(AnswerRange(9 * HOUR, 12 * HOUR, 25), "en", workday=5 * HOUR)


def test_without_enough_answers_it_says_so_and_names_no_number() -> None:
    german, english = describe(None, "de"), describe(None, "en")
    assert german.startswith("Eine Zeit für unsere Antwort können wir noch nicht nennen")
    assert english.startswith("We cannot name a time for our answer yet")
    assert not any(letter.isdigit() for letter in german + english)


WEEK = {day: ((time(8), time(16, 30)),) for day in range(5)}
PLAN = BusinessHours("Europe/Berlin", WEEK)
FRIDAY = datetime(2026, 11, 27, 15, 22, tzinfo=UTC)  # 16:22 in Berlin, eight minutes before closing
MEASURED = AnswerRange(p50=2 * HOUR, p80=7 * HOUR + MINUTE, n=40)


def told(language: str, *, plan: BusinessHours | None = PLAN, at: datetime = FRIDAY, since: datetime = FRIDAY) -> str:
    return expect(MEASURED, plan, language, since=since, at=at).partition(". ")[2]


def test_what_was_measured_ends_in_a_day_and_an_hour_while_we_are_open() -> None:
    assert told("de") == "Voraussichtlich hören Sie also bis Montag, 30. November, 16 Uhr von uns."
    assert told("en") == "So you will probably hear from us by Monday, 30 November, 16:00."
    assert expect(MEASURED, PLAN, "de", since=FRIDAY, at=FRIDAY).startswith("In der Hälfte der Fälle antworten wir")


def test_holidays_and_days_off_are_no_days_on_which_we_answer() -> None:
    closed = BusinessHours("Europe/Berlin", WEEK, frozenset({date(2026, 11, 30)}), frozenset({date(2026, 12, 1)}))
    assert told("de", plan=closed) == "Voraussichtlich hören Sie also bis Mittwoch, 2. Dezember, 16 Uhr von uns."


def test_an_hour_beyond_closing_is_never_named() -> None:
    late = AnswerRange(p50=HOUR, p80=8 * HOUR, n=40)
    since = datetime(2026, 11, 30, 7, 15, tzinfo=UTC)  # Monday 8:15, and eight hours later it is 16:15
    assert due_at(late, PLAN, since) == datetime(2026, 11, 30, 15, 30, tzinfo=UTC)


def test_who_waits_longer_is_told_so_and_no_hour_that_is_past() -> None:
    assert told("de", at=FRIDAY + timedelta(days=4)) == "Bei Ihrem Anliegen dauert es länger."


def test_without_hours_no_day_is_named() -> None:
    assert told("de", plan=None) == ""
    assert told("de", plan=BusinessHours("Europe/Berlin", {})) == ""


def test_too_few_answers_name_no_time_but_when_somebody_is_back() -> None:
    def said(at: datetime) -> str:
        return expect(None, PLAN, "de", since=at, at=at).removeprefix(describe(None, "de"))

    assert said(FRIDAY + HOUR) == " Wir haben jetzt geschlossen und sind ab Montag, 30. November, 8 Uhr wieder da."
    assert said(FRIDAY) == ""


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(min_value=timedelta(0), max_value=20 * HOUR),
)
def test_the_day_named_is_never_before_the_time_measured_has_passed(since: datetime, p80: timedelta) -> None:
    found = AnswerRange(p50=timedelta(0), p80=p80, n=20)
    due = due_at(found, PLAN, since)
    assert business_time_between(PLAN, since, due) >= p80
    assert due.minute == 0 or due.astimezone(ZoneInfo("Europe/Berlin")).time() == time(16, 30)
