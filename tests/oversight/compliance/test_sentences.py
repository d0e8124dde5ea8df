"""What happened, in words, with the names that this reader may see."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

import anliegen
from anliegen.flow.assist.models import Provider
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import DECLARED, Verb
from anliegen.oversight.compliance.names import KINDS, names
from anliegen.oversight.compliance.sentences import sentences
from anliegen.oversight.compliance.words import FIELDS, word
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts import verbs
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Operator, Role, Team, Topic
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import BY_HAND, Ticket

HOUSE = Path(anliegen.__file__).parent


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def newest(verb: str) -> Event:
    return Event.objects.filter(verb=verb).order_by("-id")[0]


def said(event: Event, viewer: Agent) -> str:
    return sentences([event], viewer)[event.pk]


def test_names_of_agents_and_teams_stand_in_the_sentence(
    ticket: Ticket, mira: Agent, billing: Team, admin: Agent, now: datetime
) -> None:
    tickets.assign(ticket, to=mira, actor=Actor.agent(admin.pk), at=now)
    assert said(newest("ticket.assigned"), admin) == "Jana Kowalski gave this to Mira Yılmaz"


@pytest.mark.parametrize("why", [code for code, _word in BY_HAND])
def test_why_people_alone_see_to_it_is_said_in_words(ticket: Ticket, mira: Agent, now: datetime, why: str) -> None:
    tickets.take_by_hand(ticket, why=why, actor=SYSTEM, at=now)
    with translation.override("de"):
        assert said(newest("ticket.by_hand"), mira).endswith(f"fern: {dict(BY_HAND)[why]}")


def test_a_level_and_what_raised_to_it_are_said_in_words(ticket: Ticket, mira: Agent, now: datetime) -> None:
    tickets.escalate(ticket, to=3, triggers=["decision"], actor=SYSTEM, at=now)
    with translation.override("de"):
        words = "Die Automatik hat die Eskalationsstufe auf Leitung gesetzt: laut Entscheidung"
        assert said(newest("ticket.escalated"), mira) == words


def test_what_was_learnt_is_named_by_its_version(admin: Agent) -> None:
    with translation.override("de"):
        assert names(["model:triage@3", "model:other"], admin) == {
            "model:triage@3": "das gelernte Modell (Fassung 3)",
            "model:other": "das Modell „other“",
        }


def test_who_gives_it_to_themselves_took_it_on(ticket: Ticket, mira: Agent, now: datetime) -> None:
    tickets.assign(ticket, to=mira, actor=Actor.agent(mira.pk), at=now)
    assert said(newest("ticket.assigned"), mira) == "Mira Yılmaz took this on"
    with translation.override("de"):
        assert said(newest("ticket.assigned"), mira) == "Mira Yılmaz hat den Vorgang übernommen"


def test_rules_and_what_the_program_does_by_itself_have_names_of_the_readers_language(admin: Agent) -> None:
    with translation.override("de"):
        assert names(["rule:mailbox", "rule:of-a-later-version", "system"], admin) == {
            "rule:mailbox": "die Regel „Team nach Postfach“",
            "rule:of-a-later-version": "die Regel „of-a-later-version“",
            "system": "die Automatik",
        }


def test_names_read_before_are_not_read_again(
    ticket: Ticket, mira: Agent, admin: Agent, now: datetime, django_assert_num_queries: Callable[[int], Any]
) -> None:
    tickets.assign(ticket, to=mira, actor=Actor.agent(admin.pk), at=now)
    event = newest("ticket.assigned")
    with django_assert_num_queries(0):
        words = sentences([event], admin, {"agent": {mira.pk: "Mira Yılmaz", admin.pk: "Jana Kowalski"}})
    assert words[event.pk] == "Jana Kowalski gave this to Mira Yılmaz"
    with django_assert_num_queries(1):
        words = sentences([event], admin, {"agent": {mira.pk: "Mira Yılmaz"}})
    assert words[event.pk] == "Jana Kowalski gave this to Mira Yılmaz"


def test_a_ticket_that_goes_to_nobody_says_so(ticket: Ticket, mira: Agent, admin: Agent, now: datetime) -> None:
    with transaction.atomic():
        event = record(DECLARED["ticket.assigned"], ticket, actor=SYSTEM, at=now, to=None, was=f"agent:{mira.pk}")
    assert said(event, admin) == "The automation gave this to nobody"


def test_codes_become_words(ticket: Ticket, admin: Agent, now: datetime) -> None:
    tickets.change(ticket, tickets.Change(status="waiting_customer"), actor=Actor.agent(admin.pk), at=now)
    assert said(newest("ticket.status_changed"), admin) == "Jana Kowalski set the status to waiting for customer"


def test_changed_fields_are_listed_in_words(admin: Agent, operator: Operator, now: datetime) -> None:
    accounts.change(operator, phone="1", city="Leipzig", country="AT", actor=Actor.agent(admin.pk), at=now)
    sentence = said(newest("setting.changed"), admin)
    assert sentence == "Jana Kowalski changed city, country and phone number of Stadtwerke Musterstadt"


def test_a_rule_is_named_as_a_rule(ticket: Ticket, admin: Agent, now: datetime) -> None:
    with transaction.atomic():
        event = record(DECLARED["ticket.closed"], ticket, actor=Actor.rule("mailbox"), at=now, was="resolved")
    assert said(event, admin) == "The rule “team by mailbox” closed this"


def test_what_was_deleted_keeps_its_kind_and_number(admin: Agent, operator: Operator, now: datetime) -> None:
    team = accounts.create(Team, name="Kurz", slug="kurz", actor=Actor.agent(admin.pk), at=now)
    number = team.pk
    accounts.delete(team, actor=Actor.agent(admin.pk), at=now)
    assert said(newest("setting.deleted"), admin) == f"Jana Kowalski deleted team {number}"


def test_a_customers_name_is_only_for_those_who_may_see_the_concern(
    ticket: Ticket, kim: Person, mira: Agent, tom: Agent
) -> None:
    ref = f"person:{kim.pk}"
    assert names([ref], mira)[ref] == "Kim Berger"
    assert names([ref], tom)[ref] == f"customer {kim.pk}"


def test_without_the_right_to_read_customers_there_is_no_name(
    admin: Agent, ticket: Ticket, kim: Person, mira: Agent, now: datetime
) -> None:
    kept = [code for code in mira.role.permissions if code != "customer.read"]
    accounts.change(mira.role, permissions=kept, actor=SYSTEM, at=now)
    mira = Agent.objects.get(pk=mira.pk)
    assert names([f"person:{kim.pk}"], mira) == {f"person:{kim.pk}": f"customer {kim.pk}"}


def test_the_subject_of_a_concern_is_only_for_those_who_may_see_it(ticket: Ticket, mira: Agent, tom: Agent) -> None:
    ref = f"ticket:{ticket.pk}"
    assert names([ref], mira)[ref] == f"#{ticket.pk} Abschlag"
    assert names([ref], tom)[ref] == f"#{ticket.pk}"


def test_an_undeclared_verb_is_shown_in_the_journals_own_words(admin: Agent, now: datetime) -> None:
    event = Event.objects.create(at=now, verb="fax.sent", subject="fax:3", actor=f"agent:{admin.pk}")
    assert said(event, admin) == "Jana Kowalski: fax.sent (fax 3)"


def test_the_number_of_queries_does_not_grow_with_the_events(
    open_ticket: Callable[..., Ticket], kim_address: Address, admin: Agent, mira: Agent, now: datetime
) -> None:
    def all_sentences() -> int:
        return len(sentences(list(Event.objects.all()), admin))

    open_ticket(kim_address)
    with CaptureQueriesContext(connection) as few:
        before = all_sentences()
    for _each in range(8):
        tickets.assign(open_ticket(kim_address), to=mira, actor=Actor.agent(admin.pk), at=now)
    with CaptureQueriesContext(connection) as many:
        after = all_sentences()
    assert after > before + 8
    assert len(many) == len(few)


SHOWS = """
import django
django.setup()
from anliegen.oversight.compliance import sentences
from anliegen.ground.journal.verbs import DECLARED, Verb
print(*DECLARED)
"""


def test_whoever_shows_the_journal_knows_what_can_happen_in_every_room() -> None:
    """In a process of its own: here all rooms are there."""
    ours = os.environ | {"DJANGO_SETTINGS_MODULE": "anliegen.config.settings"}
    done = subprocess.run([sys.executable, "-c", SHOWS], env=ours, capture_output=True, text=True, check=True)
    places = [path.relative_to(HOUSE.parent).with_suffix("") for path in HOUSE.rglob("verbs.py")]
    rooms = [import_module(".".join(place.parts)) for place in places]
    verbs_of_rooms = {verb.name for room in rooms for verb in vars(room).values() if isinstance(verb, Verb)}
    assert len(rooms) > 10
    assert verbs_of_rooms - set(done.stdout.split()) == set()


def test_what_happens_to_providers_and_models_is_said_in_words(admin: Agent, now: datetime) -> None:
    who = f"agent:{admin.pk}"
    on = Event.objects.create(at=now, verb="provider.on", subject=f"provider:{2**40}", actor=who)
    data = {"version": 3, "examples": 9}
    learnt = Event.objects.create(at=now, verb="model.learnt", subject="learnt:3", actor="rule:lessons", data=data)
    assert said(on, admin) == f"Jana Kowalski switched AI provider {2**40} on"
    assert "learnt 3" not in said(learnt, admin)
    assert word("provider.changed", "fields", ["deeds", "key"]) == "what it may be asked for and key"


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_declared_sentence_can_be_filled_in_both_languages(language: str) -> None:
    for verb in list(DECLARED.values()):
        allowed = {"actor", "subject", *verb.fields}
        with translation.override(language):
            used = {field for _text, field, _spec, _conversion in Formatter().parse(str(verb.sentence)) if field}
        assert used <= allowed, verb.name


def test_every_field_of_a_setting_has_a_word() -> None:
    # No event names them; `breather_at` is nobody's affair.
    kept_apart = {"id", "last_login", "number", "breather_at", "code"}
    kept_apart |= {"on_since", "on_by", "used_up_on", "created_at", "withdrawn_at", "withdrawn_by"}
    for model in (Operator, Brand, Team, Role, Agent, Mailbox, Calendar, Topic, Provider):
        named = {field.name for field in model._meta.concrete_fields} - kept_apart
        assert named <= set(FIELDS), model.__name__


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_row_can_be_looked_up(kind: str, admin: Agent) -> None:
    ref = f"{kind}:{2**40}"
    assert names([ref], admin)[ref]


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert word("intake.kept", "reason", "new-reason") == "new-reason"


def test_yes_and_no_are_words() -> None:
    assert word(verbs.SETTING_CHANGED.name, "flag", True) == "yes"
