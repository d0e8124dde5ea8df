"""What a ticket is can be changed: each thing with its event, nothing twice, and no stale screen wins."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Link, Ticket

HOUR = timedelta(hours=1)


def told(ticket: Ticket) -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", "data")
    return list(rows)[3:]  # opened, received, and moved to billing


@pytest.mark.parametrize(
    ("wanted", "kept", "verb", "data"),
    [
        (Change(status="open"), {"status": "open"}, "ticket.status_changed", {"to": "open", "was": "new"}),
        (
            Change(status="waiting_internal"),
            {"status": "waiting_internal"},
            "ticket.status_changed",
            {"to": "waiting_internal", "was": "new"},
        ),
        (Change(status="resolved"), {"status": "resolved"}, "ticket.resolved", {"was": "new"}),
        (Change(status="closed"), {"status": "closed"}, "ticket.closed", {"was": "new"}),
        (Change(priority=4), {"priority": 4}, "ticket.priority_changed", {"to": 4, "was": 2}),
        (
            Change(topic="Zähler Stand!"),
            {"topic": "zähler-stand"},
            "ticket.topic_changed",
            {"to": "zähler-stand", "was": None},
        ),
        (
            Change(tags=["Eilig", "eilig ", "Zähler  defekt", "!?"]),
            {"tags": ["eilig", "zähler-defekt"]},
            "ticket.tagged",
            {"added": ["eilig", "zähler-defekt"], "removed": []},
        ),
        (Change(subject=" Abschlag \n zu hoch "), {"subject": "Abschlag zu hoch"}, "ticket.subject_changed", {}),
    ],
)
def test_each_change_is_kept_and_told_once(
    ticket: Ticket, now: datetime, wanted: Change, kept: dict[str, Any], verb: str, data: dict[str, Any]
) -> None:
    for _ in range(2):
        changed = tickets.change(ticket, wanted, actor=SYSTEM, at=now + HOUR)
    stored = Ticket.objects.get(pk=ticket.pk)
    assert {name: getattr(stored, name) for name in kept} == kept
    assert told(ticket) == [(verb, data)]
    assert (changed.version, stored.version) == (ticket.version + 1, ticket.version + 1)


def test_several_things_change_together_each_with_its_event(
    ticket: Ticket, tom: Agent, technics: Team, now: datetime
) -> None:
    wanted = Change(team=technics, assignee=tom, status="open", priority=3)
    after = tickets.change(ticket, wanted, actor=SYSTEM, at=now, expected_version=ticket.version)
    assert (after.team, after.assignee, after.responsible, after.status) == (technics, tom, tom, "open")
    assert [verb for verb, _data in told(ticket)] == [
        "ticket.moved",
        "ticket.assigned",
        "ticket.status_changed",
        "ticket.priority_changed",
    ]
    assert after.version == ticket.version + 1


def test_it_can_be_given_to_nobody_and_the_responsible_person_stays(ticket: Ticket, mira: Agent, now: datetime) -> None:
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    tickets.change(ticket, Change(assignee=None, team=None), actor=SYSTEM, at=now)
    after = Ticket.objects.get()
    assert (after.assignee, after.team, after.responsible) == (None, None, mira)
    team = f"team:{ticket.team_id}"
    assert told(ticket)[1:] == [
        ("ticket.moved", {"to": None, "was": team}),
        ("ticket.assigned", {"to": None, "was": f"agent:{mira.pk}"}),
    ]


@pytest.mark.parametrize("wanted", [Change(status="gone"), Change(status=""), Change(priority=0), Change(priority=5)])
def test_what_does_not_exist_is_refused_and_nothing_of_the_change_stays(
    ticket: Ticket, technics: Team, now: datetime, wanted: Change
) -> None:
    from_elsewhere = Change(team=technics, status=wanted.status, priority=wanted.priority)
    with pytest.raises(tickets.UnknownChoice):
        tickets.change(ticket, from_elsewhere, actor=SYSTEM, at=now)
    assert Ticket.objects.get().team == ticket.team
    assert told(ticket) == []


def test_a_stale_screen_is_refused_with_the_present_version(ticket: Ticket, now: datetime) -> None:
    tickets.change(ticket, Change(priority=3), actor=SYSTEM, at=now)
    with pytest.raises(tickets.Changed) as refused:
        tickets.change(ticket, Change(priority=1), actor=SYSTEM, at=now, expected_version=ticket.version)
    assert (refused.value.version, Ticket.objects.get().priority) == (ticket.version + 1, 3)
    assert [verb for verb, _data in told(ticket)] == ["ticket.priority_changed"]


def test_resolving_and_closing_keep_their_times_and_reopening_forgets_them(ticket: Ticket, now: datetime) -> None:
    assert tickets.resolve(ticket, actor=SYSTEM, at=now).waiting_since is None
    closed = tickets.change(ticket, Change(status="closed"), actor=SYSTEM, at=now + HOUR)
    assert (closed.resolved_at, closed.closed_at) == (now, now + HOUR)
    opened = tickets.reopen(closed, actor=SYSTEM, at=now + 2 * HOUR)
    assert (opened.status, opened.resolved_at, opened.closed_at, opened.waiting_since) == ("open", None, None, None)
    assert tickets.reopen(opened, actor=SYSTEM, at=now + 3 * HOUR) == opened
    assert [verb for verb, _data in told(ticket)] == ["ticket.resolved", "ticket.closed", "ticket.reopened"]


def test_when_the_customer_opens_it_again_the_customer_waits(
    ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    done = tickets.resolve(ticket, actor=SYSTEM, at=now)
    opened = tickets.reopen(done, actor=Actor.person(kim_address.person_id), at=now + HOUR)
    assert opened.waiting_since == now + HOUR


@pytest.mark.parametrize(("status", "waits"), [("open", True), ("waiting_internal", True), ("waiting_customer", False)])
def test_when_an_agent_thinks_better_of_it_who_got_no_answer_still_waits(
    ticket: Ticket, mira: Agent, now: datetime, status: str, waits: bool
) -> None:
    agent = Actor.agent(mira.pk)
    done = tickets.resolve(ticket, actor=agent, at=now + HOUR)
    opened = tickets.change(done, Change(status=status), actor=agent, at=now + 2 * HOUR)
    assert opened.waiting_since == (now if waits else None)
    tickets.reply(opened, Answer("Wir prüfen das."), actor=agent, at=now + 3 * HOUR, status="resolved")
    assert tickets.reopen(opened, actor=agent, at=now + 4 * HOUR).waiting_since is None


def test_tags_are_replaced_and_the_difference_is_told(ticket: Ticket, now: datetime) -> None:
    tickets.change(ticket, Change(tags=["a", "b"]), actor=SYSTEM, at=now)
    tickets.change(ticket, Change(tags=["b", "c"]), actor=SYSTEM, at=now)
    tickets.change(ticket, Change(tags=["C", "b"]), actor=SYSTEM, at=now)
    assert told(ticket)[1:] == [("ticket.tagged", {"added": ["c"], "removed": ["a"]})]


def test_two_tickets_are_linked_once_and_never_with_themselves(
    ticket: Ticket, open_ticket: Any, kim_address: Address, now: datetime
) -> None:
    other = open_ticket(kim_address)
    for _ in range(2):
        tickets.link(ticket, other, kind="follow_up", actor=SYSTEM, at=now)
    assert Link.objects.count() == 1
    assert told(ticket) == [("ticket.linked", {"other": f"ticket:{other.pk}", "kind": "follow_up"})]
