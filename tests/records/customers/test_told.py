"""What people told us: with reason, consent and a day to go; nothing special without explicit consent; gone in time."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers import queries, special
from anliegen.records.customers.models import Category, Consent, Fact, Moment, Person

TODAY = date(2026, 11, 16)
IN_A_YEAR = date(2027, 11, 16)


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


def note(person: Person, actor: Actor, at: datetime, **other: Any) -> Fact:
    told = {
        "said": "Bitte erst nach 17 Uhr anrufen, ich arbeite im Schichtdienst.",
        "reason": "Damit wir zur rechten Zeit anrufen",
        "consent_way": "spoken",
        "consented_on": TODAY,
        "expires_on": IN_A_YEAR,
    }
    return customers.note_fact(person, actor=actor, at=at, **{**told, **other})


def happened(person: Person) -> list[tuple[str, str, dict[str, object]]]:
    events = Event.objects.filter(subject=f"person:{person.pk}").exclude(verb="person.met").order_by("id")
    return [(event.verb, event.actor, event.data) for event in events]


def test_a_fact_says_who_noted_it_why_with_which_consent_and_until_when(kim: Person, by: Actor, now: datetime) -> None:
    fact = note(kim, by, now, source="message:12")
    assert (fact.noted_by, fact.noted_at, fact.source, fact.expires_on) == (by.ref, now, "message:12", IN_A_YEAR)
    assert (fact.consent_way, fact.consented_on, fact.is_special) == ("spoken", TODAY, False)
    assert happened(kim) == [("fact.noted", by.ref, {"fact": f"fact:{fact.pk}", "special": False})]
    assert queries.told_by(kim).facts == [fact]


@pytest.mark.parametrize("expires_on", [TODAY - timedelta(days=1), TODAY, date(2036, 11, 14)])
def test_nothing_is_kept_without_a_day_to_go(kim: Person, by: Actor, now: datetime, expires_on: date) -> None:
    with pytest.raises(customers.NoDayToGo):
        note(kim, by, now, expires_on=expires_on)
    with pytest.raises(customers.NoDayToGo):
        customers.note_moment(kim, kind="move", words="", expires_on=expires_on, actor=by, at=now)
    assert (Fact.objects.count(), Moment.objects.count(), happened(kim)) == (0, 0, [])


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("number", " 4,50 ", "4.5"),
        ("number", "1200", "1200"),
        ("date", "2026-12-01", "2026-12-01"),
        ("flag", "no", "no"),
    ],
)
def test_a_value_is_kept_in_one_form(kim: Person, by: Actor, now: datetime, kind: str, given: str, kept: str) -> None:
    assert note(kim, by, now, kind=kind, value=given).value == kept


@pytest.mark.parametrize(
    ("kind", "given"), [("number", "viele"), ("number", "nan"), ("date", "morgen"), ("flag", "ja"), ("flag", "")]
)
def test_a_value_of_another_kind_is_refused(kim: Person, by: Actor, now: datetime, kind: str, given: str) -> None:
    with pytest.raises(customers.NoValue):
        note(kim, by, now, kind=kind, value=given)


def test_what_speaks_of_health_is_kept_only_with_explicit_consent(kim: Person, by: Actor, now: datetime) -> None:
    words = "Ich sitze im Rollstuhl und bin katholisch."
    with pytest.raises(customers.NeedsExplicitConsent) as refused:
        note(kim, by, now, said=words)
    assert refused.value.kinds == ["health", "religion"]
    assert happened(kim) == []
    fact = note(kim, by, now, said=words, is_explicit=True)
    assert (fact.is_special, happened(kim)[0][2]["special"]) == (True, True)


def test_a_word_that_only_sounds_special_is_kept_when_a_person_says_so(kim: Person, by: Actor, now: datetime) -> None:
    fact = note(kim, by, now, said="Der Zähler hängt neben der Krankenhausstraße 4.", is_harmless=True)
    assert (fact.is_special, fact.is_explicit) == (False, False)


def test_a_category_that_is_special_needs_explicit_consent_whatever_the_words(
    kim: Person, by: Actor, now: datetime
) -> None:
    health = Category.objects.create(name="Gesundheit", is_special=True)
    for harmless in (False, True):
        with pytest.raises(customers.NeedsExplicitConsent):
            note(kim, by, now, category=health, is_harmless=harmless)
    assert note(kim, by, now, category=health, is_explicit=True).is_special is True
    plain = note(kim, by, now)
    with pytest.raises(customers.NeedsExplicitConsent):
        customers.change_fact(plain, category=health, actor=by, at=now)


@pytest.mark.parametrize(
    "text", ["Wir ziehen im März um.", "Der Hund bellt, bitte klingeln.", "Bitte per Brief.", "Wärmepumpe seit 2024"]
)
def test_ordinary_words_warn_nobody(text: str) -> None:
    assert special.kinds_in(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Meine Frau ist an Krebs erkrankt", "health"),
        ("Ich bin in der Gewerkschaft", "union"),
        ("Als Muslim kann ich freitags nicht", "religion"),
        ("Ich bin bei der SPD aktiv", "politics"),
        ("I use a wheelchair", "health"),
    ],
)
def test_words_that_point_to_a_special_category_are_found(text: str, kind: str) -> None:
    assert special.kinds_in(text) == [kind]


def test_the_database_keeps_nothing_special_without_explicit_consent(kim: Person, by: Actor, now: datetime) -> None:
    fact = note(kim, by, now)
    with pytest.raises(IntegrityError, match="customers_fact_special_is_explicit"), transaction.atomic():
        Fact.objects.filter(pk=fact.pk).update(is_special=True)


def test_correcting_a_fact_says_what_changed_and_nothing_when_nothing_did(
    kim: Person, by: Actor, now: datetime
) -> None:
    fact = note(kim, by, now)
    for _ in range(2):
        customers.change_fact(fact, said="Bitte nach 18 Uhr anrufen.", actor=by, at=now)
    assert happened(kim)[1:] == [("fact.changed", by.ref, {"fact": f"fact:{fact.pk}", "fields": ["said"]})]


def test_a_fact_is_renewed_for_a_time_and_says_when(kim: Person, by: Actor, now: datetime) -> None:
    fact = note(kim, by, now)
    later = now + timedelta(days=300)
    fact = customers.renew(fact, expires_on=date(2028, 9, 1), actor=by, at=later)
    assert (fact.expires_on, fact.renewed_at) == (date(2028, 9, 1), later)
    assert happened(kim)[1:] == [("fact.renewed", by.ref, {"fact": f"fact:{fact.pk}"})]


def test_what_is_removed_is_gone_at_once_and_can_be_put_back_for_an_hour(kim: Person, by: Actor, now: datetime) -> None:
    fact = note(kim, by, now)
    customers.remove(fact, actor=by, at=now)
    assert queries.told_by(kim).facts == []
    assert customers.purge_removed(at=now + timedelta(minutes=59)) == 0
    customers.restore(fact, actor=by, at=now)
    assert queries.told_by(kim).facts == [fact]
    customers.remove(fact, actor=by, at=now)
    assert customers.purge_removed(at=now + timedelta(hours=1)) == 1
    with pytest.raises(Fact.DoesNotExist):
        customers.restore(fact, actor=by, at=now)
    assert [verb for verb, _actor, _data in happened(kim)] == [
        "fact.noted", "fact.removed", "fact.restored", "fact.removed",
    ]  # fmt: skip


def test_on_its_day_it_goes_by_itself_and_not_before(kim: Person, by: Actor, now: datetime) -> None:
    fact = note(kim, by, now, expires_on=TODAY + timedelta(days=2))
    moment = customers.note_moment(
        kim,
        kind="bereavement",
        words="Der Vater ist gestorben.",
        expires_on=TODAY + timedelta(days=2),
        actor=by,
        at=now,
    )
    almost = datetime(2026, 11, 17, 22, 59, tzinfo=now.tzinfo)  # 23:59 in Berlin on the day before
    assert customers.expire(actor=SYSTEM, at=almost) == 0
    assert customers.expire(actor=SYSTEM, at=almost + timedelta(minutes=1)) == 2
    assert (Fact.objects.count(), Moment.objects.count()) == (0, 0)
    assert happened(kim)[2:] == [
        ("fact.expired", "system", {"fact": f"fact:{fact.pk}"}),
        ("moment.expired", "system", {"moment": f"moment:{moment.pk}"}),
    ]


def test_a_consent_is_withdrawn_as_easily_as_given_and_both_are_kept(kim: Person, by: Actor, now: datetime) -> None:
    consent = customers.give_consent(
        kim, scope="Rückrufe zur Zufriedenheit", wording="Ja, Sie dürfen mich anrufen.", way="spoken", given_on=TODAY,
        actor=by, at=now,
    )  # fmt: skip
    for _ in range(2):
        customers.withdraw_consent(consent, actor=by, at=now + timedelta(days=1))
    consent.refresh_from_db()
    assert (consent.withdrawn_at, consent.withdrawn_by) == (now + timedelta(days=1), by.ref)
    customers.take_back_withdrawal(consent, actor=by, at=now + timedelta(days=1))
    assert Consent.objects.get().withdrawn_at is None
    assert [verb for verb, _actor, _data in happened(kim)] == [
        "consent.given", "consent.withdrawn", "consent.restored",
    ]  # fmt: skip


def test_no_word_of_a_person_stands_in_the_journal(kim: Person, by: Actor, now: datetime) -> None:
    note(kim, by, now)
    customers.note_moment(kim, kind="other", words="Goldene Hochzeit", expires_on=IN_A_YEAR, actor=by, at=now)
    customers.give_consent(kim, scope="Werbung", wording="Ja", way="form", given_on=TODAY, actor=by, at=now)
    told = str(list(Event.objects.values_list("data", flat=True)))
    assert [word for word in ("Schicht", "rechten", "Hochzeit", "Werbung") if word in told] == []
