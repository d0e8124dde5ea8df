"""What in an answer is a promise, until when, and what only looks like one. It is a Monday morning, ten o'clock."""

import time as stopwatch
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import BusinessHours, StateHolidays
from anliegen.records.tickets.promising import MOST, noticed

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
# Wednesday of this week is a holiday in Saxony: Buß- und Bettag.
HOURS = BusinessHours("Europe/Berlin", {day: ((time(8), time(17)),) for day in range(5)}, holidays=StateHolidays("SN"))
BERLIN = ZoneInfo("Europe/Berlin")


def due(text: str, now: datetime = MONDAY, hours: BusinessHours | None = HOURS) -> list[str]:
    """Each promise's moment, as people say it."""
    return [f"{one.due_at.astimezone(BERLIN):%a %d.%m. %H:%M}" for one in noticed(text, now, hours)]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Ich melde mich bis Freitag bei Ihnen.", "Fri 20.11. 17:00"),
        ("Wir erstatten den Betrag innerhalb von drei Werktagen.", "Fri 20.11. 17:00"),
        ("Wir überweisen Ihnen das Geld spätestens am 3.12.", "Thu 03.12. 17:00"),
        ("Das erledige ich noch diese Woche.", "Fri 20.11. 17:00"),
        ("Morgen Vormittag rufe ich Sie an.", "Tue 17.11. 12:00"),
        ("Sie hören in 48 Stunden von uns.", "Tue 17.11. 17:00"),  # then is a holiday
        ("Ich prüfe das und melde mich bis Mittwoch, 25. November.", "Wed 25.11. 17:00"),
        ("Bis Freitag erhalten Sie von uns eine neue Rechnung.", "Fri 20.11. 17:00"),
        ("Mein Kollege ruft Sie morgen um 10 Uhr an.", "Tue 17.11. 10:00"),
        ("Unser Techniker kommt am Donnerstag.", "Thu 19.11. 17:00"),
        ("Die Erstattung ist bis zum 30.11. auf Ihrem Konto.", "Mon 30.11. 17:00"),
        ("Der Zähler wird bis Ende November ausgetauscht.", "Mon 30.11. 17:00"),
        ("Ich kümmere mich heute noch darum.", "Mon 16.11. 17:00"),
        ("Ihre Antwort bekommen Sie spätestens nächste Woche.", "Fri 27.11. 17:00"),
        ("Das Problem ist bis heute Abend behoben.", "Mon 16.11. 20:00"),
        ("Ich verspreche, dass ich mich bis Freitag melde.", "Fri 20.11. 17:00"),
        ("Sie bekommen die Unterlagen bis 15 Uhr.", "Mon 16.11. 15:00"),
        ("Wir schicken Ihnen die Bestätigung binnen einer Stunde.", "Mon 16.11. 11:00"),
        ("Bis Ende des Monats schreiben wir Ihnen den Betrag gut.", "Mon 30.11. 17:00"),
        ("Ich melde mich spätestens am Montag, den 23. November, um 9 Uhr.", "Mon 23.11. 09:00"),
        ("Ich schicke Ihnen die Abrechnung bis KW 49.", "Fri 04.12. 17:00"),
        ("Wir korrigieren die Rechnung, und zwar bis Freitag.", "Fri 20.11. 17:00"),
        ("Ihr Abschlag wird zum 1. Dezember geändert.", "Tue 01.12. 17:00"),
        ("Ich rufe Sie am Freitagvormittag an.", "Fri 20.11. 12:00"),
        ("Ihre Erstattung geht Ihnen innerhalb von 5 Werktagen zu.", "Mon 23.11. 17:00"),
        ("Das Geld kommt bis Ende der Woche bei Ihnen an.", "Fri 20.11. 17:00"),
        ("Ich lasse Ihnen die Unterlagen bis übermorgen zukommen.", "Tue 17.11. 17:00"),  # before the holiday
        ("Das klären wir bis spätestens 27. November.", "Fri 27.11. 17:00"),
        ("Die Kollegin aus der Abrechnung ruft Sie heute Nachmittag zurück.", "Mon 16.11. 17:00"),
        ("Wir antworten Ihnen in 2 bis 3 Arbeitstagen.", "Fri 20.11. 17:00"),
        ("Ich nehme das mit und gebe Ihnen bis Donnerstag, 12 Uhr, Bescheid.", "Thu 19.11. 12:00"),
        ("Sie können sich darauf verlassen: Bis Freitag ist das erledigt.", "Fri 20.11. 17:00"),
        ("Bis Mitte Dezember haben Sie den neuen Vertrag in Ihrem Postfach.", "Tue 15.12. 17:00"),
        ("Innerhalb der nächsten Woche melden wir uns.", "Fri 27.11. 17:00"),
        ("Der Monteur ist Freitag bei Ihnen.", "Fri 20.11. 17:00"),
        ("Ich rufe Sie zurück, und zwar noch heute.", "Mon 16.11. 17:00"),
        ("Spätestens in zwei Wochen ist Ihr neuer Zähler eingebaut.", "Mon 30.11. 17:00"),
        ("Wir zahlen Ihnen bis 15. Dezember 100 Euro zurück.", "Tue 15.12. 17:00"),
        ("Ich melde mich spätestens Freitag, damit Sie nicht warten müssen.", "Fri 20.11. 17:00"),
        ("Bis Freitag melde ich mich, auch wenn ich noch nichts Neues weiß.", "Fri 20.11. 17:00"),
        ("Ich melde mich bis 3.12. Bitte senden Sie uns bis dahin nichts.", "Thu 03.12. 17:00"),
        ("Bis Dienstag haben Sie die Antwort in Ihrem Postfach.", "Tue 17.11. 17:00"),
    ],
)
def test_a_promise_is_noticed_with_the_moment_by_which_it_has_to_be_kept(text: str, when: str) -> None:
    assert due(text) == [when]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("We will send you the corrected bill by Friday.", "Fri 20.11. 17:00"),
        ("You will receive an answer within two working days.", "Thu 19.11. 17:00"),
        ("We'll get back to you by the end of next week.", "Fri 27.11. 17:00"),
        ("My colleague will call you tomorrow morning.", "Tue 17.11. 12:00"),
        ("The refund will be in your account within five days.", "Fri 20.11. 17:00"),
        ("I will look into it and write to you on Monday at 9 am.", "Mon 23.11. 09:00"),
        ("You will hear from us in 24 hours.", "Tue 17.11. 10:00"),
        ("I am sending the form tomorrow afternoon.", "Tue 17.11. 17:00"),
        ("The technician will come on December 4th, 2026.", "Fri 04.12. 17:00"),
        ("We will call you on 3 December.", "Thu 03.12. 17:00"),
    ],
)
def test_in_english_too(text: str, when: str) -> None:
    assert due(text) == [when]


@pytest.mark.parametrize(
    "text",
    [
        # What the customer is to do.
        "Bitte senden Sie uns den Zählerstand bis Freitag.",
        "Bitte schicken Sie uns bis zum 3.12. ein Foto.",
        "Teilen Sie uns bis Mittwoch Ihre Bankverbindung mit.",
        "Wir bitten Sie, uns bis Freitag zu antworten.",
        "Wir brauchen Ihre Unterlagen bis zum 30.11.",
        "Sie haben bis Freitag Zeit, uns zu antworten.",
        "Sie müssen bis Freitag kündigen.",
        "Kündigen können Sie bis zum 30.11.",
        "Rufen Sie uns bis Freitag an.",
        "Die Rechnung muss bis zum 15.12. bezahlt sein.",
        "Please send us the reading by Friday.",
        "You need to reply by Friday.",
        "We need your bank details by Friday.",
        # What depends on something.
        "Wenn Sie uns den Stand senden, melden wir uns innerhalb von zwei Tagen.",
        "Sobald der Stand da ist, erhalten Sie binnen drei Tagen die Rechnung.",
        "Falls Sie bis Freitag nichts hören, rufe ich Sie an.",
        "Sollten Sie bis Freitag nichts von uns hören, melden Sie sich bitte.",
        "Sie erhalten die Rechnung innerhalb von 14 Tagen nach Eingang Ihrer Unterlagen.",
        "If you send it today, we will answer by Friday.",
        "As soon as we have your reading, you will receive the bill within three days.",
        # What is denied, asked, or only thought of.
        "Wir können das leider nicht bis Freitag schaffen.",
        "Ein Termin am Freitag ist leider nicht möglich.",
        "Können Sie uns bis Freitag Bescheid geben?",
        "Passt es Ihnen morgen um 10 Uhr?",
        "Wir würden uns freuen, bis Freitag von Ihnen zu hören.",
        "Wir hoffen, dass Sie bis Freitag Ihr Geld haben.",
        "We cannot refund it by Friday.",
        "Could you call us by tomorrow?",
        # What has been, what comes again and again, what is simply so.
        "Am Freitag haben wir Ihnen den Brief geschickt.",
        "Ihr Schreiben vom 3.12. haben wir erhalten.",
        "Letzten Freitag habe ich mit der Technik gesprochen.",
        "Die Störung wurde am 3.12. behoben.",
        "Seit Montag arbeiten wir daran.",
        "Jeden Freitag prüfen wir die Zähler.",
        "Ihr Vertrag läuft bis zum 31.12.2026.",
        "Wir sind Montag bis Freitag von 8 bis 17 Uhr erreichbar.",
        "Der Abschlag ist am 1. Dezember fällig.",
        "Ich bin bis Montag im Urlaub.",
        "Der Widerspruch ist innerhalb eines Monats möglich.",
        "Sie können innerhalb von 14 Tagen widersprechen.",
        "Ab Montag gilt der neue Tarif.",
        "Den Betrag von 3.12 Euro buchen wir ab.",
        "Guten Morgen Frau Meier, danke für Ihre Nachricht.",
        "Ich habe Ihnen heute die Rechnung geschickt.",
        "I called you on Friday.",
        "Our office is open until Friday.",
        # What others said.
        "Sie schreiben, dass wir bis Freitag liefern sollen.",
        "„Ich melde mich bis Freitag“, hatten Sie geschrieben.",
        "> Ich melde mich bis Freitag.",
        "You asked whether we will deliver by Friday.",
    ],
)
def test_what_binds_nobody_is_no_promise(text: str) -> None:
    assert due(text) == []


@pytest.mark.parametrize(
    ("text", "is_firm"),
    [
        ("Sie erhalten die Rechnung bis Freitag.", True),
        ("Voraussichtlich erhalten Sie die Rechnung bis Freitag.", False),
        ("Wir versuchen, das bis Freitag zu klären.", False),
        ("Ich kann Sie morgen Nachmittag zurückrufen.", False),
        ("Ich bearbeite Ihren Einspruch gegen die Rechnung bis Freitag.", True),
        ("Ich rufe Sie am Freitag gegen 10 Uhr an.", False),
        ("Ich schicke Ihnen alles rund um den Vertrag bis Freitag.", True),
        ("Sie erhalten das Geld in rund drei Tagen.", False),
        ("Wir rechnen Ihren Abschlag bis Freitag neu.", True),
        ("Wir melden uns bis Freitag, rechnen Sie damit.", True),
        ("Rechnen Sie damit, dass wir uns bis Freitag melden.", False),
        ("I will send you the plan of the instalments by Friday.", True),
        ("We plan to answer, and we will call you by Friday.", False),
        ("I will write to you about the bill by Friday.", True),
        ("I will call you in about three days.", False),
        ("I will call you at around noon tomorrow.", False),
    ],
)
def test_what_is_only_hoped_or_tried_is_offered_as_that(text: str, is_firm: bool) -> None:
    assert [one.is_firm for one in noticed(text, MONDAY, HOURS)] == [is_firm]


def test_each_promise_of_a_letter_has_its_passage_its_sentence_and_a_name_of_its_own() -> None:
    letter = (
        "Guten Tag Kim Berger,\n\nIhre Rechnung stimmt nicht. Ich korrigiere sie bis\nFreitag. Bitte schicken Sie uns"
        " bis dahin den Stand.\n\nDas Geld überweisen wir bis zum 30.11.\n\n- Die Bestätigung erhalten Sie bis Freitag."
    )
    found = noticed(letter, MONDAY, HOURS)
    assert [(one.key, one.passage, one.words) for one in found] == [
        ("bis-freitag", "bis Freitag", "Ich korrigiere sie bis Freitag."),
        ("bis-zum-30-11", "bis zum 30.11.", "Das Geld überweisen wir bis zum 30.11."),
        ("bis-freitag-2", "bis Freitag", "Die Bestätigung erhalten Sie bis Freitag."),
    ]
    assert [" ".join(letter[one.start : one.end].split()) for one in found] == [one.passage for one in found]


def test_of_two_times_in_a_clause_the_later_one_counts() -> None:
    assert due("Ich melde mich morgen oder am Donnerstag.") == ["Tue 17.11. 17:00", "Thu 19.11. 17:00"]
    assert due("Der Techniker kommt am Donnerstag bis 12 Uhr.") == ["Thu 19.11. 12:00"]


def test_a_day_without_its_year_that_has_just_passed_is_not_next_year() -> None:
    assert due("Wir senden Ihnen die Rechnung am 3.11.") == []
    assert due("Wir senden Ihnen die Rechnung am 3.11.2027.") == ["Wed 03.11. 17:00"]


def test_a_date_that_does_not_exist_promises_nothing() -> None:
    assert due("Wir senden Ihnen die Rechnung bis zum 31.11.") == []
    assert due("Ich rufe Sie morgen um 27 Uhr an.") == ["Tue 17.11. 17:00"]


def test_on_a_friday_evening_two_days_are_not_over_before_anybody_is_there() -> None:
    friday = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # ten minutes before closing
    assert due("Ich melde mich in 48 Stunden.", now=friday) == ["Sun 22.11. 16:50"]
    assert due("Ich melde mich bis Sonntag.", now=friday) == ["Sun 22.11. 18:00"]


def test_without_service_hours_a_day_ends_in_the_evening() -> None:
    assert due("Ich melde mich bis Freitag.", hours=None) == ["Fri 20.11. 18:00"]
    assert due("Ich melde mich in 48 Stunden.", hours=None) == ["Wed 18.11. 10:00"]


def test_never_more_than_a_few_are_asked_about() -> None:
    assert len(noticed("Ich melde mich bis Freitag. " * 100, MONDAY, HOURS)) == MOST


WORDS = st.sampled_from(
    [*("bis", "Freitag", "ich", "melde", "mich", "am", "3.12.", "um", "10", "Uhr", "„", "“", ">", "\n", "in", "zwei"),
     *("Tagen", "spätestens", "wenn", "nicht", "bitte", "Sie", "wir", ".", ",", "by", "Friday", "will", "we", "31.2.")]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_whatever_is_written_it_answers_with_places_of_the_text_and_times_to_come(text: str) -> None:
    plain = text.replace("\r\n", "\n")
    for one in noticed(text, MONDAY, HOURS):
        assert 0 <= one.start < one.end <= len(plain)
        assert " ".join(plain[one.start : one.end].split()) == one.passage
        assert one.due_at > MONDAY
        assert one.words


@settings(max_examples=40, deadline=None)
@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)))
def test_at_any_moment_a_promise_by_a_day_is_due_while_somebody_is_there(now: datetime) -> None:
    for one in noticed("Ich melde mich innerhalb von drei Arbeitstagen.", now, HOURS):
        local = one.due_at.astimezone(BERLIN)
        assert local.date() not in StateHolidays("SN")
        assert (local.weekday() < 5, local.time()) == (True, time(17))


@pytest.mark.parametrize(
    "hostile", ["bis Freitag ", "am 3.12. um 10 Uhr, ", "„", " \n", "wird ", "spätestens bis zum am ", "in 1 ", "1."]
)
def test_hostile_text_costs_no_more_than_in_proportion(hostile: str) -> None:
    def seconds(length: int) -> float:
        text = (hostile * (length // len(hostile) + 1))[:length]
        best = timedelta.max.total_seconds()
        for _ in range(3):
            started = stopwatch.thread_time()
            noticed(text, MONDAY, HOURS)
            best = min(best, stopwatch.thread_time() - started)
        return best

    assert seconds(40_000) < 12 * max(seconds(10_000), 0.005)
