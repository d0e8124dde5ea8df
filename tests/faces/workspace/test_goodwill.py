"""Goodwill beside a ticket: at once inside the leeway, beyond it asked for and decided by another person; previewed."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.frames import limits_of, set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind, Operator, Role
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Concession, Ticket


@pytest.fixture
def credit(operator: object, now: datetime) -> ConcessionKind:
    return accounts.create(
        ConcessionKind, name="Gutschrift", proposal="Wir schreiben Ihnen {amount} gut.", actor=SYSTEM, at=now
    )


@pytest.fixture
def frame(agent_role: Role, admin: Agent, now: datetime) -> None:
    set_frames(agent_role, [Limit("ticket", 2500, "EUR"), Limit("customer_month", 8000, "EUR")], actor=SYSTEM, at=now)


def give(
    client: Client, ticket: Ticket, credit: ConcessionKind, amount: str, reason: str = "Zweimal gewartet"
) -> tuple[int, str]:
    form = {"kind": credit.pk, "amount": amount, "currency": "EUR", "reason": reason}
    response = client.post(f"/workspace/tickets/{ticket.pk}/concessions/", form)
    return response.status_code, response.content.decode()


def test_inside_the_leeway_it_is_granted_shown_and_proposed_for_the_answer(
    miras_parts: Client, ticket: Ticket, credit: ConcessionKind, frame: None
) -> None:
    status, html = give(miras_parts, ticket, credit, "12,50")
    assert (status, "12,50\u00a0€ sind bewilligt." in html) == (200, True)
    assert 'data-words="Wir schreiben Ihnen 12,50\u00a0€ gut."' in html
    assert ("noch 12,50\u00a0€ für diesen Vorgang" in html, "noch 67,50\u00a0€ für diese Kundin" in html) == (
        True,
        True,
    )
    page = miras_parts.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert re.search(r"Mira Yılmaz hat 12,50 EUR bewilligt: Kulanzart „Gutschrift“", page)


def test_beyond_it_somebody_is_asked_and_who_asked_does_not_decide(
    miras_parts: Client,
    miras: Client,
    logged_in: Callable[..., Client],
    ticket: Ticket,
    credit: ConcessionKind,
    frame: None,
    admin: Agent,
) -> None:
    status, html = give(miras_parts, ticket, credit, "60")
    assert (status, "Jana Kowalski wird gefragt" in html) == (200, True)
    asked = Concession.objects.get()
    grant = f"/workspace/concessions/{asked.pk}/grant/"
    assert miras_parts.post(grant).status_code == 422
    janas = logged_in(admin, htmx=True)
    listed = janas.get("/workspace/concessions/").content.decode()
    assert ("60,00\u00a0€" in listed, grant in listed) == (True, True)
    assert "Darüber entscheidet jemand anderes" in miras.get("/workspace/concessions/").content.decode()
    assert janas.post(grant).status_code == 200
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("granted", admin)
    assert janas.post(grant).status_code == 422  # decided already


def test_a_refusal_needs_its_reason_and_shows_it(
    miras_parts: Client,
    logged_in: Callable[..., Client],
    ticket: Ticket,
    credit: ConcessionKind,
    frame: None,
    admin: Agent,
) -> None:
    give(miras_parts, ticket, credit, "60")
    decline = f"/workspace/concessions/{Concession.objects.get().pk}/decline/"
    janas = logged_in(admin, htmx=True)
    assert janas.post(decline, {"answer": " "}).status_code == 422
    assert janas.post(decline, {"answer": "Schon im Oktober erstattet"}).status_code == 200
    page = miras_parts.get(f"/workspace/tickets/{ticket.pk}/concessions/").content.decode()
    assert ("abgelehnt" in page, "Antwort: Schon im Oktober erstattet" in page) == (True, True)


def test_what_was_given_is_taken_back_by_who_gave_it(
    miras_parts: Client, toms: Client, ticket: Ticket, credit: ConcessionKind, frame: None
) -> None:
    give(miras_parts, ticket, credit, "25")
    withdraw = f"/workspace/concessions/{Concession.objects.get().pk}/withdraw/"
    assert toms.post(withdraw).status_code == 404
    status = miras_parts.post(withdraw).status_code
    assert (status, Concession.objects.get().state) == (200, "withdrawn")


@pytest.mark.parametrize(("amount", "reason"), [("viel", "x"), ("0", "x"), ("-3", "x"), ("5", "")])
def test_what_is_no_amount_or_has_no_reason_is_refused_and_kept(
    miras_parts: Client, ticket: Ticket, credit: ConcessionKind, frame: None, amount: str, reason: str
) -> None:
    status, html = give(miras_parts, ticket, credit, amount, reason)
    assert (status, f'value="{amount}"' in html, Concession.objects.exists()) == (422, True, False)


def test_who_may_neither_ask_nor_decide_does_neither(
    miras: Client, ticket: Ticket, credit: ConcessionKind, frame: None, agent_role: Role, now: datetime
) -> None:
    left = [code for code in agent_role.permissions if not code.startswith("concession.")]
    accounts.change(agent_role, permissions=left, actor=SYSTEM, at=now)
    assert give(miras, ticket, credit, "5")[0] == 403
    assert miras.get("/workspace/concessions/").status_code == 403
    assert "Kulanz gewähren" not in miras.get(f"/workspace/tickets/{ticket.pk}/about/").content.decode()


def test_without_a_script_it_is_given_on_a_page_of_its_own(
    miras: Client, ticket: Ticket, credit: ConcessionKind, frame: None
) -> None:
    assert "Kulanz gewähren" in miras.get(f"/workspace/tickets/{ticket.pk}/concessions/").content.decode()
    assert give(miras, ticket, credit, "5")[0] == 302
    assert Concession.objects.get().cents == 500


def test_other_frames_are_previewed_with_what_was_given_and_saved_only_on_saving(
    janas: Client, mira: Agent, ticket: Ticket, credit: ConcessionKind, frame: None, agent_role: Role
) -> None:
    at = clock.now() - timedelta(days=3)
    for cents in (1000, 1500):
        wish = actions.Wish(credit, cents, "EUR", "Kulanz")
        actions.concede(ticket, wish, by=mira, actor=Actor.agent(mira.pk), at=at)
    where = f"/workspace/settings/leeway/{agent_role.pk}/"
    page = janas.get(where).content.decode()
    assert ('name="all-ticket" value="25,00"' in page, 'name="all-agent_month"' in page) == (True, True)
    form = {
        "currency": "EUR",
        "all-ticket": "20",
        "all-customer_month": "",
        "all-agent_month": "",
        f"{credit.pk}-ticket": "",
    }
    form |= {f"{credit.pk}-customer_month": "", f"{credit.pk}-agent_month": ""}
    preview = janas.post(where, form | {"preview": "1"}).content.decode()
    assert "1 von 2 Kulanzen der letzten 90 Tage hätten eine Freigabe gebraucht." in preview
    assert "Mira" not in preview
    assert limits_of(agent_role) == [Limit("ticket", 2500, "EUR"), Limit("customer_month", 8000, "EUR")]
    assert janas.post(where, form).status_code == 302
    assert limits_of(agent_role) == [Limit("ticket", 2000, "EUR")]
    assert "20,00\u00a0€ je Vorgang" in janas.get("/workspace/settings/leeway/").content.decode()


def test_a_wrong_amount_in_a_frame_is_refused(janas: Client, credit: ConcessionKind, agent_role: Role) -> None:
    where = f"/workspace/settings/leeway/{agent_role.pk}/"
    response = janas.post(where, {"currency": "EUR", "all-ticket": "etwas"})
    assert (response.status_code, limits_of(agent_role)) == (422, [])


def test_kinds_and_the_time_to_decide_are_set(janas: Client, miras: Client, credit: ConcessionKind) -> None:
    assert miras.get("/workspace/settings/leeway/").status_code == 403
    assert janas.post("/workspace/settings/leeway/", {"approval_days": "2"}).status_code == 302
    assert Operator.objects.get().approval_days == 2
    form = {"name": "Erstattung", "proposal": "Wir erstatten {amount}.", "proposal_en": "", "is_active": "on"}
    assert janas.post("/workspace/settings/leeway/kinds/new/", form).status_code == 302
    assert janas.post("/workspace/settings/leeway/kinds/new/", form).status_code == 422
    made = ConcessionKind.objects.get(name="Erstattung")
    assert janas.post(f"/workspace/settings/leeway/kinds/{made.pk}/delete/").status_code == 302
    assert not ConcessionKind.objects.filter(pk=made.pk).exists()


def test_a_kind_that_was_given_is_not_deleted(
    janas: Client, miras: Client, ticket: Ticket, credit: ConcessionKind, frame: None
) -> None:
    give(miras, ticket, credit, "5")
    assert janas.post(f"/workspace/settings/leeway/kinds/{credit.pk}/delete/").status_code == 302
    assert ConcessionKind.objects.filter(pk=credit.pk).exists()


def test_what_is_given_twice_by_one_form_is_given_once(
    miras: Client, ticket: Ticket, credit: ConcessionKind, frame: None
) -> None:
    path = f"/workspace/tickets/{ticket.pk}/concessions/"
    after = re.search(r'name="after" value="(\d+)"', miras.get(path).content.decode())
    assert after is not None
    form = {"kind": credit.pk, "amount": "10", "currency": "EUR", "reason": "Zweimal gewartet", "after": after[1]}
    assert [miras.post(path, form).status_code for _time in range(2)] == [302, 302]
    assert Concession.objects.count() == 1
    fresh = re.search(r'name="after" value="(\d+)"', miras.get(path).content.decode())
    assert fresh is not None
    miras.post(path, form | {"after": fresh[1]})  # whoever has seen the first one means a second one
    assert Concession.objects.count() == 2


def test_without_a_script_one_stays_on_the_page_and_reads_what_was_done(
    miras: Client, ticket: Ticket, credit: ConcessionKind, frame: None
) -> None:
    where = f"/workspace/tickets/{ticket.pk}/concessions/"
    form = {"kind": credit.pk, "amount": "12,50", "currency": "EUR", "reason": "Zweimal gewartet"}
    for address, given, words in (
        (where, form, "12,50\u00a0€ sind bewilligt."),
        ("/workspace/concessions/{pk}/withdraw/", {}, "12,50\u00a0€ sind zurückgenommen."),
    ):
        newest = Concession.objects.order_by("-pk").first()
        answer = miras.post(address.format(pk=newest.pk if newest else 0), given)
        assert answer.headers["Location"] == where
        page = miras.get(where).text
        assert re.findall(r'<div class="notice notice-done" role="status">.*?<p>(.*?)</p>', page, re.S) == [words]
        assert f'href="/workspace/tickets/{ticket.pk}/" class="button' in page
    assert "notice-done" not in miras.get(where).text
