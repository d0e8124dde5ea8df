"""What people say of signals joins what was measured of them, once it is enough."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.flow.automation import denied
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.signals.measured import measurement
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    denied.forget()
    yield
    denied.forget()


def say(ticket: Ticket, mira: Agent, now: datetime, number: int, how: str, **more: Any) -> None:
    row = {
        "ticket": ticket, "question": "signal", "choice": "signal:fear", "confidence": 0.8, "reason": "words",
        "evidence": {"signal": "fear", "strength": "sure"}, "author": "rule:escalate", "responsible": mira,
        "made_at": now, "applied_at": now, "settled_at": now, "settled_by": mira, "settled_as": how,
    }  # fmt: skip
    Decision.objects.bulk_create(Decision(**{**row, **more}) for _number in range(number))


def seen(now: datetime) -> tuple[int, int]:
    denied.forget()
    found = denied.measured("fear", "sure", author="rule:escalate", at=now)
    return found.heard, found.true


def test_few_words_change_nothing_and_many_join(ticket: Ticket, mira: Agent, now: datetime) -> None:
    say(ticket, mira, now, 20, "confirmed")
    say(ticket, mira, now, denied.ENOUGH - 21, "undone")
    assert seen(now) == (0, 0)
    say(ticket, mira, now, 1, "rejected")
    assert seen(now) == (30, 20)
    found = denied.measured("fear", "sure", author="rule:escalate", at=now)
    base = measurement("fear", "sure")
    assert found.confidence == pytest.approx((base.right + 21) / (base.said + 32))
    assert found.as_evidence()["heard"] == 30


def test_only_words_of_people_on_this_signal_of_this_year_count(ticket: Ticket, mira: Agent, now: datetime) -> None:
    say(ticket, mira, now, 40, "confirmed", is_implied=True)
    say(ticket, mira, now, 40, "withdrawn", settled_by=None)
    say(ticket, mira, now, 40, "confirmed", made_at=now - timedelta(days=366))
    say(ticket, mira, now, 40, "confirmed", choice="signal:anger")
    say(ticket, mira, now, 40, "confirmed", evidence={"signal": "fear", "strength": "likely"})
    assert seen(now) == (0, 0)
