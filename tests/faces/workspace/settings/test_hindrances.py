"""Whoever answers for automation hands it over before leaving, and is told where."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.flow.automation import thresholds
from anliegen.flow.automation.models import Learnt
from anliegen.flow.automation.rules.definition import Action, Definition, Trigger
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.automation.teaching import lessons
from anliegen.flow.automation.teaching.actions import let_speak
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Topic
from tests.flow.automation.learning.examples import SAID, made_up

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def spoken(mira: Agent, now: datetime) -> Learnt:
    """A version that speaks, for which Mira answers, as for the first topic."""
    for code in SAID:
        examples = [one.text for one in made_up(9) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)
    accounts.change(Topic.objects.earliest("pk"), responsible=mira, actor=SYSTEM, at=now)
    return let_speak(
        lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none"), responsible=mira, by=mira, reason="Probe",
        at=now,
    )  # fmt: skip


@pytest.fixture
def rule(mira: Agent, now: datetime) -> Rule:
    does = Definition(Trigger("message"), (Action("add_tags", "umzug"),)).as_json()
    return Rule.objects.create(
        name="Umzüge", purpose="Sie gehen schnell.", owner=mira, review_on=date(2099, 5, 1), stage="shadow",
        definition=does, trigger="message", created_at=now,
    )  # fmt: skip


def test_each_duty_stands_with_the_page_where_it_is_handed_over(
    browser: Client, mira: Agent, spoken: Learnt, rule: Rule, now: datetime
) -> None:
    thresholds.change(thresholds.usual(), responsible=mira, actor=SYSTEM, at=now)
    topic = Topic.objects.get(responsible=mira)
    links = re.findall(r'<li><a href="([^"]+)">(answers for [^<]+)</a>', browser.get(to("agent", mira.pk)).text)
    assert links == [
        (to("topic", topic.pk), f"answers for topic {topic.name}"),
        (to("version", spoken.version), f"answers for version {spoken.version} of the sorting"),
        (to("rule-change", rule.pk), "answers for rule Umzüge"),
        (to("escalation"), "answers for the thresholds of escalation"),
    ]
    assert [browser.get(href).status_code for href, _words in links] == [200] * 4
    answer = browser.post(to("agent-deactivate", mira.pk), follow=True)
    assert f"answers for topic {topic.name}, answers for version" in answer.text
    assert Agent.objects.get(pk=mira.pk).is_active


def test_what_is_off_or_speaks_no_more_keeps_nobody(
    browser: Client, mira: Agent, admin: Agent, spoken: Learnt, rule: Rule, now: datetime
) -> None:
    accounts.change(Topic.objects.get(responsible=mira), responsible=admin, actor=SYSTEM, at=now)
    let_speak(spoken, responsible=admin, by=admin, at=now)
    Rule.objects.update(stage="off")
    browser.post(to("agent-deactivate", mira.pk))
    assert not Agent.objects.get(pk=mira.pk).is_active


def test_what_speaks_is_handed_over_without_falling_silent(
    browser: Client, tom: Agent, spoken: Learnt, said: Said
) -> None:
    assert "Hand it over" in browser.get(to("version", spoken.version)).text
    before = len(said())
    for _twice in range(2):
        browser.post(to("version-speak", spoken.version), {"responsible": tom.pk})
    spoken.refresh_from_db()
    assert (spoken.state, spoken.responsible) == ("speaking", tom)
    assert [(verb, data["responsible"]) for verb, _subject, data in said()[before:]] == [
        ("model.speaks", f"agent:{tom.pk}")
    ]
