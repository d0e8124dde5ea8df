"""How people are addressed: the table of the handbook's section 3.8, and nothing guessed beyond it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.customers.models import ADDRESS_FORMS, Person
from anliegen.records.customers.salutation import salutation

NAMES = st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("fields", "german", "english"),
    [
        ({"address_form": "frau", "family_name": "Meier"}, "Sehr geehrte Frau Meier,", "Dear Ms Meier,"),
        ({"address_form": "herr", "family_name": "Kaya"}, "Sehr geehrter Herr Kaya,", "Dear Mr Kaya,"),
        (
            {"address_form": "frau", "title": "Dr.", "family_name": "Meier"},
            "Sehr geehrte Frau Dr. Meier,",
            "Dear Dr Meier,",
        ),
        (
            {"address_form": "herr", "title": "Prof. Dr. Dipl.-Ing.", "family_name": "Kaya"},
            "Sehr geehrter Herr Professor Kaya,",
            "Dear Professor Kaya,",
        ),
        (
            {"address_form": "herr", "title": "Dipl.-Ing.", "family_name": "Kaya"},
            "Sehr geehrter Herr Kaya,",
            "Dear Mr Kaya,",
        ),
        (
            {"address_form": "frau", "title": "Mag.", "family_name": "Huber"},
            "Sehr geehrte Frau Mag. Huber,",
            "Dear Mag Huber,",
        ),
        (
            {"address_form": "herr", "family_name": "von der Heide"},
            "Sehr geehrter Herr von der Heide,",
            "Dear Mr von der Heide,",
        ),
        (
            {"address_form": "neutral", "given_name": "Kim", "family_name": "Berger"},
            "Guten Tag Kim Berger,",
            "Hello Kim Berger,",
        ),
        ({"given_name": "Petra", "family_name": "Berger"}, "Guten Tag Petra Berger,", "Hello Petra Berger,"),
        ({"name": "Kim Berger"}, "Guten Tag Kim Berger,", "Hello Kim Berger,"),
        ({"address_form": "frau"}, "Guten Tag,", "Hello,"),
        ({}, "Guten Tag,", "Hello,"),
    ],
)
def test_the_table(fields: dict[str, str], german: str, english: str) -> None:
    person = Person(**fields)
    assert (salutation(person, language="de"), salutation(person, language="en")) == (german, english)


@given(NAMES, NAMES, st.sampled_from(["", "neutral"]), st.sampled_from(["", "Dr.", "Prof."]))
def test_without_a_stated_form_nobody_is_made_a_frau_or_herr(
    given_name: str, family: str, form: str, title: str
) -> None:
    person = Person(given_name=given_name, family_name=family, address_form=form, title=title)
    german = salutation(person, language="de")
    assert german.startswith("Guten Tag ")
    assert german.split()[2:-2] == ([title] if title else [])
    assert not salutation(person, language="en").startswith(("Dear Ms", "Dear Mr "))


@given(
    NAMES, st.sampled_from([code for code, _name in ADDRESS_FORMS]), st.sampled_from(["de", "de-AT", "en", "fr", ""])
)
def test_it_is_one_line_that_ends_with_one_comma(name: str, form: str, language: str) -> None:
    line = salutation(Person(name=name, family_name=name, address_form=form), language=language)
    assert line.endswith(f"{name},")
    assert "\n" not in line


def test_the_persons_own_language_counts_when_none_is_asked_for() -> None:
    assert salutation(Person(name="Kim", language="en")) == "Hello Kim,"
    assert salutation(Person(name="Kim")) == "Guten Tag Kim,"
