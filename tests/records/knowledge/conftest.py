"""A text block that everybody writes with."""

from datetime import datetime

import pytest

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.knowledge import actions
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock

METER = Content("Zählerstand erbitten", "zaehler", {"de": "{{anrede}}\n\nbitte nennen Sie uns {{?Zählernummer}}."})


@pytest.fixture
def meter(admin: Agent, now: datetime) -> TextBlock:
    return actions.write(METER, actor=Actor.agent(admin.pk), at=now)
