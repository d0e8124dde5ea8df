"""Who may be asked stands in a register, off until all that must be known is known and somebody switches it on."""

from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from anliegen.flow.assist import register
from anliegen.flow.assist.models import Provider
from anliegen.ground import secrets
from anliegen.ground.egress.errors import Refused
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from tests.providers import entered, switched_on

pytestmark = pytest.mark.django_db
HERE = "http://127.0.0.1:11434/v1"
JANA = Actor.agent(1)


def verbs() -> list[str]:
    return list(Event.objects.filter(subject__startswith="provider:").order_by("pk").values_list("verb", flat=True))


def test_it_is_entered_switched_off_and_its_machine_may_be_talked_to(now: datetime) -> None:
    row = entered(f"{HERE}/", at=now)
    assert (row.is_on, row.address) == (False, HERE)
    known = Destination.objects.active().get()
    assert (known.scheme, known.host, known.port, known.purpose) == ("http", "127.0.0.1", 11434, "assist")
    assert (known.allow_private, known.timeout_s, known.max_bytes) == (True, 5, register.MOST_BYTES)
    assert verbs() == ["provider.created"]


@pytest.mark.parametrize("field", ["purpose", "jurisdiction", "contract", "contract_on", "responsible"])
def test_while_something_is_missing_it_cannot_be_switched_on(now: datetime, field: str) -> None:
    row = entered(HERE, at=now, **{field: None if field == "contract_on" else ""})
    with pytest.raises(register.Incomplete) as problem:
        register.switch_on(row, actor=JANA, at=now)
    assert len(problem.value.missing) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Provider.objects.filter(pk=row.pk).update(on_since=now, on_by="agent:1")


def test_it_says_who_switched_it_on_and_off(now: datetime) -> None:
    row = switched_on(HERE, at=now, by=JANA)
    assert (row.on_since, row.on_by) == (now, "agent:1")
    row = register.switch_off(register.switch_on(row, actor=SYSTEM, at=now), actor=JANA, at=now)
    assert not row.is_on
    assert verbs() == ["provider.created", "provider.on", "provider.off"]


def test_what_must_be_known_is_not_taken_away_while_it_is_on(now: datetime) -> None:
    row = switched_on(HERE, at=now)
    with pytest.raises(register.Incomplete):
        register.change(row, contract="", actor=JANA, at=now)
    row.refresh_from_db()
    assert row.contract == "eigener Betrieb, Akte 12"


def test_its_key_is_kept_encrypted_and_an_empty_one_changes_nothing(now: datetime) -> None:
    row = entered(HERE, at=now, key="sk-geheim")
    assert b"geheim" not in bytes(row.key)
    register.change(row, key="", name="Anderer Name", actor=JANA, at=now)
    row.refresh_from_db()
    assert (secrets.unlock(row.key), row.name) == ("sk-geheim", "Anderer Name")
    register.change(row, key="sk-neu", actor=JANA, at=now)
    row.refresh_from_db()
    assert secrets.unlock(row.key) == "sk-neu"
    assert "geheim" not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_kept_key_is_led_to_no_other_server(now: datetime) -> None:
    row = entered(HERE, at=now, key="sk-geheim")
    with pytest.raises(register.KeyNeeded):
        register.change(row, address="http://127.0.0.1:9/v1", actor=JANA, at=now)
    register.change(row, address="http://127.0.0.1:11434/v2", actor=JANA, at=now)
    register.change(row, address="http://127.0.0.1:9/v1", key="sk-neu", actor=JANA, at=now)
    assert list(Destination.objects.active().values_list("port", flat=True)) == [9]


def test_the_last_one_of_a_machine_takes_its_connection_along(now: datetime) -> None:
    first, second = entered(HERE, at=now), entered(HERE, at=now, name="Zweites Modell", timeout_s=50, key="sk")
    assert Destination.objects.active().get().timeout_s == 50
    register.withdraw(first, actor=JANA, at=now)
    assert Destination.objects.active().count() == 1
    second = register.withdraw(second, actor=JANA, at=now)
    assert Destination.objects.active().count() == 0
    assert (bytes(second.key), second.is_on) == (b"", False)


@pytest.mark.parametrize(
    "address",
    ["ftp://a.example/v1", "https://me:pw@a.example/v1", "https://a.example/v1?key=1", "a.example", "https://a b/"],
)
def test_what_is_no_base_address_is_refused(now: datetime, address: str) -> None:
    with pytest.raises(Refused):
        entered(address, at=now)


@pytest.mark.parametrize("wrong", [{"timeout_s": 61}, {"timeout_s": 0}, {"price_in": -1}, {"jurisdiction": "moon"}])
def test_limits_hold(now: datetime, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        entered(HERE, at=now, **wrong)
