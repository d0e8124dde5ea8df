"""Lists, pages and timelines: whoever may see it sees each concern once, in order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import lists, queries
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Ticket

MANY = 130


@pytest.fixture
def many(brand: Brand, kim: Person, now: datetime) -> list[int]:
    """Numbers in the order a list shows them. Five each share their last moment, to the microsecond."""
    rows = [
        Ticket(
            channel="email",
            brand=brand,
            person=kim,
            created_at=now,
            updated_at=now,
            last_message_at=now + timedelta(microseconds=(index * 7 % MANY) // 5),
        )
        for index in range(MANY)
    ]
    Ticket.objects.bulk_create(rows)
    return [row.pk for row in sorted(rows, key=lambda row: (row.last_message_at, row.pk), reverse=True)]


def test_walking_the_pages_there_and_back_shows_each_ticket_once_in_order(many: list[int]) -> None:
    page = queries.page(Ticket.objects.all())
    assert page.newer is None
    there = [page]
    while page.older is not None:
        page = queries.page(Ticket.objects.all(), cursor=page.older)
        there.append(page)
    assert [len(each.items) for each in there] == [50, 50, 30]
    assert [ticket.pk for each in there for ticket in each.items] == many
    back = [page]
    while page.newer is not None:
        page = queries.page(Ticket.objects.all(), cursor=page.newer)
        back.insert(0, page)
    assert [[ticket.pk for ticket in each.items] for each in back] == [[t.pk for t in each.items] for each in there]
    assert page.older is not None


def test_what_arrives_meanwhile_neither_repeats_nor_hides_a_ticket(
    many: list[int], open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    first = queries.page(Ticket.objects.all())
    new = open_ticket(kim_address, at=now + timedelta(hours=1))
    second = queries.page(Ticket.objects.all(), cursor=first.older)
    assert [ticket.pk for ticket in second.items] == many[50:100]
    newest = queries.page(Ticket.objects.all(), cursor=second.newer, size=100)
    assert [ticket.pk for ticket in newest.items] == [new.pk, *many[:50]]


@pytest.mark.parametrize(
    "cursor",
    ["", "older", "older~1~x", "sideways~1~2", "older~nan~2", "older~inf~2", "older~1e300~2", "newer~1~-1",
     f"older~1~{2**63}", "older~1~2~3", "older~1~2'; DROP TABLE tickets_ticket; --"],
)  # fmt: skip
def test_a_broken_cursor_starts_anew(many: list[int], cursor: str) -> None:
    assert [ticket.pk for ticket in queries.page(Ticket.objects.all(), cursor=cursor).items] == many[:50]


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(0, 2**63 - 1))
def test_a_cursor_keeps_its_place_to_the_microsecond(moment: datetime, number: int) -> None:
    at = clock.now().replace(**{
        name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second", "microsecond")
    })  # fmt: skip
    ticket = Ticket(pk=number, last_message_at=at)
    assert queries.read_cursor(queries._cursor("older", ticket)) == ("older", at, number)


def test_counting_stops_at_its_limit(many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert queries.count(Ticket.objects.all()) == MANY
    monkeypatch.setattr(queries, "COUNT_TO", 40)
    assert queries.count(Ticket.objects.all()) == 40


def test_the_views_show_what_is_open_and_within_reach(
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    mira: Agent,
    billing: Team,
    technics: Team,
    now: datetime,
) -> None:
    def made(**wanted: Any) -> int:
        return tickets.change(open_ticket(kim_address), Change(**wanted), actor=SYSTEM, at=now).pk

    mine = made(team=billing, assignee=mira)
    teams = made(team=billing)
    elsewhere_but_mine = made(team=technics, assignee=mira)
    nobodys = made()
    made(team=technics)  # not hers
    made(team=billing, assignee=mira, status="resolved")
    made(team=billing, status="closed")

    def seen(view: str) -> set[int]:
        return {ticket.pk for ticket in lists.page(mira, view).items}

    assert seen("mine") == {mine, elsewhere_but_mine}
    assert seen("team") == {mine, teams}
    assert seen("unassigned") == {teams, nobodys}
    assert seen("open") == {mine, teams, elsewhere_but_mine, nobodys}
    with pytest.raises(queries.UnknownView):
        lists.page(mira, "secret")


def test_who_sees_all_teams_who_may_not_read_and_who_has_left(
    ticket: Ticket, admin: Agent, mira: Agent, tom: Agent, now: datetime
) -> None:
    assert list(Ticket.objects.visible_to(admin)) == [ticket]
    assert list(Ticket.objects.visible_to(mira)) == [ticket]
    assert list(Ticket.objects.visible_to(tom)) == []
    left = accounts.deactivate(mira, actor=SYSTEM, at=now)
    assert list(Ticket.objects.visible_to(left)) == []
    accounts.change(admin.role, permissions=["settings.manage"], actor=SYSTEM, at=now)
    assert list(Ticket.objects.visible_to(Agent.objects.get(pk=admin.pk))) == []


def test_the_timeline_tells_what_happened_in_order(ticket: Ticket, mira: Agent, kim: Person, now: datetime) -> None:
    as_mira, minute = Actor.agent(mira.pk), timedelta(minutes=1)
    tickets.write_note(ticket, text="Zähler prüfen", actor=as_mira, at=now + minute)
    tickets.reply(ticket, Answer("Wir prüfen."), actor=as_mira, at=now + 2 * minute)
    again = Received(channel="email", person_id=kim.pk, text="Danke!", written_at=now)
    tickets.receive(again, ticket=ticket, at=now + 3 * minute)
    entries = queries.timeline(ticket)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)

    def in_words(entry: queries.Entry) -> str:
        if entry.message is not None:
            return entry.message.text
        return entry.note.text if entry.note else entry.event.verb if entry.event else "?"

    assert [in_words(entry) for entry in entries] == [
        "Mein Abschlag ist zu hoch.",
        "ticket.opened",
        "ticket.moved",
        "Zähler prüfen",
        "Wir prüfen.",
        "ticket.assigned",
        "ticket.status_changed",
        "Danke!",
        "ticket.status_changed",
    ]
    assert [entry for entry in queries.timeline(ticket, with_events=False) if entry.event] == []
