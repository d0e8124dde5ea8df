"""What people type for a later moment, and the moment it is. It is a Friday, 27 November 2026, 10:20 in Berlin."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.tickets.moments import (
    FURTHEST,
    Contradiction,
    NotUnderstood,
    Office,
    Past,
    TooFar,
    Unclear,
    presets,
    read,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 27, 10, 20, tzinfo=BERLIN)
WEEK = {day: ((time(8), time(17)),) for day in range(5)}
OFFICE = Office(BERLIN, BusinessHours("Europe/Berlin", WEEK, holidays=frozenset({date(2026, 12, 25)})))
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def local(text: str, now: datetime = NOW) -> str:
    return read(text, now=now, office=OFFICE).astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        # the examples of the handbook
        ("Di 9 Uhr", "2026-12-01 09:00"),
        ("morgen 14:30", "2026-11-28 14:30"),
        ("in 3 Tagen", "2026-11-30 08:00"),
        ("nächsten Montag", "2026-11-30 08:00"),
        ("am 3.12.", "2026-12-03 08:00"),
        ("Freitag früh", "2026-12-04 08:00"),
        ("tomorrow 9am", "2026-11-28 09:00"),
        ("in two weeks", "2026-12-11 08:00"),
        ("next tue", "2026-12-01 08:00"),
        # days
        ("Freitag", "2026-12-04 08:00"),
        ("Freitag 15 Uhr", "2026-11-27 15:00"),
        ("nächsten Freitag 15 Uhr", "2026-12-04 15:00"),
        ("heute Nachmittag", "2026-11-27 14:00"),
        ("heute abend um 6", "2026-11-27 18:00"),
        ("uebermorgen", "2026-11-29 08:00"),
        ("day after tomorrow at noon", "2026-11-29 12:00"),
        ("Freitag morgen um 7", "2026-12-04 07:00"),
        ("3. Dezember", "2026-12-03 08:00"),
        ("3. 12. 2027 um 10 Uhr", "2027-12-03 10:00"),
        ("december 3rd", "2026-12-03 08:00"),
        ("the 3rd of December at 2pm", "2026-12-03 14:00"),
        ("2026-12-24 11:15", "2026-12-24 11:15"),
        ("Do 3.12.", "2026-12-03 08:00"),
        ("am 3.", "2026-12-03 08:00"),
        ("am 31.", "2026-12-31 08:00"),
        ("3.12 um 9.30", "2026-12-03 09:30"),
        ("15.1.", "2027-01-15 08:00"),
        ("nächste Woche", "2026-11-30 08:00"),
        ("nächste Woche Mittwoch 11 Uhr", "2026-12-02 11:00"),
        ("next month", "2026-12-01 08:00"),
        ("KW 50", "2026-12-07 08:00"),
        ("kw50 Di", "2026-12-08 08:00"),
        ("KW 2", "2027-01-11 08:00"),
        # spans
        ("in einer Woche", "2026-12-04 08:00"),
        ("in einem Monat", "2026-12-27 08:00"),
        ("3 Werktage", "2026-12-02 08:00"),
        ("in two working days", "2026-12-01 08:00"),
        ("in 90 Minuten", "2026-11-27 11:50"),
        ("in einer halben Stunde", "2026-11-27 10:50"),
        ("in half an hour", "2026-11-27 10:50"),
        ("morgen in einer Woche", "2026-12-05 08:00"),
        ("in 14 Tagen um 13 Uhr", "2026-12-11 13:00"),
        # times
        ("14:30", "2026-11-27 14:30"),
        ("9 Uhr", "2026-11-28 09:00"),
        ("um halb elf am Montag", "2026-11-30 10:30"),
        ("Mo viertel nach 9", "2026-11-30 09:15"),
        ("monday quarter to ten", "2026-11-30 09:45"),
        ("Mo um 3", "2026-11-30 15:00"),
        ("Mo 03:00", "2026-11-30 03:00"),
        ("Mo 3am", "2026-11-30 03:00"),
        ("um 12 am Montag", "2026-11-30 12:00"),
        ("monday 12 p.m.", "2026-11-30 12:00"),
        ("Mo 9 Uhr 45", "2026-11-30 09:45"),
        ("Mo halb eins", "2026-11-30 12:30"),
        ("MORGEN FRÜH", "2026-11-28 08:00"),
        ("tomorrow in the afternoon", "2026-11-28 14:00"),
        ("this evening", "2026-11-27 18:00"),
    ],
)
def test_what_people_type_is_understood(text: str, moment: str):
    assert local(text) == moment


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        ("   ", ""),
        ("bald", "bald"),
        ("Dienstag vielleicht", "vielleicht"),
        ("wenn Köln antwortet", "wenn"),
        ("Montag Dienstag", "Dienstag"),
        ("morgen heute", "heute"),
        ("Di 25 Uhr", "25"),
        ("Di 9:75", "9:75"),
        ("32.12.", "32.12."),
        ("30.2.", "30.2."),
        ("um", "um"),
        ("3/12", "3/12"),
        ("morgen in 2 Stunden", ""),
        ("9", "9"),
        ("KW 54", "KW"),
        ("\x00", "\x00"),
    ],
)
def test_nonsense_is_refused_and_the_word_is_named(text: str, word: str):
    with pytest.raises(NotUnderstood) as refused:
        read(text, now=NOW, office=OFFICE)
    assert refused.value.word == word


@pytest.mark.parametrize("text", ["heute 9 Uhr", "heute früh", "1.11.2026", "2020-01-01", "in 0 Tagen", "in 0 Minuten"])
def test_what_has_gone_by_is_refused(text: str):
    with pytest.raises(Past):
        read(text, now=NOW, office=OFFICE)


@pytest.mark.parametrize("text", ["in 5 Jahren", "in 99999999999999999999 Tagen", "3.12.2999", "in 900 Werktagen"])
def test_what_is_too_far_off_is_refused(text: str):
    with pytest.raises(TooFar):
        read(text, now=NOW, office=OFFICE)


@pytest.mark.parametrize("text", ["Di 3.12.", "morgen Montag"])
def test_a_weekday_that_is_not_the_days_is_a_contradiction(text: str):
    with pytest.raises(Contradiction):
        read(text, now=NOW, office=OFFICE)


def test_the_hour_of_the_clock_is_meant_after_clocks_change():
    before = datetime(2027, 3, 27, 10, 0, tzinfo=BERLIN)  # in the night after, clocks go forward
    assert local("morgen 9 Uhr", before) == "2027-03-28 09:00"
    assert read("morgen 9 Uhr", now=before, office=OFFICE) == datetime(2027, 3, 28, 7, 0, tzinfo=UTC)


def test_a_service_without_hours_begins_at_nine():
    assert read("morgen", now=NOW, office=Office(BERLIN)) == datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
WORDS = (
    *("Di", "nächsten", "Montag", "um", "9", "Uhr", "in", "3", "Tagen", "am", "3.12.", "früh", "next", "week", "14:30"),
    *("halb", "a", "month", "KW", "50", "morgen", "the", "3rd", "29.2.", "pm", "of", "december", "2027", "."),
)
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join))


@given(texts, moments)
def test_any_text_is_a_later_moment_or_is_refused_in_one_of_the_known_ways(text: str, now: datetime):
    try:
        moment = read(text, now=now, office=OFFICE)
    except Unclear:
        return
    assert now < moment <= now + FURTHEST
    assert moment.utcoffset() == timedelta(0)


@given(moments, st.integers(1, 400))
def test_in_so_many_days_is_that_day(now: datetime, count: int):
    found = read(f"in {count} Tagen", now=now, office=OFFICE).astimezone(BERLIN)
    assert found.date() == now.astimezone(BERLIN).date() + timedelta(days=count)


@given(moments, st.integers(0, 6))
def test_a_weekday_is_the_next_one(now: datetime, weekday: int):
    found = read(WEEKDAYS[weekday], now=now, office=OFFICE).astimezone(BERLIN)
    assert found.weekday() == weekday
    assert timedelta(0) <= found.date() - now.astimezone(BERLIN).date() <= timedelta(days=7)


@given(moments, st.integers(1, 730), st.times())
def test_a_whole_date_with_a_time_is_exactly_that(now: datetime, ahead: int, clock: time):
    day = now.astimezone(BERLIN).date() + timedelta(days=ahead)
    wanted = datetime.combine(day, clock.replace(second=0, microsecond=0, fold=0), BERLIN).astimezone(UTC)
    for text in (f"{day:%d.%m.%Y} {clock:%H:%M}", f"{day:%Y-%m-%d} {clock:%H:%M}"):
        assert read(text, now=now, office=OFFICE) == wanted


@given(moments)
def test_a_date_without_its_year_is_the_next_such_day(now: datetime):
    here = now.astimezone(BERLIN).date()
    found = read("3.12.", now=now, office=OFFICE).astimezone(BERLIN)
    assert (found.day, found.month) == (3, 12)
    assert here <= found.date() <= here.replace(day=1, month=1, year=here.year + 2)


def offered(now: datetime) -> list[tuple[str, str]]:
    return [(one.code, one.at.astimezone(BERLIN).strftime("%d.%m. %H:%M")) for one in presets(now, OFFICE)]


def test_what_is_offered_lies_where_work_begins_and_comes_once():
    assert offered(NOW) == [
        ("afternoon", "27.11. 14:00"),
        ("monday", "30.11. 08:00"),
        ("week", "04.12. 08:00"),
        ("month", "28.12. 08:00"),  # the 27th is a Sunday
    ]


def test_in_the_afternoon_this_afternoon_is_not_offered():
    wednesday = datetime(2026, 11, 25, 15, 0, tzinfo=BERLIN)
    assert [code for code, _at in offered(wednesday)] == ["tomorrow", "monday", "week", "month"]


def test_a_closed_morning_makes_place_for_the_next_open_one():
    before_christmas = datetime(2026, 12, 24, 9, 0, tzinfo=BERLIN)
    assert offered(before_christmas)[1] == ("monday", "28.12. 08:00")


@given(moments)
def test_what_is_offered_is_open_later_and_in_order(now: datetime):
    found = presets(now, OFFICE)
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert all(one.at > now and OFFICE.is_open_at(one.at) for one in found)
