"""Rules are written, tried out, put in force, stopped and brought back by their pages, without a script too."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anliegen.faces.workspace.settings import automatic
from anliegen.flow.automation import pauses
from anliegen.flow.automation.rules.models import Rule, RuleRun, RuleVersion
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.models import Ticket

NEW = "/workspace/settings/rules/new/"


@pytest.fixture
def as_admin(client: Client, admin: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    client.force_login(admin)
    return client


@pytest.fixture
def sent(admin: Agent, technics: Team) -> dict[str, Any]:
    """What the form sends."""
    return {
        "name": "Umzüge", "purpose": "Umzüge gehen schnell.", "owner": admin.pk, "review_on": "2027-05-01",
        "kind": "message", "hour": 8, "hours": 4, "days": 7, "intervention": "after", "undo_minutes": 10,
        "per_hour": 200, "c-0-name": "channel", "c-0-group": "all", "c-0-value": ["email", "form"],
        "c-1-name": "words", "c-1-group": "none", "c-1-value": "Beschwerde", "a-0-name": "team",
        "a-0-value": technics.pk, "a-1-name": "add_tags", "a-1-value": "Umzug, Eilig",
    }  # fmt: skip


@pytest.fixture
def rule(as_admin: Client, sent: dict[str, Any]) -> Rule:
    as_admin.post(NEW, sent)
    return Rule.objects.get()


def page(rule: Rule, more: str = "") -> str:
    return f"/workspace/settings/rules/{rule.pk}/{more}"


def test_a_rule_is_written(as_admin: Client, sent: dict[str, Any], admin: Agent, technics: Team) -> None:
    answer = as_admin.post(NEW, sent, follow=True)
    made = Rule.objects.get()
    assert answer.redirect_chain == [(page(made), 302)]
    assert (made.name, made.owner, made.stage, made.trigger, made.version) == ("Umzüge", admin, "off", "message", 1)
    assert made.definition["all"] == [["channel", ["email", "form"]]]
    assert made.definition["none"] == [["words", ["Beschwerde"]]]
    assert made.definition["actions"] == [["team", str(technics.pk)], ["add_tags", "eilig,umzug"]]
    assert "„Technik“" in answer.content.decode()


def test_lines_are_added_and_taken_out_and_what_was_entered_stays(as_admin: Client, sent: dict[str, Any]) -> None:
    grown = as_admin.post(NEW, sent | {"add_condition": "1", "condition": "waits", "name": ""}).content.decode()
    assert 'name="c-2-name" value="waits"' in grown
    assert 'value="Umzug, Eilig"' in grown
    assert "Bitte prüfen Sie diese Angaben" not in grown
    shrunk = as_admin.post(NEW, sent | {"remove": "c-0"}).content.decode()
    assert 'name="c-0-name" value="words"' in shrunk
    assert "c-1-name" not in shrunk
    acting = as_admin.post(NEW, sent | {"add_action": "1", "action": "note"}).content.decode()
    assert 'name="a-2-name" value="note"' in acting
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"a-0-value": "999999"}, "Bitte wählen Sie etwas aus, das es gibt."),
        ({"c-0-value": []}, "Bitte wählen Sie etwas aus, das es gibt."),
        ({"c-1-value": "und"}, "Bitte geben Sie ein Wort ein, nach dem sich suchen lässt."),
        ({"c-1-name": "waits", "c-1-value": "-3"}, "Bitte geben Sie eine ganze Zahl von 1 bis 9999 ein."),
        ({"a-1-value": " , "}, "Bitte geben Sie mindestens ein Wort ein."),
        ({"purpose": ""}, "Zweck"),
        ({"hour": 25}, "Zu welcher Stunde"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_saved(
    as_admin: Client, sent: dict[str, Any], wrong: dict[str, Any], said: str
) -> None:
    answer = as_admin.post(NEW, sent | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Rule.objects.exists()


def test_a_rule_without_an_action_is_refused(as_admin: Client, sent: dict[str, Any]) -> None:
    kept = {name: value for name, value in sent.items() if not name.startswith("a-")}
    answer = as_admin.post(NEW, kept)
    assert answer.status_code == 422
    assert "So tut die Regel nichts." in answer.content.decode()


def test_what_it_would_have_touched_is_seen_before_it_is_saved(
    as_admin: Client, sent: dict[str, Any], ticket: Ticket
) -> None:
    answer = as_admin.post(NEW, sent | {"preview": "1"})
    seen = answer.content.decode()
    assert "In den letzten 90 Tagen hätte sie 1 Vorgang berührt." in seen
    assert f"#{ticket.pk} Abschlag" in seen
    assert "Team: „Technik“ · Neue Schlagwörter: eilig, umzug" in seen
    assert not Rule.objects.exists()
    assert not RuleRun.objects.exists()


def test_it_comes_in_force_step_by_step(as_admin: Client, rule: Rule) -> None:
    for stage, share in (("shadow", 100), ("on", 10), ("on", 100), ("off", 100)):
        as_admin.post(page(rule, "stage/"), {"stage": stage, "share": share})
        rule.refresh_from_db()
        assert (rule.stage, rule.share) == (stage, share)
    answer = as_admin.post(page(rule, "stage/"), {"stage": "on", "share": "0"}, follow=True)
    assert "Bitte wählen Sie einen Anteil von 1 bis 100 Prozent." in answer.content.decode()
    rule.refresh_from_db()
    assert rule.stage == "off"


def test_a_ring_is_refused_and_named(as_admin: Client, sent: dict[str, Any]) -> None:
    as_admin.post(NEW, sent | {"kind": "tagged", "name": "Schlagworte"})
    made = Rule.objects.get()
    answer = as_admin.post(page(made, "stage/"), {"stage": "on", "share": 100}, follow=True)
    assert "„Schlagworte“ → „Schlagworte“" in answer.content.decode()
    made.refresh_from_db()
    assert made.stage == "off"


def test_a_change_is_a_version_and_one_press_goes_back(as_admin: Client, rule: Rule, sent: dict[str, Any]) -> None:
    as_admin.post(page(rule, "change/"), sent | {"a-1-value": "anders"})
    rule.refresh_from_db()
    assert (rule.version, rule.definition["actions"][1]) == (2, ["add_tags", "anders"])
    as_admin.post(page(rule, "versions/1/"))
    rule.refresh_from_db()
    assert (rule.version, rule.definition["actions"][1]) == (3, ["add_tags", "eilig,umzug"])
    assert RuleVersion.objects.filter(rule=rule).count() == 3
    assert as_admin.post(page(rule, "versions/9/")).status_code == 404


def test_one_and_all_are_paused_and_go_on(as_admin: Client, rule: Rule) -> None:
    as_admin.post(page(rule, "stage/"), {"stage": "on", "share": 100})
    as_admin.post(page(rule, "pause/"))
    assert list(pauses.active()) == [rule.ref]
    assert "angehalten" in as_admin.get(page(rule)).content.decode()
    assert "Jana Kowalski hat sie angehalten" in as_admin.get(page(rule)).text
    as_admin.post(page(rule, "pause/"), {"again": "1"})
    as_admin.post("/workspace/settings/rules/pause/")
    assert list(pauses.active()) == [pauses.ALL]
    assert "Die gesamte Automatik ist seit" in as_admin.get("/workspace/settings/rules/").content.decode()
    as_admin.post("/workspace/settings/rules/pause/", {"again": "1"})
    assert pauses.active() == {}


def test_only_who_may_change_settings_comes_here(client: Client, mira: Agent, rule: Rule) -> None:
    client.force_login(mira)
    for address in ("", "change/", "preview/"):
        assert client.get(page(rule, address)).status_code == 403
    for address in ("stage/", "pause/", "versions/1/", "change/"):
        assert client.post(page(rule, address)).status_code == 403
    assert client.get("/workspace/settings/rules/").status_code == 403
    assert client.post("/workspace/settings/rules/pause/").status_code == 403
    assert client.post(NEW).status_code == 403
    assert pauses.active() == {}


def test_without_a_rule_the_page_says_how_to_begin(as_admin: Client) -> None:
    assert "Noch keine Regel" in as_admin.get("/workspace/settings/rules/").content.decode()


@pytest.mark.parametrize(
    ("stage", "line"),
    [("on", "1 Regel in Kraft"), ("shadow", "0 Regeln in Kraft, 1 wird erprobt"), ("off", "0 Regeln in Kraft")],
)
def test_what_is_only_tried_out_counts_as_not_in_force(rule: Rule, stage: str, line: str) -> None:
    Rule.objects.update(stage=stage)
    assert automatic.STATES["rules"]() == (line, False)


def test_the_preview_of_a_schedule_speaks_of_what_is_open_now(
    as_admin: Client, sent: dict[str, Any], ticket: Ticket
) -> None:
    shown = as_admin.post(NEW, sent | {"kind": "hourly", "preview": "1"}).content.decode()
    assert "Von den heute offenen Vorgängen würde sie 1 berühren." in shown
    assert "90 Tagen" not in shown
    assert "In den letzten 90 Tagen" in as_admin.post(NEW, sent | {"preview": "1"}).content.decode()


def test_a_schedule_that_undoes_another_is_refused_in_words(as_admin: Client, sent: dict[str, Any]) -> None:
    only = {key: value for key, value in sent.items() if key[:2] not in ("c-", "a-")} | {"kind": "hourly"}
    for name, does in (("Markieren", "add_tags"), ("Aufräumen", "remove_tags")):
        as_admin.post(NEW, only | {"name": name, "a-0-name": does, "a-0-value": "vip"})
    first, second = Rule.objects.order_by("pk")
    as_admin.post(page(first, "stage/"), {"stage": "on", "share": "100"})
    refused = as_admin.post(page(second, "stage/"), {"stage": "on", "share": "100"}, follow=True).content.decode()
    assert "bei jedem Durchgang" in refused and "„Aufräumen“ → „Markieren“ → „Aufräumen“" in refused
    second.refresh_from_db()
    assert (second.stage, Rule.objects.get(pk=first.pk).stage) == ("off", "on")


def test_rules_in_force_that_contradict_each_other_are_named_at_once(
    as_admin: Client, rule: Rule, sent: dict[str, Any], billing: Team, technics: Team
) -> None:
    """As they may stand since before such were refused."""
    hourly = [
        {
            "trigger": {"kind": "hourly", "hours": 1},
            "all": [["team", [str(here.pk)]]],
            "any": [],
            "none": [],
            "actions": [["team", str(there.pk)]],
        }
        for here, there in ((billing, technics), (technics, billing))
    ]
    as_admin.post(NEW, sent | {"name": "Und zurück"})
    listed = "/workspace/settings/rules/"
    for one, definition in zip(Rule.objects.order_by("pk"), hourly, strict=True):
        Rule.objects.filter(pk=one.pk).update(definition=definition, trigger="hourly")
    assert "widersprechen einander" not in as_admin.get(listed).text
    Rule.objects.update(stage="on", turned_at=clock.now())
    page = as_admin.get(listed).text
    assert page.count("Diese Regeln widersprechen einander") == 1
    assert "„Umzüge“ → „Und zurück“ → „Umzüge“" in page
