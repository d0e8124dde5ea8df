"""Rules by the clock that would undo for ever what another did: refused, where both may hold for the same ticket."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.rules import actions, preview
from anliegen.flow.automation.rules.actions import Ring
from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger
from anliegen.flow.automation.rules.effects import becomes, effects
from anliegen.flow.automation.rules.fits import Facts, fits
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.automation.rules.rings import ring, rings
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Ticket
from tests.conftest import MONDAY
from tests.flow.automation.rules.written import FACTS

HOURLY = Trigger("hourly", hours=1)
DAILY = Trigger("daily")


def team(key: str) -> Action:
    return Action("team", key)


def when(name: str, *values: str) -> Condition:
    return Condition(name, values)


def rule_of(trigger: Trigger, action: Action, *wanted: Condition, none: tuple[Condition, ...] = ()) -> Definition:
    return Definition(trigger, (action,), all=wanted, none=none)


CIRCLES = {
    "to and fro between two teams": (
        rule_of(HOURLY, team("2"), when("team", "1")),
        rule_of(HOURLY, team("1"), when("team", "2")),
    ),
    "one adds a tag, another takes it away": (
        rule_of(HOURLY, Action("add_tags", "vip,neu")),
        rule_of(DAILY, Action("remove_tags", "vip")),
    ),
    "up and down": (
        rule_of(DAILY, Action("priority_up"), when("priority", "2")),
        rule_of(DAILY, Action("priority_down"), when("priority", "3")),
    ),
    "the clock against what answers it": (
        rule_of(HOURLY, team("2")),
        rule_of(Trigger("moved"), team("1"), when("team", "2")),
    ),
    "three in a row": (
        rule_of(HOURLY, team("1"), when("team", "3")),
        rule_of(HOURLY, team("2"), when("team", "1")),
        rule_of(HOURLY, team("3"), when("team", "2")),
    ),
}
NONE = {
    "other channels": (
        rule_of(HOURLY, team("2"), when("channel", "email")),
        rule_of(HOURLY, team("1"), when("channel", "phone")),
    ),
    "what the one wants the other excludes": (
        rule_of(HOURLY, Action("add_tags", "alt"), when("language", "en")),
        rule_of(HOURLY, Action("remove_tags", "alt"), none=(when("language", "en", "de"),)),
    ),
    "the second does not hold after the first": (
        rule_of(HOURLY, team("2"), when("team", "1")),
        rule_of(HOURLY, team("3"), when("team", "2")),
    ),
    "priorities that never meet": (
        rule_of(DAILY, Action("priority_up"), when("priority", "1")),
        rule_of(DAILY, Action("priority_down"), when("priority", "4")),
    ),
    "an event of the outside": (rule_of(HOURLY, team("2")), rule_of(Trigger("message"), team("1"))),
    "silence, which acts once": (
        rule_of(Trigger("quiet"), Action("add_tags", "still")),
        rule_of(HOURLY, Action("remove_tags", "still")),
    ),
    "the same": (rule_of(HOURLY, team("2")), rule_of(DAILY, team("2"))),
}


@pytest.mark.parametrize("rules", CIRCLES.values(), ids=CIRCLES)
def test_who_undoes_what_the_clock_does_again_is_a_ring(rules: tuple[Definition, ...]) -> None:
    known = dict(enumerate(rules))
    for key in known:
        assert set(ring(known, key)) == set(known)
    assert [set(one) for one in rings(known)] == [set(known)]


@pytest.mark.parametrize("rules", NONE.values(), ids=NONE)
def test_what_cannot_go_on_for_ever_is_none(rules: tuple[Definition, ...]) -> None:
    known = dict(enumerate(rules))
    assert [ring(known, key) for key in known] == [()] * len(rules)


_FIELDS = st.sampled_from([("team", ("1", "2", "3")), ("tag", ("vip", "neu")), ("priority", ("1", "2", "3", "4"))])
_WANTED = _FIELDS.flatmap(
    lambda one: st.sets(st.sampled_from(one[1]), min_size=1).map(lambda values: when(one[0], *sorted(values)))
)
_ACTS = st.sampled_from(
    [*map(team, "123"), Action("priority_up"), Action("priority_down")]
    + [Action(kind, tag) for kind in ("add_tags", "remove_tags") for tag in ("vip", "neu")]
)
_CLOCKED = st.builds(
    Definition,
    st.just(HOURLY),
    st.tuples(_ACTS),
    all=st.lists(_WANTED, max_size=2).map(tuple),
    none=st.lists(_WANTED, max_size=1).map(tuple),
)
_CHANGED = {"team": "team", "priority_up": "priority", "priority_down": "priority"}


@given(_CLOCKED, _CLOCKED, FACTS)
def test_two_that_are_none_come_to_rest(one: Definition, other: Definition, facts: Facts) -> None:
    """Turn by turn on a ticket: what is let into force does nothing any more after some turns."""
    if ring({1: one, 2: other}, 1) or ring({1: one, 2: other}, 2):
        return
    for _turn in range(12):
        before = facts
        for rule in (one, other):
            if fits(rule, facts) and effects(rule.actions, facts):
                facts = _after(rule.actions[0], facts)
    assert facts == before


def _after(action: Action, facts: Facts) -> Facts:
    return replace(facts, **{_CHANGED.get(action.kind, "tags"): becomes(action, facts)})


def test_the_second_is_refused_and_names_the_first(rule: Callable[..., Rule], admin: Agent, now: datetime) -> None:
    rule(HOURLY, Action("add_tags", "vip"), name="Markieren")
    second = rule(DAILY, Action("remove_tags", "vip"), name="Aufräumen", stage="off")
    with pytest.raises(Ring) as refused:
        actions.set_stage(second, "on", 100, actor=Actor.agent(admin.pk), at=now)
    assert refused.value.by_clock
    assert refused.value.names == ("Aufräumen", "Markieren", "Aufräumen")


@pytest.mark.parametrize("trigger", ["hourly", "message"])
@pytest.mark.parametrize("who", ["ticket", "person"])
def test_the_preview_leaves_alone_what_the_rule_would(
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    kim: Person,
    admin: Agent,
    run_pipeline: Callable[[], int],
    trigger: str,
    who: str,
) -> None:
    made = open_ticket(kim_address)
    run_pipeline()
    definition = Definition(Trigger(trigger), (Action("topic", "umzug"),))
    seen = preview.preview(definition, admin, at=MONDAY)
    assert (seen.touched, seen.is_of_today) == (1, trigger == "hourly")
    rows = Ticket.objects.filter(pk=made.pk) if who == "ticket" else Person.objects.filter(pk=kim.pk)
    rows.update(by_hand_since=MONDAY, **({"by_hand_why": "person"} if who == "ticket" else {}))
    assert preview.preview(definition, admin, at=MONDAY).touched == 0
    alert = Definition(Trigger(trigger), (Action("topic", "umzug"), Action("add_tags", "umzug")))
    assert [each.do for each in preview.preview(alert, admin, at=MONDAY).shown[0].effects] == ["add_tags"]
