"""What a person keeps out of the learning, what a customer wanted checked, and which earlier concern one is like."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.flow.automation import approval
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.log import entries
from anliegen.flow.automation.models import Decision, Learnt, Told
from anliegen.flow.automation.teaching import actions, examples, exceptions, lessons, speaking
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Topic
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

Open = Callable[..., Ticket]
Run = Callable[[], int]
LESSONS = Actor.rule("lessons")
CLEAR = "Mein Abschlag ist viel zu hoch"
SAYS = "Der Abschlag der Rechnung stimmt wegen Umzug nicht"


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    speaking.forget()


@pytest.fixture
def model(mira: Agent, now: datetime) -> Learnt:
    for code in SAID:
        said = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=said, actor=SYSTEM, at=now)
    return actions.let_speak(lessons.hold(actor=LESSONS, at=now, encoder="none"), responsible=mira, by=mira, at=now)


@pytest.fixture
def decision(model: Learnt, open_ticket: Open, kim_address: Address, run_pipeline: Run) -> Decision:
    open_ticket(kim_address, text=SAYS, subject="")
    run_pipeline()
    return Decision.objects.get(question="topic")


def other_than(decision: Decision) -> str:
    return "topic:umzug" if decision.choice != "topic:umzug" else "topic:rechnung"


def remembered() -> int:
    held = speaking.current()
    assert held is not None
    assert (held.model.told is None) is (not held.said)
    return len(held.said)


def test_an_exception_gets_its_topic_and_teaches_nothing(
    decision: Decision, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    other = other_than(decision)
    exceptions.say(decision, other, by=mira, at=now)
    assert Told.objects.get().is_exception  # before the journal is read, so that no model learns from it in between
    run_pipeline()
    told, ticket = Told.objects.get(), Ticket.objects.get()
    assert (told.is_exception, told.topic, told.agent, ticket.topic) == (
        True, other.removeprefix("topic:"), mira, other.removeprefix("topic:"),
    )  # fmt: skip
    assert (examples.from_people().of_topics, remembered()) == ([], 0)
    assert Event.objects.get(verb="example.left_out").actor == f"agent:{mira.pk}"
    open_ticket(kim_address, text=SAYS, subject="")
    run_pipeline()
    assert Decision.objects.filter(question="topic").latest("pk").choice != other  # as before


def test_what_was_learnt_online_is_forgotten_once_it_is_an_exception_and_comes_back(
    decision: Decision, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    ticket, other = Ticket.objects.get(), other_than(decision)
    told_at = now + timedelta(minutes=1)
    tickets.change(ticket, Change(topic=other.removeprefix("topic:")), actor=Actor.agent(mira.pk), at=told_at)
    run_pipeline()
    assert remembered() == 1
    # It was corrected by the deed; the customer asks, and the check finds it odd.
    contest(decision, actor=Actor.person(ticket.person_id), at=told_at)
    exceptions.say(decision, other, by=mira, at=told_at)
    speaking.look_again()  # as on commit
    run_pipeline()
    assert remembered() == 0
    exceptions.take_in(ticket, by=mira, at=told_at + timedelta(minutes=1))
    assert (remembered(), len(examples.from_people().of_topics)) == (1, 1)
    assert Event.objects.filter(verb="example.taken_in").count() == 1
    exceptions.take_in(ticket, by=mira, at=told_at + timedelta(minutes=2))
    assert Event.objects.filter(verb="example.taken_in").count() == 1


def test_saying_the_same_as_an_exception_is_a_yes_from_which_nothing_is_learnt(
    model: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    open_ticket(kim_address, text=CLEAR, subject="")
    run_pipeline()
    decision = Decision.objects.get(question="topic")
    done = exceptions.say(decision, "topic:abschlag", by=mira, at=now)
    run_pipeline()
    assert (done.settled_as, Told.objects.get().is_exception, examples.from_people().of_topics) == (
        "confirmed",
        True,
        [],
    )
    with pytest.raises(approval.AlreadySettled):
        exceptions.say(decision, "topic:umzug", by=mira, at=now)


def test_what_is_said_anew_of_a_concern_stands_for_what_was_said_before(
    decision: Decision, mira: Agent, run_pipeline: Run, now: datetime, open_ticket: Open, kim_address: Address
) -> None:
    ticket = Ticket.objects.get()
    for minute, topic in enumerate(("umzug", "rechnung", "zaehler"), 1):
        at = now + timedelta(minutes=minute)
        tickets.change(Ticket.objects.get(pk=ticket.pk), Change(topic=topic), actor=Actor.agent(mira.pk), at=at)
        run_pipeline()
        assert remembered() == 1
    open_ticket(kim_address, text=SAYS, subject="")
    run_pipeline()
    assert Decision.objects.filter(question="topic").latest("pk").choice == "topic:zaehler"


@pytest.mark.parametrize("word", ["confirm", "correct"])
def test_what_a_customer_wanted_checked_teaches_as_checked(
    model: Learnt, mira: Agent, kim: Person, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime,
    monkeypatch: pytest.MonkeyPatch, word: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)
    speaking.forget()
    open_ticket(kim_address, text=CLEAR, subject="")
    run_pipeline()
    decision = Decision.objects.get(question="topic")
    assert decision.applied_at is not None
    at = decision.made_at + timedelta(minutes=1)
    decision = contest(decision, actor=Actor.person(kim.pk), at=at)
    run_pipeline()
    assert not Told.objects.exists()  # asking teaches nothing
    right = decision.choice if word == "confirm" else other_than(decision)
    if word == "confirm":
        approval.confirm(decision, by=mira, at=at + timedelta(minutes=1))
    else:
        approval.correct(decision, right, by=mira, at=at + timedelta(minutes=1))
    run_pipeline()
    told = Told.objects.get()
    assert (told.by, f"topic:{told.topic}", told.agent) == ("checked", right, mira)
    assert [one.source for one in examples.from_people().of_topics] == ["checked"]
    open_ticket(kim_address, text=CLEAR, subject="")
    run_pipeline()
    assert Decision.objects.filter(question="topic").latest("pk").choice == right
    sheet = lessons.hold(actor=LESSONS, at=at, encoder="none", anyway=True).sheet
    assert sheet["sources"]["checked"] == 1


def test_a_model_learnt_from_descriptions_says_so_and_later_names_the_concern_it_is_most_like(
    decision: Decision, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    assert (decision.evidence["like"], "nearest" in decision.evidence) == ("descriptions", False)
    (entry,) = entries([decision])
    assert (entry.nearest, bool(entry.like), len(entry.sources)) == (0, True, 2)
    first = Ticket.objects.get()
    approval.correct(decision, "topic:umzug", by=mira, at=now + timedelta(minutes=1))
    run_pipeline()
    second = open_ticket(kim_address, text=SAYS, subject="")
    run_pipeline()
    told_since = Decision.objects.get(ticket=second, question="topic")
    assert told_since.evidence["nearest"] == [first.pk]
    learnt = lessons.hold(actor=LESSONS, at=now + timedelta(hours=1), encoder="none", anyway=True)
    actions.let_speak(learnt, responsible=mira, reason="Probe", by=mira, at=now + timedelta(hours=1))
    speaking.forget()
    third = open_ticket(kim_address, text=SAYS, subject="")
    run_pipeline()
    (entry,) = entries([Decision.objects.real().get(ticket=third, question="topic")])
    assert (entry.nearest, entry.like) == (first.pk, "")
    other = open_ticket(kim_address, text="Zählerstand melden", subject="")
    run_pipeline()
    (entry,) = entries([Decision.objects.real().get(ticket=other, question="topic")])
    assert (entry.nearest, entry.decision.evidence["like"]) == (0, "topic")
