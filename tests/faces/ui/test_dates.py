from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from anliegen.faces.ui.dates import ago, duration, exact, said, when

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 15, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("at", "german", "english"),
    [
        (NOW.replace(hour=14, minute=5), "heute 14:05", "today 14:05"),
        (NOW.replace(hour=0, minute=0), "heute 00:00", "today 00:00"),
        (datetime(2026, 11, 23, 23, 59, tzinfo=BERLIN), "gestern", "yesterday"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=BERLIN), "morgen 09:00", "tomorrow 09:00"),
        (datetime(2026, 11, 17, 9, 0, tzinfo=BERLIN), "Di 17.11.", "Tue 17 Nov"),
        (datetime(2026, 3, 3, 9, 0, tzinfo=BERLIN), "Di 3.3.", "Tue 3 Mar"),
        (datetime(2026, 12, 24, 9, 0, tzinfo=BERLIN), "Do 24.12.", "Thu 24 Dec"),
        (datetime(2025, 11, 22, 9, 0, tzinfo=BERLIN), "22.11.2025", "22 Nov 2025"),
        (datetime(2027, 1, 5, 9, 0, tzinfo=BERLIN), "Di 5.1.", "Tue 5 Jan"),
        (datetime(2027, 6, 5, 9, 0, tzinfo=BERLIN), "05.06.2027", "5 June 2027"),
    ],
)
def test_a_moment_is_said_as_people_say_it(at: datetime, german: str, english: str) -> None:
    assert said(at, now=NOW, zone=BERLIN, language="de") == german
    assert said(at, now=NOW, zone=BERLIN, language="en") == english


def test_the_hour_can_be_asked_for() -> None:
    at = datetime(2026, 11, 23, 9, 7, tzinfo=BERLIN)
    assert said(at, now=NOW, zone=BERLIN, language="de", time=True) == "gestern 09:07"
    assert said(at - timedelta(days=400), now=NOW, zone=BERLIN, language="de", time=True) == "19.10.2025 09:07"


def test_today_is_a_matter_of_the_readers_time_zone() -> None:
    at, now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC), datetime(2026, 11, 24, 23, 45, tzinfo=UTC)
    assert said(at, now=now, zone=BERLIN, language="de") == "heute 00:30"
    assert said(at, now=now, zone=UTC, language="de") == "heute 23:30"
    assert said(at, now=now + timedelta(hours=1), zone=UTC, language="de") == "gestern"


def test_the_day_of_the_clock_change_stays_one_day() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert said(night, now=night + timedelta(hours=21), zone=BERLIN, language="de") == "heute 02:30"
    assert exact(night, zone=BERLIN, language="de") == "Sonntag, 25. Oktober 2026, 02:30 Uhr"


def test_exact_leaves_no_doubt() -> None:
    at = datetime(2026, 11, 24, 14, 5, tzinfo=BERLIN)
    assert exact(at, zone=BERLIN, language="de") == "Dienstag, 24. November 2026, 14:05 Uhr"
    assert exact(at, zone=BERLIN, language="en") == "Tuesday, 24 November 2026, 14:05"


@pytest.mark.parametrize(
    ("distance", "german", "english"),
    [
        (timedelta(seconds=5), "gerade eben", "just now"),
        (timedelta(minutes=1), "vor 1 Min.", "1 min ago"),
        (timedelta(minutes=59, seconds=59), "vor 59 Min.", "59 min ago"),
        (timedelta(hours=1), "vor 1 Std.", "1 h ago"),
        (timedelta(hours=23, minutes=59), "vor 23 Std.", "23 h ago"),
        (timedelta(seconds=-20), "in 1 Min.", "in 1 min"),
        (timedelta(hours=-3, minutes=-5), "in 3 Std.", "in 3 h"),
        (timedelta(days=1), None, None),
        (timedelta(days=-1), None, None),
    ],
)
def test_ago_says_the_distance_within_a_day(distance: timedelta, german: str | None, english: str | None) -> None:
    assert ago(NOW - distance, now=NOW, language="de") == german
    assert ago(NOW - distance, now=NOW, language="en") == english


@pytest.mark.parametrize(
    ("span", "german", "english"),
    [
        (timedelta(), "weniger als eine Minute", "less than a minute"),
        (timedelta(seconds=59), "weniger als eine Minute", "less than a minute"),
        (timedelta(minutes=1), "1 Minute", "1 minute"),
        (timedelta(hours=2, minutes=10), "2 Stunden 10 Minuten", "2 hours 10 minutes"),
        (timedelta(hours=12, minutes=10), "12 Stunden", "12 hours"),
        (timedelta(days=1, hours=1), "1 Tag 1 Stunde", "1 day 1 hour"),
        (timedelta(days=1, minutes=30), "1 Tag", "1 day"),
        (timedelta(days=14, hours=5), "14 Tage", "14 days"),
        (-timedelta(hours=3), "3 Stunden", "3 hours"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(span: timedelta, german: str, english: str) -> None:
    assert duration(span, language="de") == german
    assert duration(span, language="en") == english


def test_german_bends_a_duration_after_seit() -> None:
    assert duration(timedelta(days=2), language="de", dative=True) == "2 Tagen"
    assert duration(timedelta(days=1), language="de", dative=True) == "1 Tag"
    assert duration(timedelta(seconds=3), language="de", dative=True) == "weniger als einer Minute"
    assert duration(timedelta(days=2, hours=3), language="de", dative=True, short=True) == "2 Tagen 3 Std."


def test_a_short_duration_fits_a_column() -> None:
    assert duration(timedelta(hours=2, minutes=10), language="de", short=True) == "2 Std. 10 Min."
    assert duration(timedelta(hours=2, minutes=10), language="en", short=True) == "2 h 10 min"


def test_when_shows_the_short_words_and_tells_the_exact_moment() -> None:
    at = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
    with translation.override("de"), timezone.override(BERLIN):
        assert when(at, now=NOW) == (
            '<time datetime="2026-11-24T13:05:00+00:00" title="Dienstag, 24. November 2026, 14:05 Uhr" data-when="day">'
            '<span aria-hidden="true">heute 14:05</span>'
            '<span class="vh">Dienstag, 24. November 2026, 14:05 Uhr</span></time>'
        )
        assert "vor 1 Std." in when(at, now=NOW, relative=True)


def test_when_takes_a_day_and_nothing() -> None:
    with translation.override("en"), timezone.override(BERLIN):
        assert '<span aria-hidden="true">yesterday</span>' in when(date(2026, 11, 23), now=NOW)
    assert when(None) == ""


moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))


@given(moments, moments)
def test_the_words_never_name_another_day_than_the_exact_ones(at: datetime, now: datetime) -> None:
    text = said(at, now=now, zone=BERLIN, language="de")
    local, today = at.astimezone(BERLIN).date(), now.astimezone(BERLIN).date()
    near = {today: "heute", today - timedelta(days=1): "gestern", today + timedelta(days=1): "morgen"}
    expected = near.get(local)
    if expected:
        assert text.startswith(expected)
    elif local.year == today.year or abs((local - today).days) <= 60:
        assert text.endswith(f" {local.day}.{local.month}.")
    else:
        assert text == f"{local:%d.%m.%Y}"


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000)))
def test_a_duration_never_says_more_than_there_is(span: timedelta) -> None:
    seconds = {"day": 86400, "hour": 3600, "minute": 60}
    text = duration(span, language="en")
    if text == "less than a minute":
        assert span < timedelta(minutes=1)
        return
    words = text.split()
    total = sum(int(n) * seconds[unit.rstrip("s")] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert total <= span.total_seconds() < total + seconds[words[1].rstrip("s")]
