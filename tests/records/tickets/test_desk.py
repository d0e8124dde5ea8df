"""Saved views and pins: who sees them, who may change them, and what is told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, desk
from anliegen.records.tickets.models import Pin, SavedView, Ticket
from anliegen.records.tickets.view_filters import Filter

MOVES = Filter(tag=("umzug",))


def saved(owner: Agent, at: datetime, **fields: Any) -> SavedView:
    values = {"name": "Umzüge", "symbol": "tag", "wanted": MOVES, "order": "newest", "reach": "own", "team": None}
    return actions.create_view(owner=owner, actor=Actor.agent(owner.pk), at=at, **values | fields)


def told() -> list[tuple[str, str, dict[str, Any]]]:
    rows = Event.objects.filter(verb__startswith="view.").order_by("id")
    return [(event.verb, event.subject, event.data) for event in rows]


def names(agent: Agent) -> list[str]:
    return [view.name for view in desk.laid_out(agent).views]


def test_a_view_is_saved_changed_moved_and_deleted_and_each_is_told(mira: Agent, now: datetime) -> None:
    actor = Actor.agent(mira.pk)
    first, second = saved(mira, now), saved(mira, now, name="Zweite")
    one, two = f"savedview:{first.pk}", f"savedview:{second.pk}"
    values = {"symbol": "tag", "wanted": MOVES, "order": "newest", "reach": "own", "team": None}
    actions.change_view(first, name="Umzüge", **values, actor=actor, at=now)  # as it is: nothing to tell
    actions.change_view(first, name="Alle Umzüge", **values | {"wanted": Filter()}, actor=actor, at=now)
    actions.swap_views(second, first, actor=actor, at=now)
    assert names(mira) == ["Zweite", "Alle Umzüge"]
    actions.delete_view(second, actor=actor, at=now)
    assert names(mira) == ["Alle Umzüge"]
    assert told() == [
        ("view.created", one, {"reach": "own"}),
        ("view.created", two, {"reach": "own"}),
        ("view.changed", one, {"fields": ["name", "filter"]}),
        ("view.moved", two, {}),
        ("view.deleted", two, {}),
    ]


def test_ones_own_are_ones_own_and_shared_ones_stand_before_them(
    mira: Agent, tom: Agent, admin: Agent, billing: Team, technics: Team, now: datetime
) -> None:
    saved(mira, now, name="Miras")
    saved(tom, now, name="Toms")
    saved(admin, now, name="Alle", reach="all")
    saved(admin, now, name="Abrechnung", reach="team", team=billing)
    saved(admin, now, name="Technik", reach="team", team=technics)
    assert names(mira) == ["Alle", "Abrechnung", "Miras"]
    assert names(tom) == ["Alle", "Technik", "Toms"]
    assert names(admin) == ["Alle"]
    # Who sees all teams can look after the views of each.
    assert {view.name for view in desk.views_of(admin)} == {"Alle", "Abrechnung", "Technik"}


def test_what_others_see_takes_the_right_to_share(mira: Agent, tom: Agent, admin: Agent, now: datetime) -> None:
    own, shared = saved(mira, now), saved(admin, now, reach="all")
    assert (desk.may_change(mira, own), desk.may_change(tom, own)) == (True, False)
    assert desk.may_change(mira, shared)
    mira.role.permissions = [code for code in mira.role.permissions if code != "view.share"]
    assert (desk.may_change(mira, own), desk.may_change(mira, shared)) == (True, False)


def test_a_pin_stays_until_it_is_taken_away_and_is_ones_own(
    ticket: Ticket, mira: Agent, tom: Agent, technics: Team, now: datetime
) -> None:
    actor = Actor.agent(mira.pk)
    for _again in range(2):
        actions.pin(ticket, agent=mira, actor=actor, at=now)
    assert [pin.number for pin in desk.laid_out(mira).pins] == [ticket.pk]
    assert desk.laid_out(tom).pins == []
    actions.assign(ticket, to=technics, actor=SYSTEM, at=now)
    assert desk.laid_out(mira).pins == []  # not hers to see any more
    for _again in range(2):
        actions.unpin(ticket, agent=mira, actor=actor, at=now)
    assert Pin.objects.count() == 0
    events = Event.objects.filter(verb__startswith="agent.").exclude(verb="agent.created").order_by("id")
    assert [(one.verb, one.subject, one.data) for one in events] == [
        ("agent.pinned", f"agent:{mira.pk}", {"ticket": f"ticket:{ticket.pk}"}),
        ("agent.unpinned", f"agent:{mira.pk}", {"ticket": f"ticket:{ticket.pk}"}),
    ]


def test_a_pin_of_a_guest_is_there_as_long_as_they_take_part(
    ticket: Ticket, mira: Agent, tom: Agent, now: datetime
) -> None:
    actions.bring_in(ticket, [tom], actor=Actor.agent(mira.pk), at=now)
    actions.pin(ticket, agent=tom, actor=Actor.agent(tom.pk), at=now)
    assert [pin.number for pin in desk.laid_out(tom).pins] == [ticket.pk]
    actions.let_out(ticket, tom, actor=Actor.agent(mira.pk), at=now)
    assert desk.laid_out(tom).pins == []


def test_there_is_room_for_so_many_pins(
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    mira: Agent,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions.desk, "MOST_PINS", 2)
    tickets = [open_ticket(kim_address) for _number in range(3)]
    for one in tickets[:2]:
        actions.pin(one, agent=mira, actor=Actor.agent(mira.pk), at=now)
    actions.pin(tickets[0], agent=mira, actor=Actor.agent(mira.pk), at=now)  # it lies there already
    with pytest.raises(actions.TooManyPins):
        actions.pin(tickets[2], agent=mira, actor=Actor.agent(mira.pk), at=now)


def test_who_may_not_read_has_an_empty_desk(ticket: Ticket, mira: Agent, now: datetime) -> None:
    saved(mira, now)
    actions.pin(ticket, agent=mira, actor=Actor.agent(mira.pk), at=now)
    mira.role.permissions = []
    assert desk.laid_out(mira) == desk.LaidOut()
