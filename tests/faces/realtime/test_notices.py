import json
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from anliegen.faces.realtime.notices import Happened, Notice, beat, gather, mark, message, opening, reset
from anliegen.faces.realtime.viewers import AgentViewer, CustomerViewer
from anliegen.records.accounts.models import Agent, Role
from anliegen.records.accounts.permissions import reaches

keys = st.integers(1, 4)


def happened(position: int, verb: str, ticket: int = 1, **data: object) -> Happened:
    return Happened(position, verb, f"ticket:{ticket}", data)


def test_a_burst_on_one_ticket_is_one_notice_at_its_newest_position():
    events = [happened(position, "message.received") for position in (4, 5)] + [happened(6, "ticket.triaged")]
    assert gather(events, {1: (3, None)}) == [
        Notice(6, 1, ("message.received", "ticket.triaged"), frozenset({3}), frozenset())
    ]


def test_notices_come_in_the_order_of_their_newest_event():
    events = [happened(1, "note.written", 7), happened(2, "note.written", 8), happened(3, "note.written", 7)]
    assert [(one.ticket, one.position) for one in gather(events, {})] == [(8, 2), (7, 3)]


def test_events_about_other_things_than_tickets_are_not_told():
    assert gather([Happened(1, "person.met", "person:4", {}), Happened(2, "agent.changed", "agent:4", {})], {}) == []


def test_a_move_concerns_where_it_was_where_it_goes_and_where_it_is_now():
    events = [
        happened(1, "ticket.moved", was="team:2", to="team:3"),
        happened(2, "ticket.moved", was="team:3", to="team:4"),
    ]
    assert gather(events, {1: (5, None)})[0].teams == {2, 3, 4, 5}


def test_a_move_out_of_no_team_concerns_everybody_who_could_see_it():
    moved = gather([happened(1, "ticket.moved", was=None, to="team:3")], {1: (3, None)})[0]
    assert AgentViewer(9, "session", False, frozenset({8})).hears(moved) is not None


def test_an_assignment_concerns_who_had_it_and_who_gets_it():
    told = gather([happened(1, "ticket.assigned", was="agent:6", to=None)], {1: (3, None)})[0]
    assert (told.teams, told.agents) == ({3}, {6})


def test_a_ticket_that_is_gone_concerns_only_those_who_see_all():
    gone = gather([happened(1, "note.written")], {})[0]
    assert AgentViewer(9, "session", False, frozenset({8})).hears(gone) is None
    assert AgentViewer(9, "session", True, frozenset()).hears(gone) is not None


@given(st.booleans(), st.sets(keys), keys, st.none() | keys, st.none() | keys)
def test_an_agent_hears_of_exactly_the_tickets_that_the_agent_sees(
    sees_all: bool, teams: set[int], pk: int, team: int | None, assignee: int | None
):
    agent = Agent(pk=pk, role=Role(sees_all_teams=sees_all))
    agent._team_ids = list(teams)
    notice = gather([happened(1, "note.written")], {1: (team, assignee)})[0]
    heard = AgentViewer(pk, "session", sees_all, frozenset(teams)).hears(notice) is not None
    assert heard == reaches(agent, SimpleNamespace(team_id=team, assignee_id=assignee))


def test_a_customer_hears_neither_of_notes_nor_of_unsent_answers_nor_of_other_tickets():
    own = CustomerViewer(1, "token")
    assert own.hears(gather([happened(1, "message.queued"), happened(2, "message.cancelled")], {})[0]) is None
    assert own.hears(gather([happened(1, "note.written"), happened(2, "ticket.tagged")], {})[0]) is None
    assert own.hears(gather([happened(1, "message.sent", 2)], {})[0]) is None
    mixed = gather([happened(1, "note.written"), happened(2, "message.sent")], {})[0]
    assert own.hears(mixed) == message(2, 1, ("message.sent",))


def test_each_message_is_one_event_of_the_stream():
    head, _blank, rest = message(12, 812, ("message.received",)).decode().partition("\ndata: ")
    assert head == "id: 12\nevent: ticket"
    assert json.loads(rest) == {"ticket": 812, "verbs": ["message.received"]}
    for text in (message(12, 812, ()), reset(12), mark(12), beat(12), opening(1000)):
        assert text.endswith(b"\n\n")
        assert text.count(b"\n\n") == 1
