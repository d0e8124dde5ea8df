"""Who is at which ticket, through real streams: pages of several processes, and who hears of them."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.whisper import TooLong, whisper
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions, presence
from anliegen.records.tickets.models import Ticket

Login = Callable[[Agent], str]
Seal = Callable[[], int]
Person = list[object]


def here(page, ticket: Ticket, within: float = 5.0) -> list[Person]:
    """What the next message about presence says of this ticket."""
    until = time.monotonic() + within
    while True:
        told = page.next_of_any_kind(max(0.01, until - time.monotonic()))
        if told.event == "presence" and str(ticket.pk) in told.data:
            return told.data[str(ticket.pk)]


def test_who_opens_a_ticket_is_there_for_others_and_gone_within_seconds(
    server, mira: Agent, admin: Agent, ticket: Ticket, logged_in: Login
) -> None:
    lists = server.open(cookie=logged_in(admin))
    reading = server.open(f"/stream?at={ticket.pk}&tab=a", cookie=logged_in(mira))
    assert here(lists, ticket) == [["Mira Yılmaz", False, "agent"]]
    left = time.monotonic()
    reading.close()
    assert here(lists, ticket) == []
    assert time.monotonic() - left < 3


def test_who_comes_later_hears_at_once_who_is_there(
    server, mira: Agent, admin: Agent, ticket: Ticket, logged_in: Login
) -> None:
    first = server.open(cookie=logged_in(admin))
    server.open(f"/stream?at={ticket.pk}", cookie=logged_in(mira))
    assert here(first, ticket) == [["Mira Yılmaz", False, "agent"]]
    later = server.open_at_once(cookie=logged_in(admin))
    assert here(later, ticket) == [["Mira Yılmaz", False, "agent"]]


def test_typing_is_told_and_ends_with_the_page(
    server, mira: Agent, admin: Agent, ticket: Ticket, logged_in: Login
) -> None:
    watching = server.open(f"/stream?at={ticket.pk}&tab=j", cookie=logged_in(admin))
    assert here(watching, ticket) == []  # nobody but oneself
    writing = server.open(f"/stream?at={ticket.pk}&tab=m", cookie=logged_in(mira))
    assert here(watching, ticket) == [["Mira Yılmaz", False, "agent"]]
    presence.writes(ticket, mira, tab="m")
    assert here(watching, ticket) == [["Mira Yılmaz", True, "agent"]]
    presence.writes(ticket, mira, tab="m", still=False)
    assert here(watching, ticket) == [["Mira Yılmaz", False, "agent"]]
    presence.writes(ticket, mira, tab="m")
    assert here(watching, ticket) == [["Mira Yılmaz", True, "agent"]]
    writing.close()
    assert here(watching, ticket) == []


def test_nobody_hears_of_a_ticket_they_may_not_see_and_nobody_is_at_one(
    server, mira: Agent, tom: Agent, admin: Agent, ticket: Ticket, logged_in: Login
) -> None:
    toms = server.open(cookie=logged_in(tom))
    janas = server.open(cookie=logged_in(admin))
    server.open(f"/stream?at={ticket.pk}", cookie=logged_in(tom))
    server.open(f"/stream?at={ticket.pk}", cookie=logged_in(mira))
    assert here(janas, ticket) == [["Mira Yılmaz", False, "agent"]]
    assert toms.hears_nothing()


def test_a_ticket_that_moves_away_takes_nobody_along_who_may_not_see_it_there(
    server, mira: Agent, admin: Agent, technics: Team, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
) -> None:
    seal()
    janas = server.open(cookie=logged_in(admin))
    server.open(f"/stream?at={ticket.pk}", cookie=logged_in(mira))
    assert here(janas, ticket) == [["Mira Yılmaz", False, "agent"]]
    actions.assign(ticket, to=technics, actor=SYSTEM, at=now)
    seal()
    assert here(janas, ticket) == []


def test_who_is_brought_in_hears_of_the_ticket(
    server, mira: Agent, tom: Agent, ticket: Ticket, logged_in: Login, seal: Seal, now: datetime
) -> None:
    seal()
    toms = server.open(cookie=logged_in(tom))
    actions.bring_in(ticket, [tom], actor=SYSTEM, at=now)
    seal()
    assert toms.next().data["verbs"] == ["ticket.brought_in"]
    actions.let_out(ticket, tom, actor=SYSTEM, at=now)
    seal()
    assert toms.next().data["verbs"] == ["ticket.let_out"]
    actions.write_note(ticket, text="nicht mehr für Tom", actor=SYSTEM, at=now)
    seal()
    assert toms.hears_nothing()


def test_a_customers_page_hears_of_nobody(
    server, mira: Agent, ticket: Ticket, logged_in: Login, admin: Agent, now: datetime
) -> None:
    from anliegen.records.tickets import links  # noqa: PLC0415  # beside its only use

    token = links.status_link(ticket).rstrip("/").rpartition("/")[2]
    customer = server.open(f"/stream?number={ticket.pk}&token={token}&at={ticket.pk}")
    janas = server.open(cookie=logged_in(admin))
    server.open(f"/stream?at={ticket.pk}", cookie=logged_in(mira))
    assert here(janas, ticket) == [["Mira Yılmaz", False, "agent"]]
    assert customer.hears_nothing()


def test_two_processes_agree(server, mira: Agent, admin: Agent, ticket: Ticket, logged_in: Login, make_server) -> None:
    other = make_server()
    janas = other.open(cookie=logged_in(admin))
    reading = server.open(f"/stream?at={ticket.pk}&tab=m", cookie=logged_in(mira))
    assert here(janas, ticket) == [["Mira Yılmaz", False, "agent"]]
    presence.writes(ticket, mira, tab="m")
    assert here(janas, ticket) == [["Mira Yılmaz", True, "agent"]]
    reading.close()
    assert here(janas, ticket) == []


def test_a_process_that_ends_says_good_bye(
    server, mira: Agent, admin: Agent, ticket: Ticket, logged_in: Login, make_server
) -> None:
    other = make_server()
    janas = server.open(cookie=logged_in(admin))
    other.open(f"/stream?at={ticket.pk}", cookie=logged_in(mira))
    assert here(janas, ticket) == [["Mira Yılmaz", False, "agent"]]
    other.stop()
    assert here(janas, ticket, within=4) == []


def test_a_program_is_seen_at_work(server, admin: Agent, ticket: Ticket, logged_in: Login, now: datetime) -> None:
    token, _secret = accounts.create_token(admin, scopes=["write"], name="CRM", actor=SYSTEM, at=now)
    janas = server.open(cookie=logged_in(admin))
    presence.program_is_at(ticket, token, writing=True)
    assert here(janas, ticket) == [["CRM", True, "apitoken"]]


def test_the_bell_rings_for_its_agent_alone(server, mira: Agent, admin: Agent, logged_in: Login) -> None:
    miras, janas = server.open(cookie=logged_in(mira)), server.open(cookie=logged_in(admin))
    presence.ring(mira.pk)
    assert miras.next().event == "bell"
    assert janas.hears_nothing()


@pytest.mark.django_db(transaction=True)
def test_a_whisper_is_one_statement_and_has_its_bounds() -> None:
    with CaptureQueriesContext(connection) as said:
        whisper("anliegen_test", {"ü": 1})
    assert [one["sql"].partition(" ")[0] for one in said.captured_queries] == ["SELECT"]
    with pytest.raises(TooLong):
        whisper("anliegen_test", "x" * 8000)
