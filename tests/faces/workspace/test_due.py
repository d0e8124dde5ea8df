"""When a ticket is due, and why: at its head, in lists, in the dialog; and legal deadlines set and settled there."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from anliegen.faces.workspace.due import Due, due_of
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Calendar, Role
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions.deadlines import set_deadline, ship_kinds
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket

NOON = datetime.fromisoformat("2026-11-16T12:00:00+01:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def target(calendar: Calendar, now: datetime) -> None:
    """Four hours to the first answer, for all."""
    set_target(Wanted(first_minutes=240), reaches_back=False, actor=SYSTEM, at=now - timedelta(days=30))


@pytest.fixture
def kind(calendar: Calendar, now: datetime) -> DeadlineKind:
    ship_kinds(actor=SYSTEM, at=now)
    return DeadlineKind.objects.get(code="energy-complaint")


@pytest.fixture
def deadline(ticket: Ticket, kind: DeadlineKind, mira: Agent, now: datetime) -> Deadline:
    day, actor = date(2026, 11, 16), Actor.agent(mira.pk)
    return set_deadline(ticket, kind, starts_on=day, why="Beschwerde über die Rechnung", actor=actor, at=now)


def words(html: str) -> str:
    """What stands there, without tags; a moment as the eye reads it."""
    html = re.sub(r'<span class="vh">[^<]*</span>', "", html)
    html = re.sub(r"<(svg|style|script).*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def why(client: Client, ticket: Ticket) -> str:
    return words(client.get(f"/workspace/tickets/{ticket.pk}/due/", headers={"HX-Request": "true"}).content.decode())


# At a glance


@pytest.mark.parametrize(
    ("due_for", "before", "expected"),
    [
        ("first", 3 * HOUR, ("Erste Antwort fällig", "clock", "quiet", False)),
        ("first", HOUR, ("Erste Antwort fällig", "clock", "waiting", True)),
        ("next", -HOUR, ("Nächste Antwort überfällig seit", "warning", "waiting", True)),
        ("resolution", -HOUR, ("Lösung überfällig seit", "warning", "waiting", True)),
        ("deadline", timedelta(days=9), ("Frist endet", "calendar", "quiet", False)),
        ("deadline", timedelta(days=4), ("Frist endet", "calendar", "waiting", True)),
        ("deadline", -HOUR, ("Frist versäumt, sie endete", "warning", "broken", True)),
    ],
)
def test_amber_is_for_who_waits_and_red_for_a_missed_law_alone(
    due_for: str, before: timedelta, expected: tuple[str, str, str, bool]
) -> None:
    ticket = Ticket(due_at=NOON + before, due_for=due_for, waiting_since=NOON)
    with translation.override("de"):
        due = due_of(ticket, NOON)
    assert due is not None
    assert (due.words, due.symbol, due.tone, due.presses) == expected


def test_a_deadline_lasts_until_its_last_day_is_over() -> None:
    midnight = datetime.fromisoformat("2026-12-15T00:00:00+01:00")
    due = due_of(Ticket(due_at=midnight, due_for="deadline"), NOON)
    assert due is not None
    assert due.moment == date(2026, 12, 14)


def test_what_was_answered_a_moment_ago_is_shown_as_due_no_longer() -> None:
    assert due_of(Ticket(due_at=NOON, due_for="next", waiting_since=None), NOON) is None
    assert isinstance(due_of(Ticket(due_at=NOON, due_for="resolution", waiting_since=None), NOON), Due)


def test_the_head_says_when_and_leads_to_why(
    target: None, ticket: Ticket, miras: Client, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    chip = re.search(r'<a class="badge due.*?</a>', html, re.DOTALL)
    assert chip is not None
    assert f'href="/workspace/tickets/{ticket.pk}/due/"' in chip[0]
    assert words(chip[0]).startswith("Erste Antwort ")


def test_a_list_says_what_is_late(target: None, ticket: Ticket, miras: Client, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    Ticket.objects.filter(pk=ticket.pk).update(due_at=clock.now() - timedelta(minutes=5))
    assert "überfällig seit heute" in listed(miras)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=clock.now() + timedelta(days=2))
    assert "fällig" not in listed(miras)


def listed(client: Client) -> str:
    """The rows of the list, without the names of the lists beside it."""
    html = client.get("/workspace/?view=team").content.decode()
    return words(html[html.index("data-row") :])


# Why


def test_the_dialog_tells_each_step(
    target: None, ticket: Ticket, miras: Client, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    told = why(miras, ticket)
    assert "Erste Antwort überfällig" in told
    assert "Der Vorgang ging ein: Ab hier wird auf eine erste Antwort gewartet." in told
    assert "Zielzeit: 4 Stunden Servicezeit. Sie gilt für: alle Vorgänge. Keine andere passt." in told
    assert re.search(r"16\.11\.2026 10:00|Mo 16\.11\. 10:00", told)
    assert re.search(r"4 Stunden Servicezeit, bis (Mo 16\.11\.|16\.11\.2026) 14:00", told)


def test_it_tells_why_this_target_and_where_it_paused(
    target: None, ticket: Ticket, mira: Agent, miras: Client, now: datetime
) -> None:
    urgent = Wanted(team=ticket.team, priority=4, first_minutes=120)
    set_target(urgent, reaches_back=False, actor=SYSTEM, at=now - timedelta(days=1))
    agent = Actor.agent(mira.pk)
    actions.change(ticket, actions.Change(priority=4, status="waiting_customer"), actor=agent, at=now + HOUR)
    actions.change(ticket, actions.Change(status="open"), actor=agent, at=now + 2 * HOUR)
    told = why(miras, ticket)
    assert "Sie gilt für: Priorität dringend, Team Abrechnung. Eine andere passt auch; diese ist genauer." in told
    assert "Ab hier: Team Abrechnung, Priorität dringend." in told
    assert re.search(r"Pause bis [^:]* 12:00: Es wartete auf die Kundschaft\.", told)


def test_it_names_the_holidays_that_do_not_count(
    ticket: Ticket, calendar: Calendar, miras: Client, now: datetime
) -> None:
    long = Wanted(first_minutes=27 * 60)
    set_target(long, reaches_back=False, actor=SYSTEM, at=now - timedelta(days=1))
    assert "Buß- und Bettag: Niemand ist da, der Tag zählt nicht." in why(miras, ticket)


def test_while_it_pauses_it_says_what_remains(
    target: None, ticket: Ticket, mira: Agent, miras: Client, now: datetime
) -> None:
    wanted = actions.Change(status="waiting_customer")
    actions.change(ticket, wanted, actor=Actor.agent(mira.pk), at=now + timedelta(minutes=30))
    told = why(miras, ticket)
    assert "Erste Antwort pausiert" in told
    assert "Die Uhr steht jetzt. Es bleiben 3 Stunden 30 Minuten Servicezeit." in told


def test_it_reads_in_english_too(target: None, ticket: Ticket, mira: Agent, miras: Client) -> None:
    Agent.objects.filter(pk=mira.pk).update(language="en")
    assert "Target: 4 hours of service time. It is set for: all concerns. No other target fits." in why(miras, ticket)


def test_without_a_script_it_is_a_page(target: None, ticket: Ticket, miras: Client) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/due/").content.decode()
    assert "<h1>Warum ist das dann fällig?</h1>" in html


def test_who_may_not_see_the_ticket_learns_nothing(target: None, ticket: Ticket, toms: Client) -> None:
    assert toms.get(f"/workspace/tickets/{ticket.pk}/due/").status_code == 404


# Legal deadlines


def test_a_deadline_tells_how_it_is_counted(deadline: Deadline, ticket: Ticket, miras: Client) -> None:
    told = why(miras, ticket)
    assert "Zugang der Beschwerde: Beschwerde über die Rechnung" in told
    assert "Der Tag des Ereignisses selbst zählt nicht mit (§ 187 Abs. 1 BGB)." in told
    assert "4 Wochen nach § 111a EnWG: Sie endet an diesem Tag." in told
    assert "Gesetzt von Mira Yılmaz" in told


def test_an_agent_sets_one(ticket: Ticket, kind: DeadlineKind, mira: Agent, miras: Client) -> None:
    form = {"kind": kind.pk, "starts_on": "2026-10-21", "why": "Beschwerde am Telefon"}
    answer = miras.post(f"/workspace/tickets/{ticket.pk}/deadlines/", form)
    assert (answer.status_code, answer["Location"]) == (302, f"/workspace/tickets/{ticket.pk}/")
    row = Deadline.objects.get()
    assert (row.ticket_id, row.last_on, row.why, row.set_by_id) == (
        ticket.pk,
        date(2026, 11, 19),
        "Beschwerde am Telefon",
        mira.pk,
    )


def test_where_it_would_end_is_shown_before(ticket: Ticket, kind: DeadlineKind, miras: Client) -> None:
    form = {"kind": kind.pk, "starts_on": "2026-10-21", "why": ""}
    told = words(miras.post(f"/workspace/tickets/{ticket.pk}/deadlines/ends/", form).content.decode())
    assert "Buß- und Bettag: Das Ende verschiebt sich (§ 193 BGB)." in told
    assert Deadline.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"why": ""}, "Dieses Feld ist zwingend erforderlich."),
        ({"starts_on": "2010-01-01"}, "An diesem Tag galt diese Regel nicht."),
        ({"kind": ""}, "Dieses Feld ist zwingend erforderlich."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_set(
    ticket: Ticket, kind: DeadlineKind, miras_parts: Client, wrong: dict[str, str], sentence: str
) -> None:
    form = {"kind": kind.pk, "starts_on": "2026-11-16", "why": "Beschwerde"} | wrong
    answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/deadlines/", form)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#asked")
    assert sentence in words(answer.content.decode())
    assert Deadline.objects.count() == 0


@pytest.mark.parametrize("how", ["fulfilled", "withdrawn"])
def test_it_is_settled_with_a_reason(deadline: Deadline, ticket: Ticket, miras_parts: Client, how: str) -> None:
    address = f"/workspace/tickets/{ticket.pk}/deadlines/{deadline.pk}/"
    refused = miras_parts.post(address, {"how": how, "why": "  "})
    assert refused.status_code == 422
    assert "Bitte sagen Sie, warum." in words(refused.content.decode())
    assert miras_parts.post(address, {"how": how, "why": "Beantwortet am 20.11."}).status_code == 200
    row = Deadline.objects.get()
    assert (row.settled_as, row.settled_why) == (how, "Beantwortet am 20.11.")


def test_another_way_to_settle_is_not_known(deadline: Deadline, ticket: Ticket, miras: Client) -> None:
    address = f"/workspace/tickets/{ticket.pk}/deadlines/{deadline.pk}/"
    assert miras.post(address, {"how": "forgotten", "why": "egal"}).status_code == 404


def test_who_may_only_read_sets_and_settles_nothing(
    deadline: Deadline, ticket: Ticket, agent_role: Role, miras: Client
) -> None:
    Role.objects.filter(pk=agent_role.pk).update(permissions=["ticket.read"])
    form = {"kind": deadline.kind_id, "starts_on": "2026-11-16", "why": "Beschwerde"}
    assert miras.post(f"/workspace/tickets/{ticket.pk}/deadlines/", form).status_code == 403
    settle = {"how": "fulfilled", "why": "egal"}
    assert miras.post(f"/workspace/tickets/{ticket.pk}/deadlines/{deadline.pk}/", settle).status_code == 403
    assert "Gesetzliche Frist setzen" not in why(miras, ticket)
    assert Deadline.objects.get().settled_at is None


def test_the_timeline_says_what_was_set(deadline: Deadline, ticket: Ticket, miras: Client) -> None:
    html = words(miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode())
    assert "Mira Yılmaz hat gesetzt: Frist „Antwort auf eine Beschwerde (Energie)“, bis 14.12.2026" in html


def test_an_answer_shows_the_new_state_at_once(
    target: None, ticket: Ticket, mira: Agent, miras: Client, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=clock.now())
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Erste Antwort fällig" not in words(html)
