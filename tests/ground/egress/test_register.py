"""The register of destinations: who allowed what, when."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from anliegen.ground import egress
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.models import Event

from .conftest import JANA, NOON


def events() -> list[tuple[str, str, dict[str, object]]]:
    return list(Event.objects.order_by("id").values_list("verb", "actor", "data"))


def test_registering_says_who_when_and_what_for(allow: Callable[..., Destination]) -> None:
    made = allow(443, scheme="https", host="Hooks.Example.ORG.", purpose="webhook", allow_private=False)
    assert (made.host, made.port, made.created_by, made.created_at) == ("hooks.example.org", 443, "agent:1", NOON)
    assert (made.timeout_s, made.max_bytes, made.is_active) == (3, 10_000_000, True)
    assert events() == [("destination.registered", "agent:1", {"purpose": "webhook", "private": False})]


def test_registering_again_does_nothing(allow: Callable[..., Destination]) -> None:
    assert allow(443) == allow(443)
    assert len(events()) == 1


def test_registering_again_with_other_limits_changes_them(allow: Callable[..., Destination]) -> None:
    first = allow(443, timeout_s=3)
    second = allow(443, timeout_s=5, max_bytes=7)
    assert (second.pk, second.timeout_s, second.max_bytes) == (first.pk, 5, 7)
    assert events()[1:] == [("destination.changed", "agent:1", {"fields": ["max_bytes", "timeout_s"]})]


def test_one_machine_may_serve_two_purposes(allow: Callable[..., Destination]) -> None:
    assert allow(443, purpose="webhook").pk != allow(443, purpose="archive").pk


def test_withdrawing_keeps_the_row_and_a_new_registration_is_a_new_row(allow: Callable[..., Destination]) -> None:
    first = egress.withdraw(allow(443), actor=JANA, at=NOON)
    assert (first.is_active, first.withdrawn_by) == (False, "agent:1")
    assert egress.withdraw(first, actor=JANA, at=NOON).withdrawn_at == NOON
    assert allow(443).pk != first.pk
    assert [verb for verb, _, _ in events()] == [
        "destination.registered", "destination.withdrawn", "destination.registered",
    ]  # fmt: skip


def test_a_mailbox_may_send_more_than_a_web_page(allow: Callable[..., Destination]) -> None:
    assert allow(993, scheme="imaps").max_bytes == 1_000_000_000


@pytest.mark.parametrize("port", [0, 70000])
def test_a_port_that_is_none_is_refused(allow: Callable[..., Destination], port: int) -> None:
    with pytest.raises(ValidationError):
        allow(port)
    assert (Destination.objects.count(), events()) == (0, [])


def test_a_host_that_is_none_is_refused(allow: Callable[..., Destination]) -> None:
    with pytest.raises(egress.Refused):
        allow(443, host="no host")
    assert Destination.objects.count() == 0
