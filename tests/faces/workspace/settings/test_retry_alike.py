"""What was set aside for the same reason is taken in again by one click."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.flow.channels.mailroom import aside, intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from tests.stories.mails import mail


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def lines(mailbox: Mailbox) -> list[Intake]:
    made = [store_raw(mail(message_id=f"<{number}@example.org>"), source="smtp") for number in range(4)]
    for line, reason in zip(made, ["file-missing", "file-missing", "disk", "file-missing"], strict=True):
        Intake.objects.filter(pk=line.pk).update(result="quarantined", reason=reason, done_at=clock.now())
    return made


def results(lines: list[Intake]) -> list[str]:
    return [Intake.objects.get(pk=line.pk).result for line in lines]


def test_the_ledger_says_how_many_are_set_aside_for_which_reason(browser: Client, lines: list[Intake]) -> None:
    page = browser.get(to("intake"), {"result": "quarantined"}).text
    assert ("Take in 3 mails again" in page, "Take in 1 mail again" in page) == (True, True)
    assert "The journal names you at each." in page
    assert "Take in again together" not in browser.get(to("intake")).text


def test_all_of_one_reason_wait_again_and_each_has_its_event(
    browser: Client, lines: list[Intake], admin: Agent
) -> None:
    answer = browser.post(to("intake-retry-alike"), {"reason": "file-missing"}, follow=True)
    assert "3 mails wait to be read again." in answer.text
    assert results(lines) == ["received", "received", "quarantined", "received"]
    told = Event.objects.filter(verb="intake.retried").order_by("pk").values_list("subject", "actor")
    assert list(told) == [(f"intake:{lines[index].pk}", f"agent:{admin.pk}") for index in (0, 1, 3)]
    intake.take_in_all()
    assert results(lines) == ["created", "created", "quarantined", "created"]


def test_asked_twice_it_says_that_nothing_is_left(browser: Client, lines: list[Intake]) -> None:
    browser.post(to("intake-retry-alike"), {"reason": "disk"})
    answer = browser.post(to("intake-retry-alike"), {"reason": "disk"}, follow=True)
    assert "Nothing is set aside for this reason any more." in answer.text
    assert Event.objects.filter(verb="intake.retried").count() == 1


def test_only_so_many_by_one_click(browser: Client, lines: list[Intake], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MOST_AT_ONCE", 2)
    browser.post(to("intake-retry-alike"), {"reason": "file-missing"})
    assert results(lines) == ["received", "received", "quarantined", "quarantined"]


def test_who_may_not_retry_neither_sees_it_nor_does_it(
    client_of: Callable[[Agent], Client], tom: Agent, lines: list[Intake]
) -> None:
    client = client_of(tom)
    assert "Take in again together" not in client.get(to("intake"), {"result": "quarantined"}).text
    assert client.post(to("intake-retry-alike"), {"reason": "disk"}).status_code == 403
    assert results(lines) == ["quarantined"] * 4


def test_mails_of_teams_one_does_not_see_stay(
    browser: Client, admin: Agent, brand: Brand, lines: list[Intake], now: datetime
) -> None:
    admin.role.sees_all_teams = False
    admin.role.save()
    elsewhere = Mailbox.objects.create(
        address="bau@musterstadt.example",
        brand=brand,
        team=Team.objects.create(name="Bauamt"),
        responsible=admin,
    )
    Intake.objects.filter(pk=lines[0].pk).update(mailbox=elsewhere)
    browser.post(to("intake-retry-alike"), {"reason": "file-missing"})
    assert results(lines) == ["quarantined", "received", "quarantined", "received"]
