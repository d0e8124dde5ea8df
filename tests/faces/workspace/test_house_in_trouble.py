"""What stands still or is broken in the house stands on every page of those who may settle it, and on no other."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anliegen.faces.workspace.settings import overview
from anliegen.ground import clock
from anliegen.ground.journal import breaks
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import BROKEN
from anliegen.records.accounts.models import Agent, Role

SIGNS = "/workspace/undelivered/count/"
STOPPED, CUT = "1 reader of the journal has stopped", "The journal was cut off or changed"


@pytest.fixture(autouse=True)
def in_english(admin: Agent, mira: Agent) -> None:
    Agent.objects.update(language="en")


@pytest.fixture
def stopped(admin: Agent) -> None:
    at = clock.now()
    stop = {"failed_at": at, "failed_position": 7, "error": "KeyError: 'x'", "attempts": 1, "retry_at": at}
    Cursor.objects.filter(name="triage").update(**stop)


@pytest.fixture
def broken(admin: Agent, now: datetime) -> None:
    with transaction.atomic():
        record(BROKEN, "journal", actor=SYSTEM, at=now, reason="cut_off", stands=3, signed=5)


def seen(client: Client) -> tuple[bool, bool]:
    html = client.get("/workspace/").content.decode()
    return STOPPED in html, CUT in html


def test_while_all_is_well_there_is_no_sign(janas: Client) -> None:
    assert seen(janas) == (False, False)


def test_a_stopped_reader_and_a_broken_journal_stand_on_every_page_of_an_administrator(
    stopped: None, broken: None, janas: Client, miras: Client
) -> None:
    assert (seen(janas), seen(miras)) == ((True, True), (False, False))
    assert '<a class="button button-secondary button-s" href="/workspace/settings/journal/">' in (
        janas.get(SIGNS).content.decode()
    )


def test_who_may_not_read_the_journal_is_told_without_a_way_there(stopped: None, admin: Agent, janas: Client) -> None:
    Role.objects.filter(pk=admin.role_id).update(permissions=["ticket.read", "settings.manage"])
    html = janas.get(SIGNS).content.decode()
    assert (STOPPED in html, "/workspace/settings/journal/" in html) == (True, False)


def test_the_signs_cost_no_further_question(janas: Client, stopped: None, broken: None) -> None:
    janas.get(SIGNS)
    with CaptureQueriesContext(connection) as queries:
        janas.get(SIGNS)
    asking = [query["sql"] for query in queries.captured_queries if "journal_cursor" in query["sql"]]
    assert len(asking) == 1
    assert all(table in asking[0] for table in ("tickets_message", "channels_delivery", "journal_event"))


def test_the_overview_of_the_settings_says_that_the_journal_is_broken(broken: None, janas: Client) -> None:
    assert "it was cut off or changed" in janas.get("/workspace/settings/").content.decode()


def test_the_overview_of_the_settings_says_how_many_jobs_failed(janas: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "failed_lately", lambda: {"records.tickets.jobs.wake_due": 2, "ground.jobs.tidy": 1})
    assert "3 jobs failed within a day" in janas.get("/workspace/settings/").content.decode()


def test_who_has_looked_into_a_break_says_why_it_came_and_the_signs_go(
    broken: None, admin: Agent, janas: Client, miras: Client
) -> None:
    mark = Event.objects.get(verb=BROKEN.name)
    place = f"/workspace/settings/journal/{mark.pk}/seen/"
    journal = janas.get("/workspace/settings/journal/").content.decode()
    assert f'action="{place}"' in journal
    assert miras.post(place, {"why": "Egal."}).status_code == 403
    assert janas.post(place, {"why": "  "}).status_code == 422
    assert seen(janas) == (False, True)
    assert janas.post(place, {"why": "Der Hoster hat\r\nzurückgesetzt."}).status_code == 302
    assert (seen(janas), breaks.needs_somebody()) == ((False, False), False)
    assert "it was cut off or changed once" in janas.get("/workspace/settings/").content.decode()
    journal = janas.get("/workspace/settings/journal/").content.decode()
    assert ("Der Hoster hat\nzurückgesetzt." in journal, admin.name in journal, place in journal) == (True, True, False)


def test_only_a_break_can_be_looked_into(broken: None, janas: Client) -> None:
    other = Event.objects.exclude(verb=BROKEN.name).order_by("pk")[0]
    assert janas.post(f"/workspace/settings/journal/{other.pk}/seen/", {"why": "?"}).status_code == 404
