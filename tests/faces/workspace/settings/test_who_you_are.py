"""Organisation, brands and service hours."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.faces.workspace.settings.calendars import years_of
from anliegen.faces.workspace.settings.operator import countries
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Operator, Team
from anliegen.records.tickets.models import Ticket

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


OPERATOR = {
    "name": "Stadtwerke Musterstadt",
    "street": "Am Markt 1",
    "postcode": "04109",
    "city": "Leipzig",
    "country": "DE",
    "website": "www.musterstadt.example",
    "default_language": "de",
    "phone": "+49 341 123456",
    "callback_address": "rueckruf@musterstadt.example",
    "undo_seconds": "15",
    "reopen_days": "30",
    "acknowledges": "on",
    "quotes": "last",
    "sends_per_minute": "100",
    "sends_at_once": "3",
}


def test_the_organisation_is_saved_and_says_what_changed(browser: Client, operator: Operator, said: Said) -> None:
    answer = browser.post(to("operator"), OPERATOR)
    assert (answer.status_code, answer.headers["Location"]) == (302, to("operator"))
    operator.refresh_from_db()
    assert (operator.city, operator.undo_seconds, operator.website) == (
        "Leipzig",
        15,
        "https://www.musterstadt.example",
    )
    fields = ["city", "postcode", "street", "undo_seconds", "website"]
    assert said() == [("setting.changed", "operator:1", {"fields": fields})]
    assert "are saved" in browser.get(to("operator")).text


def test_without_a_way_to_a_person_nothing_is_saved(browser: Client, operator: Operator, said: Said) -> None:
    answer = browser.post(to("operator"), OPERATOR | {"phone": "", "callback_address": "", "city": "Anderswo"})
    assert answer.status_code == 422
    assert "Give a phone number or an address for callbacks" in answer.text
    assert 'value="Anderswo"' in answer.text
    operator.refresh_from_db()
    assert (operator.phone, operator.city) == ("+49 341 123456", "")
    assert said() == []


@pytest.mark.parametrize("way", ["kein-weg", "http://", "ftp://example.org/x", "a@b"])
def test_a_callback_address_must_be_one(browser: Client, way: str) -> None:
    assert browser.post(to("operator"), OPERATOR | {"callback_address": way}).status_code == 422


@pytest.mark.parametrize("way", ["ruf@example.org", "https://example.org/rueckruf"])
def test_a_page_or_an_address_is_a_way(browser: Client, operator: Operator, way: str) -> None:
    browser.post(to("operator"), OPERATOR | {"phone": "", "callback_address": way})
    operator.refresh_from_db()
    assert (operator.phone, operator.callback_address) == ("", way)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Nobody can dial this: a number has at least 3 digits"),
        ("de", "Das kann niemand wählen: Eine Nummer hat mindestens 3 Ziffern"),
    ],
)
@pytest.mark.parametrize("phone", ["keine Nummer", "12", "030 123 oder 030 124"])
def test_a_number_that_nobody_can_dial_is_refused_at_its_field(
    browser: Client, operator: Operator, phone: str, language: str, sentence: str
) -> None:
    Agent.objects.update(language=language)
    brand = {"name": "Netz", "email": "x@example.org"}
    for page, given in (("operator", OPERATOR), ("brand-new", brand)):
        answer = browser.post(to(page), given | {"phone": phone})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert answer.text.count('aria-invalid="true"') == 1
    operator.refresh_from_db()
    assert (operator.phone, Brand.objects.count()) == ("+49 341 123456", 0)


@pytest.mark.parametrize("seconds", ["31", "9", "0", "-1", "x"])
def test_the_time_to_undo_is_bounded(browser: Client, seconds: str) -> None:
    assert browser.post(to("operator"), OPERATOR | {"undo_seconds": seconds}).status_code == 422


@pytest.mark.parametrize("pace", [{"sends_per_minute": "0"}, {"sends_at_once": "0"}, {"quotes": "everything"}])
def test_how_answers_leave_is_bounded(browser: Client, operator: Operator, pace: dict[str, str]) -> None:
    assert browser.post(to("operator"), OPERATOR | pace).status_code == 422
    browser.post(to("operator"), OPERATOR | {"sends_per_minute": "20", "sends_at_once": "2", "quotes": "all"})
    operator.refresh_from_db()
    assert (operator.sends_per_minute, operator.sends_at_once, operator.quotes) == (20, 2, "all")


def test_countries_are_named_and_each_stands_once() -> None:
    codes = [code for code, _name in countries()]
    assert codes[:3] == ["DE", "AT", "CH"]
    assert len(codes) == len(set(codes)) > 200
    assert not {"EU", "UN", "ZZ"} & set(codes)


def test_the_first_brand_becomes_the_default(browser: Client, said: Said) -> None:
    browser.post(to("brand-new"), {"name": "Öko & Söhne", "email": "post@oeko.example", "signature": "Ihr Team"})
    brand = Brand.objects.get()
    assert (brand.name, brand.slug, brand.is_default) == ("Öko & Söhne", "oeko-soehne", True)
    assert said() == [("setting.created", f"brand:{brand.pk}", {})]


def test_a_brand_has_its_own_way_to_a_person_and_words_for_both_languages(browser: Client, said: Said) -> None:
    given = {
        "name": "Netz",
        "email": "post@netz.example",
        "phone": " 030 23125-150 ",
        "callback_address": "https://netz.example/rueckruf",
        "signature": "Ihr Netz",
        "signature_en": "Your grid",
        "legal_footer": "Netz GmbH, Sitz Leipzig",
        "legal_footer_en": "Netz GmbH, registered in Leipzig",
    }
    browser.post(to("brand-new"), given)
    brand = Brand.objects.get()
    assert {name: getattr(brand, name) for name in given} == given | {"phone": "030 23125-150"}
    browser.post(to("brand", brand.pk), given | {"phone": "030 23125-151", "callback_address": "", "signature_en": ""})
    assert said()[-1] == (
        "setting.changed", f"brand:{brand.pk}", {"fields": ["callback_address", "phone", "signature_en"]},
    )  # fmt: skip
    assert browser.post(to("brand", brand.pk), given | {"callback_address": "kein-weg"}).status_code == 422


def test_the_preview_shows_the_brands_own_number_and_the_language_of_whoever_looks(
    browser: Client, brand: Brand
) -> None:
    given = {"name": "Netz", "email": "x@example.org", "phone": "030 23125-150"}
    given |= {"signature": "Ihr Netz", "signature_en": "Your grid"}
    english = browser.post(to("brand-preview"), given, headers={"HX-Request": "true"}).text
    Agent.objects.update(language="de")
    german = browser.post(to("brand-preview"), given, headers={"HX-Request": "true"}).text
    assert ("Your grid" in english, "Ihr Netz" in english) == (True, False)
    assert ("Your grid" in german, "Ihr Netz" in german) == (False, True)
    assert "030 23125-150" in english and "+49 341 123456" not in english


def test_a_second_brand_of_the_same_name_is_refused(browser: Client, brand: Brand) -> None:
    answer = browser.post(to("brand-new"), {"name": brand.name.upper(), "email": "x@example.org"})
    assert answer.status_code == 422
    assert "There is a brand of this name already." in answer.text
    assert Brand.objects.count() == 1


def test_names_that_become_the_same_short_name_are_told_apart(browser: Client) -> None:
    for name in ("Netz", "Netz!", "Netz?"):
        browser.post(to("brand-new"), {"name": name, "email": "x@example.org"})
    assert sorted(Brand.objects.values_list("slug", flat=True)) == ["netz", "netz-2", "netz-3"]


def test_the_default_moves_to_another_brand(browser: Client, brand: Brand, said: Said) -> None:
    browser.post(to("brand-new"), {"name": "Netz", "email": "x@example.org"})
    other = Brand.objects.get(slug="netz")
    browser.post(to("brand-default", other.pk))
    assert list(Brand.objects.filter(is_default=True)) == [other]
    assert said()[-1] == ("setting.changed", f"brand:{other.pk}", {"fields": ["is_default"]})


def test_a_brand_in_use_is_not_deleted_and_says_by_what_it_is_used(
    browser: Client, brand: Brand, mailbox: Mailbox, ticket: Ticket, said: Said
) -> None:
    answer = browser.post(to("brand-delete", brand.pk), follow=True)
    assert Brand.objects.filter(pk=brand.pk).exists()
    for words in ("mailbox service@musterstadt.example", "1 concern", "it is the default brand"):
        assert words in answer.text
    assert said() == []


def test_an_unused_brand_is_deleted(browser: Client, brand: Brand, said: Said) -> None:
    browser.post(to("brand-new"), {"name": "Netz", "email": "x@example.org"})
    unused = Brand.objects.get(slug="netz")
    browser.post(to("brand-delete", unused.pk))
    assert list(Brand.objects.all()) == [brand]
    assert said()[-1] == ("setting.deleted", f"brand:{unused.pk}", {})


def test_the_preview_shows_the_signature_escaped_and_saves_nothing(browser: Client, brand: Brand, said: Said) -> None:
    given = {"name": "Netz", "email": "x@example.org", "signature": "Ihr <b>Netz</b>"}
    answer = browser.post(to("brand-preview"), given, headers={"HX-Request": "true"})
    assert "Ihr &lt;b&gt;Netz&lt;/b&gt;" in answer.text
    assert "Jana Kowalski" in answer.text and "+49 341 123456" in answer.text
    assert "<html" not in answer.text
    assert said() == []


WEEK = {
    "name": "Störungsdienst",
    "timezone": "Europe/Berlin",
    "state": "SN",
    "opens_0_1": "08:00",
    "closes_0_1": "12:00",
    "opens_0_2": "13:00",
    "closes_0_2": "17:30",
    "opens_5_1": "09:00",
    "closes_5_1": "12:00",
    "off_0": "2026-12-24",
    "occasion_0": "Heiligabend",
    "off_2": "2026-12-31",
}


def test_service_hours_are_created_with_their_week_and_days_off(browser: Client, said: Said) -> None:
    browser.post(to("calendar-new"), WEEK)
    calendar = Calendar.objects.get()
    spans = calendar.openings.order_by("weekday", "opens").values_list("weekday", "opens", "closes")
    assert list(spans) == [
        (0, time(8), time(12)),
        (0, time(13), time(17, 30)),
        (5, time(9), time(12)),
    ]
    days = calendar.days_off.order_by("on").values_list("on", "name")
    assert list(days) == [(date(2026, 12, 24), "Heiligabend"), (date(2026, 12, 31), "")]
    assert calendar.is_default
    assert said() == [
        ("setting.created", f"calendar:{calendar.pk}", {}),
        ("setting.changed", f"calendar:{calendar.pk}", {"fields": ["days_off", "openings"]}),
    ]


def test_saved_service_hours_come_back_into_the_form(browser: Client) -> None:
    browser.post(to("calendar-new"), WEEK)
    page = browser.get(to("calendar", Calendar.objects.get().pk)).text
    for value in ("08:00", "12:00", "13:00", "17:30", "2026-12-24", "Heiligabend", "2026-12-31"):
        assert f'value="{value}"' in page
    assert 'name="off_4"' in page and 'name="off_5"' not in page


def test_an_emptied_day_off_goes(browser: Client, said: Said) -> None:
    browser.post(to("calendar-new"), WEEK)
    calendar = Calendar.objects.get()
    browser.post(to("calendar", calendar.pk), WEEK | {"off_0": "", "occasion_0": ""})
    assert list(calendar.days_off.values_list("on", flat=True)) == [date(2026, 12, 31)]
    assert said()[-1][2] == {"fields": ["days_off", "openings"]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"closes_0_1": ""}, "Give both: from when and until when."),
        ({"closes_0_1": "07:00"}, "The end lies before the beginning."),
        ({"opens_0_2": "11:00"}, "The second span begins before the first one ends."),
        ({"off_1": "2026-12-24"}, "This day stands here twice."),
        ({"off_2": "", "occasion_2": "Silvester"}, "Say which day this is."),
        ({"state": "XX"}, "XX is not one of the available choices"),
        ({"timezone": "Mars/Olympus"}, "is not one of the available choices"),
    ],
)
def test_wrong_service_hours_are_refused_in_words(browser: Client, wrong: dict[str, str], words: str) -> None:
    answer = browser.post(to("calendar-new"), WEEK | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Calendar.objects.exists()


def test_the_holidays_of_the_state_are_shown(calendar: Calendar) -> None:
    (_this, days), (_next, _days) = years_of(calendar)
    names = [name for _day, name in days]
    assert len(names) == 11  # the nine of the whole country, Reformation Day, and Repentance Day of Saxony alone


def test_service_hours_in_use_are_not_deleted(browser: Client, calendar: Calendar, billing: Team) -> None:
    Calendar.objects.create(name="Andere")
    Team.objects.filter(pk=billing.pk).update(calendar=calendar)
    answer = browser.post(to("calendar-delete", calendar.pk), follow=True)
    assert "team Abrechnung, they are the default service hours" in answer.text
    assert Calendar.objects.filter(pk=calendar.pk).exists()


def test_another_calendar_becomes_the_default_and_the_old_one_can_go(browser: Client, calendar: Calendar) -> None:
    other = Calendar.objects.create(name="Andere")
    browser.post(to("calendar-default", other.pk))
    browser.post(to("calendar-delete", calendar.pk))
    assert list(Calendar.objects.filter(is_default=True)) == [other] == list(Calendar.objects.all())


@pytest.mark.parametrize("name", ["operator", "brand-new", "calendar-new"])
def test_somebody_without_the_permission_changes_nothing(
    client_of: Callable[[Agent], Client], mira: Agent, said: Said, name: str
) -> None:
    assert client_of(mira).post(to(name), OPERATOR | WEEK | {"email": "x@example.org"}).status_code == 403
    assert said() == []
