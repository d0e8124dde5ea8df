"""Every page of the settings opens for those who may, and for nobody else."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anliegen.flow.channels.mailroom.sources import create_source
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Mailbox, Team
from anliegen.records.tickets.models import Ticket

LISTS = [
    *("overview", "operator", "brands", "brand-new", "calendars", "calendar-new", "teams", "team-new", "agents"),
    *("agent-new", "roles", "role-new", "tokens", "token-new", "mailboxes", "mailbox-new", "connections"),
    *("connection-new", "calls"),
]
LEDGERS = ["intake", "journal"]


def page_address(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def rows(admin: Agent, mailbox: Mailbox, calendar: Calendar, technics: Team, ticket: Ticket, now: datetime) -> Any:
    """One row of everything, as the arguments of its page."""
    actor = Actor.agent(admin.pk)
    source = create_source(
        mailbox, host="imap.example.org", username="service", password="geheim", last_uid=0, actor=actor, at=now
    )
    accounts.create_token(admin, scopes=["read"], name="app", actor=actor, at=now)
    line = Intake.objects.create(
        received_at=now, source="smtp", sha256=files.put(b"mail"), size=4, result="quarantined",
        reason="not-understood", done_at=now, defects=["no-date"],
    )  # fmt: skip
    return {
        "brand": (mailbox.brand_id,),
        "calendar": (calendar.pk,),
        "team": (technics.pk,),
        "agent": (admin.pk,),
        "role": (admin.role_id,),
        "mailbox": (mailbox.pk,),
        "source-new": (mailbox.pk,),
        "source": (mailbox.pk, source.pk),
        "intake-line": (line.pk,),
        "journal-event": (Event.objects.order_by("-id")[0].pk,),
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_opens_in_both_languages(browser: Client, rows: Any, admin: Agent, language: str) -> None:
    Agent.objects.filter(pk=admin.pk).update(language=language)
    for name in LISTS + LEDGERS:
        answer = browser.get(page_address(name))
        assert answer.status_code == 200, name
        assert f'<html lang="{language}"' in answer.text, name
    for name, args in rows.items():
        assert browser.get(page_address(name, *args)).status_code == 200, name


def test_an_empty_instance_shows_how_to_begin(browser: Client) -> None:
    for name in LISTS + LEDGERS:
        assert browser.get(page_address(name)).status_code == 200, name


def test_nobody_without_a_login_sees_anything(client: Client, rows: Any) -> None:
    for name in LISTS + LEDGERS:
        assert client.get(page_address(name)).status_code == 302, name


def test_an_agent_without_the_permission_is_refused_everywhere(
    client_of: Callable[[Agent], Client], tom: Agent, rows: Any
) -> None:
    client = client_of(tom)
    for name in [*LISTS, "journal"]:
        assert client.get(page_address(name)).status_code == 403, name
    for name, args in rows.items():
        if name != "intake-line":
            assert client.get(page_address(name, *args)).status_code == 403, name


def test_the_list_of_places_names_only_what_may_be_opened(client_of: Callable[[Agent], Client], tom: Agent) -> None:
    answer = client_of(tom).get(page_address("intake"))
    places = answer.text[answer.text.index('class="places"') : answer.text.index("<h1")]
    assert re.findall(r'href="([^"]+)"', places) == [page_address(name) for name in ("blocks", "macros", "intake")]
    for name in ("operator", "agents", "journal"):
        assert page_address(name) not in answer.text
