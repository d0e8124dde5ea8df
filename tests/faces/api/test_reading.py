from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal import tail
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket


def test_a_search_finds_the_ticket_and_shows_the_place(
    program, mira: Agent, open_ticket: Callable[..., Ticket], kim_address: Address, run_pipeline: Callable[[], int]
):
    wanted = open_ticket(kim_address, text="Guten Tag. Der Zählerstand der alten Wohnung fehlt noch. Viele Grüße")
    open_ticket(kim_address, text="Wann kommt der Techniker?")
    run_pipeline()
    page = program(mira).get("/search", q="Zählerstände").json()
    assert [found["ticket"]["number"] for found in page["items"]] == [wanted.pk]
    assert [piece["text"] for piece in page["items"][0]["passage"] if piece["match"]] == ["Zählerstand"]
    assert page["next"] is None


def test_a_search_finds_only_what_the_agent_may_see(
    program, tom: Agent, mira: Agent, ticket: Ticket, run_pipeline: Callable[[], int]
):
    run_pipeline()
    assert program(tom).get("/search", q="Abschlag").json()["items"] == []
    assert len(program(mira).get("/search", q="Abschlag").json()["items"]) == 1


def test_a_search_for_a_number_finds_that_ticket(program, mira: Agent, tom: Agent, ticket: Ticket):
    for text in (str(ticket.pk), f"#{ticket.pk}"):
        assert [found["ticket"]["number"] for found in program(mira).get("/search", q=text).json()["items"]] == [
            ticket.pk
        ]
        assert program(tom).get("/search", q=text).json()["items"] == []


def test_pages_of_a_search_follow_each_other(
    program,
    mira: Agent,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    run_pipeline: Callable[[], int],
    now: datetime,
):
    made = [
        open_ticket(kim_address, text="Meine Rechnung", at=now + timedelta(minutes=number)).pk for number in range(5)
    ]
    run_pipeline()
    reader = program(mira)
    first = reader.get("/search", q="Rechnung", limit=3).json()
    rest = reader.get("/search", q="Rechnung", limit=3, cursor=first["next"]).json()
    seen = [found["ticket"]["number"] for found in first["items"] + rest["items"]]
    assert (seen, rest["next"]) == (made[::-1], None)


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 401}, {"q": "x", "cursor": "2"}, {"q": "x", "limit": 0}])
def test_a_search_that_is_not_valid_is_refused(program, problem, mira: Agent, query: dict[str, str]):
    assert problem(program(mira).get("/search", **query))[:2] == (422, "invalid")


@pytest.mark.parametrize("text", ["\x00", "'", "\\", "!!", '"', ":*", "und", "a & b | !c", "%", "💡"])
def test_any_text_can_be_searched_for(program, mira: Agent, ticket: Ticket, text: str):
    assert program(mira).get("/search", q=text).status_code in (200, 422)


def test_the_journal_is_read_in_order_and_only_as_far_as_it_is_sealed(program, admin: Agent, ticket: Ticket):
    reader = program(admin)
    tail.seal_all()
    sealed = Event.objects.count()
    actions.resolve(ticket, actor=SYSTEM, at=ticket.updated_at)
    page = reader.get("/events").json()
    assert [event["position"] for event in page["items"]] == list(range(1, sealed + 1))
    assert (page["next"], page["head"]) == (None, sealed)


def test_an_event_is_shown_with_all_that_its_hash_covers(program, admin: Agent, ticket: Ticket):
    reader = program(admin)
    tail.seal_all()
    event = Event.objects.get(verb="ticket.opened")
    shown = next(each for each in reader.get("/events").json()["items"] if each["verb"] == "ticket.opened")
    assert shown == {
        "position": event.position,
        "at": "2026-11-16T09:00:00+00:00",
        "verb": "ticket.opened",
        "subject": f"ticket:{ticket.pk}",
        "actor": f"person:{ticket.person_id}",
        "because": None,
        "data": {"channel": "email", "person": f"person:{ticket.person_id}"},
        "hash": bytes(event.hash).hex(),
    }


def test_pages_of_the_journal_follow_each_other(program, admin: Agent, ticket: Ticket, technics: Team):
    reader = program(admin)
    tail.seal_all()
    after, seen = 0, []
    while after is not None:
        page = reader.get("/events", after=after, limit=4).json()
        seen += [event["position"] for event in page["items"]]
        after = page["next"]
    assert seen == list(range(1, Event.objects.count() + 1))


@pytest.mark.parametrize("query", [{"after": -1}, {"after": 2**63}, {"after": "x"}, {"limit": 0}, {"limit": 1001}])
def test_a_place_in_the_journal_that_cannot_be_is_refused(program, problem, admin: Agent, query: dict[str, str]):
    assert problem(program(admin).get("/events", **query))[:2] == (422, "invalid")


def test_after_the_newest_there_is_nothing_yet(program, admin: Agent):
    reader = program(admin)
    tail.seal_all()
    head = Event.objects.count()
    assert reader.get("/events", after=head).json() == {"items": [], "next": None, "head": head}
