"""When the service can be reached, in words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.accounts.opening import day_and_hour, reachable

WEEK = {day: ((time(8), time(18)),) for day in range(4)} | {4: ((time(8), time(12)), (time(13), time(14)))}
HOURS = BusinessHours("Europe/Berlin", WEEK, days_off=frozenset({date(2026, 11, 24)}))

FOR_LONG = frozenset(date(2026, 11, 1) + timedelta(days=day) for day in range(92))


def said(at: datetime, hours: BusinessHours = HOURS, language: str = "de") -> str:
    with translation.override(language):
        found = reachable(hours, at)
        assert found is not None
        return found.now


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, UTC: an hour behind Berlin. The 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "german"),
    [
        (at(16, 9), "Jetzt erreichbar, bis 18:00 Uhr"),
        (at(16, 6, 30), "Zurzeit geschlossen, wieder erreichbar heute ab 8:00 Uhr"),
        (at(16, 17), "Zurzeit geschlossen, wieder erreichbar morgen ab 8:00 Uhr"),
        (at(20, 11, 30), "Zurzeit geschlossen, wieder erreichbar heute ab 13:00 Uhr"),
        (at(20, 14), "Zurzeit geschlossen, wieder erreichbar Montag ab 8:00 Uhr"),
        (at(23, 17), "Zurzeit geschlossen, wieder erreichbar Mittwoch ab 8:00 Uhr"),
    ],
)
def test_it_says_whether_somebody_is_there(moment: datetime, german: str) -> None:
    assert said(moment) == german


def test_it_speaks_english() -> None:
    assert said(at(16, 17), language="en") == "Closed now, open again tomorrow at 8:00"


def test_far_away_the_date_is_said() -> None:
    closed = BusinessHours("Europe/Berlin", WEEK, days_off=frozenset(date(2026, 11, day) for day in range(1, 31)))
    assert said(at(16, 9), closed) == ("Zurzeit geschlossen, wieder erreichbar Dienstag, 1. Dezember 2026 ab 8:00 Uhr")


def test_neighbouring_days_with_the_same_hours_share_a_line() -> None:
    with translation.override("de"):
        found = reachable(HOURS, at(16, 9))
    assert found is not None
    assert found.week == (("Mo bis Do", "8:00 bis 18:00 Uhr"), ("Fr", "8:00 bis 12:00 Uhr und 13:00 bis 14:00 Uhr"))


def test_open_until_midnight_and_two_days() -> None:
    hours = BusinessHours("Europe/Berlin", {5: ((time(9), time(0)),), 6: ((time(9), time(0)),)})
    with translation.override("de"):
        found = reachable(hours, at(21, 20))
    assert found is not None
    assert (found.week, found.now) == ((("Sa und So", "9:00 bis 24:00 Uhr"),), "Jetzt erreichbar, bis Mitternacht")


def test_without_hours_nothing_is_promised() -> None:
    assert reachable(None, at(16, 9)) is None
    assert reachable(BusinessHours("Europe/Berlin", {}), at(16, 9)) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_at_every_moment_it_has_something_to_say(moment: datetime) -> None:
    found = reachable(HOURS, moment)
    assert found is not None
    assert found.now
    assert len(found.week) == 2


def test_when_somebody_is_back_is_told_with_its_day_and_only_while_we_are_closed() -> None:
    def back(moment: datetime, language: str = "de", hours: BusinessHours = HOURS) -> str:
        with translation.override(language):
            found = reachable(hours, moment)
        assert found is not None
        return found.back

    assert back(at(20, 14)) == "Montag, 23. November, 8 Uhr"
    assert back(at(20, 14), "en") == "Monday, 23 November, 8:00"
    assert back(at(16, 9)) == ""
    late = BusinessHours("Europe/Berlin", {0: ((time(9, 30), time(10)),)}, days_off=FOR_LONG)
    assert back(at(20, 14), hours=late) == "Montag, 1. Februar 2027, 9:30 Uhr"


def test_no_text_of_ours_takes_the_name_of_a_month_or_a_day() -> None:
    """Django keeps all catalogues in one: a heading "May" that lets somebody do something would be the month."""
    months = ["Januar", "Februar", "März", "April", "Mai", "Juni"]
    months += ["Juli", "August", "September", "Oktober", "November", "Dezember"]
    days = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
    with translation.override("de"):
        firsts = [
            day_and_hour(datetime(2026, month, 1, tzinfo=UTC), at(1, 8), ZoneInfo("UTC")) for month in range(1, 13)
        ]
        week = [day_and_hour(at(16 + day, 8), at(16, 8), ZoneInfo("UTC")) for day in range(7)]
    assert [said.split()[2].strip(",") for said in firsts] == months
    assert [said.partition(",")[0] for said in week] == days
