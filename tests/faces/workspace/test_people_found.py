"""The list of people finds by the beginning of any word, in the order of a phone list."""

import re
from datetime import datetime
from html import unescape

import pytest
from django.db import connection
from django.test import Client

from anliegen.ground.search.beginnings import beginnings, words_of
from anliegen.ground.text import fold
from anliegen.records.customers.models import Organisation, Person


@pytest.mark.parametrize("asked", ["kim", "berg", "kim ber", "BER KIM", "Mei", "Berger-Me", "bergwerk", "o'ne", "nei"])
def test_people_are_found_by_the_beginning_of_any_word_of_their_name_or_organisation(
    janas: Client, kim: Person, asked: str, now: datetime
) -> None:
    house = Organisation.objects.create(name="Alte Bergwerke", folded=fold("Alte Bergwerke"), created_at=now)
    changed = {"organisation": house, "name": "Dr.Kim O'Neill Berger-Meier"}
    Person.objects.filter(pk=kim.pk).update(**changed, folded=fold(changed["name"]))
    Person.objects.create(name="Umkim Zuberg", folded="umkim zuberg", created_at=now)
    page = janas.get("/workspace/people/", {"q": asked}).text
    assert re.findall(r'href="/workspace/people/(\d+)/"', page) == [str(kim.pk)]


@pytest.mark.parametrize("asked", ["erger", "kim xaver", "'", "&|!:*", "kim:*&"])
def test_nobody_is_found_by_the_middle_of_a_word_nor_by_signs(janas: Client, kim: Person, asked: str) -> None:
    page = janas.get("/workspace/people/", {"q": asked})
    found = re.findall(r'href="/workspace/people/(\d+)/"', page.text)
    assert (page.status_code, found) == (200, [str(kim.pk)] if asked.startswith("kim:") else [])


def test_people_of_a_name_and_of_an_organisation_stand_on_pages_in_one_order(
    janas: Client, kim: Person, now: datetime
) -> None:
    house = Organisation.objects.create(name="Mustermann AG", folded="mustermann ag", created_at=now)
    names = [f"{letter} {number:02}" for number in range(30) for letter in ("muster", "zorn", "anna muster")]
    Person.objects.bulk_create(
        Person(name=name, folded=name, created_at=now, organisation=None if "muster" in name else house)
        for name in names
    )
    seen, address = [], "/workspace/people/?q=muster"
    while address:
        page = unescape(janas.get(address).text)
        seen += re.findall(r'row-who">((?:muster|zorn|anna muster) \d+)<', page)
        following = re.search(r'href="(/workspace/people/\?[^"]*after=[^"]*)"', page)
        address = following[1] if following else ""
    assert seen == list(Person.objects.filter(name__in=names).order_by("folded", "pk").values_list("name", flat=True))


def test_the_index_of_words_answers_the_question(kim: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Person.objects.alias(words=words_of("folded")).filter(words=beginnings("ber kim")).explain()
    assert "customers_person_words" in plan
