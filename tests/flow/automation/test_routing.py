"""What comes to a team finds somebody, as the team wants it: through the gate, with reasons, and nobody who is away."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from anliegen.flow.automation import approval, colleagues, pauses, reasons, routing, routing_clock
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import together
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Operator, Role, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions.claim import claim
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Ticket]
Run = Callable[[], int]


@pytest.fixture(autouse=True)
def at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)


@pytest.fixture(autouse=True)
def nothing_paused() -> Iterator[None]:
    pauses.look_again()
    yield
    pauses.look_again()


@pytest.fixture
def lea(agent_role: Role, billing: Team, now: datetime) -> Agent:
    """Lea Brandt answers for billing, too."""
    return accounts.create_agent(
        email="lea@musterstadt.example", name="Lea Brandt", role=agent_role, teams=[billing], actor=SYSTEM, at=now
    )


@pytest.fixture
def routed(billing: Team, mira: Agent, lea: Agent, admin: Agent, now: datetime) -> Team:
    """Billing gives out what comes to it; Mira and Lea are at work."""
    at_work(mira, lea, at=now)
    return accounts.change(billing, routing="assign", lead=admin, actor=SYSTEM, at=now)


def at_work(*agents: Agent, at: datetime) -> None:
    Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(last_login=at - timedelta(minutes=5))


def lying(agent: Agent, many: int, open_ticket: Open, address: Address, now: datetime, **more: Any) -> None:
    for _number in range(many):
        other = tickets.assign(open_ticket(address, at=now), to=agent, actor=SYSTEM, at=now)
        Ticket.objects.filter(pk=other.pk).update(**more)


@pytest.fixture
def ana_address(operator: Operator, now: datetime) -> Address:
    return customers.meet(kind="email", value="ana@example.org", name="Ana Sá", language="de", actor=SYSTEM, at=now)


def explain(decision: Decision, language: str = "en") -> str:
    with translation.override(language):
        return reasons.explain(decision)


def decisions(ticket: Ticket) -> list[Decision]:
    return list(Decision.objects.filter(ticket=ticket, question="assignee").order_by("pk"))


def holder(ticket: Ticket) -> Agent | None:
    return Ticket.objects.get(pk=ticket.pk).assignee


def test_it_goes_to_who_has_least_with_the_reasons_and_somebody_answers_for_it(
    routed: Team, mira: Agent, lea: Agent, admin: Agent, ana_address: Address, open_ticket: Open,
    ticket: Ticket, run_pipeline: Run, now: datetime,
) -> None:  # fmt: skip
    lying(mira, 2, open_ticket, ana_address, now)
    run_pipeline()
    (made,) = decisions(ticket)
    assert holder(ticket) == lea
    assert (made.choice, made.author, made.responsible, made.reason) == (
        *(f"agent:{lea.pk}", "rule:routing", admin, "routed"),
    )
    assert made.alternatives == [{"choice": f"agent:{mira.pk}", "confidence": 0.0}]
    assert explain(made) == ("Has nothing waiting. Otherwise it would be: Mira Yılmaz.")
    event = Event.objects.get(subject=f"ticket:{ticket.pk}", verb="ticket.assigned")
    assert (event.actor, event.data["to"]) == ("rule:routing", f"agent:{lea.pk}")


def test_who_answered_the_customer_last_gets_it_although_another_has_less(
    routed: Team, mira: Agent, kim_address: Address, ana_address: Address, open_ticket: Open,
    ticket: Ticket, run_pipeline: Run, now: datetime,
) -> None:  # fmt: skip
    earlier = open_ticket(kim_address, at=now - timedelta(days=9))
    tickets.reply(earlier, Answer("Gern."), actor=Actor.agent(mira.pk), at=now - timedelta(days=8))
    Ticket.objects.filter(pk=earlier.pk).update(status="closed", resolved_at=now, closed_at=now)
    lying(mira, 3, open_ticket, ana_address, now)
    Ticket.objects.filter(pk=ticket.pk).update(language="tr", topic="umzug")
    Agent.objects.filter(pk=mira.pk).update(speaks=["tr"], skills=["umzug"])
    run_pipeline()
    assert holder(ticket) == mira
    assert explain(decisions(ticket)[0], "de") == (
        "Kennt die Kundin oder den Kunden; spricht Türkisch; kennt sich mit umzug aus; hat 3 wartende Vorgänge."
        " Sonst wäre es: Lea Brandt."
    )


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        ("away", "Mira Yılmaz knows this customer and is not at work just now."),
        ("full", "Mira Yılmaz knows this customer and has as many concerns waiting as one person should."),
        ("elsewhere", "Mira Yılmaz knows this customer and is given no concerns of this team."),
        ("left", "Mira Yılmaz knows this customer and works here no longer."),
    ],
)
def test_why_the_known_one_does_not_get_it_is_said(
    routed: Team, mira: Agent, lea: Agent, technics: Team, kim_address: Address, ana_address: Address,
    open_ticket: Open, ticket: Ticket, run_pipeline: Run, now: datetime, happens: str, says: str,
) -> None:  # fmt: skip
    tickets.reply(
        open_ticket(kim_address, at=now - timedelta(days=9)), Answer("Gern."),
        actor=Actor.agent(mira.pk), at=now - timedelta(days=8),
    )  # fmt: skip
    if happens == "away":
        Agent.objects.filter(pk=mira.pk).update(last_login=now - timedelta(hours=2))
    elif happens == "full":
        lying(mira, 8, open_ticket, ana_address, now)
    elif happens == "elsewhere":
        accounts.change_agent(mira, teams=[technics], actor=SYSTEM, at=now)
    else:
        accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert holder(ticket) == lea
    assert says in explain(decisions(ticket)[0])


def test_who_is_away_gets_nothing_and_nothing_is_written_about_it(
    routed: Team, mira: Agent, lea: Agent, ticket: Ticket, run_pipeline: Run
) -> None:
    Agent.objects.update(last_login=None)
    run_pipeline()
    assert (holder(ticket), decisions(ticket)) == (None, [])


@pytest.mark.parametrize("sign", ["journal", "claim", "old", "future"])
def test_at_work_is_who_did_something_themselves_within_the_hour(
    mira: Agent, ticket: Ticket, now: datetime, sign: str
) -> None:
    if sign == "claim":
        claim(ticket, mira, at=now)
    else:
        when = {"journal": now - timedelta(minutes=50), "old": now - timedelta(minutes=61)}
        at = when.get(sign, now + timedelta(hours=1))
        tickets.write_note(ticket, text="Zähler prüfen", actor=Actor.agent(mira.pk), at=at)
    assert colleagues.at_work([mira.pk], at=now) == ({mira.pk} if sign in ("journal", "claim") else set())


def test_outside_service_hours_nobody_is_given_anything(
    routed: Team, calendar: Calendar, ticket: Ticket, run_pipeline: Run, now: datetime
) -> None:
    accounts.set_hours(calendar, openings=[(0, time(12), time(17))], days_off=[], actor=SYSTEM, at=now)
    run_pipeline()
    assert (holder(ticket), decisions(ticket)) == (None, [])


def test_when_all_have_as_much_as_they_should_it_waits_and_says_so(
    routed: Team, mira: Agent, lea: Agent, ana_address: Address, open_ticket: Open, ticket: Ticket,
    run_pipeline: Run, now: datetime,
) -> None:  # fmt: skip
    accounts.change(routed, most_waiting=2, actor=SYSTEM, at=now)
    lying(mira, 2, open_ticket, ana_address, now)
    lying(lea, 2, open_ticket, ana_address, now)
    run_pipeline()
    (made,) = decisions(ticket)
    assert (holder(ticket), made.choice, made.applied_at) == (None, "", None)
    assert explain(made) == (
        "Whoever of the team is at work has as many concerns waiting as one person should."
        " It waits until somebody takes the next concern."
    )


def test_what_waits_for_the_customer_or_rests_is_no_load_and_what_is_hard_counts_twice(
    routed: Team, operator: Operator, mira: Agent, lea: Agent, ana_address: Address, open_ticket: Open, now: datetime
) -> None:
    lying(mira, 1, open_ticket, ana_address, now, waiting_since=None)
    lying(mira, 1, open_ticket, ana_address, now, snoozed_until=now + timedelta(days=1), snoozed_by=mira)
    lying(mira, 1, open_ticket, ana_address, now, topic="trauerfall")
    lying(lea, 1, open_ticket, ana_address, now, tags=["trauerfall"], topic="umzug")
    lying(lea, 2, open_ticket, ana_address, now)
    assert colleagues.loads([mira.pk, lea.pk], ["trauerfall"]) == {mira.pk: (1, 1), lea.pk: (3, 1)}
    assert colleagues.loads([mira.pk, lea.pk], []) == {mira.pk: (1, 0), lea.pk: (3, 0)}


def test_many_that_come_at_once_are_spread_and_stop_at_the_ceiling(
    routed: Team, mira: Agent, lea: Agent, operator: Operator, open_ticket: Open, run_pipeline: Run, now: datetime
) -> None:
    accounts.change(routed, most_waiting=3, actor=SYSTEM, at=now)
    for number in range(9):
        address = customers.meet(kind="email", value=f"p{number}@example.org", name="P", actor=SYSTEM, at=now)
        tickets.assign(open_ticket(address), to=routed, actor=SYSTEM, at=now)
    run_pipeline()
    held = list(Ticket.objects.order_by("pk").values_list("assignee", flat=True))
    assert [held.count(mira.pk), held.count(lea.pk), held.count(None)] == [3, 3, 3]


def test_a_proposal_waits_for_a_person_counts_as_theirs_and_is_made_once(
    routed: Team, mira: Agent, lea: Agent, ticket: Ticket, kim_address: Address, open_ticket: Open, technics: Team,
    run_pipeline: Run, now: datetime,
) -> None:  # fmt: skip
    accounts.change(routed, routing="propose", actor=SYSTEM, at=now)
    run_pipeline()
    (first,) = decisions(ticket)
    assert (holder(ticket), first.waits) == (None, True)
    other = tickets.assign(open_ticket(kim_address), to=routed, actor=SYSTEM, at=now)
    run_pipeline()
    assert {first.choice, decisions(other)[0].choice} == {f"agent:{mira.pk}", f"agent:{lea.pk}"}
    tickets.assign(ticket, to=technics, actor=SYSTEM, at=now)
    tickets.assign(ticket, to=routed, actor=SYSTEM, at=now)
    run_pipeline()
    assert decisions(ticket) == [first]
    approval.confirm(first, by=mira, at=now)
    assert holder(ticket) == Agent.objects.get(pk=int(first.choice.partition(":")[2]))


def test_what_was_given_can_be_taken_back_and_is_not_given_again(
    routed: Team, mira: Agent, ticket: Ticket, run_pipeline: Run, now: datetime
) -> None:
    run_pipeline()
    (made,) = decisions(ticket)
    approval.reject(made, by=mira, at=now)
    run_pipeline()
    assert (holder(ticket), len(decisions(ticket))) == (None, 1)


def away(*agents: Agent) -> None:
    Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(last_login=None)


@pytest.fixture
def night(
    routed: Team, mira: Agent, lea: Agent, kim_address: Address, open_ticket: Open, run_pipeline: Run, now: datetime
) -> list[Ticket]:
    """Two concerns that came while nobody was there; the second is urgent. Billing wants routing since yesterday."""
    Event.objects.filter(verb="setting.changed").update(at=now - timedelta(days=1))
    away(mira, lea)
    came = [open_ticket(kim_address, at=now - timedelta(hours=hours)) for hours in (9, 2)]
    for each in came:
        tickets.assign(each, to=routed, actor=SYSTEM, at=now)
    run_pipeline()
    Ticket.objects.filter(pk=came[1].pk).update(priority=4)
    assert [holder(each) for each in came] == [None, None]
    assert not Decision.objects.filter(question="assignee").exists()
    return came


def test_what_came_at_night_is_given_out_as_soon_as_somebody_is_there(
    routed: Team, mira: Agent, lea: Agent, night: list[Ticket], now: datetime
) -> None:
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [None, None]
    at_work(lea, at=now)
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [lea, lea]
    assert [one.author for each in night for one in decisions(each)] == ["rule:routing", "rule:routing"]
    routing_clock.strike(0)
    assert [len(decisions(each)) for each in night] == [1, 1]


def test_of_what_came_at_night_nobody_is_given_more_than_the_ceiling_and_the_rest_goes_on_lying(
    routed: Team, mira: Agent, lea: Agent, night: list[Ticket], now: datetime
) -> None:
    accounts.change(routed, most_waiting=1, actor=SYSTEM, at=now - timedelta(days=1))
    at_work(lea, at=now)
    for _turn in range(2):
        routing_clock.strike(0)
    assert [holder(each) for each in night] == [None, lea]
    assert decisions(night[0]) == []
    at_work(mira, at=now)
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [mira, lea]


def test_a_team_that_wants_proposals_is_offered_what_came_at_night_once(
    routed: Team, lea: Agent, night: list[Ticket], now: datetime
) -> None:
    accounts.change(routed, routing="propose", actor=SYSTEM, at=now - timedelta(days=1))
    at_work(lea, at=now)
    for _turn in range(2):
        routing_clock.strike(0)
    assert [(holder(each), [one.waits for one in decisions(each)]) for each in night] == [(None, [True])] * 2


def test_what_a_person_put_back_or_what_lay_there_before_is_left_to_be_drawn(
    routed: Team, mira: Agent, lea: Agent, night: list[Ticket], now: datetime
) -> None:
    had, before = night
    tickets.assign(had, to=mira, actor=Actor.agent(mira.pk), at=now)
    tickets.change(had, tickets.Change(assignee=None), actor=Actor.agent(mira.pk), at=now)
    Ticket.objects.filter(pk=before.pk).update(created_at=now - timedelta(days=2))
    at_work(lea, at=now)
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [None, None]


@pytest.mark.parametrize("scope", ["automation:all", "automation:routing", "rule:routing"])
def test_paused_the_clock_gives_nothing_out(
    routed: Team, lea: Agent, night: list[Ticket], now: datetime, scope: str
) -> None:
    at_work(lea, at=now)
    pauses.pause(scope, actor=SYSTEM, at=now)
    routing_clock.strike(0)
    assert not Decision.objects.filter(question="assignee").exists()


def test_outside_its_hours_a_team_is_given_nothing_by_the_clock(
    routed: Team, lea: Agent, night: list[Ticket], now: datetime
) -> None:
    calendar = accounts.create(Calendar, name="Nachmittags", is_default=True, actor=SYSTEM, at=now)
    accounts.save_calendar(
        calendar, openings=[(day, time(13), time(17)) for day in range(5)], days_off=[], actor=SYSTEM, at=now
    )
    at_work(lea, at=now)
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [None, None]


@pytest.fixture
def offered(routed: Team, ticket: Ticket, run_pipeline: Run, now: datetime) -> Decision:
    """Billing is only offered somebody; the offer waits."""
    accounts.change(routed, routing="propose", actor=SYSTEM, at=now)
    run_pipeline()
    (made,) = decisions(ticket)
    assert made.waits
    return made


def test_an_offer_is_withdrawn_when_the_concern_goes_to_another_team(
    offered: Decision, technics: Team, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    tickets.change(offered.ticket, tickets.Change(team=technics), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    offered.refresh_from_db()
    assert (offered.settled_as, offered.settled_by, offered.waits) == ("withdrawn", None, False)
    event = Event.objects.get(verb="decision.withdrawn")
    assert (event.subject, event.actor) == (f"ticket:{offered.ticket_id}", "rule:routing")
    with pytest.raises(approval.AlreadySettled):
        approval.confirm(offered, by=admin, at=now)


def test_an_offer_stays_while_who_is_offered_belongs_to_the_team_where_it_lies(
    offered: Decision, technics: Team, mira: Agent, lea: Agent, run_pipeline: Run, now: datetime
) -> None:
    for agent in (mira, lea):
        agent.teams.add(technics)
    tickets.change(offered.ticket, tickets.Change(team=technics), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    offered.refresh_from_db()
    assert offered.waits


def test_an_offer_is_withdrawn_when_something_else_gives_it_to_somebody(
    offered: Decision, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    tickets.change(offered.ticket, tickets.Change(assignee=admin), actor=Actor.rule("escalate"), at=now)
    run_pipeline()
    offered.refresh_from_db()
    assert offered.settled_as == "withdrawn"


def test_who_gives_it_to_somebody_by_hand_has_said_something_of_the_offer(
    offered: Decision, admin: Agent, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    tickets.change(offered.ticket, tickets.Change(assignee=admin), actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    offered.refresh_from_db()
    assert (offered.settled_as, offered.settled_by, offered.settled_choice, offered.is_implied) == (
        *("corrected", mira, f"agent:{admin.pk}", True),
    )


@pytest.mark.parametrize("scope", ["automation:all", "automation:routing", "rule:routing"])
def test_paused_it_is_only_proposed(routed: Team, ticket: Ticket, run_pipeline: Run, now: datetime, scope: str) -> None:
    pauses.pause(scope, actor=SYSTEM, at=now)
    run_pipeline()
    assert (holder(ticket), decisions(ticket)[0].waits) == (None, True)


def test_a_concern_stays_with_who_has_it_who_put_it_aside_or_who_has_begun_an_answer(
    routed: Team, mira: Agent, lea: Agent, admin: Agent, kim_address: Address, open_ticket: Open, run_pipeline: Run,
    now: datetime,
) -> None:  # fmt: skip
    had, asleep, begun, closed = (open_ticket(kim_address) for _each in range(4))
    tickets.assign(had, to=admin, actor=SYSTEM, at=now)
    tickets.snooze(asleep, until=now + timedelta(days=1), answers=admin.pk, actor=Actor.agent(admin.pk), at=now)
    claim(begun, admin, at=now)
    tickets.change(closed, tickets.Change(status="closed"), actor=Actor.agent(admin.pk), at=now)
    for each in (had, asleep, begun, closed):
        tickets.assign(each, to=routed, actor=SYSTEM, at=now)
    run_pipeline()
    assert [holder(each) for each in (had, asleep, begun, closed)] == [admin, None, None, None]
    assert not Decision.objects.filter(question="assignee").exists()


def test_what_lay_with_who_left_and_with_nobody_now_is_given_out_again(
    routed: Team, mira: Agent, lea: Agent, kim_address: Address, open_ticket: Open, run_pipeline: Run, now: datetime
) -> None:
    was, still = open_ticket(kim_address), open_ticket(kim_address)
    for each in (was, still):
        tickets.change(each, tickets.Change(team=routed, assignee=mira), actor=SYSTEM, at=now)
    run_pipeline()
    tickets.change(was, tickets.Change(assignee=None), actor=SYSTEM, at=now)
    run_pipeline()
    assert (holder(was), holder(still)) == (None, mira)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    run_pipeline()
    assert (holder(was), holder(still)) == (lea, mira)


def test_people_alone_see_to_it_unless_the_operator_named_this_team_for_such_a_case(
    routed: Team, mira: Agent, ticket: Ticket, run_pipeline: Run, now: datetime
) -> None:
    tickets.take_by_hand(ticket, why="bereavement", actor=SYSTEM, at=now)
    run_pipeline()
    assert (holder(ticket), decisions(ticket)) == (None, [])
    Decision.objects.create(
        ticket=ticket, question="team", choice=f"team:{routed.pk}", confidence=1.0, reason="asked",
        author="rule:escalate", responsible=mira, made_at=now, applied_at=now,
    )  # fmt: skip
    found = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb="ticket.moved")
    with together():
        routing.decide(list(found))
    assert holder(ticket) is not None


@pytest.mark.parametrize("why", ["customer", "agent"])
def test_whoever_wished_for_people_alone_gets_somebody_as_soon_as_everybody_else(
    routed: Team, mira: Agent, lea: Agent, ticket: Ticket, run_pipeline: Run, now: datetime, why: str
) -> None:
    """By turn and load: what is known of the topic may have been read by a model, and has no say."""
    accounts.change(mira, skills=["abschlag"], actor=SYSTEM, at=now)
    tickets.take_by_hand(ticket, why=why, actor=SYSTEM, at=now)
    Ticket.objects.filter(pk=ticket.pk).update(topic="abschlag")
    Decision.objects.create(
        ticket=ticket, question="assignee", choice=f"agent:{mira.pk}", confidence=1.0, reason="routed",
        author="rule:routing", responsible=mira, made_at=now - timedelta(hours=1), settled_at=now,
        settled_as="withdrawn",
    )  # fmt: skip
    run_pipeline()
    assert holder(ticket) == lea
    assert "topic" not in decisions(ticket)[-1].evidence


def test_whoever_wished_for_people_alone_is_given_out_in_the_morning_too(
    night: list[Ticket], mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    for each in night:
        tickets.take_by_hand(each, why="customer", actor=SYSTEM, at=now)
    at_work(mira, at=now)
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [mira] * len(night)


def test_what_people_alone_see_to_keeps_nobody_behind_it_from_being_given_out(
    night: list[Ticket], mira: Agent, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(routing, "AT_ONCE", 1)
    tickets.take_by_hand(night[1], why="bereavement", actor=SYSTEM, at=now)  # the urgent one, which comes first
    at_work(mira, at=now)
    routing_clock.strike(0)
    assert [holder(each) for each in night] == [mira, None]


def test_a_team_that_has_no_room_keeps_no_other_from_being_given_its_concerns(
    night: list[Ticket], technics: Team, tom: Agent, mira: Agent, routed: Team, kim_address: Address,
    open_ticket: Open, run_pipeline: Run, monkeypatch: pytest.MonkeyPatch, now: datetime,
) -> None:  # fmt: skip
    accounts.change(technics, routing="assign", lead=tom, actor=SYSTEM, at=now - timedelta(days=1))
    other = tickets.assign(open_ticket(kim_address, at=now), to=technics, actor=SYSTEM, at=now)
    away(mira, tom)
    run_pipeline()
    assert holder(other) is None
    monkeypatch.setattr(routing, "AT_ONCE", 2)
    Ticket.objects.filter(pk__in=[each.pk for each in night]).update(priority=4)
    lying(mira, 1, open_ticket, kim_address, now)
    Team.objects.filter(pk=routed.pk).update(most_waiting=1)
    at_work(mira, tom, at=now)
    routing_clock.strike(0)
    assert ([holder(each) for each in night], holder(other)) == ([None, None], tom)


def test_the_gate_lets_others_than_the_referral_only_propose_where_people_alone_see_to_it(
    ticket: Ticket, mira: Agent, now: datetime
) -> None:
    ticket.by_hand_since = now
    decision = Decision(question="assignee", choice=f"agent:{mira.pk}", confidence=1.0, responsible=mira)
    assert not approval.may_apply(decision, ticket)
    assert approval.may_apply(decision, ticket, is_referred=True)
    decision.question = "answer"
    assert not approval.may_apply(decision, ticket, is_referred=True)
    decision.question = "snooze"
    assert not approval.may_apply(decision, ticket, is_referred=True)


def test_in_works_council_mode_no_figure_of_a_person_is_kept_or_said(
    routed: Team, operator: Operator, mira: Agent, kim_address: Address, open_ticket: Open, ticket: Ticket,
    run_pipeline: Run, now: datetime,
) -> None:  # fmt: skip
    tickets.reply(
        open_ticket(kim_address, at=now - timedelta(days=9)), Answer("Gern."),
        actor=Actor.agent(mira.pk), at=now - timedelta(days=8),
    )  # fmt: skip
    Agent.objects.filter(pk=mira.pk).update(last_login=None)
    accounts.change(operator, works_council=True, actor=SYSTEM, at=now)
    run_pipeline()
    (made,) = decisions(ticket)
    assert made.evidence == {"because": [], "next": [], "known": mira.pk, "passed": "busy"}
    assert explain(made) == ("Is at work and has room. Mira Yılmaz knows this customer and is not free just now.")


def test_what_was_kept_before_the_mode_is_not_said_in_it(
    routed: Team, operator: Operator, mira: Agent, ticket: Ticket, now: datetime
) -> None:
    accounts.change(operator, works_council=True, actor=SYSTEM, at=now)
    made = Decision(reason="routed", evidence={"because": [], "waits": 3, "known": mira.pk, "passed": "away"})
    assert explain(made) == ("Is at work and has room. Mira Yılmaz knows this customer and is not free just now.")


def test_nothing_is_asked_where_no_team_wants_it_but_whether_one_does(ticket: Ticket, run_pipeline: Run) -> None:
    run_pipeline()
    events = list(Event.objects.filter(verb__in=["ticket.moved", "ticket.triaged"]))
    with CaptureQueriesContext(connection) as queries:
        routing.decide(events)
    assert len(queries) == 1


def test_twice_as_many_concerns_take_no_more_questions_to_choose(
    routed: Team, mira: Agent, lea: Agent, open_ticket: Open, operator: Operator, run_pipeline: Run, now: datetime
) -> None:
    """What is proposed changes no ticket: what is left are the questions by which somebody is chosen."""
    accounts.change(routed, routing="propose", most_waiting=100, actor=SYSTEM, at=now)
    asked = []
    for many in (3, 12):
        for number in range(many):
            address = customers.meet(
                kind="email", value=f"p{many}-{number}@example.org", name="P", actor=SYSTEM, at=now
            )
            Ticket.objects.filter(pk=open_ticket(address).pk).update(team=routed)
        fresh = [f"ticket:{pk}" for pk in Ticket.objects.order_by("-pk").values_list("pk", flat=True)[:many]]
        events = [Event(position=1, verb="ticket.moved", subject=subject) for subject in fresh]
        with CaptureQueriesContext(connection) as queries, together():
            routing.decide(events)
        asked.append(len(queries))
    assert Decision.objects.filter(author="rule:routing").count() == 15
    assert asked[0] == asked[1]


READ = {
    "routing.py": {"Agent", "Claim", "Decision", "Team", "Ticket"},
    "colleagues.py": {"Agent", "Decision", "Membership", "Ticket"},
    "routes.py": set(),
}
TABLES = {"accounts_agent", "journal_event", "tickets_claim", "tickets_ticket", "tickets_message"}
FORBIDDEN = re.compile(r"outcome|rating|survey|first_answered|resolved_at|closed_at|facts|revenue|worth|value_cents")


@pytest.mark.parametrize("name", READ)
def test_only_these_tables_are_asked_and_nothing_of_how_somebody_works(name: str) -> None:
    """By skills and load (AI Act, Annex III no. 4), never by how somebody behaves or what a customer is worth."""
    source = (Path(routing.__file__).parent / name).read_text()
    tree = ast.parse(source)
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and re.fullmatch(r"anliegen\..*models", node.module or "")
        for alias in node.names
    } - {"OPEN", "Event"}
    assert imported == READ[name]
    assert set(re.findall(r"(?:FROM|JOIN) (\w+_\w+)", source)) <= TABLES
    code = "\n".join(ast.unparse(node) for node in tree.body[1:])
    assert FORBIDDEN.findall(code) == []
