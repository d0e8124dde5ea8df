"""Promises: made, kept, moved, withdrawn, broken; and what becomes of them with their letter and their ticket."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Promised, Received
from anliegen.records.tickets.models import Message, Promise, Ticket

Make = Callable[..., Promise]
CLOCK = Actor.rule("promise-clock")


@pytest.fixture
def friday(now: datetime) -> datetime:
    """Friday afternoon, four days ahead."""
    return now + timedelta(days=4, hours=7)


@pytest.fixture
def make(ticket: Ticket, mira: Agent, now: datetime, friday: datetime) -> Make:
    """A promise of Mira's, made on the telephone."""

    def promise(*, owner: Agent | Team = mira, due_at: datetime = friday, at: datetime = now) -> Promise:
        promised = Promised("Ich melde mich bis Freitag.", due_at, owner)
        return actions.promise(ticket, promised, actor=Actor.agent(mira.pk), at=at)

    return promise


@pytest.fixture
def answer(ticket: Ticket, mira: Agent, friday: datetime) -> Callable[..., Message]:
    """Mira's answer, which promises something by Friday."""

    def reply(at: datetime, *, send_at: datetime | None = None) -> Message:
        promised = Promised("Ich melde mich bis Freitag.", friday, mira)
        words = Answer("Ich melde mich bis Freitag.", promises=(promised,), send_at=send_at)
        return actions.reply(ticket, words, actor=Actor.agent(mira.pk), at=at)

    return reply


def verbs_of(ticket: Ticket) -> list[str]:
    told = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", flat=True)
    return [verb for verb in told if verb.startswith("promise.")]


def fresh(promise: Promise) -> Promise:
    return Promise.objects.get(pk=promise.pk)


def promised_for(ticket: Ticket) -> datetime | None:
    return Ticket.objects.get(pk=ticket.pk).promised_for


def test_a_promise_has_an_owner_a_time_and_stands_on_its_ticket(
    make: Make, ticket: Ticket, mira: Agent, friday: datetime, now: datetime
) -> None:
    made = make()
    assert (made.agent, made.due_at, made.state, made.made_by, made.made_at) == (mira, friday, "open", mira, now)
    assert promised_for(ticket) == friday
    assert verbs_of(ticket) == ["promise.made"]
    assert Event.objects.get(verb="promise.made").data == {"promise": f"promise:{made.pk}", "to": f"agent:{mira.pk}"}


def test_the_earliest_one_stands_on_the_ticket(make: Make, ticket: Ticket, mira: Agent, now: datetime) -> None:
    make()
    sooner = make(due_at=now + timedelta(days=1))
    assert promised_for(ticket) == now + timedelta(days=1)
    actions.keep(sooner, actor=Actor.agent(mira.pk), at=now + timedelta(hours=1))
    assert promised_for(ticket) == now + timedelta(days=4, hours=7)


def test_what_is_past_cannot_be_promised(make: Make, now: datetime) -> None:
    with pytest.raises(actions.DueInThePast):
        make(due_at=now)


def test_what_is_carried_on_elsewhere_takes_no_promise(
    make: Make, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    actions.join(ticket, open_ticket(kim_address), actor=SYSTEM, at=now)
    with pytest.raises(actions.JoinedElsewhere):
        make()


def test_done_in_time_is_kept(make: Make, ticket: Ticket, mira: Agent, friday: datetime) -> None:
    kept = actions.keep(make(), actor=Actor.agent(mira.pk), at=friday)
    assert (kept.state, kept.settled_at, kept.settled_by_id) == ("kept", friday, mira.pk)
    assert promised_for(ticket) is None
    assert verbs_of(ticket) == ["promise.made", "promise.kept"]


def test_done_a_minute_after_it_was_due_is_late(make: Make, ticket: Ticket, mira: Agent, friday: datetime) -> None:
    made = make()
    actions.strike(made, actor=CLOCK, at=friday + timedelta(minutes=1))
    kept = actions.keep(made, actor=Actor.agent(mira.pk), at=friday + timedelta(minutes=2))
    assert (kept.state, kept.broken_at) == ("late", friday)
    assert verbs_of(ticket) == ["promise.made", "promise.broken", "promise.kept_late"]


def test_what_is_settled_is_not_settled_again(make: Make, mira: Agent, friday: datetime, now: datetime) -> None:
    made, actor = make(), Actor.agent(mira.pk)
    actions.keep(made, actor=actor, at=now)
    with pytest.raises(actions.NotOwed):
        actions.keep(made, actor=actor, at=now)
    with pytest.raises(actions.NotOwed):
        actions.move(made, due_at=friday, reason="Der Ableser kam nicht.", actor=actor, at=now)
    with pytest.raises(actions.NotOwed):
        actions.hand_over(made, to=mira, actor=actor, at=now)


def test_another_time_needs_a_reason_and_is_no_secret(
    make: Make, ticket: Ticket, mira: Agent, friday: datetime, now: datetime
) -> None:
    made, actor, later = make(), Actor.agent(mira.pk), friday + timedelta(days=3)
    with pytest.raises(actions.NoReason):
        actions.move(made, due_at=later, reason=" ", actor=actor, at=now)
    with pytest.raises(actions.DueInThePast):
        actions.move(made, due_at=now, reason="Der Ableser kam nicht.", actor=actor, at=now)
    moved = actions.move(made, due_at=later, reason="Der Ableser kam nicht.", actor=actor, at=now)
    assert (moved.due_at, moved.first_due_at, moved.reason) == (later, friday, "Der Ableser kam nicht.")
    assert promised_for(ticket) == later
    assert verbs_of(ticket) == ["promise.made", "promise.moved"]


def test_a_broken_promise_that_gets_another_time_is_owed_by_that(
    make: Make, ticket: Ticket, mira: Agent, friday: datetime
) -> None:
    made = make()
    actions.strike(made, actor=CLOCK, at=friday)
    later = friday + timedelta(days=3)
    moved = actions.move(made, due_at=later, reason="Krankheit", actor=Actor.agent(mira.pk), at=friday)
    assert (moved.state, moved.broken_at, moved.stage, promised_for(ticket)) == ("open", None, "", later)


def test_withdrawn_counts_neither_way(make: Make, ticket: Ticket, mira: Agent, now: datetime) -> None:
    made, actor = make(), Actor.agent(mira.pk)
    with pytest.raises(actions.NoReason):
        actions.withdraw(made, reason="", actor=actor, at=now)
    gone = actions.withdraw(made, reason="Kim hat den Vertrag gefunden.", actor=actor, at=now)
    assert (gone.state, gone.withdrawn_because, promised_for(ticket)) == ("withdrawn", "decided", None)
    assert Event.objects.get(verb="promise.withdrawn").data["because"] == "decided"


def test_who_gives_it_up_before_its_time_has_broken_it(make: Make, ticket: Ticket, mira: Agent, now: datetime) -> None:
    made, actor = make(), Actor.agent(mira.pk)
    with pytest.raises(actions.NoReason):
        actions.break_off(made, reason="", actor=actor, at=now)
    broken = actions.break_off(made, reason="Das Teil gibt es nicht mehr.", actor=actor, at=now)
    assert (broken.state, broken.broken_at, broken.is_owed, promised_for(ticket)) == ("broken", now, False, None)
    assert verbs_of(ticket) == ["promise.made", "promise.broken", "promise.given_up"]


def test_it_is_given_to_somebody_else_or_a_team(
    make: Make, ticket: Ticket, mira: Agent, billing: Team, now: datetime
) -> None:
    given = actions.hand_over(make(), to=billing, actor=Actor.agent(mira.pk), at=now)
    assert (given.agent, given.team) == (None, billing)
    actions.hand_over(given, to=billing, actor=Actor.agent(mira.pk), at=now)
    assert verbs_of(ticket) == ["promise.made", "promise.given"]


def test_the_clock_speaks_of_it_before_it_is_due_and_each_thing_once(
    calendar: Calendar, make: Make, ticket: Ticket, friday: datetime
) -> None:
    made = make(due_at=friday - timedelta(hours=1))  # within service hours
    for at in (made.remind_at, made.remind_at, made.risk_at, made.risk_at, made.due_at, made.due_at):
        actions.strike(made, actor=CLOCK, at=at)
    assert verbs_of(ticket) == ["promise.made", "promise.due_soon", "promise.at_risk", "promise.broken"]
    assert (fresh(made).state, fresh(made).clock_at) == ("broken", None)
    assert promised_for(ticket) == made.due_at  # still owed


def test_after_a_downtime_only_what_still_matters_is_said(make: Make, ticket: Ticket, friday: datetime) -> None:
    made = make()
    actions.strike(made, actor=CLOCK, at=friday + timedelta(days=2))
    assert verbs_of(ticket) == ["promise.made", "promise.broken"]
    assert fresh(made).broken_at == friday  # when it was, not when somebody looked


def test_before_its_moment_the_clock_says_nothing(make: Make, ticket: Ticket, now: datetime) -> None:
    actions.strike(make(), actor=CLOCK, at=now)
    assert verbs_of(ticket) == ["promise.made"]


def test_the_lead_of_the_team_hears_of_a_promise_at_risk(
    make: Make, ticket: Ticket, billing: Team, admin: Agent, mira: Agent
) -> None:
    Team.objects.filter(pk=billing.pk).update(lead=admin)
    made = make()
    actions.strike(made, actor=CLOCK, at=made.risk_at)
    assert Event.objects.get(verb="promise.at_risk").data["to"] == f"agent:{admin.pk}"


def test_without_a_lead_it_is_who_answers_for_the_ticket(make: Make, ticket: Ticket, mira: Agent) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(responsible=mira)
    made = make()
    actions.strike(made, actor=CLOCK, at=made.due_at)
    assert Event.objects.get(verb="promise.broken").data["to"] == f"agent:{mira.pk}"


def test_an_answer_brings_its_promises(answer: Callable[..., Message], ticket: Ticket, now: datetime) -> None:
    said = answer(now)
    made = Promise.objects.get()
    assert (made.message, made.words, promised_for(ticket)) == (said, "Ich melde mich bis Freitag.", made.due_at)


def test_an_answer_that_is_taken_back_takes_its_promises_back(
    answer: Callable[..., Message], ticket: Ticket, mira: Agent, now: datetime
) -> None:
    actions.cancel(answer(now), actor=Actor.agent(mira.pk), at=now)
    gone = Promise.objects.get()
    assert (gone.state, gone.withdrawn_because, gone.settled_by) == ("withdrawn", "taken_back", mira)
    assert promised_for(ticket) is None


def test_what_came_back_promised_nothing_and_sent_again_it_does(
    answer: Callable[..., Message], ticket: Ticket, mira: Agent, now: datetime, friday: datetime
) -> None:
    said = actions.mark_sent(answer(now), actor=SYSTEM, at=now)
    actions.mark_bounced(said, reason="5.1.1", actor=SYSTEM, at=now)
    assert (Promise.objects.get().withdrawn_because, promised_for(ticket)) == ("unreached", None)
    new = actions.send_again(said, to=(("Kim", "kim@example.net"),), actor=Actor.agent(mira.pk), at=now)
    held = Promise.objects.get()
    assert (held.state, held.message, held.withdrawn_because, promised_for(ticket)) == ("open", new, "", friday)
    assert verbs_of(ticket) == ["promise.made", "promise.withdrawn", "promise.renewed"]


def test_one_that_was_stopped_holds_again_when_its_answer_leaves_after_all(
    answer: Callable[..., Message], ticket: Ticket, mira: Agent, now: datetime, friday: datetime
) -> None:
    said = answer(now, send_at=now + timedelta(days=1))
    actions.stop(said, actor=SYSTEM, at=now)
    assert (Promise.objects.get().withdrawn_because, promised_for(ticket)) == ("stopped", None)
    actions.send_now(said, actor=Actor.agent(mira.pk), at=now)
    assert (Promise.objects.get().state, promised_for(ticket)) == ("open", friday)


def test_what_was_kept_stays_so_although_its_answer_came_back(
    answer: Callable[..., Message], mira: Agent, now: datetime
) -> None:
    said = actions.mark_sent(answer(now), actor=SYSTEM, at=now)
    actions.keep(Promise.objects.get(), actor=Actor.agent(mira.pk), at=now)
    actions.mark_bounced(said, reason="5.1.1", actor=SYSTEM, at=now)
    assert Promise.objects.get().state == "kept"


def test_a_joined_ticket_carries_its_promises_along_and_parted_takes_them_back(
    make: Make,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
    friday: datetime,
) -> None:
    made, other = make(), open_ticket(kim_address)
    actions.join(ticket, other, actor=SYSTEM, at=now)
    assert (fresh(made).ticket, promised_for(ticket), promised_for(other)) == (other, None, friday)
    actions.part(ticket, actor=SYSTEM, at=now)
    assert (fresh(made).ticket, promised_for(ticket), promised_for(other)) == (ticket, friday, None)


def test_a_letter_that_it_takes_longer_moves_the_promise_and_is_recorded(
    make: Make, ticket: Ticket, mira: Agent, now: datetime, friday: datetime
) -> None:
    made, later = make(), friday + timedelta(days=3)
    said = actions.tell_of_delay(
        made, Answer("Es dauert länger."), due_at=later, reason="Krankheit", actor=Actor.agent(mira.pk), at=now
    )
    moved = fresh(made)
    assert (moved.due_at, moved.told_at, moved.told_in, moved.due_before) == (later, now, said, friday)
    assert (promised_for(ticket), verbs_of(ticket)) == (later, ["promise.made", "promise.told"])


@pytest.mark.parametrize("fate", ["taken back", "came back"])
def test_a_letter_that_nobody_read_moves_nothing(
    make: Make, ticket: Ticket, mira: Agent, now: datetime, friday: datetime, fate: str
) -> None:
    made, actor = make(), Actor.agent(mira.pk)
    said = actions.tell_of_delay(
        made, Answer("Es dauert länger."), due_at=friday + timedelta(days=3), reason="Krankheit", actor=actor, at=now
    )
    if fate == "taken back":
        actions.cancel(said, actor=actor, at=now)
    else:
        actions.mark_bounced(actions.mark_sent(said, actor=SYSTEM, at=now), reason="5.1.1", actor=SYSTEM, at=now)
    back = fresh(made)
    assert (back.due_at, back.told_at, back.reason, promised_for(ticket)) == (friday, None, "", friday)
    assert verbs_of(ticket)[-1] == "promise.moved_back"


def test_of_a_promise_that_is_settled_no_letter_says_that_it_takes_longer(
    make: Make, ticket: Ticket, mira: Agent, now: datetime, friday: datetime
) -> None:
    made, actor = make(), Actor.agent(mira.pk)
    actions.keep(made, actor=actor, at=now)
    with pytest.raises(actions.NotOwed):
        actions.tell_of_delay(made, Answer("Hm"), due_at=friday, reason="Krankheit", actor=actor, at=now)
    assert not Message.objects.filter(direction="out").exists()


def test_the_customer_who_writes_again_leaves_the_promise_as_it_is(
    make: Make, ticket: Ticket, friday: datetime, now: datetime
) -> None:
    make()
    words = Received(channel="email", person_id=ticket.person_id, text="Und?", written_at=now)
    actions.receive(words, ticket=ticket, at=now)
    assert promised_for(ticket) == friday
