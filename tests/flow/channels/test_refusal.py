"""A "no" as a letter: all that belongs to it, in the customer's language, and nothing of it lost unnoticed."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from anliegen.flow.channels import refusal
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Brand, Operator, Recourse, Team
from anliegen.records.accounts.recourses import shipped
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Declined
from anliegen.records.tickets.models import Refusal, Ticket

PARTS = {
    "decision": "Die Mahngebühr von 5 Euro erstatten wir nicht.",
    "reason": "Die Rechnung war drei Wochen fällig, und wir hatten zweimal erinnert.",
    "rule": "§ 17 Abs. 2 StromGVV: Bei Verzug dürfen wir die Kosten pauschal berechnen.",
    "alternatives": "Wir stunden den Rest gern bis Januar.",
    "objection": "Schreiben Sie uns bis zum 14. Dezember 2026.",
    "next_instance": "Schlichtungsstelle Energie e. V.",
}
GERMAN_HEADINGS = [
    "Was wir entschieden haben",
    "Warum wir so entschieden haben",
    "Worauf das beruht",
    "Was stattdessen möglich ist",
    "Wenn Sie es anders sehen",
    "Wer als Nächstes entscheidet",
]


@pytest.fixture
def letter(ticket: Ticket, operator: Operator) -> str:
    return refusal.letter(ticket, operator, PARTS, request="Erlass der Mahngebühr")


def test_the_letter_carries_all_of_it_under_its_headings(letter: str) -> None:
    lines = letter.split("\n")
    assert lines[0] == "Guten Tag Kim Berger,"
    assert lines[2] == "wir haben genau geprüft, worum Sie uns gebeten haben: Erlass der Mahngebühr."
    assert [line for line in lines if line in GERMAN_HEADINGS] == GERMAN_HEADINGS
    assert refusal.parts_in(letter) == PARTS
    assert refusal.missing(letter) == []


def test_who_stated_how_to_be_addressed_is_addressed_so_and_in_their_language(
    ticket: Ticket, operator: Operator, kim: Person, now: datetime
) -> None:
    customers.change(kim, family_name="Berger", address_form="frau", language="en", actor=SYSTEM, at=now)
    ticket = Ticket.objects.select_related("person", "team", "brand").get(pk=ticket.pk)
    letter = refusal.letter(ticket, operator, PARTS, request="Waive the reminder fee")
    assert letter.startswith("Dear Ms Berger,\n\nWe have looked closely at what you asked for: Waive the reminder fee.")
    assert "What is possible instead\nWir stunden" in letter
    assert refusal.missing(letter) == []


@pytest.mark.parametrize("lost", refusal.HEADINGS)
def test_a_part_that_is_emptied_or_whose_heading_is_gone_is_missed(letter: str, lost: str) -> None:
    assert refusal.missing(letter.replace(PARTS[lost], "…")) == [lost]
    heading = GERMAN_HEADINGS[list(refusal.HEADINGS).index(lost)]
    assert refusal.missing(letter.replace(heading, "")) == [lost]


def test_other_words_under_a_heading_and_marks_around_it_do_no_harm(letter: str) -> None:
    changed = letter.replace("Worauf das beruht", "**Worauf das beruht:**").replace(PARTS["reason"], "Kurz: zu spät.")
    assert refusal.missing(changed) == []
    assert refusal.parts_in(changed)["reason"] == "Kurz: zu spät."


def test_the_last_line_belongs_to_no_part(letter: str) -> None:
    assert "Ist etwas in diesem Brief unklar" in letter
    assert refusal.parts_in(letter)["next_instance"] == PARTS["next_instance"]


def test_a_letter_of_this_kind_is_known_and_an_ordinary_one_is_not(letter: str) -> None:
    assert refusal.is_one(letter)
    assert not refusal.is_one("Guten Tag,\n\nwas stattdessen möglich ist, wissen wir nicht.")


def test_how_to_object_names_day_address_number_and_who_looks_at_it(
    ticket: Ticket, operator: Operator, brand: Brand
) -> None:
    said = refusal.objection(ticket, operator, brand, date(2026, 12, 14))
    assert said == (
        "Schreiben Sie uns bis zum 14. Dezember 2026: Antworten Sie einfach auf diese Mail, oder schreiben Sie an"
        " service@musterstadt.example. Sie können uns auch anrufen: +49 341 123456."
        f" Ihre Nummer ist {ticket.pk}. Sagen Sie uns in wenigen Worten, was wir übersehen haben; dann prüft jemand,"
        " der an dieser Entscheidung nicht beteiligt war, sie noch einmal und antwortet Ihnen schriftlich."
    )


def test_without_an_office_the_lead_of_the_team_decides_next(
    ticket: Ticket, operator: Operator, billing: Team, admin: Agent
) -> None:
    assert refusal.next_instance(ticket, operator, None) == ""
    billing.lead = admin
    ticket.team = billing
    assert refusal.next_instance(ticket, operator, None) == (
        "Über Ihren Widerspruch entscheidet Jana Kowalski, Leitung des Teams Abrechnung."
    )


def test_an_office_is_named_with_when_and_where(ticket: Ticket, operator: Operator) -> None:
    office = Recourse(name="Schlichtungsstelle", address="Straße 1\n10117 Berlin", note="Für Sie kostenlos.")
    assert refusal.next_instance(ticket, operator, office) == (
        "Für Sie kostenlos.\nSchlichtungsstelle, Straße 1, 10117 Berlin"
    )


def test_what_comes_along_is_whole_in_both_languages_and_links_no_platform_that_was_shut() -> None:
    assert len({one.key for one in shipped()}) == len(shipped()) >= 8
    for one in shipped():
        assert all((one.name, one.name_en, one.note, one.note_en, one.fits, one.fits_en)), one.key
        assert "ec.europa.eu" not in one.website


@pytest.fixture
def declined(ticket: Ticket, mira: Agent, letter: str, now: datetime) -> Refusal:
    facts = Declined(scope="part", request="Erlass der Mahngebühr", object_until=date(2026, 12, 14), **PARTS)
    return actions.decline(ticket, Answer(letter), facts, actor=Actor.agent(mira.pk), at=now)


def test_a_refusal_is_recorded_with_its_parts_and_who_answers_for_it(
    declined: Refusal, ticket: Ticket, mira: Agent
) -> None:
    assert (declined.scope, declined.decided_by, declined.responsible) == ("part", mira, mira)
    assert {name: getattr(declined, name) for name in PARTS} == PARTS
    assert declined.message.ticket == ticket
    told = Event.objects.get(verb="request.declined")
    assert told.subject == f"ticket:{ticket.pk}"
    assert told.data == {
        "refusal": f"refusal:{declined.pk}",
        "message": f"message:{declined.message_id}",
        "scope": "part",
        "responsible": f"agent:{mira.pk}",
    }


def test_taken_back_it_is_in_force_no_more(declined: Refusal, mira: Agent, now: datetime) -> None:
    assert declined.counts
    actions.cancel(declined.message, actor=Actor.agent(mira.pk), at=now)
    assert not Refusal.objects.get().counts


def test_where_somebody_was_quicker_nothing_is_declined(
    ticket: Ticket, mira: Agent, letter: str, now: datetime, open_ticket: Callable[..., Ticket]
) -> None:
    facts = Declined(scope="whole", request="Erlass", **PARTS)
    with pytest.raises(actions.Changed):
        actions.decline(ticket, Answer(letter), facts, actor=Actor.agent(mira.pk), at=now, expected_version=0)
    assert not Refusal.objects.exists()
