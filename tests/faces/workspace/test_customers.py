"""The customer beside a ticket and on a page of their own: read by who may, changed where it stands, taken back."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Category, Consent, Distinct, Fact, Merge, Moment, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Promised
from anliegen.records.tickets.models import Ticket

Open = Callable[..., Ticket]


def said(client: Client, address: str, form: dict[str, object] | None = None) -> tuple[int, str]:
    response = client.post(address, form or {})
    return response.status_code, response.content.decode()


def test_a_field_is_changed_in_place_and_the_word_about_it_takes_it_back(
    miras_parts: Client, kim: Person, ticket: Ticket
) -> None:
    where = f"/workspace/people/{kim.pk}/fields/name/"
    form = miras_parts.get(where).content.decode()
    assert ('name="was" value="Kim Berger"' in form, "autofocus" in form) == (True, True)
    status, html = said(miras_parts, where, {"value": " Kim  Berger-Sá ", "was": "Kim Berger"})
    assert (status, "Kim Berger-Sá" in html, 'hx-swap-oob="beforeend:#toasts"' in html) == (200, True, True)
    undo = {"value": "Kim Berger", "was": "Kim Berger-Sá", "from": "toast"}
    status, html = said(miras_parts, where, undo)
    assert (status, f'id="p{kim.pk}-name" class="in-place" hx-swap-oob="true"' in html) == (200, True)
    kim.refresh_from_db()
    assert kim.name == "Kim Berger"
    assert [event.data for event in Event.objects.filter(verb="person.changed")] == [{"fields": ["name"]}] * 2


def test_whoever_wants_people_only_is_known_on_their_own_page(
    miras: Client, ticket: Ticket, kim: Person, now: datetime
) -> None:
    wish = "Wünscht in allen Anliegen nur Menschen"
    assert wish not in miras.get(f"/workspace/people/{kim.pk}/").text
    customers.want_people(kim, actor=Actor.person(kim.pk), at=now)
    assert wish in miras.get(f"/workspace/people/{kim.pk}/").text


def test_who_was_quicker_is_shown_and_nothing_is_lost(
    miras_parts: Client, kim: Person, ticket: Ticket, now: datetime
) -> None:
    customers.change(kim, city="Leipzig", actor=SYSTEM, at=now)
    where = f"/workspace/people/{kim.pk}/fields/city/"
    status, html = said(miras_parts, where, {"value": "Halle", "was": ""})
    assert (status, "in „Leipzig“ geändert" in html, 'value="Halle"' in html) == (422, True, True)
    assert 'name="was" value="Leipzig"' in html  # saving again puts it in its place
    assert said(miras_parts, where, {"value": "Halle", "was": "Leipzig"})[0] == 200
    kim.refresh_from_db()
    assert kim.city == "Halle"


@pytest.mark.parametrize(("key", "value"), [("address_form", "fräulein"), ("name", "x" * 201), ("contact_way", "fax")])
def test_what_cannot_be_is_refused_in_its_place(
    miras_parts: Client, kim: Person, ticket: Ticket, key: str, value: str
) -> None:
    status, html = said(miras_parts, f"/workspace/people/{kim.pk}/fields/{key}/", {"value": value})
    assert (status, 'role="alert"' in html) == (422, True)
    assert not Event.objects.filter(verb="person.changed").exists()


def test_without_a_script_a_field_is_changed_on_the_page_of_the_person(
    miras: Client, kim: Person, ticket: Ticket
) -> None:
    page = miras.get(f"/workspace/people/{kim.pk}/?edit=language").content.decode()
    assert f'action="/workspace/people/{kim.pk}/fields/language/"' in page
    response = miras.post(f"/workspace/people/{kim.pk}/fields/language/", {"value": "en", "was": "de"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/workspace/people/{kim.pk}/")
    kim.refresh_from_db()
    assert kim.language == "en"


def test_only_who_may_change_customers_and_sees_the_person_does(
    toms: Client, miras: Client, kim: Person, ticket: Ticket, admin: Agent, agent_role: Role, now: datetime
) -> None:
    where = f"/workspace/people/{kim.pk}/fields/name/"
    assert toms.post(where, {"value": "Tom"}).status_code == 404
    assert toms.get(f"/workspace/people/{kim.pk}/").status_code == 404
    left = [code for code in agent_role.permissions if code != "customer.change"]
    accounts.change(agent_role, permissions=left, actor=SYSTEM, at=now)
    assert miras.post(where, {"value": "Mira"}).status_code == 403
    page = miras.get(f"/workspace/people/{kim.pk}/").content.decode()
    assert ("Kim Berger" in page, "in-place-value" in page, "Adresse eintragen" in page) == (True, False, False)
    accounts.change(agent_role, permissions=[one for one in left if one != "customer.read"], actor=SYSTEM, at=now)
    for path in (f"people/{kim.pk}/", "people/"):
        assert miras.get(f"/workspace/{path}").status_code == 403
    about = miras.get(f"/workspace/tickets/{ticket.pk}/about/").content.decode()
    assert ("Kim" in about, "Selbst gesagt" in about) == (False, False)


def test_addresses_are_added_preferred_and_ended_and_each_is_taken_back(
    miras_parts: Client, kim: Person, kim_address: Address, ticket: Ticket
) -> None:
    status, html = said(miras_parts, f"/workspace/people/{kim.pk}/addresses/", {"value": "0341 99887766"})
    assert (status, "0341 99887766" in html) == (200, True)
    phone = Address.objects.get(kind="phone")
    status, html = said(miras_parts, f"/workspace/addresses/{phone.pk}/prefer/")
    assert (status, f'action="/workspace/addresses/{phone.pk}/equal/"' in html) == (200, True)
    said(miras_parts, f"/workspace/addresses/{phone.pk}/equal/", {"from": "toast"})
    said(miras_parts, f"/workspace/addresses/{kim_address.pk}/end/")
    kim_address.refresh_from_db()
    phone.refresh_from_db()
    assert (phone.is_preferred, kim_address.ended_at is None) == (False, False)
    assert "nicht mehr gültig seit" in miras_parts.get(f"/workspace/people/{kim.pk}/").content.decode()


@pytest.mark.parametrize("value", ["kim@", "ruf mich an", ""])
def test_what_is_no_address_is_refused_and_kept(miras_parts: Client, kim: Person, ticket: Ticket, value: str) -> None:
    status, html = said(miras_parts, f"/workspace/people/{kim.pk}/addresses/", {"value": value})
    assert (status, f'value="{value}"' in html or not value) == (422, True)


def test_without_a_script_a_mistake_stands_on_the_page_of_the_person(
    miras: Client, kim: Person, ticket: Ticket
) -> None:
    refused = miras.post(f"/workspace/people/{kim.pk}/addresses/", {"value": "kim@"})
    page = refused.content.decode()
    assert (refused.status_code, "kim@" in page, f"#{ticket.pk}" in page) == (422, True, True)
    refused = miras.post(f"/workspace/people/{kim.pk}/fields/postcode/", {"value": "0" * 13})
    page = refused.content.decode()
    assert (refused.status_code, "0" * 13 in page, f"#{ticket.pk}" in page) == (422, True, True)


def test_an_address_of_somebody_else_asks_whether_they_are_one_person(
    miras_parts: Client, kim: Person, ticket: Ticket, open_ticket: Open, billing: Team, now: datetime
) -> None:
    other = customers.meet(kind="phone", value="0341 99887766", name="K. Berger", actor=SYSTEM, at=now)
    add = f"/workspace/people/{kim.pk}/addresses/"
    status, html = said(miras_parts, add, {"value": "+49 341 99887766"})
    assert (status, "die Sie nicht sehen" in html or "den Sie nicht sehen" in html) == (422, True)
    actions.assign(open_ticket(other, from_address=""), to=billing, actor=SYSTEM, at=now)
    status, html = said(miras_parts, add, {"value": "+49 341 99887766"})
    same = f"/workspace/people/{kim.pk}/same/{other.person_id}/?claimed"
    assert (status, "gehört schon zu K. Berger" in html, same in html) == (422, True, True)
    assert "eine Adresse der einen wurde bei der anderen eingetragen" in miras_parts.get(same).content.decode()


FACT = {
    "said": "Bitte erst nach 17 Uhr anrufen.", "reason": "Rückrufe zur guten Zeit", "consent_way": "spoken",
    "consented_on": "2026-11-16", "expires_on": "2027-11-16",
}  # fmt: skip


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    """The pages' clock stands at the tests' Monday."""
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)
    return now


def test_a_fact_is_noted_from_a_message_shown_and_taken_back(
    miras_parts: Client, kim: Person, ticket: Ticket, today: datetime
) -> None:
    message = ticket.messages.get()
    form = miras_parts.get(f"/workspace/people/{kim.pk}/told/fact/new/?ticket={ticket.pk}").content.decode()
    assert f'value="message:{message.pk}"' in form
    where = f"/workspace/people/{kim.pk}/told/fact/"
    status, html = said(miras_parts, where, FACT | {"ticket": ticket.pk, "source": f"message:{message.pk}"})
    assert (status, "nach 17 Uhr" in html, f"/workspace/tickets/{ticket.pk}/#m{message.pk}" in html) == (
        200,
        True,
        True,
    )
    fact = Fact.objects.get()
    assert fact.source == f"message:{message.pk}"
    status, html = said(miras_parts, f"/workspace/told/fact/{fact.pk}/remove/", {"from": "toast"})
    assert (status, f"/workspace/told/fact/{fact.pk}/restore/" in html, "nach 17 Uhr" in html) == (200, True, False)
    said(miras_parts, f"/workspace/told/fact/{fact.pk}/restore/", {"from": "toast"})
    assert "nach 17 Uhr" in miras_parts.get(f"/workspace/tickets/{ticket.pk}/about/").content.decode()


def test_a_source_that_was_not_offered_is_not_kept(
    miras_parts: Client, kim: Person, ticket: Ticket, today: datetime
) -> None:
    said(miras_parts, f"/workspace/people/{kim.pk}/told/fact/", FACT | {"ticket": ticket.pk, "source": "message:99"})
    assert Fact.objects.get().source == ""


def test_words_about_health_warn_and_wait_for_explicit_consent(
    miras_parts: Client, kim: Person, ticket: Ticket, today: datetime
) -> None:
    where, words = f"/workspace/people/{kim.pk}/told/fact/", FACT | {"said": "Ich sitze im Rollstuhl."}
    response = miras_parts.post(where, words)
    html = response.content.decode()
    assert (response.status_code, "Das klingt nach: Gesundheit" in html) == (422, True)
    assert response.headers["HX-Retarget"] == "#fact-form"
    assert not Fact.objects.exists()
    assert said(miras_parts, where, words | {"special": "explicit"})[0] == 200
    assert (Fact.objects.get().is_special, Fact.objects.get().is_explicit) == (True, True)


@pytest.mark.parametrize("missing", ["said", "reason", "expires_on", "consented_on", "consent_way"])
def test_nothing_is_noted_without_words_reason_consent_and_a_day(
    miras_parts: Client, kim: Person, ticket: Ticket, today: datetime, missing: str
) -> None:
    status, _html = said(miras_parts, f"/workspace/people/{kim.pk}/told/fact/", FACT | {missing: ""})
    assert (status, Fact.objects.exists()) == (422, False)


def test_a_moment_stands_beside_every_ticket_of_the_person_until_its_day(
    miras_parts: Client, miras: Client, kim: Person, ticket: Ticket, today: datetime
) -> None:
    form = {"kind": "bereavement", "words": "Der Vater ist gestorben.", "expires_on": "2027-02-01"}
    status, html = said(miras_parts, f"/workspace/people/{kim.pk}/told/moment/", form)
    assert (status, "Trauerfall" in html) == (200, True)
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert ("Trauerfall" in page, "Der Vater ist gestorben." in page, "notiert von Mira Yılmaz" in page) == (
        True,
        True,
        True,
    )
    customers.expire(actor=SYSTEM, at=datetime(2027, 2, 1, 12, tzinfo=today.tzinfo))
    assert (
        "Trauerfall"
        not in miras.get(f"/workspace/tickets/{ticket.pk}/")
        .content.decode()
        .partition('id="customer"')[2]
        .partition("told-new")[0]
    )
    assert not Moment.objects.exists()


def test_something_else_needs_words(miras_parts: Client, kim: Person, ticket: Ticket, today: datetime) -> None:
    where = f"/workspace/people/{kim.pk}/told/moment/"
    assert said(miras_parts, where, {"kind": "other", "words": "", "expires_on": "2027-02-01"})[0] == 422


def test_a_fact_is_corrected_and_renewed(miras_parts: Client, kim: Person, ticket: Ticket, today: datetime) -> None:
    said(miras_parts, f"/workspace/people/{kim.pk}/told/fact/", FACT)
    fact = Fact.objects.get()
    assert "nach 17 Uhr" in miras_parts.get(f"/workspace/told/fact/{fact.pk}/").content.decode()
    assert said(miras_parts, f"/workspace/told/fact/{fact.pk}/", FACT | {"said": "Erst nach 18 Uhr."})[0] == 200
    said(miras_parts, f"/workspace/told/fact/{fact.pk}/renew/", {"expires_on": "2028-11-16"})
    fact.refresh_from_db()
    assert (fact.said, str(fact.expires_on), fact.renewed_at) == ("Erst nach 18 Uhr.", "2028-11-16", today)


def test_a_consent_is_given_and_withdrawn_at_once(
    miras_parts: Client, kim: Person, ticket: Ticket, today: datetime
) -> None:
    form = {"scope": "Rückruf zur Zufriedenheit", "wording": "Ja, gern.", "way": "spoken", "given_on": "2026-11-16"}
    assert said(miras_parts, f"/workspace/people/{kim.pk}/told/consent/", form)[0] == 200
    consent = Consent.objects.get()
    status, html = said(miras_parts, f"/workspace/consents/{consent.pk}/withdraw/")
    consent.refresh_from_db()
    assert (status, "widerrufen" in html, consent.withdrawn_at) == (200, True, today)


def test_people_are_found_by_name_address_number_and_organisation(
    miras: Client, toms: Client, kim: Person, ticket: Ticket, now: datetime
) -> None:
    customers.add_address(kim, kind="phone", value="0341 99887766", actor=SYSTEM, at=now)
    customers.put_into_organisation(kim, name="Bäckerei Krume", actor=SYSTEM, at=now)
    for asked in ("", "kim", "KIM BER", "kim@example.org", "0341 998877", "Baeckerei"):
        page = miras.get("/workspace/people/", {"q": asked}).content.decode()
        assert (asked, f'href="/workspace/people/{kim.pk}/"' in page) == (asked, True)
        assert (
            f'href="/workspace/people/{kim.pk}/"' not in toms.get("/workspace/people/", {"q": asked}).content.decode()
        )
    assert "Niemand gefunden" in miras.get("/workspace/people/", {"q": "Nirgend"}).content.decode()
    houses = miras.get("/workspace/people/", {"what": "organisations", "q": "rume"}).content.decode()
    assert "Bäckerei Krume" not in houses  # a name is found by the beginning of its words
    assert "Bäckerei Krume" in miras.get("/workspace/people/", {"what": "organisations", "q": "krume"}).content.decode()
    assert "Bäckerei Krume" in miras.get("/workspace/people/", {"what": "organisations"}).content.decode()
    assert "Bäckerei Krume" not in toms.get("/workspace/people/", {"what": "organisations"}).content.decode()


def test_a_long_list_of_people_goes_on_where_it_ended(janas: Client, kim: Person, now: datetime) -> None:
    for number in range(45):
        customers.create_person(name=f"Kim {number:02}", actor=SYSTEM, at=now)
    first = janas.get("/workspace/people/", {"q": "Kim"})
    rest = janas.get("/workspace/people/", {"q": "Kim", "after": "kim 39~" + str(Person.objects.get(name="Kim 39").pk)})
    assert first.content.decode().count('class="row-link"') == 40
    assert "after=kim+39~" in first.content.decode()
    assert rest.content.decode().count('class="row-link"') == 6


def test_the_page_of_an_organisation_shows_its_people_and_concerns_as_far_as_one_may_see_them(
    miras: Client, toms: Client, kim: Person, ticket: Ticket, now: datetime
) -> None:
    house = customers.put_into_organisation(kim, name="Bäckerei Krume", actor=SYSTEM, at=now).organisation
    assert house is not None
    page = miras.get(f"/workspace/organisations/{house.pk}/").content.decode()
    assert ("Kim Berger" in page, f"#{ticket.pk}" in page) == (True, True)
    assert toms.get(f"/workspace/organisations/{house.pk}/").status_code == 404


def test_last_contacts_over_all_channels_are_those_in_tickets_one_may_see(
    miras: Client, mira: Agent, kim: Person, kim_address: Address, ticket: Ticket, open_ticket: Open, billing: Team,
    technics: Team, now: datetime,
) -> None:  # fmt: skip
    called = open_ticket(kim_address, channel="phone", text="Am Telefon: Zähler defekt.", at=now + timedelta(hours=1))
    actions.assign(called, to=billing, actor=SYSTEM, at=now)
    hidden = open_ticket(kim_address, text="Nur für die Technik.", at=now + timedelta(hours=2))
    actions.assign(hidden, to=technics, actor=SYSTEM, at=now)
    actions.reply(ticket, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=now + timedelta(hours=3))
    about = miras.get(f"/workspace/tickets/{ticket.pk}/about/").content.decode()
    part = about.partition("Letzte Kontakte")[2]
    found = [word for word in ("Mein Abschlag", "Am Telefon", "Wir prüfen das.", "Nur für die Technik") if word in part]
    assert found == ["Mein Abschlag", "Am Telefon", "Wir prüfen das."]
    assert part.index("Am Telefon") < part.index("Mein Abschlag")


def test_everything_is_written_out_as_json_and_the_journal_knows(
    miras: Client,
    mira: Agent,
    kim: Person,
    ticket: Ticket,
    today: datetime,
    open_ticket: Open,
    kim_address: Address,
    technics: Team,
) -> None:
    said(miras, f"/workspace/people/{kim.pk}/told/fact/", FACT)
    actions.assign(open_ticket(kim_address), to=technics, actor=SYSTEM, at=today)
    response = miras.post(f"/workspace/people/{kim.pk}/export/")
    told = json.loads(response.getvalue())
    assert told["person"]["name"] == "Kim Berger"
    assert [one["value"] for one in told["addresses"]] == ["kim@example.org"]
    assert [one["said"] for one in told["told_by_the_person"]] == [FACT["said"]]
    assert [one["number"] for one in told["concerns"]] == [ticket.pk]
    assert told["concerns"][0]["messages"][0]["text"] == "Mein Abschlag ist zu hoch."
    assert told["left_out_concerns"] == 1
    event = Event.objects.get(verb="person.exported")
    assert (event.subject, event.actor) == (f"person:{kim.pk}", f"agent:{mira.pk}")


@pytest.fixture
def twin(open_ticket: Open, billing: Team, kim: Person, ticket: Ticket, now: datetime) -> Person:
    """Kim once more, at the same street."""
    met = customers.meet(kind="email", value="kb@example.net", name="Kim Berger", actor=SYSTEM, at=now)
    actions.assign(open_ticket(met), to=billing, actor=SYSTEM, at=now)
    for person in (kim, met.person):
        customers.change(person, street="Lange Str. 1", postcode="04109", actor=SYSTEM, at=now)
    return met.person


def test_a_twin_is_proposed_compared_joined_and_parted_again(
    miras: Client, kim: Person, twin: Person, ticket: Ticket
) -> None:
    about = miras.get(f"/workspace/tickets/{ticket.pk}/about/").content.decode()
    assert ("derselbe Name unter derselben Anschrift" in about, "Diese sind verschieden" in about) == (True, True)
    where = f"/workspace/people/{kim.pk}/same/{twin.pk}/"
    preview = miras.get(where).content.decode()
    assert ("1 Vorgang geht zu Kim Berger" in preview, "Spätere E-Mails von kb@example.net" in preview) == (True, True)
    assert not Merge.objects.exists()
    assert miras.post(where, {"evidence": "same_name_and_street,made_up"}).status_code == 302
    merge = Merge.objects.get()
    assert (merge.gone, merge.into, merge.evidence) == (twin, kim, ["same_name_and_street"])
    assert f'href="/workspace/merges/{merge.pk}/"' in miras.get(f"/workspace/people/{twin.pk}/").content.decode()
    assert "1 Vorgang" in miras.get(f"/workspace/merges/{merge.pk}/").content.decode()
    assert miras.post(f"/workspace/merges/{merge.pk}/").status_code == 302
    assert set(Ticket.objects.values_list("person", flat=True)) == {kim.pk, twin.pk}


def test_who_are_different_are_not_proposed_again_until_that_is_taken_back(
    miras_parts: Client, kim: Person, twin: Person, ticket: Ticket
) -> None:
    status, html = said(miras_parts, f"/workspace/people/{kim.pk}/different/{twin.pk}/")
    assert (status, "Diese sind verschieden" in html, Distinct.objects.count()) == (200, False, 1)
    status, html = said(miras_parts, f"/workspace/people/{kim.pk}/maybe/{twin.pk}/", {"from": "toast"})
    assert (status, "Diese sind verschieden" in html, Distinct.objects.count()) == (200, True, 0)


def test_nobody_joins_people_whom_they_may_not_both_see(
    toms: Client, miras: Client, kim: Person, twin: Person, now: datetime
) -> None:
    hidden = customers.create_person(name="Ada", actor=SYSTEM, at=now)
    assert toms.post(f"/workspace/people/{kim.pk}/same/{twin.pk}/").status_code == 404
    assert miras.post(f"/workspace/people/{kim.pk}/same/{hidden.pk}/").status_code == 404
    assert miras.post(f"/workspace/people/{kim.pk}/same/{kim.pk}/").status_code == 404
    assert not Merge.objects.exists()


def test_categories_are_set_up_in_the_settings(janas: Client, miras: Client) -> None:
    assert miras.get("/workspace/settings/categories/").status_code == 403
    form = {"name": "Barrierefreiheit", "keeps_days": "90", "is_special": "on", "is_active": "on"}
    assert janas.post("/workspace/settings/categories/new/", form).status_code == 302
    made = Category.objects.get()
    assert (made.name, made.keeps_days, made.is_special) == ("Barrierefreiheit", 90, True)
    assert janas.post("/workspace/settings/categories/new/", form).status_code == 422
    assert janas.post(f"/workspace/settings/categories/{made.pk}/delete/").status_code == 302
    assert [event.verb for event in Event.objects.filter(subject=f"category:{made.pk}").order_by("id")] == [
        "setting.created", "setting.deleted",
    ]  # fmt: skip


def test_who_was_joined_with_another_is_found_as_the_other_alone(
    miras: Client, kim: Person, twin: Person, ticket: Ticket, now: datetime
) -> None:
    actions.merge_people(twin, kim, evidence=[], actor=SYSTEM, at=now)
    page = miras.get("/workspace/people/", {"q": "kim"}).content.decode()
    assert (f"/workspace/people/{kim.pk}/" in page, f"/workspace/people/{twin.pk}/" in page) == (True, False)
    assert miras.get("/workspace/search/", {"q": "Kim Berger"}).content.decode().count("found-person") == 1


def test_what_comes_into_view_later_asks_so_many_questions_however_much_there_is(
    miras: Client, mira: Agent, kim: Person, twin: Person, ticket: Ticket, today: datetime
) -> None:
    where = f"/workspace/tickets/{ticket.pk}/about/"
    said(miras, f"/workspace/people/{kim.pk}/told/fact/", FACT)
    miras.get(where)
    with CaptureQueriesContext(connection) as few:
        miras.get(where)
    for number in range(12):
        said(miras, f"/workspace/people/{kim.pk}/told/fact/", FACT | {"said": f"Nummer {number}"})
    miras.get(where)
    with CaptureQueriesContext(connection) as many:
        miras.get(where)
    assert len(many) == len(few) == 23


def test_open_promises_over_all_concerns_stand_in_the_panel_until_they_are_kept(
    miras: Client, mira: Agent, kim: Person, kim_address: Address, ticket: Ticket, open_ticket: Open, billing: Team,
    technics: Team, now: datetime,
) -> None:  # fmt: skip
    by, other = Actor.agent(mira.pk), open_ticket(kim_address, subject="Zähler")
    hidden = actions.assign(open_ticket(kim_address, subject="Verborgen"), to=technics, actor=SYSTEM, at=now)
    actions.assign(other, to=billing, actor=SYSTEM, at=now)
    for one, words in ((other, "Wir tauschen den Zähler."), (hidden, "Wir graben.")):
        actions.promise(one, Promised(words, now + timedelta(days=2), mira), actor=by, at=now)
    about = miras.get(f"/workspace/tickets/{ticket.pk}/about/").content.decode()
    assert ("Offene Zusagen" in about, "Wir tauschen den Zähler." in about, "Wir graben." in about) == (
        True,
        True,
        False,
    )


def test_whoever_reads_english_reads_the_form_of_address_in_english(
    miras: Client, mira: Agent, kim: Person, ticket: Ticket
) -> None:
    Person.objects.filter(pk=kim.pk).update(address_form="frau")
    Agent.objects.filter(pk=mira.pk).update(language="en")
    assert "Ms (Frau)" in miras.get(f"/workspace/people/{kim.pk}/").content.decode()
    Agent.objects.filter(pk=mira.pk).update(language="de")
    assert "Ms (Frau)" not in miras.get(f"/workspace/people/{kim.pk}/").content.decode()
