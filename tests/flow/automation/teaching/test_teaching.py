"""From the operator's own words to a model that a person let speak, and from there to what it may do by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anliegen.flow.automation import approval
from anliegen.flow.automation.learning.learn import TooLittle
from anliegen.flow.automation.models import Decision, Learnt, Told, TopicProposal
from anliegen.flow.automation.reasons import explain
from anliegen.flow.automation.teaching import actions, examples, lessons, missing, speaking, standing
from anliegen.flow.automation.teaching.said import scrubbed
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team, Topic
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import lists
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

Open = Callable[..., Ticket]
Run = Callable[[], int]
LESSONS = Actor.rule("lessons")


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    speaking.forget()


@pytest.fixture
def topics(billing: Team, mira: Agent, now: datetime) -> list[Topic]:
    """The operator's own tree, with examples from their own desk."""
    return [
        accounts.create(
            Topic, code=code, name=code.title(), examples=[one.text for one in made_up(8) if one.label == code],
            team=billing, responsible=mira, urgency=3 if code == "zaehler" else None, actor=SYSTEM, at=now,
        )
        for code in SAID
    ]  # fmt: skip


@pytest.fixture
def model(topics: list[Topic], mira: Agent, now: datetime) -> Learnt:
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    return actions.let_speak(learnt, responsible=mira, by=mira, at=now)


def test_from_descriptions_and_examples_alone_a_model_is_learnt_that_waits_for_a_person(
    topics: list[Topic], mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    assert (learnt.state, learnt.topics, learnt.sheet["sources"]) == ("waiting", 4, {"operator": learnt.examples})
    open_ticket(kim_address, text="Mein Abschlag ist viel zu hoch")
    run_pipeline()
    assert not Decision.objects.real().filter(question="topic").exists()  # it was not let speak
    actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    open_ticket(kim_address, text="Mein Abschlag ist viel zu hoch")
    run_pipeline()
    decision = Decision.objects.real().get(question="topic")
    assert (decision.choice, decision.author, decision.responsible) == ("topic:abschlag", "model:triage@1", mira)
    assert "Abschlag" in explain(decision) and decision.alternatives[0]["choice"] != "topic:abschlag"
    assert (decision.applied_at, decision.waits) == (None, True)  # nobody has confirmed anything yet


def test_what_agents_confirm_lets_it_apply_by_itself_once_it_was_right_often_enough(
    model: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    for one in made_up(25, seed=3):  # 76 without an error show 3 % with certainty 0.9
        open_ticket(kim_address, text=one.text, subject="")
    run_pipeline()
    asked = list(Decision.objects.filter(question="topic").exclude(choice=""))
    assert not any(one.applied_at for one in asked)
    for one in asked:
        approval.confirm(one, by=mira, at=now + timedelta(minutes=1))
    run_pipeline()
    assert Told.objects.filter(by="confirmed").count() == len(asked) == Ticket.objects.exclude(topic="").count()
    speaking.forget()  # as after a minute
    ticket = open_ticket(kim_address, text="Die Rechnung stimmt nicht", subject="")
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.topic == "rechnung"
    assert Decision.objects.get(question="topic", ticket=ticket).applied_at is not None


def test_what_agents_sorted_before_it_learnt_shows_how_sure_it_must_be(
    topics: list[Topic], mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    """The version had made no suggestion yet: it answered what was kept back from it."""
    for one in made_up(30, seed=3):
        ticket = open_ticket(kim_address, text=one.text, subject="")
        tickets.change(ticket, Change(topic=one.label), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    now_standing = standing.now()
    assert now_standing.surest is not None and now_standing.seen == 0
    assert now_standing.kept_back == now_standing.above > 57
    ticket = open_ticket(kim_address, text="Die Rechnung stimmt nicht", subject="")
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.topic == "rechnung"


def test_what_was_kept_back_is_told_apart_from_what_came(
    model: Learnt, mira: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure, sure = [(0.5, True)] * 300, [(0.9, True)] * 300
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.9)
    monkeypatch.setattr(speaking, "grounds", lambda *_: ([*unsure, *sure], [(0.9, True)] * 10))
    speaking.forget()
    assert (standing.now().above, standing.now().kept_back) == (310, 10)
    # So many were wrong that what was kept back counts no more: it is not told of either.
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.99)
    wrong, surer = [(0.9, False)] * 10, [(0.99, True)] * 100
    came_before = [(0.9, True)] * 1000 + [(0.99, True)] * 300
    monkeypatch.setattr(speaking, "grounds", lambda *_: ([*wrong, *surer], came_before))
    speaking.forget()
    assert (standing.now().above, standing.now().kept_back) == (100, 0)


def test_what_the_operator_wrote_shows_nothing_of_what_people_write(
    model: Learnt, topics: list[Topic], mira: Agent, now: datetime
) -> None:
    for topic in topics:
        topic.examples = [one.text for one in made_up(60) if one.label == topic.code]
        topic.save()
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    assert learnt.examples > 200 and standing.now().surest is None


def test_what_people_said_fits_no_category_counts_against_it(
    topics: list[Topic], mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    for one in made_up(30, seed=3):
        ticket = open_ticket(kim_address, text=one.text, subject="")
        Told.objects.create(
            ticket=ticket, message=ticket.messages.get(), topic=one.label, by="set", agent=mira, told_at=now
        )
        ticket = open_ticket(kim_address, text=one.text + " bitte", subject="")
        Told.objects.create(ticket=ticket, message=ticket.messages.get(), topic="", by="set", agent=mira, told_at=now)
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    assert standing.now().surest is None


def test_the_topic_gives_the_team_and_the_urgency_where_the_mailbox_says_none(
    model: Learnt, mira: Agent, billing: Team, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)
    speaking.forget()
    ticket = open_ticket(kim_address, text="Der Zähler zeigt nichts an", subject="")
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.topic, ticket.team, ticket.priority, ticket.unplaced_since) == ("zaehler", billing, 3, None)
    authors = dict(Decision.objects.values_list("question", "author"))
    assert authors == {"topic": "model:triage@1", "team": "rule:team-of-topic", "priority": "rule:urgency-of-topic"}


@pytest.mark.parametrize("text", ["xqzt vvvv pfft", "...", "Rezept für Apfelkuchen mit Streuseln"])
def test_what_fits_no_category_is_listed_for_a_person_whatever_team_the_mailbox_gives(
    model: Learnt, mira: Agent, tom: Agent, mailbox: Mailbox, open_ticket: Open, kim_address: Address,
    run_pipeline: Run, text: str,
) -> None:  # fmt: skip
    ticket = open_ticket(kim_address, text=text, subject="", mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    decision = Decision.objects.get(question="topic")
    assert (decision.choice, decision.applied_at, ticket.topic) == ("", None, "")
    assert explain(decision)
    assert (ticket.team, ticket.unplaced_since is not None) == (mailbox.team, True)
    assert [one.pk for one in lists.page(mira, "unplaced").items] == [ticket.pk]
    assert (ticket.due_for, ticket.due_at) == ("place", ticket.unplaced_since + timedelta(minutes=60))
    assert lists.page(tom, "unplaced").items == []  # it lies with a team that is not Tom's
    tickets.change(ticket, Change(topic="umzug"), actor=Actor.agent(mira.pk), at=ticket.updated_at)
    assert lists.page(mira, "unplaced").items == []


def test_a_correction_counts_at_once(
    model: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    said = "Der Abschlag der Rechnung stimmt wegen Umzug nicht"
    open_ticket(kim_address, text=said, subject="")
    run_pipeline()
    first = Decision.objects.get(question="topic")
    other = "topic:umzug" if first.choice != "topic:umzug" else "topic:rechnung"
    approval.correct(first, other, by=mira, at=now + timedelta(minutes=1))
    run_pipeline()
    assert Told.objects.get().topic == other.removeprefix("topic:")
    open_ticket(kim_address, text=said, subject="")
    run_pipeline()
    assert Decision.objects.filter(question="topic").latest("pk").choice == other


def test_for_whoever_wants_people_no_model_is_asked_and_nothing_is_learnt(
    model: Learnt, mira: Agent, kim: Person, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    customers.want_people(kim, actor=Actor.person(kim.pk), at=now)
    ticket = open_ticket(kim_address, text="Mein Abschlag ist zu hoch", mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.by_hand_why, ticket.team) == ("customer", mailbox.team)  # the mailbox is no machine's opinion of it
    assert not Decision.objects.filter(question="topic").exists()
    tickets.change(ticket, Change(topic="abschlag"), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert examples.from_people().of_topics == []


def test_a_model_without_sheet_or_groups_cannot_speak_and_one_with_a_finding_needs_a_reason(
    topics: list[Topic], mira: Agent, now: datetime
) -> None:
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    groups, learnt.groups = learnt.groups, {}
    learnt.save()
    with pytest.raises(actions.NotReady):
        actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    learnt.groups = groups | {"findings": [["language", "tr"]]}
    learnt.save()
    with pytest.raises(actions.NeedsReason):
        actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    spoken = actions.let_speak(learnt, responsible=mira, reason="Türkisch sehen wir selbst an.", by=mira, at=now)
    assert (spoken.state, spoken.reason) == ("speaking", "Türkisch sehen wir selbst an.")


def test_another_speaks_instead_and_the_way_back_is_one_step(
    model: Learnt, mira: Agent, now: datetime, open_ticket: Open, kim_address: Address, run_pipeline: Run
) -> None:
    with pytest.raises(lessons.NothingNew):
        lessons.hold(actor=LESSONS, at=now, encoder="none")
    second = lessons.hold(actor=LESSONS, at=now, encoder="none", anyway=True)
    assert second.figures["speaking"]["version"] == 1
    actions.let_speak(second, responsible=mira, by=mira, at=now)
    model.refresh_from_db()
    assert (model.state, model.reason) == ("retired", "triage@2")
    actions.let_speak(model, responsible=mira, by=mira, at=now)
    assert list(Learnt.objects.order_by("version").values_list("version", "state")) == [
        (1, "speaking"),
        (2, "retired"),
    ]
    actions.silence(model, reason="Pause", by=mira, at=now)
    open_ticket(kim_address)
    run_pipeline()
    assert not Decision.objects.filter(question="topic").exists()
    verbs = Event.objects.filter(verb__startswith="model.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["model.learnt", "model.speaks", "model.learnt", "model.silent", "model.speaks",
                           "model.silent", "model.speaks", "model.silent"]  # fmt: skip


def test_one_topic_alone_gives_no_model(topics: list[Topic], now: datetime) -> None:
    Topic.objects.exclude(code="umzug").update(is_active=False)
    with pytest.raises(TooLittle):
        lessons.hold(actor=LESSONS, at=now, encoder="none")


def test_concerns_that_fit_nowhere_and_are_like_each_other_are_proposed_as_a_topic_once(
    model: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    for number in range(12):
        open_ticket(kim_address, text=f"Wann kommt Glasfaser in meine Straße {number}?", subject="Glasfaser")
    cake = open_ticket(kim_address, text="Rezept für Apfelkuchen", subject="")
    run_pipeline()
    alike = {*Decision.objects.filter(question="topic", choice="").values_list("ticket", flat=True)} - {cake.pk}
    (proposal,) = missing.propose(actor=LESSONS, at=now)
    assert ("glasfaser" in proposal.words, {*proposal.tickets}) == (True, alike)
    assert missing.propose(actor=LESSONS, at=now) == []
    topic = actions.take_up(proposal, name="Glasfaser", by=mira, at=now + timedelta(hours=1))
    assert (topic.code, Ticket.objects.filter(topic="glasfaser").count()) == ("glasfaser", len(alike))
    run_pipeline()
    assert Told.objects.filter(topic="glasfaser").count() == len(alike)
    assert TopicProposal.objects.get().topic == topic


def test_a_dismissed_proposal_does_not_come_again(
    model: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    for number in range(12):
        open_ticket(kim_address, text=f"Wann kommt Glasfaser in meine Straße {number}?", subject="Glasfaser")
    run_pipeline()
    (proposal,) = missing.propose(actor=LESSONS, at=now)
    actions.dismiss(proposal, by=mira, at=now)
    assert missing.propose(actor=LESSONS, at=now) == []


def test_what_a_person_leaves_without_a_topic_is_listed_no_more_and_taught(
    model: Learnt, mira: Agent, billing: Team, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    now: datetime,
) -> None:  # fmt: skip
    ticket = open_ticket(kim_address, text="Rezept für Apfelkuchen mit Streuseln", subject="")
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.due_for == "place"
    with pytest.raises(tickets.NobodyHasIt):
        actions.stays_without(ticket, by=mira, at=ticket.updated_at + timedelta(minutes=5))
    assert not Decision.objects.exclude(settled_at=None).exists()
    actions.stays_without(ticket, to=billing, by=mira, at=ticket.updated_at + timedelta(minutes=5))
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.unplaced_since, ticket.due_for, ticket.topic) == (None, "", "")
    assert lists.page(mira, "unplaced").items == []
    assert Decision.objects.get(question="topic").settled_as == "confirmed"
    assert (Told.objects.get().topic, len(examples.from_people().fits_none), examples.from_people().of_topics) == (
        "",
        1,
        [],
    )


def test_a_topic_that_was_taken_out_of_use_is_proposed_no_more(
    model: Learnt, open_ticket: Open, kim_address: Address, run_pipeline: Run
) -> None:
    Topic.objects.filter(code="umzug").update(is_active=False)
    ticket = open_ticket(kim_address, text="Ich ziehe um", subject="")
    run_pipeline()
    ticket.refresh_from_db()
    decision = Decision.objects.get(question="topic")
    assert (decision.choice, decision.reason, ticket.unplaced_since is not None) == ("", "topic-gone", True)
    assert explain(decision)


def test_a_model_that_was_tried_on_nothing_cannot_speak_and_one_tried_on_few_needs_a_reason(
    topics: list[Topic], mira: Agent, now: datetime
) -> None:
    Topic.objects.update(examples=[])
    learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    assert learnt.groups["all"]["n"] < 30
    if learnt.groups["all"]["n"]:
        with pytest.raises(actions.NeedsReason):
            actions.let_speak(learnt, responsible=mira, by=mira, at=now)
    learnt.groups["all"]["n"] = 0
    learnt.save()
    with pytest.raises(actions.NotReady):
        actions.let_speak(learnt, responsible=mira, reason="Trotzdem", by=mira, at=now)


def test_where_who_answers_for_it_has_left_it_only_proposes(
    model: Learnt, mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)
    speaking.forget()
    Agent.objects.filter(pk=mira.pk).update(is_active=False)
    open_ticket(kim_address, text="Ich ziehe um", subject="")
    run_pipeline()
    decision = Decision.objects.get(question="topic")
    assert (decision.choice, decision.waits) == ("topic:umzug", True)


@pytest.mark.parametrize("failure", [MemoryError, ValueError("shapes"), KeyError("x")])
def test_a_model_that_fails_keeps_nobody_waiting(
    model: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch, failure: Exception,
) -> None:  # fmt: skip
    def fails(*_given: object, **_more: object) -> None:
        raise failure

    monkeypatch.setattr("anliegen.flow.automation.topics.read", fails)
    ticket = open_ticket(kim_address, text="Ich ziehe um", subject="", mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.team, ticket.topic) == (mailbox.team, "")
    assert Event.objects.filter(verb="ticket.triaged").exists()


def test_a_model_whose_file_is_gone_is_silent_and_another_can_be_learnt(
    model: Learnt, mailbox: Mailbox, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    files.path(model.sha256).unlink()
    speaking.forget()
    ticket = open_ticket(kim_address, text="Ich ziehe um", subject="", mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.team == mailbox.team
    assert lessons.hold(actor=LESSONS, at=now, encoder="none", anyway=True).state == "waiting"


def test_what_names_somebody_is_not_read_and_a_hostile_text_is_read_quickly() -> None:
    text = "Kim Berger, kim@example.org, DE89 3704 0044 0532 0130 00, +49 30 1234567, Vertrag 4711: Umzug"
    said = scrubbed(text, names=["Kim Berger"])
    assert "Umzug" in said and "Vertrag" in said
    assert not any(part in said for part in ("Kim", "Berger", "@", "DE89", "0532", "1234567", "4711"))
    assert len(scrubbed("@" * 8000)) == 8000  # would take minutes if each place were tried with each other


def test_words_of_people_who_want_people_alone_are_not_remembered(
    model: Learnt, mira: Agent, kim: Person, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    ticket = open_ticket(kim_address, text="Der Abschlag der Rechnung", subject="")
    run_pipeline()
    customers.want_people(kim, actor=Actor.person(kim.pk), at=now)
    tickets.change(ticket, Change(topic="umzug"), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert Told.objects.count() == 1
    held = speaking.current()
    assert held is not None and held.model.told is None


def test_a_lesson_reads_of_messages_what_it_learns_from_and_all_of_it_once(
    topics: list[Topic], mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    for topic, text in (("abschlag", "Mein Abschlag ist zu hoch"), ("umzug", "Wir ziehen um")):
        ticket = open_ticket(kim_address, text=text)
        tickets.change(ticket, Change(topic=topic), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    with CaptureQueriesContext(connection) as asked:
        learnt = lessons.hold(actor=LESSONS, at=now, encoder="none")
    assert learnt.sheet["sources"]["set"] == 2
    read = [one["sql"] for one in asked if "tickets_message" in one["sql"]]
    assert len(read) == 1  # and nothing of it later, one by one
    assert '"reply_text"' in read[0] and '"html"' not in read[0] and '"references"' not in read[0]
