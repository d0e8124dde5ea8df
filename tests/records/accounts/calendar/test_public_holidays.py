from datetime import date

import pytest

from anliegen.records.accounts.calendar import StateHolidays, UnknownState, holidays_of

GERMAN_STATES = ["BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"]
NATIONWIDE_2026 = {
    date(2026, 1, 1): "Neujahr",
    date(2026, 4, 3): "Karfreitag",
    date(2026, 4, 6): "Ostermontag",
    date(2026, 5, 1): "Erster Mai",
    date(2026, 5, 14): "Christi Himmelfahrt",
    date(2026, 5, 25): "Pfingstmontag",
    date(2026, 10, 3): "Tag der Deutschen Einheit",
    date(2026, 12, 25): "Erster Weihnachtstag",
    date(2026, 12, 26): "Zweiter Weihnachtstag",
}
# What each state keeps beyond the nine days of the whole country, in 2026.
EPIPHANY, WOMENS_DAY, EASTER_SUNDAY, WHIT_SUNDAY = (
    date(2026, 1, 6),
    date(2026, 3, 8),
    date(2026, 4, 5),
    date(2026, 5, 24),
)
CORPUS_CHRISTI, ASSUMPTION, CHILDRENS_DAY = date(2026, 6, 4), date(2026, 8, 15), date(2026, 9, 20)
REFORMATION, ALL_SAINTS, REPENTANCE = date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 18)
BEYOND = {
    "BW": {EPIPHANY, CORPUS_CHRISTI, ALL_SAINTS},
    "BY": {EPIPHANY, CORPUS_CHRISTI, ALL_SAINTS},
    "BE": {WOMENS_DAY},
    "BB": {EASTER_SUNDAY, WHIT_SUNDAY, REFORMATION},
    "HB": {REFORMATION},
    "HH": {REFORMATION},
    "HE": {CORPUS_CHRISTI},
    "MV": {WOMENS_DAY, REFORMATION},
    "NI": {REFORMATION},
    "NW": {CORPUS_CHRISTI, ALL_SAINTS},
    "RP": {CORPUS_CHRISTI, ALL_SAINTS},
    "SL": {CORPUS_CHRISTI, ASSUMPTION, ALL_SAINTS},
    "SN": {REFORMATION, REPENTANCE},
    "ST": {EPIPHANY, REFORMATION},
    "SH": {REFORMATION},
    "TH": {CHILDRENS_DAY, REFORMATION},
}


@pytest.mark.parametrize("state", ["", "DE"])
def test_without_a_state_the_nine_days_of_the_whole_country_count(state: str) -> None:
    assert holidays_of(state, 2026) == NATIONWIDE_2026


@pytest.mark.parametrize("state", GERMAN_STATES)
def test_each_state_adds_its_own_days(state: str) -> None:
    assert set(holidays_of(state, 2026)) == set(NATIONWIDE_2026) | BEYOND[state]


def test_assumption_is_a_holiday_in_catholic_communes_of_bavaria_only() -> None:
    assert ASSUMPTION not in holidays_of("BY", 2026)
    assert holidays_of("BY", 2026, catholic=True)[ASSUMPTION] == "Mariä Himmelfahrt"


def test_corpus_christi_is_kept_in_catholic_communes_of_saxony() -> None:
    assert CORPUS_CHRISTI in holidays_of("SN", 2026, catholic=True)


def test_augsburg_has_a_day_of_its_own() -> None:
    assert set(holidays_of("BY-Augsburg", 2026)) - set(holidays_of("BY", 2026)) >= {date(2026, 8, 8)}


@pytest.mark.parametrize("state", GERMAN_STATES)
def test_christmas_eve_and_new_years_eve_are_no_public_holidays(state: str) -> None:
    found = holidays_of(state, 2026, catholic=True)
    assert date(2026, 12, 24) not in found
    assert date(2026, 12, 31) not in found


def test_reformation_day_was_kept_everywhere_once() -> None:
    assert all(date(2017, 10, 31) in holidays_of(state, 2017) for state in GERMAN_STATES)


def test_austria_and_switzerland_have_their_own_days() -> None:
    assert date(2026, 10, 26) in holidays_of("AT-9", 2026)
    assert date(2026, 8, 1) in holidays_of("CH-ZH", 2026)
    assert date(2026, 10, 3) not in holidays_of("AT", 2026)


def test_berne_is_not_berlin() -> None:
    assert WOMENS_DAY in holidays_of("BE", 2026)
    assert WOMENS_DAY not in holidays_of("CH-BE", 2026)


def test_names_come_in_english_too() -> None:
    assert holidays_of("SN", 2026, language="en")[REFORMATION] == "Reformation Day"


@pytest.mark.parametrize("state", ["XX", "AT-10", "FR", "BY-München"])
def test_an_unknown_state_is_refused(state: str) -> None:
    with pytest.raises(UnknownState):
        holidays_of(state, 2026)
    with pytest.raises(UnknownState):
        StateHolidays(state)


def test_changing_an_answer_changes_no_later_one() -> None:
    holidays_of("SN", 2026).clear()
    assert REFORMATION in holidays_of("SN", 2026)


def test_holidays_of_any_year_can_be_asked_for() -> None:
    days = StateHolidays("SN")
    assert date(2027, 11, 17) in days
    assert date(2027, 11, 18) not in days
    assert "2027-11-17" not in days
