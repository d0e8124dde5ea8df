"""When a concern goes up is read in plain words and set in the browser; wrong numbers are said beside their field."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.flow.automation import thresholds
from anliegen.flow.automation.models import Escalation
from anliegen.flow.automation.referrals import set_referrals
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.models import Ticket

PAGE = "/workspace/settings/escalation/"


@pytest.fixture(autouse=True)
def at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)


def sent(**more: object) -> dict[str, object]:
    """What the form sends when nothing was touched."""
    usual = {name: "" if value is None else value for name, value in thresholds.usual().items()}
    return {**usual, "value_specialist": 500, "value_lead": 5000, "responsible": "", **more}


def test_each_level_says_what_raises_to_it_and_who_hears_of_it(browser: Client, technics: Team, now: datetime) -> None:
    set_referrals({"level:3": technics}, actor=SYSTEM, at=now)
    page = browser.get(PAGE).content.decode()
    for words in (
        "2 · Specialists", "Anger or a complaint speaks out of the message.",
        "4 · Ombudsperson or management", "Somebody asks for the ombudsperson or the management.",
        "Technik, unless somebody has the concern already.",
        "The lead of the team, unless somebody has the concern already.",
        "The acknowledgement and the status page name the person who sees to it next.",
        "This cannot be switched off", "No threshold and no pause changes that.",
    ):  # fmt: skip
        assert words in page
    assert 'name="waits_lead" value="120"' in page
    assert 'name="value_specialist" value="500"' in page
    assert "Reset the thresholds?" not in page


def test_the_page_is_there_in_german(client: Client, admin: Agent) -> None:
    client.force_login(admin)
    page = client.get(PAGE).content.decode()
    assert "Das lässt sich nicht abschalten" in page
    assert "3 · Leitung" in page
    assert "Wo die heute offenen Anliegen stünden" in page


def test_saved_unchanged_nothing_is_said_to_have_changed(browser: Client) -> None:
    assert browser.post(PAGE, sent()).status_code == 302
    assert thresholds.present_limits() == (thresholds.usual(), None)
    assert not Event.objects.filter(verb__startswith="escalation.").exists()


def test_thresholds_are_set_and_brought_back(browser: Client, admin: Agent) -> None:
    answer = browser.post(PAGE, sent(waits_lead=48, value_lead=750, responsible=admin.pk, broken_lead=""), follow=True)
    assert "From now on concerns go up like this." in answer.content.decode()
    limits, responsible = thresholds.present_limits()
    assert (limits["waits_lead"], limits["value_lead"], limits["broken_lead"]) == (48, 75_000, None)
    assert responsible == admin
    assert "thresholds of your own, Jana Kowalski" in browser.get("/workspace/settings/").content.decode()
    assert "Reset the thresholds?" in answer.content.decode()
    back = browser.post(f"{PAGE}reset/", follow=True)
    assert "The thresholds are again as the program comes with them." in back.content.decode()
    assert thresholds.present_limits() == (thresholds.usual(), admin)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"value_specialist": 9000}, "value_lead", "The level below begins later than this: check this number."),
        ({"broken_lead": 4}, "broken_management", "The level below begins later than this: check this number."),
        ({"waits_lead": 0}, "waits_lead", "greater than or equal to 1"),
        ({"waits_lead": "bald"}, "waits_lead", "whole number"),
        ({"repeat_within": ""}, "repeat_within", "required"),
        ({"value_lead": 99_999_999_999}, "value_lead", "less than or equal to 10000000"),
        ({"responsible": 99_999}, "responsible", "choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    browser: Client, wrong: dict[str, object], field: str, words: str
) -> None:
    answer = browser.post(PAGE, sent(**wrong))
    assert answer.status_code == 422
    said = re.search(rf'id="id_{field}-error"[^>]*>(.*?)</p>', answer.content.decode(), re.DOTALL)
    assert said is not None
    assert words in said[1]
    assert not Escalation.objects.exists()


def test_where_today_s_concerns_would_stand_is_shown_before_saving(
    browser: Client, ticket: Ticket, now: datetime
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=now - timedelta(days=3))
    assert _row(browser.post(f"{PAGE}preview/", sent()).content.decode(), "3 · Lead") == ["0", "0"]
    seen = browser.post(f"{PAGE}preview/", sent(waits_lead=48)).content.decode()
    assert _row(seen, "3 · Lead") == ["0", "1"]
    without_script = browser.post(PAGE, sent(waits_lead=48, preview=1)).content.decode()
    assert _row(without_script, "3 · Lead") == ["0", "1"]
    assert "once the numbers are right" in browser.post(f"{PAGE}preview/", sent(waits_lead="x")).content.decode()
    assert not Escalation.objects.exists()


def test_who_may_not_manage_settings_sees_nothing_of_it(client_of: Callable[[Agent], Client], mira: Agent) -> None:
    assert client_of(mira).get(PAGE).status_code == 403
    assert client_of(mira).post(f"{PAGE}reset/").status_code == 403


def _row(page: str, title: str) -> list[str]:
    """The cells after this one in its row of the table."""
    after = page.split("<table", 1)[1].split(title, 1)[1].split("</tr>", 1)[0]
    return [part.split(">", 1)[1].split("<", 1)[0].strip() for part in after.split("<td")[1:]]
