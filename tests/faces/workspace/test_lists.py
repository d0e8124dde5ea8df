"""Lists that are narrowed, saved, chosen from and pinned to: the address is the state."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from anliegen.faces.workspace import rail
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions, looking
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import BulkChange, Pin, SavedView, Ticket
from anliegen.records.tickets.view_filters import Filter

Open = Callable[..., Ticket]


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    rail._known.clear()


@pytest.fixture
def moves(open_ticket: Open, billing: Team, now: datetime) -> list[Ticket]:
    """Six concerns of billing; every second is about a move, the first is urgent."""
    made = []
    for number in range(6):
        value = f"p{number}@example.org"
        address = customers.meet(kind="email", value=value, name=f"Person {number}", actor=SYSTEM, at=now)
        ticket = open_ticket(address, at=now + timedelta(minutes=number))
        wanted = Change(team=billing, tags=["umzug"] if number % 2 == 0 else [], priority=4 if number == 0 else 2)
        made.append(actions.change(ticket, wanted, actor=SYSTEM, at=now))
    return made


def saved(owner: Agent, at: datetime, **fields: Any) -> SavedView:
    values = {"name": "Umzüge", "symbol": "tag", "wanted": Filter(tag=("umzug",)), "order": "newest", "reach": "own"}
    return actions.create_view(owner=owner, team=None, actor=Actor.agent(owner.pk), at=at, **values | fields)


def html_of(client: Client, path: str) -> str:
    return client.get(f"/workspace/{path}").content.decode()


def people_in(html: str) -> list[str]:
    return re.findall(r'<span class="row-who">(.*?)</span>', html)


def chips_in(html: str) -> list[tuple[str, str]]:
    """What each chip says, and where the list is without it."""
    found = re.findall(r'<span class="chip">([^<]*)<a class="chip-remove" href="([^"]*)"', html)
    return [(text.strip(), unescape(href)) for text, href in found]


def pairs_of(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query)


def test_the_address_narrows_a_view_and_each_chip_can_be_taken_away(miras: Client, moves: list[Ticket]) -> None:
    html = html_of(miras, "?view=team&tag=umzug&priority=4")
    assert people_in(html) == ["Person 0"]
    assert chips_in(html) == [
        ("Schlagwort: umzug", "/workspace/?view=team&priority=4"),
        ("Priorität: dringend", "/workspace/?view=team&tag=umzug"),
    ]
    assert people_in(html_of(miras, "?view=team&tag=umzug")) == ["Person 4", "Person 2", "Person 0"]


def test_a_filter_without_a_view_looks_at_all_that_is_open(miras: Client, moves: list[Ticket]) -> None:
    html = html_of(miras, "?tag=umzug&order=waiting")
    assert people_in(html) == ["Person 0", "Person 2", "Person 4"]
    assert chips_in(html) == [("Schlagwort: umzug", "/workspace/?view=open")]
    assert "Nichts passt zu diesem Filter" in html_of(miras, "?tag=garten")


def test_the_list_goes_along_into_a_ticket_and_back(miras: Client, moves: list[Ticket]) -> None:
    html = html_of(miras, f"tickets/{moves[2].pk}/?tag=umzug&tag=&priority=2")
    assert people_in(html)[:2] == ["Person 4", "Person 2"]
    assert f'href="/workspace/?tag=umzug&amp;priority=2#t{moves[2].pk}"' in html


def test_what_the_form_sends_becomes_the_address_that_names_the_list(
    miras: Client, moves: list[Ticket], ticket: Ticket, kim_address: Address
) -> None:
    sent = "?view=team&text=&customer=&team=&assignee=me&topic=&tag=umzug%2C+eilig&waits=24h&status=new"
    answer = miras.get(f"/workspace/{sent}")
    assert pairs_of(answer.headers["Location"]) == [
        ("view", "team"), ("status", "new"), ("assignee", "me"), ("tag", "umzug"), ("tag", "eilig"), ("waits", "24h"),
    ]  # fmt: skip
    answer = miras.get("/workspace/?customer=KIM@example.org&team=")
    assert pairs_of(answer.headers["Location"]) == [("person", str(kim_address.person_id))]
    answer = miras.get("/workspace/?customer=Niemand&team=")
    assert pairs_of(answer.headers["Location"]) == [("text", "Niemand")]
    assert miras.get("/workspace/?team=&tag=").headers["Location"] == "/workspace/?view=open"


def test_the_form_shows_what_is_chosen_and_keeps_what_it_has_no_field_for(miras_parts: Client, billing: Team) -> None:
    html = html_of(miras_parts, f"filter/?saved=&view=unplaced&tag=umzug&team={billing.pk}&team=none&mentioned=me")
    assert 'value="umzug"' in html
    for kept in (("view", "unplaced"), ("team", "none"), ("mentioned", "me")):
        assert '<input type="hidden" name="{}" value="{}">'.format(*kept) in html
    assert f'<option value="{billing.pk}" selected>' in html


def test_a_customer_is_named_only_to_those_who_may_know_them(
    miras: Client, mira: Agent, ticket: Ticket, now: datetime
) -> None:
    path = f"?person={ticket.person_id}"
    assert [text for text, _href in chips_in(html_of(miras, path))] == ["Kundschaft: Kim Berger"]
    mira.role.permissions = [code for code in mira.role.permissions if code != "customer.read"]
    mira.role.save()
    assert "Kim Berger" not in html_of(miras, path)
    answer = miras.get("/workspace/?customer=kim@example.org&team=")
    assert pairs_of(answer.headers["Location"]) == [("text", "kim@example.org")]


def test_who_is_a_customer_of_others_is_not_told_by_the_address(
    toms: Client, miras: Client, kim: Person, ticket: Ticket, now: datetime
) -> None:
    house = customers.put_into_organisation(kim, name="B\u00e4ckerei Krume", actor=SYSTEM, at=now).organisation
    assert house is not None
    for asked, own in (
        ("kim@example.org", ("person", str(kim.pk))),
        ("Kim Berger", ("person", str(kim.pk))),
        ("B\u00e4ckerei Krume", ("organisation", str(house.pk))),
    ):
        answers = [client.get("/workspace/", {"customer": asked, "team": ""}) for client in (miras, toms)]
        assert [pairs_of(one.headers["Location"]) for one in answers] == [[own], [("text", asked)]]
    path = f"?organisation={house.pk}"
    assert [text for text, _href in chips_in(html_of(miras, path))] == ["Organisation: B\u00e4ckerei Krume"]
    assert "B\u00e4ckerei Krume" not in html_of(toms, path)
    assert "B\u00e4ckerei Krume" not in html_of(toms, "organisations/")


def test_a_list_that_was_broken_off_says_so_and_goes_on(
    miras: Client, moves: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOKED_AT", 1)
    monkeypatch.setattr(looking, "FEWEST", 2)
    html = html_of(miras, "?view=team&priority=4")
    assert people_in(html) == []
    assert "Weiter hinten können noch passende stehen" in html
    found: list[str] = []
    while further := re.search(r'href="([^"]*)" rel="next"', html):
        html = miras.get(unescape(further[1])).content.decode()
        found += people_in(html)
    assert found == ["Person 0"]


def test_a_view_is_shown_before_it_is_saved_and_then_stands_in_the_rail(
    miras: Client, mira: Agent, moves: list[Ticket]
) -> None:
    html = html_of(miras, "views/new/?tag=umzug&order=waiting")
    assert "3 Vorgänge, die Sie sehen dürfen" in html
    assert people_in(html) == ["Person 0", "Person 2", "Person 4"]
    form = {"name": "Umzüge", "symbol": "star", "order": "waiting", "reach": "own"}
    answer = miras.post("/workspace/views/new/?tag=umzug", form)
    view = SavedView.objects.get()
    assert answer.headers["Location"] == f"/workspace/?saved={view.pk}"
    assert (view.filter, view.order, view.owner, view.reach) == ({"tag": ["umzug"]}, "waiting", mira, "own")
    html = html_of(miras, f"?saved={view.pk}")
    assert people_in(html) == ["Person 0", "Person 2", "Person 4"]
    assert '<h1 id="list-title">Umzüge</h1>' in html


def test_a_saved_view_that_is_shown_differently_can_be_saved_so_or_left(
    miras: Client, mira: Agent, moves: list[Ticket], now: datetime
) -> None:
    view = saved(mira, now)
    html = html_of(miras, f"?saved={view.pk}")
    assert chips_in(html) == [("Schlagwort: umzug", "/workspace/?view=open")]
    assert "Änderung verwerfen" not in html
    html = html_of(miras, f"?saved={view.pk}&tag=umzug&priority=4")
    assert people_in(html) == ["Person 0"]
    assert "Änderung verwerfen" in html
    form = {"name": "Dringend", "symbol": "warning", "order": "newest", "reach": "all"}
    miras.post(f"/workspace/views/{view.pk}/?tag=umzug&priority=4", form)
    view.refresh_from_db()
    kept = (view.name, view.symbol, view.reach, view.filter)
    assert kept == ("Dringend", "warning", "all", {"tag": ["umzug"], "priority": ["4"]})


def test_sharing_takes_a_right_and_anothers_own_view_is_not_there(
    miras: Client, toms: Client, mira: Agent, billing: Team, now: datetime
) -> None:
    view = saved(mira, now)
    assert toms.get(f"/workspace/views/{view.pk}/").status_code == 404
    assert "Umzüge" not in html_of(toms, "views/")
    assert '<h1 id="list-title">Meine</h1>' in html_of(toms, f"?saved={view.pk}")
    form = {"name": "Umzüge", "symbol": "tag", "order": "newest", "reach": "team"}
    assert "Bitte sagen Sie, welches Team." in miras.post(f"/workspace/views/{view.pk}/", form).content.decode()
    mira.role.permissions = [code for code in mira.role.permissions if code != "view.share"]
    mira.role.save()
    miras.post(f"/workspace/views/{view.pk}/", form | {"reach": "all"})
    view.refresh_from_db()
    assert view.reach == "own"


def test_views_change_places_and_are_deleted(miras: Client, mira: Agent, now: datetime) -> None:
    first, second = saved(mira, now, name="Erste"), saved(mira, now, name="Zweite")
    miras.post(f"/workspace/views/{second.pk}/move/", {"to": "up"})
    miras.post(f"/workspace/views/{second.pk}/move/", {"to": "up"})  # further up there is nothing
    assert list(SavedView.objects.order_by("place").values_list("name", flat=True)) == ["Zweite", "Erste"]
    miras.post(f"/workspace/views/{first.pk}/delete/")
    assert "Die Ansicht „Erste“ ist gelöscht." in html_of(miras, "views/")
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Zweite"]


def test_the_rail_counts_for_itself_and_remembers(
    miras: Client, mira: Agent, moves: list[Ticket], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = saved(mira, now)
    saved(mira, now, name="Garten", wanted=Filter(tag=("garten",)))
    assert 'hx-trigger="load, ' in html_of(miras, "?view=team")
    counted = html_of(miras, f"rail/?saved={view.pk}")
    assert re.findall(r'class="count">(\d+)<', counted) == ["3"]
    assert re.search(rf'href="/workspace/\?saved={view.pk}" aria-current="page" data-key="g 1"', counted)
    assert 'title="Garten (g 2)" class="is-quiet"' in counted
    assert re.findall(r'class="count">(\d+)<', html_of(miras, "?view=team").split('id="saved"')[1]) == ["3"]
    actions.resolve(moves[0], actor=SYSTEM, at=now)
    assert 'class="count">3<' in html_of(miras, "rail/")  # it is a moment old
    monkeypatch.setattr(rail, "FRESH", 0)
    assert 'class="count">2<' in html_of(miras, "rail/")


def chosen(*tickets: Ticket) -> list[str]:
    return [f"{ticket.pk}-{ticket.version}" for ticket in tickets]


def test_what_would_change_is_shown_then_done_and_then_taken_back(
    miras_parts: Client, mira: Agent, moves: list[Ticket], technics: Team
) -> None:
    form: dict[str, Any] = {"ticket": chosen(*moves[:2]), "priority": "4", "again": "yes", "back": "view=team"}
    html = miras_parts.post("/workspace/many/", form).content.decode()
    assert "bleibt: ist schon so" in html
    assert re.search(r"normal</del>.*dringend</ins>", html, re.DOTALL)
    (confirmed,) = re.findall(r'name="do" value="([^"]*)"', html)
    assert set(Ticket.objects.values_list("pk", "priority")) == {(one.pk, one.priority) for one in moves}
    done = miras_parts.post("/workspace/many/", form | {"do": unescape(confirmed)}).content.decode()
    assert "1 Vorgang ist geändert." in done
    assert "bleibt: ist schon so" in done
    assert 'href="/workspace/?view=team"' in done
    made = BulkChange.objects.get()
    assert Ticket.objects.get(pk=moves[1].pk).priority == 4
    undone = miras_parts.post(f"/workspace/many/{made.pk}/undo/", {"back": "view=team"}).content.decode()
    assert "1 Vorgang ist wieder wie vorher." in undone
    assert Ticket.objects.get(pk=moves[1].pk).priority == 2


def test_what_was_not_shown_is_not_done(miras_parts: Client, moves: list[Ticket]) -> None:
    form = {"ticket": chosen(moves[1]), "priority": "4", "status": "resolved"}
    shown = "team=&assignee=&status=&priority=4&topic=&add=&remove=&until="
    html = miras_parts.post("/workspace/many/", form | {"do": shown}).content.decode()
    assert "1 Vorgang ändern" in html
    assert (Ticket.objects.get(pk=moves[1].pk).priority, BulkChange.objects.count()) == (2, 0)


def test_who_changed_it_meanwhile_keeps_it(miras_parts: Client, moves: list[Ticket], now: datetime) -> None:
    form: dict[str, Any] = {"ticket": chosen(moves[1]), "topic": "strom"}
    actions.change(moves[1], Change(subject="Anders"), actor=SYSTEM, at=now)
    html = miras_parts.post("/workspace/many/", form).content.decode()
    assert "jemand hat ihn inzwischen geändert" in html


@pytest.mark.parametrize("form", [{"team": "99999"}, {"team": "x"}, {"status": "gone"}, {"priority": "7"}])
def test_unknown_choices_are_not_found(miras: Client, moves: list[Ticket], form: dict[str, str]) -> None:
    assert miras.post("/workspace/many/", {"ticket": chosen(moves[0])} | form).status_code == 404


def test_only_ones_own_change_can_be_taken_back(
    miras_parts: Client, toms: Client, mira: Agent, moves: list[Ticket], now: datetime
) -> None:
    made = BulkChange.objects.create(agent=mira, made_at=now, items=[])
    assert toms.post(f"/workspace/many/{made.pk}/undo/").status_code == 404


def test_a_concern_is_pinned_and_unpinned(miras: Client, miras_parts: Client, ticket: Ticket) -> None:
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/pin/", {"pinned": "yes"}).content.decode()
    assert 'aria-pressed="true"' in html
    assert 'id="pins" hx-swap-oob="true"' in html
    assert f'href="/workspace/tickets/{ticket.pk}/" title="#{ticket.pk} Abschlag"' in html_of(miras, "")
    answer = miras.post(f"/workspace/tickets/{ticket.pk}/pin/", {"pinned": "no"})
    assert answer.headers["Location"] == f"/workspace/tickets/{ticket.pk}/"
    assert Pin.objects.count() == 0


def test_a_line_says_what_was_promised_and_what_is_due(miras: Client, ticket: Ticket, mira: Agent) -> None:
    at = clock.now()
    Ticket.objects.filter(pk=ticket.pk).update(
        promised_for=at - timedelta(hours=1), due_at=at + timedelta(hours=1), due_for="first"
    )
    html = html_of(miras, "?view=promised")
    assert re.search(r'badge-broken">.*?zugesagt für ', html, re.DOTALL)
    assert re.search(r'badge-waiting">.*?fällig ', html, re.DOTALL)
    until = at + timedelta(days=3)
    Ticket.objects.filter(pk=ticket.pk).update(snoozed_until=until, snoozed_by=mira)
    assert people_in(html_of(miras, "?view=snoozed")) == ["Kim Berger"]
    assert people_in(html_of(miras, "?view=team")) == []
