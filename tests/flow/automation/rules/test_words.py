"""A rule as a value: whether it fits, what it changes, what it says, whom it sets off, whom it touches."""

import re
from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger
from anliegen.flow.automation.rules.effects import Effect, becomes, effects
from anliegen.flow.automation.rules.fits import Facts, fits, holds
from anliegen.flow.automation.rules.rings import leads_to, ring
from anliegen.flow.automation.rules.sentences import fails, sentence
from anliegen.flow.automation.rules.sentences import holds as said_of
from anliegen.flow.automation.rules.share import is_in_share, place
from anliegen.flow.automation.rules.vocabulary import ACTIONS, ALERTS, CONDITIONS, EVENTS, LEADS_TO
from tests.conftest import MONDAY
from tests.flow.automation.rules.written import CONDITIONS as SOME_CONDITION
from tests.flow.automation.rules.written import DEFINITIONS, FACTS, KEYS

NAMES = {
    **{(field, key): f"{field} {key}" for field in ("team", "assignee", "mailbox", "brand", "draft") for key in KEYS}
}
MOVED = Definition(Trigger("message"), (Action("team", "1"), Action("add_tags", "umzug")))
NEW = Facts(1, "new", "email", 2, MONDAY)


def on(kind: str, *actions: Action, **groups: tuple[Condition, ...]) -> Definition:
    return Definition(Trigger(kind), actions, **groups)


def test_the_final_stop_of_a_note_is_not_said_twice() -> None:
    with translation.override("de"):
        assert sentence(on("message", Action("note", "Bitte prüfen.")), NAMES).endswith("„Bitte prüfen“.")


# fits


@given(DEFINITIONS)
def test_a_rule_is_kept_as_it_was_written(one: Definition) -> None:
    assert Definition.from_json(one.as_json()) == one


@given(DEFINITIONS, FACTS)
def test_a_rule_fits_when_all_and_one_of_the_others_and_none_of_the_last_hold(one: Definition, facts: Facts) -> None:
    held = {group: [holds(each, facts) for each in getattr(one, group)] for group in ("all", "any", "none")}
    wanted = False not in held["all"] and (not held["any"] or True in held["any"]) and True not in held["none"]
    assert fits(one, facts) is wanted


@given(SOME_CONDITION, FACTS)
def test_what_is_asked_in_none_fits_where_in_all_it_does_not(condition: Condition, facts: Facts) -> None:
    assert fits(on("message", all=(condition,)), facts) is not fits(on("message", none=(condition,)), facts)


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        (Condition("team", ("none",)), NEW),
        (Condition("team", ("3", "none")), replace(NEW, team=3)),
        (Condition("tag", ("vip", "umzug")), replace(NEW, tags=frozenset({"umzug"}))),
        (Condition("waits", ("24",)), replace(NEW, waiting_since=MONDAY.replace(day=15))),
        (Condition("words", ("Umzug",)), replace(NEW, words=frozenset({"Umzug"}))),
        (Condition("others", ("yes",)), replace(NEW, has_others=True)),
        (Condition("unplaced", ("yes",)), replace(NEW, unplaced=True)),
    ],
)
def test_a_condition_holds(condition: Condition, facts: Facts) -> None:
    assert holds(condition, facts)


def test_who_does_not_wait_waits_not_long() -> None:
    assert not holds(Condition("waits", ("1",)), NEW)
    assert not holds(Condition("waits", ("25",)), replace(NEW, waiting_since=MONDAY.replace(day=15)))


def test_every_condition_that_can_be_chosen_can_be_told() -> None:
    assert {each for each in CONDITIONS if holds(Condition(each, ("1",)), NEW) in (True, False)} == set(CONDITIONS)


# effects


@given(DEFINITIONS, FACTS)
def test_an_effect_always_changes_something_and_ends_where_the_actions_lead(one: Definition, facts: Facts) -> None:
    for effect in effects(one.actions, facts):
        assert effect.was != effect.now
    assert [effect.do for effect in effects(one.actions, facts, by_hand=True) if effect.do not in ALERTS] == []


@given(DEFINITIONS, FACTS)
def test_what_only_sets_is_done_once(one: Definition, facts: Facts) -> None:
    """Applied again right away, nothing is left to change but what adds something each time."""
    once = ("team", "assign", "topic", "add_tags")
    acts = tuple(action for action in one.actions if action.kind in once)
    fields = {"team": "team", "assign": "assignee", "topic": "topic", "add_tags": "tags"}
    for action in acts:
        facts = replace(facts, **{fields[action.kind]: becomes(action, facts)})
    last = {action.kind: action for action in acts}
    assert effects([*last.values()], facts) == ()


def test_each_action_sees_what_those_before_it_changed() -> None:
    acts = (Action("priority_up"), Action("priority_up"), Action("priority_up"), Action("add_tags", "vip"),
            Action("remove_tags", "vip"))  # fmt: skip
    assert effects(acts, NEW) == (
        Effect("priority_up", 2, 3),
        Effect("priority_up", 3, 4),
        Effect("add_tags", [], ["vip"]),
        Effect("remove_tags", ["vip"], []),
    )


def test_what_is_done_is_not_put_aside_answered_or_asked_about() -> None:
    acts = tuple(Action(kind, "1") for kind in ("snooze", "draft", "close", "note"))
    assert [one.do for one in effects(acts, replace(NEW, status="closed"))] == ["note"]


# rings


@given(st.dictionaries(st.integers(1, 6), DEFINITIONS, min_size=1))
def test_a_ring_is_named_where_there_is_one_and_only_there(rules: dict[int, Definition]) -> None:
    for key in rules:
        found = ring(rules, key)
        reached, edge = set[int](), {key}
        while edge:
            edge = {to for one in edge for to in rules if leads_to(rules[one], rules[to])} - reached
            reached |= edge
        assert bool(found) is (key in reached)
        if found:
            assert found[0] == key
            assert all(leads_to(rules[a], rules[b]) for a, b in zip(found, (*found[1:], key), strict=True))


def test_a_rule_that_sets_itself_off_is_a_ring() -> None:
    assert ring({7: on("tagged", Action("add_tags", "vip"))}, 7) == (7,)


def test_three_rules_in_a_ring_are_named_in_order() -> None:
    rules = {
        1: on("moved", Action("topic", "umzug")),
        2: on("topic", Action("add_tags", "vip")),
        3: on("tagged", Action("team", "1")),
        4: on("message", Action("team", "1")),
    }
    assert ring(rules, 2) == (2, 3, 1)
    assert ring(rules, 4) == ()


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (Action("team", "1"), on("moved", all=(Condition("team", ("2", "3")),))),
        (Action("team", "1"), on("moved", none=(Condition("team", ("1",)),))),
        (Action("add_tags", "vip"), on("tagged", none=(Condition("tag", ("vip", "umzug")),))),
        (Action("remove_tags", "vip,umzug"), on("tagged", all=(Condition("tag", ("vip",)),))),
        (Action("note", "Bitte prüfen"), on("message")),
        (Action("close"), on("resolved")),
    ],
)
def test_a_rule_whose_conditions_cannot_hold_then_is_not_set_off(first: Action, other: Definition) -> None:
    assert not leads_to(on("message", first), other)


def test_each_event_that_actions_lead_to_can_be_waited_for() -> None:
    assert set(LEADS_TO) <= set(ACTIONS)
    assert set(LEADS_TO.values()) <= set(EVENTS)


# the share


@given(st.integers(1, 500), st.integers(1, 10**9), st.integers(1, 100), st.integers(1, 100))
def test_a_larger_share_keeps_the_tickets_of_a_smaller(rule: int, ticket: int, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert is_in_share(rule, ticket, large) or not is_in_share(rule, ticket, small)
    assert is_in_share(rule, ticket, 100)
    assert place(rule, ticket) == place(rule, ticket)


def test_a_share_is_about_as_large_as_it_says_and_not_the_same_tickets_for_each_rule() -> None:
    first, second = ({number for number in range(20_000) if is_in_share(rule, number, 10)} for rule in (1, 2))
    assert 1_800 < len(first) < 2_200
    assert 120 < len(first & second) < 280


# sentences


@pytest.mark.parametrize("language", ["de", "en"])
@given(one=DEFINITIONS)
def test_every_rule_reads_as_a_sentence_in_both_languages(language: str, one: Definition) -> None:
    with translation.override(language):
        said = sentence(one, NAMES)
    assert said.startswith("Wenn " if language == "de" else "When ")
    assert ", dann " in said if language == "de" else ", then " in said
    assert said.endswith(".")
    assert not re.search(r"%\(|None|\b(it|the|has) \b", said) if language == "de" else "%(" not in said
    for _group, condition in one.conditions():
        for value in condition.values:
            if (condition.field, value) in NAMES:
                assert NAMES[condition.field, value] in said


def test_a_rule_in_full() -> None:
    rule = on(
        "message", Action("team", "1"), Action("priority_up"), Action("add_tags", "umzug,eilig"),
        all=(Condition("channel", ("email", "form")), Condition("words", ("Umzug",))),
        none=(Condition("tag", ("vip",)), Condition("others", ("yes",))),
    )  # fmt: skip
    with translation.override("de"):
        assert sentence(rule, NAMES) == (
            "Wenn eine Nachricht eintrifft, der Kanal „E-Mail“ oder „Formular“ ist, in Betreff oder Text"
            " „Umzug“ vorkommt"
            ", das Schlagwort „vip“ nicht gesetzt ist und die Kundschaft keine weiteren offenen Vorgänge hat,"
            " dann geht der Vorgang an das Team „team 1“, steigt die Priorität um eine Stufe und kommen die"
            " Schlagwörter"
            " „umzug“ und „eilig“ hinzu."
        )
    with translation.override("en"):
        assert sentence(rule, NAMES) == (
            "When a message arrives, the channel is “e-mail” or “form”, subject or text say “Umzug”, it does not"
            " have the tag “vip” and the customer has no other open concerns, then it goes to the team “team 1”, its"
            " priority rises by one and it gets the tags “umzug” and “eilig”."
        )


def test_conditions_of_which_one_must_hold_are_said_together_where_they_ask_the_same() -> None:
    alike = (Condition("words", ("Störung",)), Condition("words", ("Stromausfall",)))
    with translation.override("de"):
        assert sentence(on("message", Action("add_tags", "störung"), any=alike), NAMES) == (
            "Wenn eine Nachricht eintrifft und in Betreff oder Text „Störung“ oder „Stromausfall“ vorkommt,"
            " dann kommt das Schlagwort „störung“ hinzu."
        )
        either = (*alike, Condition("waits", ("24",)), Condition("waits", ("48",)))
        assert sentence(on("message", Action("remove_tags", "störung"), any=either), NAMES) == (
            "Wenn eine Nachricht eintrifft und wenigstens eines davon gilt (in Betreff oder Text „Störung“ oder"
            " „Stromausfall“ vorkommt, die Kundschaft länger als 24 Stunden wartet oder die Kundschaft länger"
            " als 48 Stunden wartet), dann fällt das Schlagwort „störung“ weg."
        )


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_condition_can_be_said_with_a_not(language: str) -> None:
    with translation.override(language):
        for field in CONDITIONS:
            one = Condition(field, ("1",))
            if field in ("team", "assignee"):
                without = Condition(field, ("none",))
                assert " keine" not in sentence(on("message", Action("close"), all=(without,)), NAMES)
                assert fails(without, NAMES) != said_of(without, NAMES)
            must = sentence(on("message", Action("close"), all=(one,)), NAMES)
            must_not = sentence(on("message", Action("close"), none=(one,)), NAMES)
            assert must != must_not
            assert re.search(r"\b(nicht|keine|weder)\b" if language == "de" else r"\b(not|no)\b", must_not), must_not


def test_what_is_gone_reads_as_gone() -> None:
    with translation.override("de"):
        assert "„(nicht mehr da)“" in sentence(MOVED, {})
