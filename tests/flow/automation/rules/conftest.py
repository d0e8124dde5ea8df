"""A rule, as somebody would have written it, and what it did."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from anliegen.flow.automation.rules import actions
from anliegen.flow.automation.rules.definition import Action, Definition, Trigger
from anliegen.flow.automation.rules.models import Rule
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from tests.flow.automation.rules.written import written

Make = Callable[..., Rule]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Callable[[datetime], None]:
    """Puts the clock."""

    def put(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    put(now)
    return put


@pytest.fixture
def rule(admin: Agent, now: datetime, at: Callable[[datetime], None]) -> Make:
    """A rule in force that Jana answers for."""

    def make(
        trigger: Trigger | str, *acts: Action, stage: str = "on", share: int = 100, groups: Any = None, **more: Any
    ) -> Rule:
        me = Actor.agent(admin.pk)
        kind = Trigger(trigger) if isinstance(trigger, str) else trigger
        definition = Definition(kind, acts, **(groups or {}))
        made = actions.create(written(definition, **{"owner": admin.pk, **more}), actor=me, at=now)
        return actions.set_stage(made, stage, share, actor=me, at=now)

    return make
