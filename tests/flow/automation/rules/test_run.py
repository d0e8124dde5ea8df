"""What sets a rule off, what it does then, and what keeps it from doing it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from anliegen.flow.automation import approval, delayed, pauses
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.flow.automation.rules import actions, apply, run
from anliegen.flow.automation.rules.definition import Action, Condition, Trigger
from anliegen.flow.automation.rules.models import Rule, RuleRun
from anliegen.flow.automation.rules.queries import figures, standing
from anliegen.ground import rows
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Note, Ticket
from tests.flow.automation.rules.written import written

Make = Callable[..., Rule]
Open = Callable[..., Ticket]
Run = Callable[[], int]
Put = Callable[[datetime], None]
UMZUG = {"all": (Condition("words", ("Umzug",)),)}
TAG = Action("add_tags", "umzug")


def state(ticket: Ticket) -> tuple[Any, ...]:
    ticket.refresh_from_db()
    return ticket.team, ticket.priority, ticket.tags


def decisions(rule: Rule) -> list[tuple[str, str, bool]]:
    rows = Decision.objects.filter(author=rule.ref).order_by("pk")
    return [(one.question, one.choice, one.applied_at is not None) for one in rows]


def test_a_message_sets_it_off_and_each_effect_is_a_decision(
    rule: Make, open_ticket: Open, kim_address: Address, technics: Team, admin: Agent, run_pipeline: Run
) -> None:
    made = rule("message", Action("team", str(technics.pk)), Action("priority_up"), Action("add_tags", "umzug, neu"),
                groups=UMZUG)  # fmt: skip
    ticket = open_ticket(kim_address, text="Ich bin umgezogen, hier ist meine Umzugsmeldung.")
    other = open_ticket(kim_address, text="Mein Abschlag ist zu hoch.")
    run_pipeline()
    assert state(ticket) == (technics, 3, ["neu", "umzug"])
    assert state(other) == (None, 2, [])
    assert decisions(made) == [
        ("team", f"team:{technics.pk}", True),
        ("priority", "priority:3", True),
        ("tags", "tag:+neu", True),
        ("tags", "tag:+umzug", True),
    ]
    first = Decision.objects.filter(author=made.ref).earliest("pk")
    assert first.responsible == admin
    assert "Umzug" in explain(first)
    received = Event.objects.get(verb="message.received", subject=f"ticket:{ticket.pk}")
    assert set(Event.objects.filter(actor=made.ref).values_list("because", flat=True)) == {received.position}
    kept = RuleRun.objects.get()
    assert (kept.ticket, kept.version, kept.is_shadow, kept.occasion) == (
        ticket,
        1,
        False,
        f"event:{received.position}",
    )
    made.refresh_from_db()
    assert made.looked_at == 2


def test_what_an_event_means_twice_is_done_once(
    rule: Make, open_ticket: Open, kim_address: Address, run_pipeline: Run
) -> None:
    rule("message", Action("note", "Bitte prüfen"))
    ticket = open_ticket(kim_address)
    run_pipeline()
    event = Event.objects.get(verb="message.received")
    run.act([event])
    assert Note.objects.filter(ticket=ticket).count() == 1
    assert RuleRun.objects.count() == 1


def test_in_shadow_mode_it_decides_and_does_nothing(
    rule: Make, open_ticket: Open, kim_address: Address, run_pipeline: Run
) -> None:
    made = rule("message", TAG, Action("note", "Bitte prüfen"), stage="shadow")
    ticket = open_ticket(kim_address)
    run_pipeline()
    assert state(ticket) == (None, 2, [])
    assert decisions(made) == []
    kept = RuleRun.objects.get()
    assert kept.is_shadow
    assert kept.effects == [
        {"do": "add_tags", "was": [], "now": ["umzug"]},
        {"do": "note", "was": None, "now": None},
    ]
    assert figures([made])[made.pk].shadowed == 1


def test_beforehand_it_only_proposes_and_asks_the_same_once(
    rule: Make, open_ticket: Open, kim_address: Address, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    made = rule("message", TAG, intervention="before")
    ticket = open_ticket(kim_address)
    run_pipeline()
    assert state(ticket)[2] == []
    run.decide([run.Occasion(made, ticket.pk, "event:999")], at=now)
    assert decisions(made) == [("tags", "tag:+umzug", False)]
    approval.confirm(Decision.objects.get(author=made.ref), by=mira, at=now)
    assert state(ticket)[2] == ["umzug"]


@pytest.mark.parametrize("intervention", ["before", "during", "after"])
def test_what_cannot_be_taken_back_is_only_ever_proposed(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, at: Put, run_pipeline: Run, intervention: str
) -> None:
    """A mail that says "defekt" gives a question, never a closed case."""
    made = rule("message", Action("close"), Action("refund", "Porto erstatten"), intervention=intervention,
                groups={"all": (Condition("words", ("defekt",)),)})  # fmt: skip
    ticket = open_ticket(kim_address, text="Das Gerät ist defekt.")
    run_pipeline()
    at(now + timedelta(days=3))
    delayed.strike(0)
    ticket.refresh_from_db()
    assert ticket.status == "new"
    assert decisions(made) == [("status", "status:resolved", False), ("refund", "refund:some", False)]
    assert [one.waits for one in Decision.objects.filter(author=made.ref)] == [True, True]


def test_an_answer_is_proposed_in_the_words_of_the_text_block(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, run_pipeline: Run
) -> None:
    content = Content("Ablesen", "ablesen", {"de": "Bitte lesen Sie den Zähler ab.", "en": "Please read it."})
    block = knowledge.write(content, actor=Actor.agent(admin.pk), at=now)
    made = rule("message", Action("draft", str(block.pk)))
    open_ticket(kim_address)
    run_pipeline()
    proposed = Decision.objects.get(author=made.ref)
    assert (proposed.question, proposed.text, proposed.waits) == ("draft", "Bitte lesen Sie den Zähler ab.", True)


def test_what_is_put_aside_rests_in_the_name_of_whoever_answers_for_it(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    made = rule("message", Action("snooze", "3"))
    ticket = open_ticket(kim_address)
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.snoozed_by == admin
    assert ticket.snoozed_until is not None
    approval.reject(Decision.objects.get(author=made.ref), by=mira, at=now)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def test_a_person_takes_it_back_and_that_counts(
    rule: Make, open_ticket: Open, kim_address: Address, mira: Agent, now: datetime, run_pipeline: Run
) -> None:
    made = rule("message", Action("priority_up"), Action("note", "Bitte prüfen"))
    ticket = open_ticket(kim_address)
    run_pipeline()
    for one in Decision.objects.filter(author=made.ref):
        approval.reject(one, by=mira, at=now)
    assert state(ticket)[1] == 2
    assert not Note.objects.filter(ticket=ticket).exists()
    told = figures([made])[made.pk]
    assert (told.touched, told.undone, told.rejected, told.failed) == (1, 2, 0, 0)


# during: the time to stop it, and the pause


def test_during_it_waits_and_then_happens(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, at: Put, run_pipeline: Run
) -> None:
    made = rule("message", TAG, intervention="during", undo_minutes=15)
    ticket = open_ticket(kim_address)
    run_pipeline()
    assert Decision.objects.get(author=made.ref).applies_at == now + timedelta(minutes=15)
    at(now + timedelta(minutes=14))
    delayed.strike(0)
    assert state(ticket)[2] == []
    at(now + timedelta(minutes=15))
    delayed.strike(0)
    assert state(ticket)[2] == ["umzug"]
    run_pipeline()
    chain = Event.objects.get(verb="ticket.tagged")
    assert (chain.actor, chain.depth) == (made.ref, 2)


@pytest.mark.parametrize("scope", ["own", "all"])
def test_a_pause_holds_at_once_also_for_what_waits(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, at: Put, run_pipeline: Run,
    scope: str
) -> None:  # fmt: skip
    made = rule("message", TAG, intervention="during", undo_minutes=1)
    waiting = open_ticket(kim_address)
    run_pipeline()
    pauses.pause(made.ref if scope == "own" else pauses.ALL, actor=Actor.agent(admin.pk), at=now)
    at(now + timedelta(minutes=1, seconds=5))
    delayed.strike(0)
    later = open_ticket(kim_address)
    run_pipeline()
    assert (state(waiting)[2], state(later)[2]) == ([], [])
    decision = Decision.objects.get(author=made.ref)
    assert (decision.waits, decision.applies_at) == (True, None)
    # What came meanwhile is not made up for; what comes then is.
    pauses.resume(made.ref if scope == "own" else pauses.ALL, actor=Actor.agent(admin.pk), at=now)
    after = open_ticket(kim_address)
    run_pipeline()
    assert [one.ticket for one in Decision.objects.filter(author=made.ref).order_by("pk")] == [waiting, after]


def test_a_pause_in_the_midst_of_a_pass_holds_for_the_rest_of_it(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    made = rule("message", TAG)
    both = [open_ticket(kim_address), open_ticket(kim_address)]
    first = apply.approval.submit

    def submit(*args: Any, **more: Any) -> Any:
        done = first(*args, **more)
        if done.author == made.ref:
            pauses.pause(made.ref, actor=Actor.agent(admin.pk), at=now)
        return done

    monkeypatch.setattr(apply.approval, "submit", submit)
    run_pipeline()
    assert [state(one)[2] for one in both] == [["umzug"], []]


def test_switched_off_what_it_was_about_to_do_waits_for_a_person(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, at: Put, run_pipeline: Run
) -> None:
    made = rule("message", TAG, intervention="during")
    ticket = open_ticket(kim_address)
    run_pipeline()
    actions.set_stage(made, "off", 100, actor=Actor.agent(admin.pk), at=now)
    at(now + timedelta(hours=1))
    delayed.strike(0)
    assert state(ticket)[2] == []
    assert Decision.objects.get(author=made.ref).waits


# who answers for it


def test_when_its_owner_leaves_it_stops_and_shows(
    rule: Make, open_ticket: Open, kim_address: Address, mira: Agent, admin: Agent, now: datetime, at: Put,
    run_pipeline: Run
) -> None:  # fmt: skip
    made = rule("message", TAG, owner=mira.pk, intervention="during")
    waiting = open_ticket(kim_address)
    run_pipeline()
    accounts.deactivate(mira, actor=Actor.agent(admin.pk), at=now)
    later = open_ticket(kim_address)
    run_pipeline()
    at(now + timedelta(hours=1))
    delayed.strike(0)
    assert [state(one)[2] for one in (waiting, later)] == [[], []]
    made.refresh_from_db()
    assert standing(made, now.date(), {}).code == "left"


def test_from_the_day_after_its_review_on_it_rests(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, run_pipeline: Run
) -> None:
    made = rule("message", TAG, review_on=date(2026, 11, 15).isoformat())
    ticket = open_ticket(kim_address)
    run_pipeline()
    assert state(ticket)[2] == []
    assert standing(made, date(2026, 11, 15), {}).code == "on"
    assert standing(made, date(2026, 11, 16), {}).code == "review"


# by hand


@pytest.mark.parametrize("whose", ["ticket", "person"])
def test_what_people_alone_see_to_is_only_pointed_out(
    rule: Make, open_ticket: Open, kim_address: Address, kim: Person, mira: Agent, now: datetime, run_pipeline: Run,
    whose: str
) -> None:  # fmt: skip
    made = rule("message", Action("assign", str(mira.pk)), Action("topic", "umzug"), Action("priority_up"), TAG,
                Action("close"))  # fmt: skip
    ticket = open_ticket(kim_address)
    if whose == "ticket":
        tickets.take_by_hand(ticket, why="customer", actor=SYSTEM, at=now)
    else:
        customers.want_people(kim, actor=SYSTEM, at=now)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.topic, ticket.priority, ticket.tags) == (None, "", 3, ["umzug"])
    assert [question for question, _choice, _applied in decisions(made)] == ["priority", "tags"]


# loops, limits, failures


def test_a_rule_never_acts_on_what_it_did_itself_however_many_steps_ago(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, run_pipeline: Run
) -> None:
    """Two rules that the form would refuse, as if they had been written past it."""
    one = rule("topic", Action("add_tags", "a"), stage="off")
    other = rule("tagged", Action("topic", "b"), stage="off")
    Rule.objects.update(stage="on")
    ticket = open_ticket(kim_address)
    tickets.change(ticket, tickets.Change(topic="x"), actor=SYSTEM, at=now)
    run_pipeline()
    assert RuleRun.objects.filter(rule=one).count() == 1
    assert RuleRun.objects.filter(rule=other).count() == 1
    ticket.refresh_from_db()
    assert (ticket.topic, ticket.tags) == ("b", ["a"])


def test_upon_what_lies_too_far_down_a_chain_no_rule_acts(
    rule: Make, ticket: Ticket, now: datetime, run_pipeline: Run
) -> None:
    rule("topic", TAG)
    tickets.change(ticket, tickets.Change(topic="x"), actor=Actor("rule:other", depth=5), at=now)
    run_pipeline()
    assert state(ticket)[2] == []


def test_beyond_its_limit_it_pauses_itself(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, at: Put, run_pipeline: Run
) -> None:
    made = rule("message", TAG, per_hour=2)
    three = [open_ticket(kim_address) for _each in range(3)]
    run_pipeline()
    assert [state(one)[2] for one in three] == [["umzug"], ["umzug"], []]
    paused = pauses.active()[made.ref]
    assert (paused.why, paused.begun_by) == ("too_many", made.ref)


def test_a_rule_that_fails_leaves_the_ticket_as_it_was_and_keeps_no_other_waiting(
    rule: Make, open_ticket: Open, kim_address: Address, technics: Team, now: datetime, run_pipeline: Run
) -> None:
    broken = rule("message", Action("topic", "umzug"), Action("team", str(technics.pk)))
    sound = rule("message", TAG)
    accounts.change(technics, is_active=False, actor=SYSTEM, at=now)
    ticket = open_ticket(kim_address)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.topic, ticket.team, ticket.tags) == ("", None, ["umzug"])
    assert RuleRun.objects.get(rule=broken).error == "Gone"
    assert not Event.objects.filter(actor=broken.ref).exists()
    told = figures([broken, sound])
    assert (told[broken.pk].failed, told[broken.pk].touched, told[sound.pk].touched) == (1, 0, 1)


def test_one_that_keeps_failing_pauses_itself(
    rule: Make, open_ticket: Open, kim_address: Address, technics: Team, now: datetime, run_pipeline: Run
) -> None:
    broken = rule("message", Action("team", str(technics.pk)))
    accounts.change(technics, is_active=False, actor=SYSTEM, at=now)
    for _each in range(run.MOST_FAILURES + 1):
        open_ticket(kim_address)
    run_pipeline()
    assert pauses.active()[broken.ref].why == "error"
    assert RuleRun.objects.filter(rule=broken).count() == run.MOST_FAILURES


# the share


def test_rolled_out_to_a_share_it_touches_that_share_and_keeps_to_it(
    rule: Make, open_ticket: Open, kim_address: Address, admin: Agent, now: datetime, run_pipeline: Run
) -> None:
    made = rule("message", TAG, share=30)
    many = [open_ticket(kim_address) for _each in range(30)]
    run_pipeline()
    first = set(RuleRun.objects.filter(rule=made).values_list("ticket", flat=True))
    assert 2 <= len(first) <= 18
    made = actions.set_stage(made, "on", 60, actor=Actor.agent(admin.pk), at=now)
    for one in many:
        run.decide([run.Occasion(made, one.pk, "event:again")], at=now)
    touched = {one.pk for one in many if state(one)[2]}
    assert first < touched


# what sets it off


def test_other_events_set_it_off_too(
    rule: Make, open_ticket: Open, kim_address: Address, mailbox: Mailbox, billing: Team, mira: Agent, now: datetime,
    run_pipeline: Run
) -> None:  # fmt: skip
    sorted_ = rule("sorted", Action("add_tags", "s"), groups={"all": (Condition("team", (str(billing.pk),)),)})
    given = rule("assigned", Action("priority_up"), groups={"all": (Condition("assignee", (str(mira.pk),)),)})
    opened_again = rule("reopened", Action("add_tags", "r"), groups={"none": (Condition("tag", ("x",)),)})
    ticket = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    assert state(ticket) == (billing, 2, ["s"])
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert state(ticket)[1] == 3
    tickets.resolve(ticket, actor=Actor.agent(mira.pk), at=now)
    tickets.reopen(ticket, actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert state(ticket)[2] == ["r", "s"]
    assert [RuleRun.objects.filter(rule=one).count() for one in (sorted_, given, opened_again)] == [1, 1, 1]


def test_other_concerns_and_signals_can_be_asked_for(
    rule: Make, open_ticket: Open, kim_address: Address, now: datetime, run_pipeline: Run
) -> None:
    others = rule("message", Action("add_tags", "mehrere"), groups={"all": (Condition("others", ("yes",)),)})
    angry = rule("topic", Action("add_tags", "aerger"), groups={"all": (Condition("signal", ("anger",)),)})
    first = open_ticket(kim_address)
    run_pipeline()
    second = open_ticket(kim_address)
    run_pipeline()
    assert [state(one)[2] for one in (first, second)] == [[], ["mehrere"]]
    proposal = approval.Proposal("signal:anger", 0.9, "rule", evidence={"rule": 0, "version": 0})
    approval.submit(first, "signal", proposal, actor=Actor.model("signals@1"), at=now)
    for one in (first, second):
        tickets.change(one, tickets.Change(topic="x"), actor=SYSTEM, at=now)
    run_pipeline()
    assert [state(one)[2] for one in (first, second)] == [["aerger"], ["mehrere"]]
    assert RuleRun.objects.filter(rule__in=[others, angry]).count() == 2


# what it costs


def test_without_rules_a_batch_costs_one_question(
    open_ticket: Open, kim_address: Address, run_pipeline: Run, django_assert_num_queries: Any
) -> None:
    for _each in range(5):
        open_ticket(kim_address)
    run_pipeline()
    events = list(Event.objects.filter(verb="message.received"))
    with django_assert_num_queries(1):
        run.act(events)


def test_fifty_rules_that_do_not_fit_cost_no_more_than_one(
    rule: Make, open_ticket: Open, kim_address: Address, run_pipeline: Run, django_assert_num_queries: Any
) -> None:
    for place in range(50):
        rule("message", TAG, groups={"all": (Condition("words", (f"Wort{place}",)), Condition("others", ("yes",)),
                                             Condition("signal", ("anger",)))})  # fmt: skip
    for _each in range(20):
        open_ticket(kim_address)
    run_pipeline()
    events = list(Event.objects.filter(verb="message.received"))
    # The rules, the pauses, tickets, messages, words, others, signals, and how often each looked.
    with django_assert_num_queries(8):
        run.act(events)


def test_a_change_of_a_rule_that_changes_nothing_makes_no_version(rule: Make, admin: Agent, now: datetime) -> None:
    made = rule("message", TAG)
    again = actions.change(made, written(made.does, owner=admin.pk), actor=Actor.agent(admin.pk), at=now)
    assert again.version == 1


def test_the_clock_is_no_event(rule: Make, open_ticket: Open, kim_address: Address, run_pipeline: Run) -> None:
    rule(Trigger("daily"), TAG)
    ticket = open_ticket(kim_address)
    run_pipeline()
    assert state(ticket)[2] == []


def test_several_concerns_are_locked_by_number_before_any_is_done(
    rule: Make, open_ticket: Open, kim_address: Address, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    made = rule("message", TAG)
    first, second = (open_ticket(kim_address, text="Mein Umzug") for _each in range(2))
    asked: list[list[int]] = []
    lock = rows.lock

    def kept(which: Any, pks: Any) -> Any:
        asked.append(list(found := lock(which, pks)))
        return found

    monkeypatch.setattr(rows, "lock", kept)
    occasions = [run.Occasion(made, ticket.pk, f"event:{ticket.pk}") for ticket in (second, first)]
    assert run.decide(occasions, at=now) == 2
    assert asked == [[first.pk, second.pk], [second.pk], [first.pk]]
