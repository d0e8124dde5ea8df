"""Invitations: what, when, where, who, and what is asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email import calendar
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.parse import parse
from anliegen.records.tickets.enclosed import Appointment, Enclosed, Guest

HEAD = b"From: erika@example.de\r\nTo: b@example.de\r\nSubject: Einladung\r\n"
ZONE = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
EVENT = """UID:u1@example.de
SUMMARY:Zählertausch
DTSTART;TZID=Europe/Berlin:20260701T100000
DTEND;TZID=Europe/Berlin:20260701T110000
LOCATION:Lindenstraße 5\\, Lindenau
ORGANIZER;CN="Müller, Erika":mailto:erika@example.de
ATTENDEE;CN=Service;PARTSTAT=NEEDS-ACTION:mailto:b@example.de
ATTENDEE;CN=Hans;PARTSTAT=ACCEPTED:MAILTO:hans@example.de
DESCRIPTION:Bitte die Tür offen\\n halten.
"""


def file(event: str = EVENT, *, method: str = "REQUEST", zones: str = "", events: int = 1) -> bytes:
    one = f"BEGIN:VEVENT\n{event}END:VEVENT\n"
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\n{zones}{one * events}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(raw: bytes) -> Appointment | None:
    return calendar.read(raw, "utf-8", "", Defects())


def when(event: str, zones: str = "") -> tuple[str, str, str]:
    found = read(file(event, zones=zones))
    assert found is not None
    return found.starts, found.ends, found.zone


def test_an_invitation_is_read_whole() -> None:
    assert read(file()) == Appointment(
        method="request",
        title="Zählertausch",
        starts="2026-07-01T10:00:00+02:00",
        ends="2026-07-01T11:00:00+02:00",
        zone="Europe/Berlin",
        place="Lindenstraße 5, Lindenau",
        organiser="Müller, Erika <erika@example.de>",
        guests=(Guest("Service", "b@example.de"), Guest("Hans", "hans@example.de", "accepted")),
        words="Bitte die Tür offen\n halten.",
        uid="u1@example.de",
    )


@pytest.mark.parametrize(
    ("event", "zones", "expected"),
    [
        (
            "DTSTART:20260701T080000Z\nDTEND:20260701T090000Z\n",
            "",
            ("2026-07-01T08:00:00+00:00", "2026-07-01T09:00:00+00:00", "UTC"),
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261201T100000\nDURATION:PT90M\n",
            "",
            ("2026-12-01T10:00:00+01:00", "2026-12-01T11:30:00+01:00", "W. Europe Standard Time"),
        ),
        (
            "DTSTART;TZID=Unsere Zeit:20260701T100000\n",
            ZONE.format(name="Unsere Zeit"),
            ("2026-07-01T10:00:00+02:00", "", "Unsere Zeit"),
        ),
        ("DTSTART:20260701T100000\n", "", ("2026-07-01T10:00:00", "", "")),
        ("DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260702\n", "", ("2026-07-01", "", "")),
        ("DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260704\n", "", ("2026-07-01", "2026-07-03", "")),
        ("DTSTART;TZID=Europe/Berlin:1T1\n", "", ("", "", "")),
    ],
)
def test_the_time_is_understood_in_every_form(event: str, zones: str, expected: tuple[str, str, str]) -> None:
    assert when(event, zones) == expected


@pytest.mark.parametrize(
    ("method", "event", "kind", "answer", "is_cancelled"),
    [
        ("CANCEL", EVENT, "cancel", "", True),
        ("REQUEST", EVENT + "STATUS:CANCELLED\n", "request", "", True),
        (
            "REPLY",
            "DTSTART:20260701T080000Z\nATTENDEE;PARTSTAT=DECLINED:mailto:b@example.de\n",
            "reply",
            "declined",
            False,
        ),
        ("COUNTER", EVENT, "counter", "", False),
        ("UNSINN", EVENT, "publish", "", False),
    ],
)
def test_what_is_asked_is_understood(method: str, event: str, kind: str, answer: str, is_cancelled: bool) -> None:
    found = read(file(event, method=method))
    assert found is not None
    assert (found.method, found.answer, found.is_cancelled) == (kind, answer, is_cancelled)


def test_what_repeats_says_how() -> None:
    found = read(file(EVENT + "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231T000000Z\n"))
    assert found is not None
    assert (found.repeats, found.every, found.until, found.times) == ("weekly", 2, "2026-12-31", 0)


def test_of_many_appointments_the_first_is_shown_and_the_others_counted() -> None:
    found = read(file(EVENT, events=3))
    assert found is not None
    assert (found.title, found.others) == ("Zählertausch", 2)


def test_a_mail_that_is_nothing_but_an_invitation_has_its_words_as_text() -> None:
    incoming = parse(HEAD + b"Content-Type: text/calendar; method=CANCEL; charset=utf-8\r\n\r\n" + file())
    assert incoming.text == (
        "Zählertausch\n2026-07-01 10:00:00+02:00 – 2026-07-01 11:00:00+02:00 (Europe/Berlin)\n"
        "Lindenstraße 5, Lindenau\n\n"
        "Bitte die Tür offen\n halten."
    )
    assert incoming.appointment is not None
    assert incoming.appointment.method == "cancel"
    assert [one.filename for one in incoming.attachments] == ["invitation.ics"]


def test_a_calendar_that_calls_itself_something_else_is_one() -> None:
    head = HEAD + b"Content-Type: application/octet-stream; name=termin.ics\r\n\r\n"
    incoming = parse(head + file())
    assert incoming.appointment is not None
    assert [(one.filename, one.content_type) for one in incoming.attachments] == [("termin.ics", "text/calendar")]


def test_what_is_kept_comes_back_the_same() -> None:
    enclosed = Enclosed(appointment=read(file()))
    assert Enclosed.from_json(enclosed.as_json()) == enclosed
    assert Enclosed().as_json() == {}
    assert Enclosed.from_json({"appointment": {"method": "request", "later": 1}}).appointment == Appointment("request")


@pytest.mark.parametrize(
    "raw",
    [
        file(EVENT, events=5_000),
        file(EVENT + "".join(f"ATTENDEE:mailto:u{at}@example.de\n" for at in range(5_000))),
        file("RRULE:FREQ=SECONDLY;COUNT=999999999\n" + EVENT),
        file(zones=ZONE.format(name="x").replace("END:STANDARD", "RDATE:20260101T000000\n" * 5_000 + "END:STANDARD")),
        file("BEGIN:VALARM\n" * 10_000 + EVENT),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 12_000,
        b"BEGIN:VEVENT\r\nDTSTART:" + b"9" * 190_000,
        file("SUMMARY:" + "a\n " * 50_000 + "\n"),
    ],
)
def test_bombs_do_not_go_off(raw: bytes) -> None:
    calendar.read(raw, "utf-8", "", Defects())


@given(st.integers(0, 700), st.binary(min_size=1, max_size=20))
@settings(max_examples=200, deadline=None)
def test_no_damaged_calendar_raises(at: int, damage: bytes) -> None:
    whole = file(zones=ZONE.format(name="Unsere Zeit"))
    calendar.read(whole[:at] + damage + whole[at + len(damage) :], None, "", Defects())
