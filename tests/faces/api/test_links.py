"""What tickets have to do with each other, for programs."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Link, Problem, Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def other(open_ticket: Open, kim_address: Address, billing: Team, now: datetime) -> Ticket:
    made = open_ticket(kim_address, subject="Kein Strom", at=now + timedelta(hours=1))
    return actions.assign(made, to=billing, actor=SYSTEM, at=now)


@pytest.fixture
def foreign(open_ticket: Open, kim_address: Address, technics: Team, now: datetime) -> Ticket:
    """What only the technicians see."""
    return actions.assign(open_ticket(kim_address), to=technics, actor=SYSTEM, at=now)


def path(ticket: Ticket, link: int | None = None) -> str:
    return f"/tickets/{ticket.pk}/links" + (f"/{link}" if link else "")


@pytest.mark.parametrize("kind", ["relates", "parent", "duplicate", "follow_up", "problem"])
def test_a_link_is_said_read_from_either_side_and_taken_away(
    program, mira: Agent, ticket: Ticket, other: Ticket, kind: str
):
    bot = program(mira)
    made = bot.post(path(ticket), {"kind": kind, "other": other.pk})
    row = Link.objects.get()
    said = {"id": f"link:{row.pk}", "kind": kind, "ticket": ticket.pk, "other": other.pk}
    assert (made.status_code, made.json()) == (201, said)
    at = row.created_at.isoformat()
    here = said | {"subject": "Kein Strom", "status": "new", "created_at": at}
    there = said | {"subject": ticket.subject, "status": "new", "created_at": at}
    assert bot.get(path(ticket)).json() == {"items": [here], "next": None}
    assert bot.get(path(other)).json() == {"items": [there], "next": None}
    gone = bot.send("DELETE", path(other, row.pk))
    assert (gone.status_code, gone.json()) == (200, said)
    assert not Link.objects.exists()
    told = Event.objects.filter(verb__in=("ticket.linked", "ticket.link_removed")).order_by("id")
    assert [(event.verb, event.actor) for event in told] == [
        ("ticket.linked", f"agent:{mira.pk}"),
        ("ticket.link_removed", f"agent:{mira.pk}"),
    ]


def test_a_whole_says_of_its_part_what_the_part_would_say(program, mira: Agent, ticket: Ticket, other: Ticket):
    made = program(mira).post(path(ticket), {"kind": "child", "other": other.pk}).json()
    assert (made["kind"], made["ticket"], made["other"]) == ("parent", other.pk, ticket.pk)


def test_what_was_said_already_is_answered_with_the_link_there_is(program, mira: Agent, ticket: Ticket, other: Ticket):
    bot = program(mira)
    first = bot.post(path(ticket), {"kind": "relates", "other": other.pk})
    again = bot.post(path(other), {"kind": "relates", "other": ticket.pk})
    assert (again.status_code, again.json()) == (201, first.json())
    assert Event.objects.filter(verb="ticket.linked").count() == 1


def test_the_same_request_with_its_key_takes_effect_once(program, mira: Agent, ticket: Ticket, other: Ticket):
    bot, asked = program(mira), {"kind": "problem", "other": other.pk}
    first = bot.post(path(ticket), asked, Idempotency_Key="a")
    bot.send("DELETE", path(ticket, Link.objects.get().pk))
    again = bot.post(path(ticket), asked, Idempotency_Key="a")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert not Link.objects.exists()


def test_a_cause_becomes_a_problem_and_all_that_it_caused_is_read_page_by_page(
    program, mira: Agent, ticket: Ticket, other: Ticket, open_ticket: Open, kim_address: Address, now: datetime
):
    bot = program(mira)
    struck = [ticket, *(open_ticket(kim_address) for _one in range(2))]
    for one in struck:
        bot.post(path(one), {"kind": "problem", "other": other.pk})
    assert list(Problem.objects.values_list("ticket", "declared_by")) == [(other.pk, mira.pk)]
    first = bot.get(path(other), limit=2).json()
    rest = bot.get(path(other), limit=2, cursor=first["next"]).json()
    assert [one["ticket"] for one in first["items"] + rest["items"]] == [one.pk for one in reversed(struck)]
    assert (len(first["items"]), rest["next"]) == (2, None)


def test_what_cannot_be_linked_says_why(
    program, problem, mira: Agent, ticket: Ticket, other: Ticket, open_ticket: Open, kim_address: Address, now: datetime
):
    bot, third = program(mira), open_ticket(kim_address)

    def refused(one: Ticket, kind: str, another: Ticket) -> tuple[int, str, list[str]]:
        return problem(bot.post(path(one), {"kind": kind, "other": another.pk}))

    assert refused(ticket, "relates", ticket) == (422, "invalid", ["other"])
    actions.link(ticket, other, kind="parent", actor=SYSTEM, at=now)
    assert refused(other, "parent", ticket) == (409, "cannot-link", [])
    actions.link(ticket, other, kind="problem", actor=Actor.agent(mira.pk), at=now)
    assert refused(ticket, "problem", third) == (409, "cannot-link", [])  # it has a cause already
    assert refused(other, "problem", third) == (409, "cannot-link", [])  # a problem has none
    actions.join(third, ticket, actor=SYSTEM, at=now)
    assert refused(third, "relates", other) == (409, "joined", [])
    assert refused(ticket, "relates", third) == (409, "joined", [])
    assert Link.objects.count() == 2


@pytest.mark.parametrize("kind", ["maybe", "sibling", ""])
def test_nobody_but_the_program_itself_suspects(
    program, problem, mira: Agent, ticket: Ticket, other: Ticket, kind: str
):
    answer = program(mira).post(path(ticket), {"kind": kind, "other": other.pk})
    assert problem(answer) == (422, "invalid", ["kind"])
    actions.link(ticket, other, kind="maybe", actor=SYSTEM, at=ticket.created_at)
    assert [one["kind"] for one in program(mira).get(path(other)).json()["items"]] == ["maybe"]


def test_another_teams_ticket_does_not_exist_at_either_end(
    program, problem, mira: Agent, ticket: Ticket, foreign: Ticket, now: datetime
):
    row = actions.link(ticket, foreign, kind="relates", actor=SYSTEM, at=now)
    bot = program(mira)
    assert bot.get(path(ticket)).json() == {"items": [], "next": None}
    assert problem(bot.get(path(foreign)))[:2] == (404, "not-found")
    assert problem(bot.send("DELETE", path(ticket, row.pk)))[:2] == (404, "not-found")
    assert problem(bot.post(path(foreign), {"kind": "relates", "other": ticket.pk}))[:2] == (404, "not-found")
    asked = {"kind": "duplicate", "other": foreign.pk}
    assert problem(bot.post(path(ticket), asked)) == (422, "invalid", ["other"])
    assert list(Link.objects.values_list("pk", flat=True)) == [row.pk]


def test_a_link_is_found_only_at_its_own_tickets(
    program, problem, mira: Agent, ticket: Ticket, other: Ticket, open_ticket: Open, kim_address: Address, now: datetime
):
    third = open_ticket(kim_address)
    row = actions.link(ticket, other, kind="relates", actor=SYSTEM, at=now)
    assert problem(program(mira).send("DELETE", path(third, row.pk)))[:2] == (404, "not-found")
    assert Link.objects.count() == 1


def test_who_only_reads_links_nothing(program, problem, mira: Agent, ticket: Ticket, other: Ticket, now: datetime):
    mira.role.permissions = [code for code in mira.role.permissions if code != "ticket.change"]
    mira.role.save()
    row = actions.link(ticket, other, kind="relates", actor=SYSTEM, at=now)
    bot = program(mira)
    assert len(bot.get(path(ticket)).json()["items"]) == 1
    assert problem(bot.post(path(ticket), {"kind": "parent", "other": other.pk}))[:2] == (403, "not-allowed")
    assert problem(bot.send("DELETE", path(ticket, row.pk)))[:2] == (403, "not-allowed")
    assert Link.objects.count() == 1
