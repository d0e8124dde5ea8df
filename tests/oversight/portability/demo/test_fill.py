"""The demo in the database: lived through by the real actions, with the right authors and times."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from anliegen.config.pipeline import READERS
from anliegen.flow.channels.models import Intake
from anliegen.flow.channels.refusal import missing
from anliegen.ground import files
from anliegen.ground.journal import read, tail
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verify import verify
from anliegen.oversight.portability.demo.compose import compose
from anliegen.oversight.portability.demo.fill import Filled, NotEmpty, fill, fill_in
from anliegen.oversight.portability.demo.linked import CUT, READING, SAME
from anliegen.oversight.portability.demo.mails import LEDGER_REACHES
from anliegen.oversight.portability.demo.shapes import DemoOperator
from anliegen.oversight.portability.demo.views import SHARED
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Person
from anliegen.records.tickets import lists
from anliegen.records.tickets.desk import laid_out
from anliegen.records.tickets.models import (
    Draft,
    Link,
    Message,
    Pin,
    Problem,
    Promise,
    Refusal,
    Ticket,
    Translation,
)

pytestmark = pytest.mark.django_db  # each test inside the transaction of the module
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MANY = 70  # the newest ones: every state is among them, and it stays quick


@pytest.fixture(scope="module")
def demo() -> DemoOperator:
    whole = compose(1, NOW)
    newest = whole.tickets[-MANY:]
    # Besides the newest: the other power cuts, since one of the newest has caused them, and one reading of a house.
    hang_together = [one for one in whole.tickets[12:-MANY] if CUT in one.tags or one.subject.startswith("Ables")]
    tickets = (*whole.tickets[:12], *hang_together, *newest)
    kept = {ticket.key for ticket in tickets}
    return replace(
        whole,
        tickets=tickets,
        strays=tuple(mail for mail in whole.strays if mail.answers in ("", *kept)),
        delivered_twice=tuple(key for key in whole.delivered_twice if key in kept),
    )


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker, demo: DemoOperator) -> Iterator[Filled]:
    """Filled once for all tests here, since they only look; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        read.enrol(READERS)
        yield fill_in(demo, now=NOW)
        transaction.set_rollback(True)


def test_everything_composed_is_there(filled: Filled, demo: DemoOperator) -> None:
    said = sum(turn.kind in ("message", "reply", "call") for one in demo.tickets for turn in one.turns)
    doubts = sum(bool(one.verdict and one.verdict.words and one.verdict.answer != "fulfilled") for one in demo.tickets)
    notes = sum(bool(mail.answers) for mail in demo.strays)
    assert Ticket.objects.count() == len(demo.tickets) == filled.tickets
    assert Message.objects.count() == said + doubts + notes == filled.messages
    assert set(Team.objects.values_list("slug", flat=True)) == {"vertrag", "abrechnung", "netz", "waerme"}
    assert Agent.objects.count() == len(demo.agents)


def test_numbers_and_journal_run_with_the_time(filled: Filled) -> None:
    created = list(Ticket.objects.order_by("number").values_list("created_at", flat=True))
    assert created == sorted(created)
    moments = list(Event.objects.order_by("position").values_list("at", flat=True))
    assert all(later - earlier > timedelta(seconds=-15) for earlier, later in pairwise(moments))
    assert max(moments) <= NOW
    assert verify().ok


def test_each_change_has_the_author_who_made_it(filled: Filled) -> None:
    actors = {verb: {actor.partition(":")[0] for actor in _actors(verb)} for verb in ("message.queued", "note.written")}
    assert actors == {"message.queued": {"agent"}, "note.written": {"agent"}}
    assert {actor.partition(":")[0] for actor in _actors("message.received")} == {"person", "agent"}
    assert _actors("ticket.triaged") == {"rule:mailbox"}


def test_answers_promise_and_of_what_was_due_all_has_become_something(filled: Filled) -> None:
    assert {"kept", "open"} <= set(Promise.objects.values_list("state", flat=True))
    assert not Promise.objects.filter(state="open", due_at__lt=NOW).exists()


def test_a_no_carries_all_that_belongs_to_it(filled: Filled) -> None:
    assert [missing(one.message.text) for one in Refusal.objects.select_related("message")] == [[]]


def test_nothing_of_the_past_leaves_the_house(filled: Filled) -> None:
    messages = Message.objects.count()
    tail.drain(READERS)
    assert Message.objects.filter(state="queued").count() == 0
    assert Message.objects.count() == messages, "no acknowledgement was written"
    assert not Event.objects.filter(verb="ticket.triaged", at__gt=NOW).exists()


def test_each_state_is_the_one_that_the_story_ends_in(filled: Filled) -> None:
    assert set(Ticket.objects.values_list("status", flat=True)) == {
        "new",
        "open",
        "waiting_customer",
        "waiting_internal",
        "resolved",
        "closed",
    }
    assert Ticket.objects.open().unassigned().count() == 11
    assert not Ticket.objects.filter(status="waiting_customer", waiting_since__isnull=False).exists()
    assert not Ticket.objects.filter(status="new", waiting_since=None).exists()


def test_a_form_of_address_is_kept_only_where_it_was_stated(filled: Filled, demo: DemoOperator) -> None:
    stated = {person.name: person.form for person in demo.people}
    assert all(stated[person.name] == person.address_form for person in Person.objects.all())


def test_mails_of_a_conversation_hang_together(filled: Filled) -> None:
    answers = Message.objects.filter(direction="in", channel="email").exclude(in_reply_to=[])
    assert answers.count() > 10
    for answer in answers:
        before = Message.objects.get(rfc_message_id=answer.in_reply_to[0])
        assert (before.ticket_id, before.created_at < answer.created_at) == (answer.ticket_id, True)


def test_the_ledger_tells_what_became_of_each_mail(filled: Filled, demo: DemoOperator) -> None:
    results = Counter(Intake.objects.values_list("result", flat=True))
    recent = [one for one in demo.tickets if one.channel == "email" and NOW - one.turns[0].at < LEDGER_REACHES]
    assert results["created"] == len(recent)
    assert results["appended"] > 10
    assert results["duplicate"] == len(demo.delivered_twice)
    assert results["automatic"] == len(demo.strays) > 0
    assert set(results) <= {"created", "appended", "duplicate", "automatic"}
    assert all(files.exists(sha256) for sha256 in Intake.objects.values_list("sha256", flat=True))


def test_a_second_time_is_refused_and_changes_nothing(filled: Filled, demo: DemoOperator) -> None:
    events = Event.objects.count()
    with pytest.raises(NotEmpty):
        fill(seed=2, now=NOW)
    assert Event.objects.count() == events


def test_what_it_prints_lets_people_in(filled: Filled, demo: DemoOperator) -> None:
    assert "admin@stadtwerke-lindenau.example" in filled.in_words()
    assert demo.password in filled.in_words()
    agent = Agent.objects.get(email="mehmet@stadtwerke-lindenau.example")
    assert agent.check_password(filled.password)
    assert filled.as_dict()["operator"] == Operator.objects.get().name == "Stadtwerke Lindenau"
    assert Client().get("/workspace/").status_code in (200, 302)


def _actors(verb: str) -> set[str]:
    return set(Event.objects.filter(verb=verb).values_list("actor", flat=True))


def test_an_answer_is_begun_and_a_colleague_is_asked_to_look_at_another(filled: Filled) -> None:
    drafts = list(Draft.objects.select_related("ticket").order_by("pk"))
    assert [one.review for one in drafts] == ["", "asked"]
    assert all(one.agent_id == one.ticket.assignee_id != one.reviewer_id for one in drafts)


def test_the_translated_mail_lies_on_the_desks_of_an_administrator_and_of_its_translator(filled: Filled) -> None:
    translation = Translation.objects.select_related("agent", "message__ticket").get()
    ticket = translation.message.ticket
    pinned = set(Pin.objects.filter(ticket=ticket).values_list("agent", flat=True))
    administrators = Agent.objects.active().filter(role__permissions__contains=["settings.manage"])
    assert pinned == {*administrators.values_list("pk", flat=True), translation.agent_id}
    assert administrators.exists()
    assert ticket.number in {pin.number for pin in laid_out(administrators.order_by("pk")[0]).pins}


def test_the_house_has_views_for_everybody_and_each_shows_something(filled: Filled) -> None:
    admin = Agent.objects.at_work().filter(role__slug="administration").order_by("pk")[0]
    views = laid_out(admin).views
    assert [view.name for view in views] == [name for name, _symbol, _wanted in SHARED]
    assert all(view.is_shared for view in views)
    assert sum(count.number for count in lists.counts_of(admin, [view.filter for view in views])) > 5


def test_a_power_cut_has_caused_four_others(filled: Filled) -> None:
    problem = Problem.objects.select_related("ticket").get()
    assert problem.ticket.is_open and CUT in problem.ticket.tags
    assert problem.declared_by_id == problem.ticket.assignee_id
    caused = [link.ticket for link in Link.objects.filter(kind="problem", other=problem.ticket)]
    assert [CUT in ticket.tags for ticket in caused] == [True] * 4


def test_of_those_that_go_on_two_belong_together_and_one_is_a_part_of_another(filled: Filled) -> None:
    relates, parent = (Link.objects.get(kind=kind) for kind in ("relates", "parent"))
    for link, tag in ((relates, SAME), (parent, READING)):
        assert [tag in end.tags and end.is_open for end in (link.ticket, link.other)] == [True, True]
    assert [end.subject.startswith("Ables") for end in (parent.ticket, parent.other)] == [False, True]
