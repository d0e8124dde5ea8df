"""The settings in a real browser: nothing stands in anybody's way, and what only a script can do is done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from anliegen.flow.automation.models import TopicProposal
from anliegen.flow.automation.rules.actions import create as write_rule
from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger, Written
from anliegen.flow.automation.teaching import lessons
from anliegen.flow.automation.teaching.actions import let_speak
from anliegen.flow.channels.guard import rules
from anliegen.flow.channels.guard.pace import trip
from anliegen.flow.channels.mailroom.sources import UNDECIDED, create_source
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.flow.macros.actions import create as create_macro
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Cursor, Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, ConcessionKind, Mailbox, Recourse, Role, Team, Topic
from anliegen.records.customers.models import Category
from anliegen.records.knowledge.actions import write
from anliegen.records.knowledge.content import Content
from anliegen.records.tickets.actions import deadlines
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.models import DeadlineKind, Ticket
from tests.browser.looks import Look, barriers, barriers_in_both, broken, turn
from tests.browser.pages import SETTINGS
from tests.flow.automation.learning.examples import SAID, made_up
from tests.providers import entered

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


@pytest.fixture
def rows(admin: Agent, mailbox: Mailbox, calendar: Calendar, technics: Team, ticket: Ticket, now: datetime) -> Any:
    """One row of everything, some of it in trouble."""
    actor = Actor.agent(admin.pk)
    source = create_source(
        mailbox, host="imap.example.org", username="service", password="geheim", last_uid=0, actor=actor, at=now
    )
    Source.objects.update(failed_at=now, retry_at=now, error="login", attempts=2, compared_at=now)
    Unfetched.objects.create(source=source, key="7/1", mark="ab" * 32, size=9, at=now, state="missing", noted_at=now)
    undecided = create_source(
        mailbox, kind="maildir", folder="/nowhere", last_uid=UNDECIDED, actor=actor, at=now
    )  # its mails cannot be counted
    accounts.create_token(admin, scopes=["read"], name="app", actor=actor, at=now)
    line = Intake.objects.create(
        received_at=now, source="smtp", sha256=files.put(b"mail"), size=4, result="quarantined",
        reason="not-understood", done_at=now, defects=["no-date"],
    )  # fmt: skip
    rule = rules.create_rule(
        kind="domain", pattern="example.org", reason="Werbung, die niemand bestellt hat.", includes_customers=True,
        actor=actor, maker=admin, at=now,
    )  # fmt: skip
    ticket.messages.update(created_at=clock.now(), authenticity="failed spf=fail dmarc=fail")
    rejected = Intake.objects.create(
        received_at=now, source="smtp", sha256=files.put(b"mail"), size=4, result="rejected", reason="rule", rule=rule,
        done_at=now, envelope_from="kim@example.org", authenticity="failed spf=fail dmarc=fail",
    )  # fmt: skip
    brake = trip("address", "sehr-lange-adresse-einer-schleife@mail.verteiler.shop.example", most=60, held=7, at=now)
    Intake.objects.filter(pk=line.pk).update(brake=brake)
    deadlines.ship_kinds(actor=actor, at=now)
    target = set_target(Wanted(priority=4, first_minutes=60), reaches_back=False, actor=actor, at=now)
    office = accounts.create(Recourse, kind="ombuds", name="Ombudsstelle", actor=actor, at=now)
    block = write(Content("Nachfrage", "frage", {"de": "{{anrede}}\n\n{{?Frage}}"}), actor=actor, at=now)
    macro = create_macro(name="Eilig", priority=4, block=block, actor=actor, at=now)
    automatic = write_rule(
        Written("Umzüge", "Sie gehen schnell.", admin.pk, "2099-05-01", "during", 10, 200, Definition(
            Trigger("daily"), (Action("add_tags", "umzug"), Action("note", "Bitte prüfen")),
            all=(Condition("channel", ("email",)), Condition("words", ("Umzug",))), none=(Condition("waits", ("24",)),),
        ).as_json()), actor=actor, at=now,
    )  # fmt: skip
    topics = [
        accounts.create(
            Topic, code=code, name=code.title(), examples=[one.text for one in made_up(9) if one.label == code],
            actor=actor, at=now,
        )
        for code in SAID
    ]  # fmt: skip
    first = lessons.hold(actor=actor, at=now, encoder="none")
    let_speak(first, responsible=admin, by=admin, at=now)
    learnt = lessons.hold(actor=actor, at=now, encoder="none", anyway=True)
    TopicProposal.objects.create(words=["glasfaser", "ausbau"], tickets=[ticket.pk], made_at=now)
    Cursor.objects.create(name="probe", failed_at=now, failed_position=1, retry_at=now, error="ValueError: x")
    return {
        "brand": mailbox.brand_id, "calendar": calendar.pk, "team": technics.pk, "agent": admin.pk,
        "role": admin.role_id, "box": mailbox.pk, "source": source.pk, "undecided": undecided.pk, "line": line.pk,
        "block": block.pk, "macro": macro.pk, "rejected": rejected.pk, "rule": rule.pk, "brake": brake,
        "automatic": automatic.pk, "topic": topics[0].pk, "learnt": learnt.version,
        "event": Event.objects.order_by("-id")[0].pk, "target": target.pk,
        "deadline": DeadlineKind.objects.earliest("pk").pk, "recourse": office.pk,
        "kind": accounts.create(ConcessionKind, name="Gutschrift", actor=actor, at=now).pk,
        "category": accounts.create(Category, name="Haushalt", actor=actor, at=now).pk,
        "provider": entered("http://127.0.0.1:9/v1", at=now, responsible=f"agent:{admin.pk}").pk,
    }  # fmt: skip


def test_axe_finds_no_barrier_and_nothing_sticks_out(log_in: LogIn, admin: Agent, rows: Any) -> None:
    looks = (Look(390, dark=True), Look(1440, dark=False))
    page = log_in(admin, opens="/workspace/", width=390)
    for pattern in SETTINGS:
        address = pattern.format(**rows)
        turn(page, looks[0])
        page.goto(f"/workspace/settings/{address}")
        assert (address, broken(page, looks)) == (address, [])


def test_a_form_that_fetches_its_effect_stays_legible(log_in: LogIn, admin: Agent, rows: Any) -> None:
    """Asking what would change is not saving: the button must not look as if it were pressed, nor grow pale."""
    page = log_in(admin)
    held: list[Route] = []
    page.route("**/settings/targets/effect/", lambda one: held.append(one))
    page.goto("/workspace/settings/targets/new/")
    expect(page.locator("form.htmx-request")).to_be_visible()
    button = page.get_by_role("button", name="Speichern")
    assert button.evaluate("one => getComputedStyle(one).cursor") == "pointer"
    assert barriers_in_both(page) == []
    for one in held:
        one.continue_()
    expect(page.locator("form.htmx-request")).to_have_count(0)


def test_an_invited_person_comes_in_by_the_copied_link(
    log_in: LogIn, window: Callable[..., Page], admin: Agent, agent_role: Role
) -> None:
    page = log_in(admin)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/workspace/settings/agents/new/")
    page.get_by_label("Name").fill("Ana Sá")
    page.get_by_label("E-Mail-Adresse").fill("ana@musterstadt.example")
    page.get_by_label("Rolle").select_option(str(agent_role.pk))
    page.get_by_role("button", name="Hinzufügen").click()
    page.get_by_role("button", name="Kopieren").click()
    expect(page.get_by_role("button", name="Kopiert")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    hers = window(width=390)
    hers.goto(link)
    assert barriers(hers) == []
    hers.get_by_label("Neues Passwort").fill("vier-gute-worte-hier")
    hers.get_by_label("Dasselbe noch einmal").fill("vier-gute-worte-hier")
    hers.get_by_role("button", name="Passwort setzen").click()
    expect(hers.locator(".notice-done")).to_contain_text("Ihr Passwort ist gesetzt.")
    hers.get_by_label("E-Mail-Adresse").fill("ana@musterstadt.example")
    hers.get_by_label("Passwort").fill("vier-gute-worte-hier")
    hers.get_by_role("button", name="Anmelden").click()
    hers.wait_for_url("**/workspace/")


def test_the_signature_is_shown_while_it_is_typed(log_in: LogIn, admin: Agent, mailbox: Mailbox) -> None:
    page = log_in(admin)
    page.goto(f"/workspace/settings/brands/{mailbox.brand_id}/")
    page.locator("#id_signature").fill("Mit Grüßen\nIhr <Netz>")
    expect(page.locator("#preview")).to_contain_text("Ihr <Netz>")


def test_what_cannot_be_undone_asks_first(log_in: LogIn, admin: Agent, agent_role: Role) -> None:
    page = log_in(admin)
    page.goto(f"/workspace/settings/roles/{agent_role.pk}/")
    page.get_by_role("button", name="Rolle löschen").click()
    dialog = page.get_by_role("dialog", name="service löschen?")
    dialog.get_by_role("button", name="Abbrechen").click()
    assert Role.objects.filter(pk=agent_role.pk).exists()
    page.get_by_role("button", name="Rolle löschen").click()
    dialog.get_by_role("button", name="Rolle löschen").click()
    expect(page.locator(".toast")).to_contain_text("Rolle service ist gelöscht.")
    assert not Role.objects.filter(pk=agent_role.pk).exists()
