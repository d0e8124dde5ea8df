"""A branch of topics: proposed where nothing under it is sure enough, right where something narrower is chosen; what
the operator says of it counts for what says nothing of its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation import branches, team_of_topic, topics
from anliegen.flow.automation.branches import above, is_met
from anliegen.flow.automation.learning.model import Answer
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.flow.automation.teaching import speaking
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Team, Topic
from anliegen.records.tickets.models import Ticket

TREE = {"billing": "", "invoice": "billing", "advance": "billing", "late": "advance", "meter": ""}
ANSWER = Answer(
    label="late", confidence=0.5, runner_up="invoice", runner_up_confidence=0.3, evidence=0.0, likeness=0.0,
    is_unknown=False, is_sure=False, words=(("spät", 0.4),), nearest=0,
    shares=(("late", 0.5), ("invoice", 0.3), ("advance", 0.12), ("meter", 0.05), ("billing", 0.03)),
)  # fmt: skip


def proposed(answer: Answer = ANSWER, tree: branches.Tree = TREE, surest: float = 0.9) -> topics.Proposal:
    return topics.propose(answer, model="triage@1", responsible_id=1, tree=tree, like={}, surest=surest)


def test_a_branch_is_proposed_where_no_topic_is_sure_enough_and_it_is() -> None:
    branch = proposed()
    assert (branch.choice, branch.confidence, branch.reason) == ("topic:billing", 0.95, "topic-branch")
    assert branch.evidence["under"] == ["topic:late", "topic:invoice", "topic:advance"]
    assert [choice for choice, _sure in branch.alternatives] == branch.evidence["under"]


def test_the_narrowest_branch_that_is_sure_enough_is_proposed() -> None:
    assert proposed(surest=0.6).choice == "topic:advance"


def test_a_topic_that_is_sure_enough_is_proposed_itself_and_where_no_branch_is_sure_the_likeliest() -> None:
    for surest in (0.4, 0.99, float("inf")):
        assert (proposed(surest=surest).choice, proposed(surest=surest).reason) == ("topic:late", "topic-words")


def test_no_branch_is_proposed_that_is_out_of_use_nor_for_what_fits_nothing() -> None:
    without = {code: over for code, over in TREE.items() if code != "billing"}
    assert proposed(tree=without).choice == "topic:late"
    assert proposed(replace(ANSWER, is_unknown=True)).choice == ""


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"])))
def test_to_go_up_ends_even_in_a_circle(tree: dict[str, str]) -> None:
    for code in "abcdef":
        passed = list(above(code, tree))
        assert len(passed) == len(set(passed)) and code not in passed


def test_a_branch_was_right_where_something_under_it_is() -> None:
    assert is_met("billing", "late", TREE) and is_met("late", "late", TREE)
    assert not is_met("late", "billing", TREE) and not is_met("meter", "late", TREE)
    assert not is_met("", "late", TREE) and is_met("", "", TREE)


@pytest.fixture
def tree(billing: Team, mira: Agent) -> dict[str, Topic]:
    billing = Topic.objects.create(code="billing", name="Abrechnung", team=billing, responsible=mira, urgency=3)
    advance = Topic.objects.create(code="advance", name="Abschlag", parent=billing)
    return {"billing": billing, "advance": advance}


def test_a_topic_has_the_team_of_the_branch_it_lies_under_unless_it_has_its_own(
    tree: dict[str, Topic], billing: Team, mira: Agent
) -> None:
    found = team_of_topic.propose("advance")
    assert found is not None
    assert (found.choice, found.evidence, found.responsible_id) == (f"team:{billing.pk}", {"topic": "billing"}, mira.pk)
    own = Team.objects.create(name="Abschläge")
    Topic.objects.filter(code="advance").update(team=own, responsible=mira)
    nearer = team_of_topic.propose("advance")
    assert nearer is not None and nearer.choice == f"team:{own.pk}"
    Topic.objects.update(is_active=False)
    assert team_of_topic.propose("advance") is None


def test_to_choose_something_narrower_says_that_the_branch_was_right(
    tree: dict[str, Topic], ticket: Ticket, mira: Agent, now: datetime, settled: Callable[..., Decision]
) -> None:
    settled("topic:billing", 0.97, "topic:advance")
    settled("topic:advance", 0.6, "topic:billing")
    assert speaking.log() == [(0.6, False), (0.97, True)]


@pytest.fixture
def settled(ticket: Ticket, mira: Agent, now: datetime) -> Callable[..., Decision]:
    def make(choice: str, sure: float, instead: str) -> Decision:
        return Decision.objects.create(
            ticket=ticket, question="topic", choice=choice, confidence=sure, reason="topic-branch",
            evidence={"under": ["topic:advance"], "words": []}, author=Actor.model("triage@1").ref, made_at=now,
            settled_at=now, settled_by=mira, settled_as="corrected", settled_choice=instead,
        )  # fmt: skip

    return make


def test_why_a_branch_is_proposed_is_said_in_words(tree: dict[str, Topic], settled: Callable[..., Decision]) -> None:
    assert "Abschlag" in explain(settled("topic:billing", 0.97, "topic:advance"))
