"""Many tickets changed in one go: rights and versions for each, one event that groups them, and one way back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change, bulk
from anliegen.records.tickets.actions.bulk import Ask
from anliegen.records.tickets.models import BulkChange, Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def three(open_ticket: Open, kim_address: Address, billing: Team, now: datetime) -> list[Ticket]:
    """Three tickets of billing; the second has two tags."""
    made = [actions.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=now) for _number in range(3)]
    made[1] = actions.change(made[1], Change(tags=["umzug", "eilig"]), actor=SYSTEM, at=now)
    return made


def seen(*tickets: Ticket) -> dict[int, int | None]:
    return {ticket.pk: ticket.version for ticket in tickets}


def told(verb: str) -> list[str]:
    return list(Event.objects.filter(verb=verb).order_by("id").values_list("subject", flat=True))


def test_all_of_them_change_each_with_its_event_and_one_event_says_which_belong_together(
    three: list[Ticket], mira: Agent, now: datetime
) -> None:
    ask = Ask(Change(priority=4, assignee=mira), add=("Rück ruf",), remove=("eilig",))
    actor = Actor.agent(mira.pk)
    made, effects = actions.change_many(seen(*three), ask, agent=mira, actor=actor, at=now)
    assert [effect.stays for effect in effects] == ["", "", ""]
    kept = Ticket.objects.order_by("pk").values_list("priority", "assignee", "tags")
    assert list(kept) == [(4, mira.pk, ["rück-ruf"]), (4, mira.pk, ["rück-ruf", "umzug"]), (4, mira.pk, ["rück-ruf"])]
    names = [f"ticket:{ticket.pk}" for ticket in three]
    assert told("ticket.priority_changed")[-3:] == names
    group = Event.objects.get(verb="bulk.changed")
    assert made is not None
    assert (group.subject, group.data, group.actor) == (f"bulkchange:{made.pk}", {"tickets": names}, actor.ref)


def test_what_stays_says_why(
    three: list[Ticket], open_ticket: Open, kim_address: Address, mira: Agent, technics: Team, now: datetime
) -> None:
    theirs = actions.assign(open_ticket(kim_address), to=technics, actor=SYSTEM, at=now)
    joined = open_ticket(kim_address)
    actions.join(joined, three[0], actor=SYSTEM, at=now)
    for ticket in (three[0], joined):
        ticket.refresh_from_db()
    chosen = seen(*three, theirs, joined)
    actions.change(three[1], Change(subject="Neu"), actor=SYSTEM, at=now)
    actions.change(three[2], Change(priority=3), actor=SYSTEM, at=now)
    chosen[three[2].pk] = Ticket.objects.get(pk=three[2].pk).version
    ask = Ask(Change(priority=3))
    _made, effects = actions.change_many(chosen, ask, agent=mira, actor=Actor.agent(mira.pk), at=now)
    stays = {effect.number: effect.stays for effect in effects}
    assert stays == {
        three[0].pk: "",
        three[1].pk: "changed",
        three[2].pk: "same",
        theirs.pk: "gone",
        joined.pk: "joined",
    }
    priorities = dict(Ticket.objects.values_list("pk", "priority"))
    assert [priorities[ticket.pk] for ticket in (*three, theirs, joined)] == [3, 2, 3, 2, 2]


@pytest.mark.parametrize(
    ("lacking", "ask"),
    [("ticket.assign", Ask(Change(assignee=None, team=None))), ("ticket.change", Ask(Change(status="open")))],
)
def test_each_field_asks_for_its_own_right(
    three: list[Ticket], mira: Agent, now: datetime, lacking: str, ask: Ask
) -> None:
    mira.role.permissions = [code for code in mira.role.permissions if code != lacking]
    made, effects = actions.change_many(seen(*three), ask, agent=mira, actor=Actor.agent(mira.pk), at=now)
    assert (made, {effect.stays for effect in effects}) == (None, {"not_allowed"})
    assert told("bulk.changed") == []


def test_what_is_foreseen_is_what_happens(three: list[Ticket], mira: Agent, technics: Team, now: datetime) -> None:
    ask = Ask(Change(team=technics, topic="Strom Netz"))
    before = bulk.foresee(Ticket.objects.visible_to(mira), seen(*three), ask, mira)
    _made, after = actions.change_many(seen(*three), ask, agent=mira, actor=Actor.agent(mira.pk), at=now)
    assert [(one.number, one.was, one.becomes, one.stays) for one in before] == [
        (one.number, one.was, one.becomes, one.stays) for one in after
    ]
    assert before[0].becomes == {"team": technics.pk, "topic": "strom-netz"}


def test_it_is_taken_back_in_one_go(three: list[Ticket], mira: Agent, technics: Team, now: datetime) -> None:
    fields = ("team", "assignee", "status", "priority", "topic", "tags", "waiting_since", "resolved_at")
    before = list(Ticket.objects.order_by("pk").values_list(*fields))
    ask = Ask(Change(team=technics, assignee=mira, status="resolved", priority=1, topic="strom"), add=("x",))
    actor = Actor.agent(mira.pk)
    made, _effects = actions.change_many(seen(*three), ask, agent=mira, actor=actor, at=now)
    assert made is not None
    assert actions.undo_many(made, actor=actor, at=now) == ([ticket.pk for ticket in three], [])
    assert list(Ticket.objects.order_by("pk").values_list(*fields)) == before
    assert told("bulk.undone") == [f"bulkchange:{made.pk}"]
    assert actions.undo_many(made, actor=actor, at=now) == ([], [])  # once is enough
    assert told("bulk.undone") == [f"bulkchange:{made.pk}"]


def test_what_somebody_has_changed_since_stays(three: list[Ticket], mira: Agent, tom: Agent, now: datetime) -> None:
    actor = Actor.agent(mira.pk)
    ask = Ask(Change(priority=4, topic="strom"))
    made, _effects = actions.change_many(seen(*three), ask, agent=mira, actor=actor, at=now)
    assert made is not None
    actions.change(three[0], Change(priority=1), actor=Actor.agent(tom.pk), at=now)
    actions.change(three[1], Change(priority=1, topic="gas"), actor=Actor.agent(tom.pk), at=now)
    back, stayed = actions.undo_many(made, actor=actor, at=now)
    assert (back, stayed) == ([three[0].pk, three[2].pk], [three[1].pk])
    assert list(Ticket.objects.order_by("pk").values_list("priority", "topic")) == [(1, ""), (1, "gas"), (2, "")]


def test_what_was_given_away_comes_back_at_once_and_not_when_others_have_begun_with_it(
    three: list[Ticket], mira: Agent, technics: Team, now: datetime
) -> None:
    actor, ask = Actor.agent(mira.pk), Ask(Change(team=technics))
    made, _effects = actions.change_many(seen(*three), ask, agent=mira, actor=actor, at=now)
    assert made is not None
    later = now + timedelta(hours=1)
    assert actions.undo_many(made, actor=actor, at=later) == ([], [ticket.pk for ticket in three])
    assert set(Ticket.objects.values_list("team", flat=True)) == {technics.pk}


def test_who_may_not_change_them_any_more_takes_nothing_back(
    three: list[Ticket], mira: Agent, agent_role: Role, admin: Agent, now: datetime
) -> None:
    actor, ask = Actor.agent(mira.pk), Ask(Change(priority=4))
    made, _effects = actions.change_many(seen(*three), ask, agent=mira, actor=actor, at=now)
    assert made is not None
    accounts.change(agent_role, permissions=["ticket.read"], actor=SYSTEM, at=now)
    assert actions.undo_many(made, actor=actor, at=now) == ([], [ticket.pk for ticket in three])
    assert set(Ticket.objects.values_list("priority", flat=True)) == {4}


@pytest.mark.parametrize("change", ["topic", "team", "assignee"])
def test_what_had_no_place_has_none_again(
    open_ticket: Open, kim_address: Address, billing: Team, mira: Agent, now: datetime, change: str
) -> None:
    """A topic was missing, or a team, or anybody who has it."""
    ticket = open_ticket(kim_address)
    lies = {"team": billing} if change == "topic" else {"topic": "gas"}
    Ticket.objects.update(unplaced_since=now - timedelta(hours=1), **lies)
    actor, ask = (
        Actor.agent(mira.pk),
        Ask(Change(**{change: {"topic": "gas", "team": billing, "assignee": mira}[change]})),
    )
    made, _effects = actions.change_many(seen(ticket), ask, agent=mira, actor=actor, at=now)
    assert Ticket.objects.get().unplaced_since is None
    assert made is not None
    actions.undo_many(made, actor=actor, at=now)
    assert Ticket.objects.get().unplaced_since == now - timedelta(hours=1)


def test_they_are_put_aside_and_lie_as_before_when_it_is_taken_back(
    three: list[Ticket], mira: Agent, now: datetime
) -> None:
    actor, until = Actor.agent(mira.pk), now + timedelta(days=3)
    actions.snooze(three[1], until=now + timedelta(days=9), reason="Ablesung", actor=actor, at=now)
    actions.resolve(three[2], actor=SYSTEM, at=now)
    chosen = seen(*Ticket.objects.order_by("pk"))
    made, effects = actions.change_many(chosen, Ask(until=until), agent=mira, actor=actor, at=now)
    assert [effect.stays for effect in effects] == ["", "", "done"]
    kept = ("snoozed_until", "snooze_reason")
    assert list(Ticket.objects.order_by("pk").values_list(*kept)) == [(until, ""), (until, ""), (None, "")]
    assert made is not None
    actions.undo_many(made, actor=actor, at=now)
    assert list(Ticket.objects.order_by("pk").values_list(*kept)) == [
        (None, ""), (now + timedelta(days=9), "Ablesung"), (None, ""),
    ]  # fmt: skip


def test_there_is_a_limit_and_beyond_it_nothing_happens(mira: Agent, now: datetime) -> None:
    many: dict[int, int | None] = dict.fromkeys(range(1, bulk.MOST + 2), 1)
    with pytest.raises(actions.TooMany):
        actions.change_many(many, Ask(Change(priority=4)), agent=mira, actor=Actor.agent(mira.pk), at=now)
    assert BulkChange.objects.count() == 0


def test_what_a_resolution_ended_lies_aside_again_unless_somebody_opened_it(
    three: list[Ticket], mira: Agent, tom: Agent, now: datetime
) -> None:
    actor, until = Actor.agent(mira.pk), now + timedelta(days=3)
    aside = [actions.snooze(one, until=until, reason="Ablesung", actor=actor, at=now) for one in three[:2]]
    made, _effects = actions.change_many(seen(*aside), Ask(Change(status="resolved")), agent=mira, actor=actor, at=now)
    assert made is not None
    actions.reopen(aside[1], actor=Actor.agent(tom.pk), at=now)
    actions.undo_many(made, actor=actor, at=now)
    kept = Ticket.objects.filter(pk__in=[one.pk for one in aside]).order_by("pk")
    assert list(kept.values_list("status", "snoozed_until", "snooze_reason")) == [
        ("new", until, "Ablesung"),
        ("open", None, ""),
    ]
