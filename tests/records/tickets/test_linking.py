"""Tickets that have to do with each other: who says what of whom, what is refused, and how it is taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, linked
from anliegen.records.tickets.models import Link, Problem, Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def three(open_ticket: Open, kim_address: Address, billing: Team, now: datetime) -> list[Ticket]:
    return [
        actions.assign(
            open_ticket(kim_address, subject=f"Anliegen {hour}", at=now + timedelta(hours=hour)),
            to=billing, actor=SYSTEM, at=now,
        )
        for hour in range(3)
    ]  # fmt: skip


def told(ticket: Ticket, *verbs: str) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__in=verbs).order_by("id")
    return [(event.verb, event.data) for event in events]


@pytest.mark.parametrize("kind", ["relates", "parent", "duplicate", "follow_up", "problem"])
def test_both_ends_show_a_link_and_each_knows_who_says_it(
    three: list[Ticket], mira: Agent, by: Actor, now: datetime, kind: str
) -> None:
    one, other, _third = three
    actions.link(one, other, kind=kind, actor=by, at=now)
    assert [(each.ticket.pk, each.kind, each.says) for each in linked.linked(one, mira)] == [(other.pk, kind, True)]
    seen = [(each.ticket.pk, each.kind, each.says) for each in linked.linked(other, mira)]
    # What a problem has caused may be thousands and stands on a page of its own.
    assert seen == ([] if kind == "problem" else [(one.pk, kind, False)])
    assert told(one, "ticket.linked") == [("ticket.linked", {"other": f"ticket:{other.pk}", "kind": kind})]


def test_the_same_is_said_once_from_whichever_end(three: list[Ticket], by: Actor, now: datetime) -> None:
    one, other, _third = three
    for ticket, its in ((one, other), (other, one), (one, other)):
        actions.link(ticket, its, kind="relates", actor=by, at=now)
    actions.link(one, other, kind="parent", actor=by, at=now)
    actions.link(other, one, kind="child", actor=by, at=now)
    assert list(Link.objects.order_by("pk").values_list("ticket", "other", "kind")) == [
        (one.pk, other.pk, "relates"),
        (one.pk, other.pk, "parent"),
    ]


def test_a_link_is_taken_away_and_comes_back(three: list[Ticket], mira: Agent, by: Actor, now: datetime) -> None:
    one, other, _third = three
    row = actions.link(one, other, kind="duplicate", actor=by, at=now)
    actions.remove_link(row, actor=by, at=now)
    actions.remove_link(row, actor=by, at=now)
    assert linked.linked(one, mira) == []
    data = {"other": f"ticket:{other.pk}", "kind": "duplicate"}
    assert told(one, "ticket.link_removed") == [("ticket.link_removed", data)]
    actions.link(one, other, kind="duplicate", actor=by, at=now)
    assert [each.kind for each in linked.linked(one, mira)] == ["duplicate"]


def test_nothing_is_a_part_of_its_own_part(three: list[Ticket], by: Actor, now: datetime) -> None:
    one, two, third = three
    actions.link(one, two, kind="parent", actor=by, at=now)
    actions.link(two, third, kind="parent", actor=by, at=now)
    for part, whole in ((third, one), (two, one)):
        with pytest.raises(actions.CannotLink) as refused:
            actions.link(part, whole, kind="parent", actor=by, at=now)
        assert refused.value.why == "circle"
    assert Link.objects.count() == 2


def test_nobody_links_a_ticket_with_itself_or_with_what_is_carried_on_elsewhere(
    three: list[Ticket], by: Actor, now: datetime
) -> None:
    one, two, third = three
    with pytest.raises(actions.CannotLink) as refused:
        actions.link(one, one, kind="relates", actor=by, at=now)
    assert refused.value.why == "itself"
    actions.join(two, one, actor=by, at=now)
    with pytest.raises(actions.CannotLink) as refused:
        actions.link(third, two, kind="relates", actor=by, at=now)
    assert refused.value.why == "joined"


def test_what_is_foreseen_of_a_link_is_what_happens(three: list[Ticket], by: Actor, now: datetime) -> None:
    one, two, third = three
    assert actions.foresee_link(one, third, kind="problem") == actions.foresee_link(two, third, kind="problem")
    assert actions.foresee_link(one, third, kind="problem").makes_problem
    assert not Problem.objects.exists()
    actions.link(one, third, kind="problem", actor=by, at=now)
    assert list(Problem.objects.values_list("ticket", "declared_by")) == [(third.pk, by.pk)]
    assert not actions.foresee_link(one, third, kind="problem").is_new
    assert not actions.foresee_link(two, third, kind="problem").makes_problem


def test_a_ticket_has_one_cause_and_a_cause_has_none(three: list[Ticket], by: Actor, now: datetime) -> None:
    one, two, third = three
    actions.link(one, two, kind="problem", actor=by, at=now)
    for ticket, other, why in ((one, third, "other_problem"), (two, third, "is_problem"), (third, one, "is_problem")):
        with pytest.raises(actions.CannotLink) as refused:
            actions.link(ticket, other, kind="problem", actor=by, at=now)
        assert refused.value.why == why
    with pytest.raises(actions.CannotLink):
        actions.declare_problem(one, actor=by, at=now)


def test_a_problem_is_declared_once_and_withdrawn_while_nothing_hangs_on_it(
    three: list[Ticket], by: Actor, now: datetime
) -> None:
    one, two, _third = three
    for _time in range(2):
        actions.declare_problem(two, actor=by, at=now)
    row = actions.link(one, two, kind="problem", actor=by, at=now)
    assert not actions.withdraw_problem(two, actor=by, at=now)
    actions.remove_link(row, actor=by, at=now)
    assert actions.withdraw_problem(two, actor=by, at=now)
    assert not actions.withdraw_problem(two, actor=by, at=now)
    verbs = ("problem.declared", "problem.withdrawn")
    assert told(two, *verbs) == [("problem.declared", {}), ("problem.withdrawn", {})]


def test_many_are_attached_at_once_and_each_that_stays_says_why(
    three: list[Ticket], mira: Agent, technics: Team, by: Actor, now: datetime, open_ticket: Open, kim_address: Address
) -> None:
    one, two, problem = three
    foreign = actions.assign(open_ticket(kim_address), to=technics, actor=SYSTEM, at=now)
    actions.declare_problem(problem, actor=by, at=now)
    actions.link(two, problem, kind="problem", actor=by, at=now)
    done, stays = actions.attach(
        [one.pk, two.pk, foreign.pk, problem.pk], problem, agent=mira, actor=by, at=now
    )  # fmt: skip
    assert (done, stays) == ([one.pk], {two.pk: "same", foreign.pk: "gone", problem.pk: "itself"})
    assert told(problem, "problem.attached") == [("problem.attached", {"tickets": [f"ticket:{one.pk}"]})]
    assert set(linked.attached_to(problem).values_list("pk", flat=True)) == {one.pk, two.pk}


def test_links_with_what_one_may_not_see_are_not_shown(
    three: list[Ticket], mira: Agent, tom: Agent, technics: Team, by: Actor, now: datetime
) -> None:
    one, two, _third = three
    actions.link(one, two, kind="relates", actor=by, at=now)
    actions.assign(two, to=technics, actor=SYSTEM, at=now)
    assert linked.linked(one, mira) == []
    assert [each.ticket.pk for each in linked.linked(two, tom)] == []
