"""A search within filters: each of them, all together, and never more than somebody may see."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.search import queries
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, lists, operators
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.lanes import everything
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.search import FoundPage, matching, search
from anliegen.records.tickets.view_filters import Filter

Open = Callable[..., Ticket]
Run = Callable[[], int]
DAY = timedelta(days=1)
PDF = File(filename="Rechnung.pdf", content_type="application/pdf", size=9, sha256="0" * 64)


@pytest.fixture
def leo(ticket: Ticket, now: datetime) -> Address:
    return customers.meet(kind="email", value="leo@example.net", name="Leo Ott-Berger", actor=SYSTEM, at=now)


@pytest.fixture
def house(
    ticket: Ticket, leo: Address, open_ticket: Open, mira: Agent, technics: Team, billing: Team, now: datetime,
    run_pipeline: Run, monkeypatch: pytest.MonkeyPatch,
) -> dict[str, int]:  # fmt: skip
    """Kim's with billing, open, tagged; Leo's letter with billing and Mira, resolved; Leo's second with technics."""
    as_mira = Actor.agent(mira.pk)
    change = actions.Change(tags=["umzug"], topic="abschlag")
    actions.change(ticket, change, actor=as_mira, at=now)
    letter = open_ticket(leo, text="Der Zähler ist kaputt.", channel="letter", at=now + DAY, files=(PDF,))
    given = actions.Change(team=billing, assignee=mira, status="resolved")
    actions.change(letter, given, actor=as_mira, at=now + DAY)
    actions.write_note(letter, text="Der Zähler wird getauscht.", actor=as_mira, at=now + 2 * DAY)
    far = open_ticket(leo, text="Der Zähler surrt.", at=now + 3 * DAY)
    actions.assign(far, to=technics, actor=SYSTEM, at=now + 3 * DAY)
    run_pipeline()
    monkeypatch.setattr(clock, "now", lambda: now + 4 * DAY)
    return {"kim": ticket.pk, "letter": letter.pk, "far": far.pk}


def names(page: FoundPage, house: dict[str, int]) -> list[str]:
    by_number = {number: name for name, number in house.items()}
    return [by_number[found.ticket.pk] for found in page.items]


# To make the house takes far longer than to look for something in it, so what only looks shares one.
FOUND = [
    ("status:offen", ["far", "kim"]),
    ("status:gelöst", ["letter"]),
    ("status:done", ["letter"]),
    ("status:neu Zähler", ["far"]),
    ("team:abrechnung", ["letter", "kim"]),
    ("team:Tech", ["far"]),
    ("zuständig:mira", ["letter"]),
    ("zuständig:Yilmaz", ["letter"]),
    ("zuständig:niemand", ["far", "kim"]),
    ("kanal:brief", ["letter"]),
    ("thema:Abschlag", ["kim"]),
    ("tag:Umzug", ["kim"]),
    ("tag:unbekannt", []),
    ("von:kim", ["kim"]),
    ("von:berger", ["far", "letter", "kim"]),
    ("von:leo@example.net", ["far", "letter"]),
    ("von:leo@", ["far", "letter"]),
    ("seit:2026-11-18", ["far", "letter"]),
    ("bis:2026-11-17", ["letter", "kim"]),
    ("seit:17.11. bis:17.11.", ["letter"]),
    ("hat:anhang", ["letter"]),
    ("nur:notizen", ["letter"]),
    ("nur:notizen Zähler", ["letter"]),
    ("nur:nachrichten Zähler", ["far", "letter"]),
    ("Zähler status:offen", ["far"]),
    ("Zähler status:offen tag:umzug", []),
    ("status:offen farbe:rot", []),
]


def test_each_filter_finds_its_own(admin: Agent, house: dict[str, int], subtests: pytest.Subtests):
    for text, found in FOUND:
        with subtests.test(text=text):
            assert names(search(admin, text), house) == found
            assert sorted(matching(admin, text).values_list("pk", flat=True)) == sorted(house[name] for name in found)


WRONG = "status:lila team:mars zuständig:xaver kanal:taube von:nemo@ von:und seit:bald hat:hut nur:x"


def test_a_value_that_names_nothing_finds_nothing(admin: Agent, house: dict[str, int], subtests: pytest.Subtests):
    for text in WRONG.split():
        with subtests.test(text=text):
            page = search(admin, text)
            assert (page.items, page.older, [one.piece for one in page.wrong]) == ([], None, [text])
            assert list(matching(admin, text)) == []


def test_me_and_mine_are_the_ones_who_ask(mira: Agent, tom: Agent, house: dict[str, int]):
    assert names(search(mira, "zuständig:ich"), house) == ["letter"]
    assert names(search(tom, "assignee:me"), house) == []
    assert names(search(tom, "team:meins"), house) == ["far"]


def test_nobody_finds_more_than_they_may_see(
    admin: Agent, mira: Agent, tom: Agent, house: dict[str, int], now: datetime
):
    for text in ("von:leo", "Zähler status:fertig", "hat:anhang", "nur:notizen", "seit:7t", "team:abrechnung"):
        assert set(names(search(tom, text), house)) <= {"far"}
        assert set(matching(tom, text).values_list("pk", flat=True)) <= {house["far"]}
    assert names(search(mira, "Zähler hat:anhang"), house) == ["letter"]
    tom.role = accounts.change(tom.role, actor=SYSTEM, at=now, permissions=["ticket.reply"])
    assert search(tom, "status:offen") == FoundPage([], None)
    assert list(matching(tom, "status:offen")) == []


def test_who_may_not_read_customers_finds_nobody_by_name(
    admin: Agent, tom: Agent, house: dict[str, int], now: datetime
):
    tom.role = accounts.change(tom.role, actor=SYSTEM, at=now, permissions=["ticket.read"])
    assert search(tom, "von:leo").items == []


@pytest.mark.parametrize(
    "text", ["Leo", "leo ott-berger", '"Leo Ott"', "Ott Zähler", "Berger status:offen", "Zähler Leo nur:nachrichten"]
)
def test_nor_by_a_name_that_is_typed_as_a_word(
    admin: Agent, mira: Agent, house: dict[str, int], now: datetime, text: str
):
    assert search(admin, text).items
    mira.role = accounts.change(mira.role, actor=SYSTEM, at=now, permissions=["ticket.read"], sees_all_teams=True)
    assert search(mira, text).items == []
    assert search(mira, text, unfinished=True).items == []
    assert list(matching(mira, text)) == []
    assert list(listed(mira, text)) == []
    assert listed(admin, operators.parse(text).words or text)


def test_but_by_what_was_said_in_the_subject_in_the_text_and_in_notes(
    admin: Agent, mira: Agent, house: dict[str, int], ticket: Ticket, now: datetime, run_pipeline: Run
):
    actions.write_note(ticket, text="Frau Ottmeier rief an.", actor=Actor.agent(mira.pk), at=now)
    mira.role = accounts.change(mira.role, actor=SYSTEM, at=now, permissions=["ticket.read"], sees_all_teams=True)
    run_pipeline()
    assert names(search(mira, "Ottmeier"), house) == names(search(mira, "Ottm", unfinished=True), house) == ["kim"]
    assert names(search(mira, "Abschlag"), house) == names(search(admin, "Abschlag"), house) != []
    assert names(search(mira, '"Zähler surrt"'), house) == ["far"]
    assert listed(mira, "Zähler") == [house["far"]]


def listed(agent: Agent, text: str) -> list[int]:
    """What a list that is narrowed by these words holds, all of it and as a page shows it."""
    wanted = Filter.read({"text": [text]})
    whole = sorted(everything(agent, wanted, clock.now()).values_list("pk", flat=True))
    shown = lists.page(agent, wanted).items
    assert sorted(one.pk for one in shown) == whole
    return whole


def test_what_is_put_aside_is_found(admin: Agent, mira: Agent, ticket: Ticket, house: dict[str, int], now: datetime):
    actions.snooze(ticket, until=now + 9 * DAY, actor=Actor.agent(mira.pk), at=now)
    assert names(search(admin, "status:wiedervorlage"), house) == ["kim"]


def test_the_passage_is_of_the_row_that_fits(admin: Agent, house: dict[str, int]):
    (found,) = search(admin, "zähler nur:nachrichten status:fertig").items
    assert found.passage == [("Der ", False), ("Zähler", True), (" ist kaputt.", False)]


def test_pages_join_without_gap_or_double_however_looking_is_cut(
    admin: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime, monkeypatch: Any
):
    made = []
    for number in range(40):
        one = open_ticket(kim_address, text="Rechnung", at=now + timedelta(minutes=number))
        if number % 8 == 0:
            actions.change(one, actions.Change(priority=3, topic="heizung"), actor=SYSTEM, at=now)
            made.append(one.pk)
    run_pipeline()
    monkeypatch.setattr(queries, "FIRST_LOOK", 10)
    monkeypatch.setattr(queries, "FURTHEST_LOOK", 15)
    monkeypatch.setattr(queries, "FEW_BY_WORDS", -1)
    cursor, seen, cuts = None, [], 0
    while True:
        page = search(admin, "Rechnung thema:heizung", limit=2, cursor=cursor)
        seen += [found.ticket.pk for found in page.items]
        cuts += page.cut_at is not None
        if (cursor := page.older) is None:
            break
    assert seen == made[::-1]
    assert cuts > 0


CALLED = [
    ("berger", ["far", "letter", "kim"]),
    ('"Kim Ber"', ["kim"]),
    ("KIM@", ["kim"]),
    ('"ott berger"', ["far", "letter"]),
    ("Ott-Berger", ["far", "letter"]),
    ("nemo", []),
]


def test_customers_are_known_by_what_people_call_them(admin: Agent, house: dict[str, int], subtests: pytest.Subtests):
    for said, found in CALLED:
        with subtests.test(said=said):
            assert names(search(admin, f"von:{said}"), house) == found


def test_a_hostile_name_is_only_a_name(admin: Agent, house: dict[str, int], subtests: pytest.Subtests):
    for said in ("'", "\\", "%", "a' | 'b", "x':*", "\\'", "('a' & 'b')"):
        with subtests.test(said=said):
            assert names(search(admin, f'von:"{said}"'), house) == []


def test_an_answer_is_not_the_customers_words(admin: Agent, mira: Agent, house: dict[str, int], run_pipeline: Run, now):
    answer = Answer("Der Zähler, Frau Berger, kommt.")
    actions.reply(Ticket.objects.get(pk=house["kim"]), answer, actor=Actor.agent(mira.pk), at=now + 5 * DAY)
    run_pipeline()
    assert names(search(admin, "Zähler von:kim"), house) == []
    assert names(search(admin, "Abschlag von:kim"), house) == ["kim"]
