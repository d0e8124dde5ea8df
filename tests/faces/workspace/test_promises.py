"""Promises in the workspace: offered while one writes, kept beside the ticket, told honestly, counted fairly."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Operator, Team
from anliegen.records.customers import actions as customers
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.models import Message, Promise, Ticket
from anliegen.records.tickets.promises import Counted, counted

LATER = timedelta(days=3)
SENT = {"status": "waiting_customer", "version": 0, "seen": 10**9}


def field(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def promise(ticket: Ticket, mira: Agent, calendar: Calendar) -> Promise:
    """Mira promised on the telephone to be back within three days."""
    at = clock.now()
    return actions.promise(
        ticket, Promised("Ich rufe Sie zurück.", at + LATER, mira), actor=Actor.agent(mira.pk), at=at
    )


def send(client: Client, ticket: Ticket, text: str, **more: object) -> object:
    ticket.refresh_from_db()
    return client.post(
        f"/workspace/tickets/{ticket.pk}/reply/", SENT | {"text": text, "version": ticket.version, **more}
    )


def test_what_reads_like_a_promise_is_offered_while_one_writes_and_nothing_is_kept_yet(
    miras_parts: Client, ticket: Ticket, calendar: Calendar, mira: Agent
) -> None:
    path = f"/workspace/tickets/{ticket.pk}/promises/noticed/"
    page = miras_parts.post(path, {"text": "Ich melde mich bis Freitag."}).content.decode()
    assert "Zusage „bis Freitag“" in page
    assert 'name="keep-bis-freitag" checked' in page
    assert f'value="agent:{mira.pk}" selected' in page
    assert f"{mira.name}" in page and "Team Abrechnung" in page
    assert miras_parts.post(path, {"text": "Gern geschehen."}).content.decode().strip() == ""
    assert not Promise.objects.exists()


def test_what_the_writer_said_of_an_offer_stays_while_they_write_on(
    miras_parts: Client, ticket: Ticket, calendar: Calendar, billing: Team
) -> None:
    said = {"promise": "bis-freitag", "due-bis-freitag": "2030-01-04T11:00", "owner-bis-freitag": f"team:{billing.pk}"}
    path = f"/workspace/tickets/{ticket.pk}/promises/noticed/"
    page = miras_parts.post(path, {"text": "Ich melde mich bis Freitag. Und dann", **said}).content.decode()
    assert 'name="keep-bis-freitag">' in page  # refused
    assert 'value="2030-01-04T11:00"' in page
    assert f'value="team:{billing.pk}" selected' in page


def test_an_answer_with_its_promise_is_sent_and_the_promise_is_kept(
    miras_parts: Client, ticket: Ticket, calendar: Calendar, mira: Agent
) -> None:
    due_at = clock.now() + LATER
    said = {"promise": "bis-freitag", "keep-bis-freitag": "on", "due-bis-freitag": field(due_at)}
    answer = send(miras_parts, ticket, "Ich melde mich bis Freitag.", **said)
    assert answer.status_code == 200
    made = Promise.objects.get()
    assert (made.message, made.agent, made.words) == (
        Message.objects.get(direction="out"),
        mira,
        "Ich melde mich bis Freitag.",
    )
    assert field(made.due_at) == field(due_at)
    assert "Zusage: " in answer.content.decode()  # at the head of the ticket, at once


def test_a_promise_that_is_refused_is_none(miras_parts: Client, ticket: Ticket, calendar: Calendar) -> None:
    assert send(miras_parts, ticket, "Ich melde mich bis Freitag.", promise="bis-freitag").status_code == 200
    assert Message.objects.filter(direction="out").count() == 1
    assert not Promise.objects.exists()


def test_without_a_script_it_is_offered_when_the_answer_is_sent_and_nothing_has_left(
    miras: Client, ticket: Ticket, calendar: Calendar
) -> None:
    asked = send(miras, ticket, "Ich melde mich bis Freitag.")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Noch nicht gesendet. Sagen Sie, was davon eine Zusage ist" in page
    assert "Ich melde mich bis Freitag.</textarea>" in page
    assert "<title>" in page  # the whole page, with the ticket around the form
    assert not Message.objects.filter(direction="out").exists()
    sent = send(
        miras,
        ticket,
        "Ich melde mich bis Freitag.",
        **{"promise": "bis-freitag", "keep-bis-freitag": "on", "due-bis-freitag": field(clock.now() + LATER)},
    )
    assert sent.status_code == 302
    assert Promise.objects.get().state == "open"


def test_a_time_that_has_passed_is_said_beside_its_field(
    miras_parts: Client, ticket: Ticket, calendar: Calendar
) -> None:
    said = {"promise": "bis-freitag", "keep-bis-freitag": "on", "due-bis-freitag": "2020-01-01T10:00"}
    answer = send(miras_parts, ticket, "Ich melde mich bis Freitag.", **said)
    assert answer.status_code == 422
    assert "Bitte wählen Sie einen Zeitpunkt, der noch kommt." in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_an_answer_that_promises_nothing_reads_no_hours_for_it(miras_parts: Client, ticket: Ticket) -> None:
    """`test_costs` counts the questions of an answer; here it is only that no offer comes."""
    assert send(miras_parts, ticket, "Gern geschehen.").status_code == 200


def test_a_promise_by_hand_and_done(miras_parts: Client, ticket: Ticket, calendar: Calendar, mira: Agent) -> None:
    path = f"/workspace/tickets/{ticket.pk}/promises/"
    assert 'id="promise-dialog"' in miras_parts.get(path).content.decode()
    given = {"words": "Ich rufe zurück.", "due_at": field(clock.now() + LATER), "owner": f"agent:{mira.pk}"}
    page = miras_parts.post(path, given).content.decode()
    made = Promise.objects.get()
    assert 'class="promise-words">Ich rufe zurück.' in page
    done = miras_parts.post(f"/workspace/promises/{made.pk}/", {"do": "keep"}).content.decode()
    assert "Zurzeit ist nichts zugesagt." in done
    assert Promise.objects.get().state == "kept"


def test_a_promise_by_hand_without_time_or_words_is_refused_with_words(miras_parts: Client, ticket: Ticket) -> None:
    answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/promises/", {"words": "", "due_at": "2020-01-01T10:00"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#asked"
    assert "Bitte wählen Sie einen Zeitpunkt, der noch kommt." in answer.content.decode()


@pytest.mark.parametrize(
    ("deed", "given", "state"),
    [
        ("move", {"due_at": "2028-01-04T11:00", "reason": "Der Ableser kam nicht."}, "open"),
        ("withdraw", {"reason": "Kim hat den Vertrag gefunden."}, "withdrawn"),
        ("break", {"reason": "Das Teil gibt es nicht mehr."}, "broken"),
    ],
)
def test_what_becomes_of_a_promise_is_said_with_a_reason(
    miras: Client, promise: Promise, deed: str, given: dict[str, str], state: str
) -> None:
    path = f"/workspace/promises/{promise.pk}/"
    assert "Sie wird nicht eingehalten" in miras.get(path).content.decode()
    refused = miras.post(path, {"do": deed})
    assert refused.status_code == 422
    assert miras.post(path, {"do": deed, **given}).status_code == 302
    now = Promise.objects.get()
    assert (now.state, now.reason) == (state, given["reason"])
    assert given["reason"] in miras.get(f"/workspace/tickets/{promise.ticket_id}/promises/").content.decode()


def test_it_is_handed_over_to_a_team(miras: Client, promise: Promise, billing: Team) -> None:
    miras.post(f"/workspace/promises/{promise.pk}/", {"do": "give", "owner": f"team:{billing.pk}"})
    assert Promise.objects.get().team == billing


def test_who_comes_too_late_changes_nothing(miras: Client, promise: Promise, mira: Agent) -> None:
    actions.keep(promise, actor=Actor.agent(mira.pk), at=clock.now())
    answer = miras.post(f"/workspace/promises/{promise.pk}/", {"do": "keep"})
    assert "Jemand war schneller" in answer.content.decode()


def test_an_unknown_deed_and_a_promise_of_another_team_are_not_found(
    miras: Client, toms: Client, promise: Promise
) -> None:
    assert miras.post(f"/workspace/promises/{promise.pk}/", {"do": "forget"}).status_code == 404
    for path in ("", "tell/"):
        assert toms.get(f"/workspace/promises/{promise.pk}/{path}").status_code == 404
    assert toms.get(f"/workspace/tickets/{promise.ticket_id}/promises/").status_code == 404


def test_the_head_says_amber_what_is_promised_and_red_only_what_is_broken(
    miras: Client, promise: Promise, ticket: Ticket
) -> None:
    path = f"/workspace/tickets/{ticket.pk}/"
    page = miras.get(path).content.decode()
    assert "Zusage: " in page and "badge-broken" not in page
    actions.strike(promise, actor=SYSTEM, at=promise.due_at)
    Ticket.objects.filter(pk=ticket.pk).update(promised_for=clock.now() - LATER)
    page = miras.get(path).content.decode()
    assert "Zusage gebrochen, fällig war sie" in page and "badge-broken" in page


def tell(client: Client, promise: Promise, step: str, **given: object) -> object:
    ticket = Ticket.objects.get(pk=promise.ticket_id)
    fixed = {"step": step, "version": ticket.version, "seen": 10**9, "due_at": field(clock.now() + 2 * LATER)}
    fields = fixed | {"text": "Es dauert."} | given
    return client.post(f"/workspace/promises/{promise.pk}/tell/", fields)


def test_that_it_takes_longer_is_drafted_and_goes_out_when_somebody_sends_it(miras: Client, promise: Promise) -> None:
    draft = miras.get(f"/workspace/promises/{promise.pk}/tell/").content.decode()
    assert "Guten Tag Kim Berger," in draft
    assert "[Warum es länger dauert]" in draft
    drafted = tell(miras, promise, "draft", reason="Der Ableser ist krank.").content.decode()
    assert "Der Ableser ist krank.\n\nWir sagen es Ihnen nun für" in drafted
    assert not Message.objects.filter(direction="out").exists()
    sent = tell(miras, promise, "send", reason="Der Ableser ist krank.", text="Es dauert leider länger.")
    assert sent.status_code == 302
    told = Promise.objects.get()
    assert (told.told_in, told.reason) == (Message.objects.get(direction="out"), "Der Ableser ist krank.")
    assert told.due_at > promise.due_at


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": "", "text": "Es dauert länger."}, "Bitte nennen Sie den Grund"),
        ({"reason": "Krankheit", "text": "Hm [Warum es länger dauert]"}, "Im Brief ist noch eine Lücke"),
        ({"reason": "Krankheit", "text": " "}, "Bitte schreiben Sie etwas."),
    ],
)
def test_a_letter_without_its_cause_does_not_go_out(
    miras: Client, promise: Promise, given: dict[str, str], words: str
) -> None:
    answer = tell(miras, promise, "send", **given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_a_letter_stops_when_somebody_was_quicker_and_keeps_its_words(
    miras: Client, promise: Promise, admin: Agent
) -> None:
    actions.write_note(promise.ticket, text="Kim hat angerufen", actor=Actor.agent(admin.pk), at=clock.now())
    answer = tell(miras, promise, "send", reason="Krankheit", text="Es dauert länger.", version=0, seen=0)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Jana Kowalski hat eine interne Notiz" in page and "Es dauert länger.</textarea>" in page


def settled(ticket: Ticket, mira: Agent, kept: int, late: int = 0, broken: int = 0) -> None:
    """So many promises that were due in the last days."""
    actor, now = Actor.agent(mira.pk), clock.now()
    for number in range(kept + late + broken):
        made_at, due_at = now - timedelta(days=9), now - timedelta(days=2, hours=number)
        made = actions.promise(ticket, Promised("Versprochen.", due_at, mira), actor=actor, at=made_at)
        if number < kept:
            actions.keep(made, actor=actor, at=due_at)
            continue
        actions.strike(made, actor=SYSTEM, at=due_at)
        if number < kept + late:
            actions.keep(made, actor=actor, at=now)


def test_kept_late_and_broken_are_counted_by_team_and_small_groups_are_not(
    ticket: Ticket, open_ticket: Callable[..., Ticket], mira: Agent, admin: Agent, technics: Team, now: datetime
) -> None:
    settled(ticket, mira, kept=6, late=2, broken=1)
    address = customers.meet(kind="email", value="lu@example.org", name="Lu Roth", actor=SYSTEM, at=now)
    other = actions.assign(open_ticket(address), to=technics, actor=SYSTEM, at=now)
    settled(other, mira, kept=4)
    address = customers.meet(kind="email", value="bo@example.org", name="Bo Frey", actor=SYSTEM, at=now)
    settled(open_ticket(address), mira, kept=3)
    spans = {"since": clock.now() - timedelta(weeks=4), "until": clock.now()}
    few = {"kept": None, "late": None, "broken": None, "moved": None}
    assert counted("team", admin, **spans) == [
        Counted("Abrechnung", kept=6, late=2, broken=1, moved=0),
        Counted("Technik", **few),
        Counted("", **few),
    ]
    assert [one.share_kept for one in counted("team", admin, **spans)] == [67, None, None]


def test_where_one_group_alone_is_too_small_the_next_smallest_is_hidden_with_it(
    ticket: Ticket, open_ticket: Callable[..., Ticket], mira: Agent, admin: Agent, technics: Team, now: datetime
) -> None:
    settled(ticket, mira, kept=6)
    address = customers.meet(kind="email", value="lu@example.org", name="Lu Roth", actor=SYSTEM, at=now)
    settled(actions.assign(open_ticket(address), to=technics, actor=SYSTEM, at=now), mira, kept=4)
    spans = {"since": clock.now() - timedelta(weeks=4), "until": clock.now()}
    assert [one.due for one in counted("team", admin, **spans)] == [None, None]


def test_in_works_council_mode_the_work_of_fewer_than_five_is_counted_nowhere(
    ticket: Ticket, mira: Agent, admin: Agent, operator: Operator, now: datetime
) -> None:
    settled(ticket, mira, kept=6)
    spans = {"since": clock.now() - timedelta(weeks=4), "until": clock.now()}
    assert [one.due for one in counted("team", admin, **spans)] == [6]
    accounts.change(operator, works_council=True, actor=SYSTEM, at=now)
    assert [one.due for one in counted("team", admin, **spans)] == [None]
    assert [one.due for one in counted("topic", admin, **spans)] == [None]


def test_the_page_shows_what_is_owed_and_names_nobody_in_its_counts(
    janas: Client, promise: Promise, ticket: Ticket, mira: Agent
) -> None:
    settled(ticket, mira, kept=6)
    page = janas.get("/workspace/promises/?weeks=4").content.decode()
    assert "Ich rufe Sie zurück." in page
    counts = page[page.index("Nach Team") :]
    assert "6 (100" in counts and "Abrechnung" in counts
    assert mira.name not in counts


def test_of_another_team_nothing_is_seen_and_counted(
    toms: Client, promise: Promise, ticket: Ticket, mira: Agent
) -> None:
    settled(ticket, mira, kept=6)
    page = toms.get("/workspace/promises/").content.decode()
    assert "Ich rufe Sie zurück." not in page and "Abrechnung" not in page
