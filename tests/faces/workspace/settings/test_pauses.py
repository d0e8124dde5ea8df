"""Each automated author has a button that stops it, alone; who, when and why stand beside it until it goes on."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.test import Client

from anliegen.flow.automation import pauses
from anliegen.flow.automation.models import Decision, Learnt, Pause
from anliegen.flow.automation.rules import actions as rules
from anliegen.flow.automation.rules.definition import Action, Definition, Trigger
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.register import algorithms
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.rules.written import written

PAGE = "/workspace/settings/pauses/"
SWITCH = f"{PAGE}switch/"
ALONE = (
    *("rule:mailbox", "rule:team-of-topic", "rule:urgency-of-topic", "rule:language", "rule:nonsense"),
    *("rule:escalate", "rule:routing", "automation:triage"),
)


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    pauses.look_again()
    yield
    pauses.look_again()


def test_every_author_that_the_register_knows_to_decide_has_its_button(browser: Client, now: datetime) -> None:
    page = browser.get(PAGE).content.decode()
    deciding = {pauses.scope_of(one.author) for one, _figures in algorithms(at=now) if one.decides}
    assert deciding == set(ALONE)
    for scope in (*deciding, pauses.ALL):
        assert f'<input type="hidden" name="scope" value="{scope}">' in page


@pytest.mark.parametrize("scope", [*ALONE, pauses.ALL])
def test_one_button_stops_it_and_one_lets_it_go_on(
    browser: Client, admin: Agent, scope: str, said: Callable[[], list[tuple[str, str, dict[str, str]]]]
) -> None:
    stopped = browser.post(SWITCH, {"scope": scope, "note": "  Umstellung  "}, follow=True).content.decode()
    pause = Pause.objects.get()
    assert (pause.scope, pause.note, pause.begun_by) == (scope, "Umstellung", f"agent:{admin.pk}")
    assert pauses.is_paused(scope)
    assert "by Jana Kowalski, " in stopped
    assert ": Umstellung" in stopped
    others = [one for one in ALONE if one != scope]
    assert all(pauses.is_paused(one) is (scope == pauses.ALL) for one in others)
    on = browser.post(SWITCH, {"scope": scope, "again": "1"}, follow=True).content.decode()
    assert "It goes on:" in on
    assert not pauses.is_paused(scope)
    assert said() == [("automation.paused", scope, {"why": "person"}), ("automation.resumed", scope, {})]


def test_what_stopping_escalation_means_is_said_before(browser: Client, client: Client, admin: Agent) -> None:
    page = browser.get(PAGE).content.decode()
    assert "A safety net goes. Whoever grieves" in page
    assert "Automatic answers still stay away from them." in page
    Agent.objects.filter(pk=admin.pk).update(language="de")
    client.force_login(admin)
    assert "Ein Sicherheitsnetz fällt weg." in client.get(PAGE).content.decode()


def test_what_was_paused_and_set_off_since_still_stands_there_and_can_go_on(
    browser: Client, admin: Agent, now: datetime
) -> None:
    jana = Actor.agent(admin.pk)
    definition = Definition(Trigger("message"), (Action("add_tags", "umzug"),))
    rule = rules.create(written(definition, owner=admin.pk), actor=jana, at=now)
    rule = rules.set_stage(rule, "on", 100, actor=jana, at=now)
    pauses.pause(rule.ref, actor=jana, at=now)
    rules.set_stage(rule, "off", 100, actor=jana, at=now)
    page = browser.get(PAGE).content.decode()
    assert f'<input type="hidden" name="scope" value="{rule.ref}">' in page
    assert rule.name in page
    browser.post(SWITCH, {"scope": rule.ref, "again": "1"})
    assert not pauses.active()
    assert f'value="{rule.ref}"' not in browser.get(PAGE).content.decode()


def test_a_reason_that_no_database_can_keep_is_refused(browser: Client) -> None:
    assert browser.post(SWITCH, {"scope": pauses.ALL, "note": "a\0b"}).status_code == 422
    assert not Pause.objects.exists()


@pytest.mark.parametrize("deed", ["speak", "silence", "refuse"])
def test_of_what_was_learnt_such_a_reason_is_refused_too(browser: Client, now: datetime, deed: str) -> None:
    made = Learnt.objects.create(version=1, sha256="0" * 64, size=1, seconds=1, examples=1, topics=2, learnt_at=now)
    page = f"/workspace/settings/learnt/{made.version}/{deed}/"
    assert browser.post(page, {"reason": "a\0b"}).status_code == 422
    made.refresh_from_db()
    assert (made.state, made.settled_at) == ("waiting", None)


def test_what_nobody_knows_cannot_be_stopped(browser: Client) -> None:
    for scope in ("rule:999", "automation:everything", "system", ""):
        assert browser.post(SWITCH, {"scope": scope}).status_code == 404
    assert not Pause.objects.exists()


def test_routing_that_was_stopped_under_its_older_name_goes_on_too(browser: Client, now: datetime) -> None:
    pauses.pause("automation:routing", actor=SYSTEM, at=now)
    assert "by the automation" in browser.get(PAGE).content.decode()
    browser.post(SWITCH, {"scope": "rule:routing", "again": "1"})
    assert pauses.active() == {}


def test_the_overview_says_what_is_paused(browser: Client, now: datetime) -> None:
    assert "nothing is paused" in browser.get("/workspace/settings/").content.decode()
    for scope in ("rule:language", "rule:escalate"):
        pauses.pause(scope, actor=SYSTEM, at=now)
    assert "2 are paused" in browser.get("/workspace/settings/").content.decode()


def test_who_may_not_manage_settings_stops_nothing(client_of: Callable[[Agent], Client], mira: Agent) -> None:
    assert client_of(mira).get(PAGE).status_code == 403
    assert client_of(mira).post(SWITCH, {"scope": pauses.ALL}).status_code == 403
    assert not Pause.objects.exists()


def test_a_pause_that_another_process_began_holds_within_five_seconds(
    operator: object, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [1000.0]
    monkeypatch.setattr("anliegen.flow.automation.pauses.time.monotonic", lambda: moment[0])
    assert not pauses.holds("rule:language")
    Pause.objects.create(scope="rule:language", why="person", begun_at=now, begun_by="system")
    moment[0] += 5
    assert pauses.holds("rule:language")
    Pause.objects.update(ended_at=now, ended_by="system")
    moment[0] += 5
    assert not pauses.holds("rule:language")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scope", ["rule:escalate", pauses.ALL])
def test_paused_escalation_calls_nobody_and_still_keeps_automatic_answers_away(
    mailbox: Mailbox,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    run_pipeline: Callable[[], int],
    now: datetime,
    scope: str,
) -> None:
    pauses.pause(scope, actor=SYSTEM, at=now)
    ticket = open_ticket(kim_address, text="Mein Mann ist verstorben.", at=now)
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.by_hand_why, ticket.level) == ("bereavement", 1)
    made = Decision.objects.filter(ticket=ticket, author="rule:escalate")
    assert {one.question for one in made if one.applied_at is not None} == {"by-hand"}
    assert {"signal", "level"} <= {one.question for one in made if one.waits}
    assert Event.objects.filter(subject=f"ticket:{ticket.pk}", verb="ticket.level_changed").count() == 0
