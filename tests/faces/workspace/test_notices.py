"""The bell: whom what tells, together and calm; and the list, its reading, its quiet hours."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anliegen.faces.workspace import jobs
from anliegen.faces.workspace.models import KINDS, Calm, Notice
from anliegen.faces.workspace.noticing import digest, quiet, whom
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verbs import DECLARED
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, ConcessionKind, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets import presence as whispering
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.content import Answer, Writing
from anliegen.records.tickets.models import Ticket

Run = Callable[[], int]
MINUTE = timedelta(minutes=1)


def kinds(agent: Agent) -> dict[str, int]:
    """The unread notices of an agent and how often each happened."""
    return dict(Notice.objects.unread().filter(agent=agent).values_list("kind", "times"))


@pytest.fixture(autouse=True)
def soon_after(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """What happens is read the same morning."""
    monkeypatch.setattr(clock, "now", lambda: now + 10 * MINUTE)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For whom the bell rang."""
    heard: list[int] = []
    monkeypatch.setattr(whispering, "ring", lambda *agents: heard.extend(agents))
    return heard


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch, calendar: Calendar, now: datetime) -> datetime:
    """It is Monday morning, and the house is open."""
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def ask(ticket: Ticket, who: Agent, by: Agent, at: datetime) -> None:
    actions.write_note(ticket, text="@", asked=[Asked(who)], actor=Actor.agent(by.pk), at=at)


# Whom what tells


def test_who_is_asked_is_told_and_who_asks_is_not(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    assert (kinds(mira), kinds(admin)) == ({"mention": 1}, {})


def test_a_handover_is_one_notice_and_not_an_assignment_too(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.pass_on(ticket, to=mira, summary="Bitte", actor=Actor.agent(admin.pk), at=now)
    run_pipeline()
    assert kinds(mira) == {"handover": 1}


def test_a_team_gets_a_handover_through_its_lead(
    ticket: Ticket, mira: Agent, tom: Agent, technics: Team, run_pipeline: Run, now: datetime
) -> None:
    accounts.change(technics, lead=tom, actor=SYSTEM, at=now)
    actions.pass_on(ticket, to=technics, summary="Störung", actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert kinds(tom) == {"handover": 1}


def test_a_return_tells_who_gave_it(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    given = actions.pass_on(ticket, to=admin, summary="Bitte", actor=Actor.agent(mira.pk), at=now)
    actions.give_back(given, reason="nein", actor=Actor.agent(admin.pk), at=now + MINUTE)
    run_pipeline()
    assert kinds(mira) == {"returned": 1}


def test_who_is_given_a_ticket_is_told_and_who_takes_one_on_is_not(
    ticket: Ticket, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.assign(ticket, to=mira, actor=Actor.rule("mailbox"), at=now)
    run_pipeline()
    assert kinds(mira) == {"assigned": 1}
    Notice.objects.all().delete()
    actions.change(ticket, actions.Change(assignee=None), actor=Actor.agent(mira.pk), at=now)
    actions.assign(ticket, to=mira, actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert kinds(mira) == {}


def test_who_follows_hears_of_what_others_do_together_in_one_notice(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.follow(ticket, mira, actor=Actor.agent(mira.pk), at=now + MINUTE)
    actions.write_note(ticket, text="eins", actor=Actor.agent(admin.pk), at=now + 2 * MINUTE)
    actions.write_note(ticket, text="zwei", actor=Actor.agent(mira.pk), at=now + 3 * MINUTE)
    actions.resolve(ticket, actor=Actor.agent(admin.pk), at=now + 4 * MINUTE)
    run_pipeline()
    assert kinds(mira) == {"followed": 2}


def test_an_answer_that_came_back_tells_who_wrote_it(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    message = actions.reply(ticket, Answer(text="Ja"), actor=Actor.agent(mira.pk), at=now)
    actions.mark_failed(message, reason="5.1.1", actor=SYSTEM, at=now + MINUTE)
    run_pipeline()
    assert (kinds(mira), kinds(admin)) == ({"undelivered": 1}, {})


def test_nobody_is_told_of_what_they_may_not_see(
    ticket: Ticket, tom: Agent, mira: Agent, run_pipeline: Run, now: datetime
) -> None:
    actions.follow(ticket, tom, actor=Actor.agent(tom.pk), at=now)
    ask(ticket, tom, mira, now)
    run_pipeline()
    assert Notice.objects.count() == 0


def test_who_has_left_is_told_nothing(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    ask(ticket, mira, admin, now)
    run_pipeline()
    assert Notice.objects.count() == 0


def test_what_is_read_counts_anew(
    ticket: Ticket, mira: Agent, admin: Agent, miras: Client, run_pipeline: Run, now: datetime
) -> None:
    for minute in range(3):
        ask(ticket, mira, admin, now + minute * MINUTE)
    run_pipeline()
    assert kinds(mira) == {"mention": 3}
    bell = miras.post(f"/workspace/tickets/{ticket.pk}/seen/").content.decode()
    assert "Mitteilungen: 0 ungelesen" in bell
    assert kinds(mira) == {}
    ask(ticket, mira, admin, now + 5 * MINUTE)
    run_pipeline()
    assert kinds(mira) == {"mention": 1}


def test_what_lies_back_for_days_is_no_news(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(ticket, mira, admin, now)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=4))
    run_pipeline()
    assert Notice.objects.count() == 0


def test_an_event_that_is_read_twice_counts_once(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    from anliegen.faces.workspace.noticing import post  # noqa: PLC0415  # beside what it is compared with

    post.post(list(Event.objects.filter(verb="ticket.mentioned")))
    assert kinds(mira) == {"mention": 1}


# The table


def test_every_line_has_a_kind_with_words_and_a_look() -> None:
    from anliegen.faces.workspace.bell import LOOKS  # noqa: PLC0415

    assert {line.kind for line in whom.TABLE.values()} == {code for code, _words in KINDS} == LOOKS.keys()


def test_verbs_that_no_room_declares_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(whom.verbs()) == whom.TABLE.keys() & DECLARED.keys()
    assert "ticket.mentioned" in whom.verbs()
    monkeypatch.setitem(whom.TABLE, "moon.rose", whom.TABLE["ticket.mentioned"])
    assert "moon.rose" not in whom.verbs()


@pytest.mark.parametrize(
    ("verb", "data", "told"),
    [
        ("promise.at_risk", {"promise": "promise:1", "to": "team:1"}, "assignee and lead"),
        ("promise.due_soon", {"promise": "promise:1", "to": "lead"}, "lead"),
        ("target.missed", {}, "assignee and lead"),
        ("ticket.woken", {"agent": "lead", "why": "due"}, "lead"),
        ("deadline.missed", {}, "assignee and lead"),
    ],
)
def test_what_other_rooms_will_record_finds_its_people(
    ticket: Ticket, mira: Agent, admin: Agent, billing: Team, now: datetime, verb: str, data: dict[str, Any], told: str
) -> None:
    accounts.change(billing, lead=admin, actor=SYSTEM, at=now)
    ticket = actions.assign(ticket, to=mira, actor=SYSTEM, at=now)
    given = {key: f"agent:{admin.pk}" if value == "lead" else value for key, value in data.items()}
    event = Event(verb=verb, subject=f"ticket:{ticket.pk}", actor="system", data=given)
    found = set(whom.TABLE[verb].whom(event, Ticket.objects.select_related("team").get(pk=ticket.pk)))
    assert found == {"lead": {admin.pk}, "assignee and lead": {mira.pk, admin.pk}}[told]


# The list


def test_the_list_says_what_happened_and_leads_to_the_place(
    ticket: Ticket, mira: Agent, admin: Agent, miras: Client, run_pipeline: Run, now: datetime
) -> None:
    note = actions.write_note(ticket, text="@", asked=[Asked(mira)], actor=Actor.agent(admin.pk), at=now)
    run_pipeline()
    html = miras.get("/workspace/notices/").content.decode()
    assert f'href="/workspace/tickets/{ticket.pk}/#n{note.pk}"' in html
    assert "Jana Kowalski hat Mira Yılmaz gefragt" in html
    assert "Sie wurden gefragt" in html


def test_the_bell_counts_on_every_page_without_a_further_question(
    ticket: Ticket, mira: Agent, admin: Agent, miras: Client, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    html = miras.get("/workspace/").content.decode()
    assert "Mitteilungen: 1 ungelesen" in html
    assert 'class="bell-count" aria-hidden="true">1<' in html


def test_everything_is_read_up_to_what_stood_there(
    ticket: Ticket, mira: Agent, admin: Agent, miras: Client, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    until = re.search(r'name="until" value="(\d+)"', miras.get("/workspace/notices/").content.decode())
    assert until is not None
    actions.assign(ticket, to=mira, actor=Actor.rule("mailbox"), at=now + MINUTE)
    run_pipeline()
    miras.post("/workspace/notices/read/", {"until": until[1]})
    assert kinds(mira) == {"assigned": 1}


def test_one_is_read_by_itself_and_nobody_reads_for_somebody_else(
    ticket: Ticket, mira: Agent, admin: Agent, miras: Client, janas: Client, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    row = Notice.objects.get()
    janas.post("/workspace/notices/read/", {"pk": row.pk})
    assert kinds(mira) == {"mention": 1}
    miras.post("/workspace/notices/read/", {"pk": row.pk})
    assert kinds(mira) == {}


def test_what_moved_out_of_sight_is_neither_listed_nor_counted(
    ticket: Ticket, mira: Agent, admin: Agent, technics: Team, miras: Client, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    actions.assign(ticket, to=technics, actor=SYSTEM, at=now + MINUTE)
    assert "Nichts Neues" in miras.get("/workspace/notices/").content.decode()
    assert "Mitteilungen: 0 ungelesen" in miras.get("/workspace/").content.decode()


def test_looking_at_the_ticket_reads_its_notices_and_fetching_the_page_does_not(
    ticket: Ticket, mira: Agent, admin: Agent, miras: Client, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert f'hx-post="/workspace/tickets/{ticket.pk}/seen/" hx-trigger="load"' in html
    assert kinds(mira) == {"mention": 1}


# Calm


@pytest.mark.parametrize(
    ("calm", "hour", "is_quiet"),
    [
        ({}, 9, False),
        ({}, 20, True),
        ({"quiet": "never"}, 20, False),
        ({"quiet": "own", "begins": time(18), "ends": time(8)}, 17, False),
        ({"quiet": "own", "begins": time(18), "ends": time(8)}, 23, True),
        ({"quiet": "own", "begins": time(18), "ends": time(8)}, 6, True),
        ({"quiet": "own", "begins": time(12), "ends": time(13)}, 12, True),
        ({"quiet": "own", "begins": time(12), "ends": time(13)}, 13, False),
    ],
)
def test_quiet_hours_are_outside_the_service_hours_or_as_chosen(
    mira: Agent, calendar: Calendar, calm: dict[str, Any], hour: int, is_quiet: bool
) -> None:
    at = datetime(2026, 11, 16, hour - 1, 30, tzinfo=UTC)  # in Berlin an hour later
    assert quiet.is_quiet_for(mira, Calm(agent=mira, **calm), at=at) is is_quiet


def test_who_has_no_service_hours_has_no_quiet_hours(mira: Agent, now: datetime) -> None:
    assert not quiet.is_quiet_for(mira, Calm(agent=mira), at=now)


def test_in_service_hours_the_bell_rings(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, rung: list[int], at_work: datetime
) -> None:
    ask(ticket, mira, admin, at_work)
    run_pipeline()
    assert rung == [mira.pk]


def test_at_night_it_waits_in_the_list_unless_the_agent_let_it_through(
    ticket: Ticket, mira: Agent, admin: Agent, calendar: Calendar, run_pipeline: Run, rung: list[int], now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=12))
    ask(ticket, mira, admin, now)
    run_pipeline()
    assert (rung, kinds(mira)) == ([], {"mention": 1})
    Calm.objects.create(agent=mira, passes=["mention"])
    ask(ticket, mira, admin, now + MINUTE)
    actions.assign(ticket, to=mira, actor=SYSTEM, at=now + MINUTE)
    run_pipeline()
    assert rung == [mira.pk]


def test_a_sound_is_only_for_who_wants_one_and_never_in_quiet_hours(
    mira: Agent, miras: Client, at_work: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data-manner" not in miras.get("/workspace/notices/count/").content.decode()
    Calm.objects.create(agent=mira, has_sound=True, shows_in_browser=True)
    assert 'data-manner="sound browser"' in miras.get("/workspace/notices/count/").content.decode()
    assert "data-manner" not in miras.get("/workspace/").content.decode()
    monkeypatch.setattr(clock, "now", lambda: at_work + timedelta(hours=12))
    assert "data-manner" not in miras.get("/workspace/notices/count/").content.decode()


def test_the_choice_is_kept_and_stands_in_the_journal(mira: Agent, miras: Client) -> None:
    given = {"quiet": "own", "begins": "20:00", "ends": "07:00", "passes": ["mention", "promise"]}
    assert miras.post("/workspace/profile/notices/", given).status_code == 302
    kept = Calm.objects.get()
    assert (kept.quiet, kept.begins, kept.passes, kept.has_sound) == ("own", time(20), ["mention", "promise"], False)
    event = Event.objects.filter(verb="agent.changed").latest("id")
    assert (event.subject, event.data) == (f"agent:{mira.pk}", {"fields": ["notices"]})
    miras.post("/workspace/profile/notices/", given)
    assert Event.objects.filter(verb="agent.changed").count() == 1


def test_quiet_hours_without_a_length_are_refused(miras: Client) -> None:
    given = {"quiet": "own", "begins": "20:00", "ends": "20:00"}
    response = miras.post("/workspace/profile/notices/", given)
    assert response.status_code == 422
    assert "Ruhezeiten brauchen einen Anfang und ein anderes Ende." in response.content.decode()


# By mail, and in the end


def test_the_summary_goes_to_who_asked_for_it_and_names_no_customer(
    ticket: Ticket, mira: Agent, admin: Agent, brand: object, run_pipeline: Run, now: datetime,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    ask(ticket, mira, admin, now)
    run_pipeline()
    assert digest.wanting() == []
    Calm.objects.create(agent=mira, gets_digest=True)
    assert digest.wanting() == [mira.pk]
    assert digest.send(mira, at=now)
    mail = message_from_bytes(next((tmp_path / "outbox").glob("*.eml")).read_bytes())
    text = mail.get_payload(0).get_payload(decode=True).decode() if mail.is_multipart() else ""
    assert (parseaddr(mail["To"])[1], mail["Auto-Submitted"]) == ("mira@musterstadt.example", "auto-generated")
    assert "1 × Sie wurden gefragt" in text
    assert "/workspace/notices/" in text
    assert "Kim" not in text
    assert "Abschlag" not in text


def test_without_anything_unread_no_summary_goes_out(mira: Agent, brand: object, now: datetime) -> None:
    assert not digest.send(mira, at=now)


def test_what_was_read_long_ago_is_forgotten(
    ticket: Ticket, mira: Agent, admin: Agent, kim_address: Address, run_pipeline: Run, now: datetime
) -> None:
    ask(ticket, mira, admin, now)
    run_pipeline()
    Notice.objects.update(read_at=now)
    assert jobs.forget_notices(at=now + timedelta(days=89)) == 0
    assert jobs.forget_notices(at=now + timedelta(days=91)) == 1


def test_what_concerns_who_has_left_is_told_who_stands_in_for_them(
    ticket: Ticket, mira: Agent, admin: Agent, tom: Agent, billing: Team, run_pipeline: Run, now: datetime
) -> None:
    message = actions.reply(ticket, Answer(text="Ja"), actor=Actor.agent(mira.pk), at=now)
    actions.snooze(ticket, until=now + 5 * MINUTE, actor=Actor.agent(mira.pk), at=now)
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    accounts.change(billing, lead=admin, actor=SYSTEM, at=now)
    actions.mark_failed(message, reason="5.1.1", actor=SYSTEM, at=now + MINUTE)
    actions.wake(ticket, why="due", actor=SYSTEM, at=now + 5 * MINUTE)
    run_pipeline()
    assert (kinds(mira), kinds(admin)) == ({}, {"undelivered": 1, "woken": 1})


def test_who_is_to_decide_is_told_and_who_asked_hears_what_was_decided(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    credit = accounts.create(ConcessionKind, name="Gutschrift", proposal="{amount}", actor=SYSTEM, at=now)
    wish = actions.Wish(credit, 5000, "EUR", "Zweimal gewartet")
    asked = actions.concede(ticket, wish, by=mira, actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert (kinds(admin), kinds(mira)) == ({"approval": 1}, {})
    actions.grant_concession(asked, by=admin, actor=Actor.agent(admin.pk), at=now + MINUTE)
    run_pipeline()
    assert kinds(mira) == {"approval": 1}


def test_who_is_to_look_at_an_answer_is_told_and_its_writer_what_became_of_it(
    ticket: Ticket, mira: Agent, admin: Agent, run_pipeline: Run, now: datetime
) -> None:
    draft = actions.keep_draft(ticket, Writing(text="Guten Tag"), actor=Actor.agent(mira.pk), at=now)
    actions.share_draft(draft, to=admin, actor=Actor.agent(mira.pk), at=now)
    run_pipeline()
    assert (kinds(admin), kinds(mira)) == ({"approval": 1}, {})
    actions.return_draft(draft, remark="Bitte kürzer", version=1, actor=Actor.agent(admin.pk), at=now + MINUTE)
    run_pipeline()
    assert kinds(mira) == {"approval": 1}
