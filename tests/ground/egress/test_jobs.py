"""The ledger of calls is a technical log: it is kept for ninety days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anliegen.ground import rows
from anliegen.ground.egress.jobs import KEPT_FOR, forget_calls
from anliegen.ground.egress.models import EgressCall

from .conftest import NOON


def call(age: timedelta) -> EgressCall:
    where = {"scheme": "imaps", "host": "imap.example.org", "port": 993, "purpose": "mail"}
    return EgressCall.objects.create(started_at=NOON - age, **where)


def test_calls_of_more_than_ninety_days_ago_are_forgotten(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_AT_ONCE", 2)
    for _ in range(5):
        call(KEPT_FOR + timedelta(seconds=1))
    young = call(KEPT_FOR)
    assert timedelta(days=90) == KEPT_FOR
    assert forget_calls(at=NOON) == 5
    assert EgressCall.objects.get() == young


def test_what_is_too_much_for_one_night_waits_for_the_next(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_AT_ONCE", 2)
    for _ in range(5):
        call(KEPT_FOR + timedelta(seconds=1))
    old = EgressCall.objects.all()
    assert (rows.forget(old, most=4), rows.forget(old, most=4), old.count()) == (4, 1, 0)
