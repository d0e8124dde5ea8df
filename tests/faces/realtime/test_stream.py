from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import InterfaceError

from anliegen.faces.realtime import missed
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.seal import last
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.models import Ticket

Login = Callable[[Agent], str]
Seal = Callable[[], int]


def test_an_event_reaches_the_open_page(
    server, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    page = server.open(cookie=logged_in(mira))
    actions.write_note(ticket, text="Rückruf erbeten", actor=Actor.agent(mira.pk), at=now)
    seal()
    told = page.next()
    assert (told.event, told.data) == ("ticket", {"ticket": ticket.pk, "verbs": ["note.written"]})
    assert told.id == last()[0]


def test_headers_keep_proxies_from_collecting(server, mira: Agent, logged_in: Login):
    response, connection = server.get(cookie=logged_in(mira))
    assert response.status == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    connection.close()


def test_without_a_login_there_is_no_stream(server, operator):
    response, _connection = server.get()
    assert (response.status, response.headers["content-type"]) == (401, "application/problem+json")


def test_a_made_up_session_opens_nothing(server, operator):
    response, _connection = server.get(cookie="sessionid=abcdefghijklmnopqrstuvwxyz012345")
    assert response.status == 401


def test_an_agent_who_may_not_read_tickets_is_refused(server, mira: Agent, logged_in: Login, now: datetime):
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=["settings.manage"])
    response, _connection = server.get(cookie=logged_in(mira))
    assert response.status == 403


def test_the_stream_can_only_be_read(server, operator):
    response, _connection = server.get(method="POST")
    assert (response.status, response.headers["allow"]) == (405, "GET")


def test_another_teams_ticket_is_not_told(
    server, tom: Agent, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    toms, miras = server.open(cookie=logged_in(tom)), server.open(cookie=logged_in(mira))
    actions.write_note(ticket, text="Nur für die Abrechnung", actor=Actor.agent(mira.pk), at=now)
    seal()
    assert miras.next().data["ticket"] == ticket.pk
    assert toms.hears_nothing()


def test_a_move_is_told_to_the_team_that_gives_and_the_team_that_gets(
    server, tom: Agent, mira: Agent, ticket: Ticket, technics: Team, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    toms, miras = server.open(cookie=logged_in(tom)), server.open(cookie=logged_in(mira))
    actions.assign(ticket, to=technics, actor=Actor.agent(mira.pk), at=now)
    seal()
    expected = {"ticket": ticket.pk, "verbs": ["ticket.moved"]}
    assert [toms.next().data, miras.next().data] == [expected, expected]


def test_many_events_on_one_ticket_are_one_notice(
    server, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    page = server.open(cookie=logged_in(mira))
    for number in range(40):
        actions.write_note(ticket, text=f"Notiz {number}", actor=Actor.agent(mira.pk), at=now)
    seal()
    assert page.next().data == {"ticket": ticket.pk, "verbs": ["note.written"]}
    assert page.hears_nothing()


def test_a_page_that_comes_again_hears_what_it_missed(
    server, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    before = last()[0]
    actions.write_note(ticket, text="Während die Seite weg war", actor=Actor.agent(mira.pk), at=now)
    seal()
    by_header = server.open_at_once(cookie=logged_in(mira), last_event_id=str(before))
    by_address = server.open_at_once(f"/stream?last={before}", cookie=logged_in(mira))
    for page in (by_header, by_address):
        told = page.next_of_any_kind()
        assert (told.event, told.id, told.data["ticket"]) == ("ticket", last()[0], ticket.pk)
        assert page.next_of_any_kind().event == "here"
        assert page.hears_nothing(0.2)


def test_what_was_missed_of_other_teams_stays_theirs(
    server, tom: Agent, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    before = last()[0]
    actions.write_note(ticket, text="Intern", actor=Actor.agent(mira.pk), at=now)
    seal()
    assert server.open_at_once(cookie=logged_in(tom), last_event_id=str(before)).hears_nothing()


def test_whoever_missed_too_much_is_told_to_refetch(
    server, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(missed, "MOST", 5)
    seal()
    before = last()[0]
    for number in range(6):
        actions.write_note(ticket, text=f"Notiz {number}", actor=Actor.agent(mira.pk), at=now)
    seal()
    told = server.open_at_once(cookie=logged_in(mira), last_event_id=str(before)).next()
    assert (told.event, told.id) == ("reset", last()[0])


@pytest.mark.parametrize("seen", ["999999999", "12; drop", "-1", "9" * 40])
def test_a_position_that_cannot_be_is_answered_with_reset(server, mira: Agent, logged_in: Login, seal: Seal, seen: str):
    seal()
    told = server.open_at_once(cookie=logged_in(mira), last_event_id=seen).next()
    assert (told.event, told.id) == ("reset", last()[0])


def test_a_customer_hears_of_their_own_ticket_what_they_may_know(
    server,
    mira: Agent,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    seal: Seal,
    now: datetime,
):
    other = open_ticket(kim_address)
    seal()
    page = server.open(f"/stream?number={ticket.pk}&token={links.token(ticket)}")
    actions.write_note(ticket, text="Das geht den Kunden nichts an", actor=Actor.agent(mira.pk), at=now)
    actions.resolve(other, actor=Actor.agent(mira.pk), at=now)
    seal()
    assert page.hears_nothing()
    actions.resolve(ticket, actor=Actor.agent(mira.pk), at=now)
    seal()
    assert page.next().data == {"ticket": ticket.pk, "verbs": ["ticket.resolved"]}


def test_a_wrong_link_opens_nothing(server, ticket: Ticket):
    response, _connection = server.get(f"/stream?number={ticket.pk}&token={'0' * 32}")
    assert response.status == 401


def test_a_link_opens_no_other_ticket(server, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address):
    other = open_ticket(kim_address)
    response, _connection = server.get(f"/stream?number={other.pk}&token={links.token(ticket)}")
    assert response.status == 401


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 30, "1.5"])
def test_a_number_that_is_none_is_refused(server, operator, number: str):
    response, _connection = server.get(f"/stream?number={number}&token=x")
    assert response.status == 401


def test_a_new_team_counts_at_once(
    server,
    tom: Agent,
    admin: Agent,
    ticket: Ticket,
    billing: Team,
    technics: Team,
    logged_in: Login,
    seal: Seal,
    now: datetime,
):
    seal()
    page = server.open(cookie=logged_in(tom))
    accounts.change_agent(tom, teams=[billing, technics], actor=SYSTEM, at=now)
    seal()
    assert page.next().event == "reset"
    actions.write_note(ticket, text="Jetzt auch für Tom", actor=SYSTEM, at=now)
    seal()
    assert page.next().data["ticket"] == ticket.pk


def test_a_deactivated_agents_page_is_closed(
    server, tom: Agent, admin: Agent, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    page = server.open(cookie=logged_in(tom))
    accounts.deactivate(tom, actor=SYSTEM, at=now)
    seal()
    with pytest.raises(EOFError):
        page.next()


def test_a_new_password_closes_the_pages_of_the_old_one(
    server, tom: Agent, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    page = server.open(cookie=logged_in(tom))
    accounts.set_password(tom, password="ein-ganz-neues-wort", actor=SYSTEM, at=now)
    seal()
    with pytest.raises(EOFError):
        page.next()


def test_logging_out_ends_the_stream_with_the_next_look_at_sessions(
    server, tom: Agent, logged_in: Login, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("anliegen.faces.realtime.hub.RENEW_S", 0.0)
    page = server.open(cookie=logged_in(tom))
    Session.objects.all().delete()
    with pytest.raises(EOFError):
        page.next(within=8)


def test_a_sign_of_life_carries_the_position(
    server, mira: Agent, logged_in: Login, monkeypatch: pytest.MonkeyPatch, seal: Seal
):
    monkeypatch.setattr("anliegen.faces.realtime.hub.BEAT_S", 0.3)
    seal()
    page = server.open(cookie=logged_in(mira))
    told = page.next_of_any_kind()
    assert (told.event, told.id, page.comments) == ("here", last()[0], ["still here"])


def test_fifty_pages_hear_of_one_event(
    server, mira: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
):
    seal()
    cookie = logged_in(mira)
    pages = [server.open(cookie=cookie) for _number in range(50)]
    assert len(server.stream.hub) == 50
    actions.write_note(ticket, text="An alle", actor=Actor.agent(mira.pk), at=now)
    seal()
    assert {page.next().data["ticket"] for page in pages} == {ticket.pk}


def test_a_page_that_leaves_is_forgotten(server, mira: Agent, logged_in: Login, wait_until: Callable[..., None]):
    page = server.open(cookie=logged_in(mira))
    assert len(server.stream.hub) == 1
    page.close()
    wait_until(lambda: len(server.stream.hub) == 0)


def test_a_customer_opens_only_so_many_pages(server, ticket: Ticket, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("anliegen.faces.realtime.stream.MOST_LINES_OF_A_CUSTOMER", 2)
    path = f"/stream?number={ticket.pk}&token={links.token(ticket)}"
    server.open(path), server.open(path)
    response, _connection = server.get(path)
    assert (response.status, response.headers["retry-after"]) == (429, "5")


def test_an_agent_alone_does_not_take_the_room_of_all(
    server, mira: Agent, tom: Agent, logged_in: Login, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("anliegen.faces.realtime.stream.MOST_LINES_OF_AN_AGENT", 2)
    server.open(cookie=logged_in(mira)), server.open(cookie=logged_in(mira))
    response, _connection = server.get("/stream", cookie=logged_in(mira))
    assert response.status == 429
    server.open(cookie=logged_in(tom))


def test_a_link_to_a_ticket_closed_long_ago_opens_nothing(server, ticket: Ticket, now: datetime):
    Ticket.objects.filter(pk=ticket.pk).update(
        status="closed", resolved_at=now - timedelta(days=400), closed_at=now - timedelta(days=400)
    )
    response, _connection = server.get(f"/stream?number={ticket.pk}&token={links.token(ticket)}")
    assert response.status == 401


def test_what_is_sealed_while_the_journal_is_looked_at_is_told_with_the_next_look(
    db: None, ticket: Ticket, seal: Seal, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    seal()
    before = last()[0]

    def head_a_moment_later() -> int:
        actions.write_note(ticket, text="Gerade eben", actor=SYSTEM, at=now)
        seal()
        return last()[0]

    monkeypatch.setattr(missed, "head", head_a_moment_later)
    first = missed.news_after(before)
    assert (first.position, first.notices, first.too_much) == (before, (), False)
    assert [notice.ticket for notice in missed.news_after(first.position).notices] == [ticket.pk]


def test_a_journal_that_went_back_is_told_as_reset(db: None, ticket: Ticket, seal: Seal):
    seal()
    news = missed.news_after(last()[0] + 5)
    assert (news.position, news.too_much, news.changes_rights) == (last()[0], True, True)


def test_without_the_database_there_is_no_stream(
    server, mira: Agent, logged_in: Login, monkeypatch: pytest.MonkeyPatch
):
    def away(headers: dict[str, str], query: str) -> None:
        raise InterfaceError("the connection is closed")

    monkeypatch.setattr("anliegen.faces.realtime.stream.admit", away)
    response, _connection = server.get(cookie=logged_in(mira))
    assert (response.status, response.headers["retry-after"]) == (503, "5")
