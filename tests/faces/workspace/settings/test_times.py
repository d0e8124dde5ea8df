"""Target times and kinds of deadlines: the effect is shown before, each change is in the journal."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import jobs
from anliegen.records.tickets.actions.deadlines import ship_kinds
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.measured import Kept, Measured, measured
from anliegen.records.tickets.models import DeadlineKind, Target, Ticket, Timer
from tests.faces.workspace.settings.conftest import address
from tests.faces.workspace.test_due import words

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]
NEW = {"team": "", "topic": "", "priority": "", "first": "4", "next": "", "resolution": "", "reach": "new"}
HOUR = timedelta(hours=1)


@pytest.fixture
def browser(admin: Agent) -> Client:
    """Jana Kowalski, in German."""
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def target(calendar: Calendar, now: datetime) -> Target:
    return set_target(Wanted(first_minutes=240), reaches_back=False, actor=SYSTEM, at=now - timedelta(days=30))


@pytest.fixture
def kind(calendar: Calendar, now: datetime) -> DeadlineKind:
    ship_kinds(actor=SYSTEM, at=now)
    return DeadlineKind.objects.get(code="energy-complaint")


def test_a_target_is_created(browser: Client, billing: Team, said: Said) -> None:
    form = NEW | {"team": str(billing.pk), "topic": "Umzug Neu", "priority": "4", "first": "1.5", "resolution": "20"}
    assert browser.post(address("target-new"), form | {"pauses_for_others": "on"}).status_code == 302
    row = Target.objects.get()
    assert (row.team, row.topic, row.priority) == (billing, "umzug-neu", 4)
    assert (row.first_minutes, row.next_minutes, row.resolution_minutes) == (90, None, 1200)
    assert (row.pauses_for_others, row.reaches_back) == (True, False)
    assert said() == [("setting.created", f"target:{row.pk}", {})]


def test_one_without_a_time_is_refused(browser: Client) -> None:
    answer = browser.post(address("target-new"), NEW | {"first": ""})
    assert answer.status_code == 422
    assert "Geben Sie mindestens eine der drei Zeiten an." in words(answer.content.decode())


def test_two_for_the_same_are_refused(browser: Client, target: Target) -> None:
    answer = browser.post(address("target-new"), NEW)
    assert answer.status_code == 422
    assert "Genau dafür gibt es schon eine Zielzeit: für alle Vorgänge." in words(answer.content.decode())
    assert Target.objects.count() == 1


def test_a_changed_target_is_a_new_row_and_the_old_one_ends(browser: Client, target: Target, said: Said) -> None:
    assert browser.post(address("target", target.pk), NEW | {"first": "2", "reach": "running"}).status_code == 302
    old, new = Target.objects.order_by("pk")
    assert (old.first_minutes, old.valid_to, old.cuts_off) == (240, new.valid_from, True)
    assert (new.first_minutes, new.reaches_back, new.valid_to) == (120, True, None)
    assert said() == [("setting.changed", f"target:{new.pk}", {"fields": ["first_minutes"]})]


def test_a_target_ends(browser: Client, target: Target, said: Said) -> None:
    assert browser.post(address("target-end", target.pk)).status_code == 302
    assert Target.objects.in_force().count() == 0
    assert said() == [("setting.deleted", f"target:{target.pk}", {})]
    assert browser.get(address("target", target.pk)).status_code == 404


def effect(browser: Client, **form: str) -> str:
    answer = browser.post(address("target-effect"), NEW | form, headers={"HX-Request": "true"})
    return words(answer.content.decode())


@pytest.fixture
def three(
    open_ticket: Callable[..., Ticket], kim_address: Address, target: Target, run_pipeline: Callable[[], int]
) -> list[Ticket]:
    """Three open tickets: four, two and no hours old by the clock of the service, which is always open."""
    Calendar.objects.all().delete()
    made = [open_ticket(kim_address, at=clock.now() - hours * HOUR) for hours in (5, 2, 0)]
    run_pipeline()
    jobs.compute_again()
    return made


def test_the_effect_is_shown_before_it_is_saved(browser: Client, three: list[Ticket], target: Target) -> None:
    before = dict(Ticket.objects.values_list("pk", "due_at"))
    told = effect(browser, instead_of=str(target.pk), first="1", reach="running")
    assert "3 Vorgänge wären zu einer anderen Zeit fällig , von 3 offenen" in told
    assert "jetzt überfällig: 1" in told
    assert "dann überfällig: 2" in told
    assert f"#{three[0].pk} Abschlag" in told
    assert dict(Ticket.objects.values_list("pk", "due_at")) == before
    assert Target.objects.count() == 1


def test_one_for_what_begins_from_now_on_changes_nothing_open(
    browser: Client, three: list[Ticket], target: Target
) -> None:
    told = effect(browser, instead_of=str(target.pk), first="1", reach="new")
    assert "0 Vorgänge wären zu einer anderen Zeit fällig , von 3 offenen" in told


def test_only_what_it_names_is_counted(browser: Client, three: list[Ticket]) -> None:
    Ticket.objects.filter(pk=three[0].pk).update(priority=4)
    told = effect(browser, priority="4", first="1", reach="running")
    assert "1 Vorgang wäre zu einer anderen Zeit fällig , von 1 offenen" in told


def test_what_the_effect_says_is_what_then_happens(browser: Client, three: list[Ticket], target: Target) -> None:
    browser.post(address("target", target.pk), NEW | {"first": "1", "reach": "running"})
    jobs.compute_again()
    assert Ticket.objects.filter(due_at__lt=clock.now()).count() == 2


def test_incomplete_entries_have_no_effect_yet(browser: Client) -> None:
    assert effect(browser, first="") == "Sobald die Angaben vollständig sind, steht hier, was sie ändern."


def test_other_service_hours_show_their_effect(
    browser: Client, calendar: Calendar, target: Target, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    week = {f"opens_{day}_1": "09:00" for day in range(5)} | {f"closes_{day}_1": "12:00" for day in range(5)}
    form = {"name": "Servicezeiten", "timezone": "Europe/Berlin", "state": "SN"} | week
    answer = browser.post(address("calendar-effect", calendar.pk), form, headers={"HX-Request": "true"})
    assert "1 Vorgang wäre zu einer anderen Zeit fällig , von 1 offenen" in words(answer.content.decode())
    calendar.refresh_from_db()
    assert calendar.openings.count() == 5


# Measured


def ended(
    ticket: Ticket, target: Target, number: int, outcome: str, used: timedelta, now: datetime, **more: Any
) -> None:
    Timer.objects.create(
        ticket=ticket, target=target, kind="first", started_at=now - timedelta(minutes=number), ended_at=now,
        outcome=outcome, used=used, **more,
    )  # fmt: skip


def test_what_was_kept_is_counted_by_team_and_topic_with_business_time(
    ticket: Ticket, target: Target, billing: Team, technics: Team, now: datetime
) -> None:
    for number in range(10):
        outcome = "missed" if number == 9 else "met"
        ended(ticket, target, number, outcome, (number + 1) * HOUR, now, team=billing, topic="umzug")
    for number in range(10, 14):
        ended(ticket, target, number, "met", HOUR, now, team=technics)
    for number in range(14, 24):
        ended(ticket, target, number, "dropped", HOUR, now, team=billing, topic="umzug")
    found = measured(since=now - HOUR, until=now + HOUR)
    assert found == Measured((Kept("first", "Abrechnung", "umzug", 9, 1, 5 * HOUR, 8 * HOUR),), hidden=1)
    assert found.groups[0].percent == 90


def test_the_page_shows_it_and_hides_groups_under_five(
    browser: Client, ticket: Ticket, target: Target, billing: Team, technics: Team, now: datetime
) -> None:
    at = clock.now() - HOUR
    for number in range(5):
        ended(ticket, target, number, "met", 2 * HOUR, at, team=billing)
    for number in range(5, 9):
        ended(ticket, target, number, "met", HOUR, at, team=technics)
    told = words(browser.get(address("targets")).content.decode())
    assert "5 von 5 100 % 2 Stunden 2 Stunden" in told
    assert "2 Gruppen sind zu klein." in told
    assert "Gruppen unter 5 werden nicht gezeigt." in told


# Kinds of deadlines


def test_the_operator_creates_a_kind(browser: Client, said: Said, kind: DeadlineKind) -> None:
    said()
    form = {
        "name": "Antwort nach Rahmenvertrag", "name_en": "", "law": "§ 4 Rahmenvertrag", "sector": "", "begins": "",
        "begins_en": "", "amount": "10", "unit": "working_days", "rule": "bgb", "moves": "on", "remind_days": "2",
        "valid_from": "2026-01-01", "valid_to": "", "is_active": "on",
    }  # fmt: skip
    assert browser.post(address("deadline-new"), form).status_code == 302
    row = DeadlineKind.objects.get(name="Antwort nach Rahmenvertrag")
    assert (row.code, row.amount, row.unit, row.is_shipped) == (
        "antwort-nach-rahmenvertrag",
        10,
        "working_days",
        False,
    )
    assert said()[-1] == ("setting.created", f"deadlinekind:{row.pk}", {})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"amount": "0"}, "Mindestens 1 und höchstens 520."),
        ({"amount": "521"}, "Mindestens 1 und höchstens 520."),
        ({"remind_days": "251"}, "Höchstens 250 Arbeitstage vorher."),
        ({"unit": "working_days", "counts_first_day": "on"}, "Arbeitstage zählen ab dem Tag nach dem Ereignis."),
        ({"valid_to": "2001-01-01"}, "Das Ende liegt vor dem Anfang."),
    ],
)
def test_a_kind_that_makes_no_sense_is_refused(
    browser: Client, kind: DeadlineKind, wrong: dict[str, str], sentence: str
) -> None:
    answer = browser.post(address("deadline", kind.pk), kept(kind) | wrong)
    assert answer.status_code == 422
    assert sentence in words(answer.content.decode())


def kept(kind: DeadlineKind) -> dict[str, str]:
    return {
        "name": kind.name, "name_en": kind.name_en, "law": kind.law, "sector": kind.sector, "begins": kind.begins,
        "begins_en": kind.begins_en, "amount": "4", "unit": "weeks", "rule": "bgb", "moves": "on", "remind_days": "5",
        "valid_from": "2011-08-04", "valid_to": "", "is_active": "on",
    }  # fmt: skip


def test_a_law_that_changes_ends_and_what_is_set_stays(browser: Client, kind: DeadlineKind, said: Said) -> None:
    said()
    assert browser.post(address("deadline", kind.pk), kept(kind) | {"valid_to": "2026-12-31"}).status_code == 302
    kind.refresh_from_db()
    assert kind.valid_to == date(2026, 12, 31)
    assert said()[-1] == ("setting.changed", f"deadlinekind:{kind.pk}", {"fields": ["valid_to"]})


def test_the_days_are_shown_as_it_is_entered(browser: Client, kind: DeadlineKind) -> None:
    form = kept(kind) | {"amount": "1", "unit": "years"}
    answer = browser.post(address("deadline-example"), form, headers={"HX-Request": "true"})
    assert "1 Jahr nach § 111a EnWG: Sie endet an diesem Tag." in words(answer.content.decode())
    empty = browser.post(address("deadline-example"), kept(kind) | {"amount": ""}, headers={"HX-Request": "true"})
    assert words(empty.content.decode()) == "Sobald Länge und Einheit angegeben sind, stehen hier die Tage."


@pytest.mark.parametrize("page", ["targets", "target-new", "deadlines", "deadline-new"])
def test_only_who_manages_settings_comes_in(client_of: Callable[..., Client], mira: Any, page: str) -> None:
    assert client_of(mira).get(address(page)).status_code == 403
