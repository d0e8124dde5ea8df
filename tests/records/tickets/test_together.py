"""What colleagues do at one ticket together: each action by its state, its event and its refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, jobs, queries
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Claim, Follow, Handover, Highlight, Mention, Note, SearchRow, Ticket
from anliegen.records.tickets.together import together

MINUTE = timedelta(minutes=1)


@pytest.fixture
def as_mira(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def as_tom(tom: Agent) -> Actor:
    return Actor.agent(tom.pk)


def told(ticket: Ticket, verb: str) -> list[dict[str, object]]:
    return [event.data for event in Event.objects.filter(subject=f"ticket:{ticket.pk}", verb=verb).order_by("id")]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# Mentions


def test_a_note_asks_a_colleague_in(ticket: Ticket, admin: Agent, as_mira: Actor, now: datetime) -> None:
    note = actions.write_note(ticket, text="@Jana Kowalski?", asked=[Asked(admin)], actor=as_mira, at=now)
    mention = Mention.objects.get()
    assert (mention.ticket_id, mention.note_id, mention.agent_id, mention.settled_at) == (
        ticket.pk, note.pk, admin.pk, None,
    )  # fmt: skip
    assert told(ticket, "ticket.mentioned") == [
        {"note": f"note:{note.pk}", "agents": [f"agent:{admin.pk}"], "teams": []}
    ]


def test_nobody_asks_themselves_and_everybody_is_asked_once(
    ticket: Ticket, admin: Agent, mira: Agent, billing: Team, as_mira: Actor, now: datetime
) -> None:
    asked = [Asked(mira), Asked(admin, billing), Asked(admin)]
    actions.write_note(ticket, text="@alle", asked=asked, actor=as_mira, at=now)
    assert list(Mention.objects.values_list("agent", "team")) == [(admin.pk, None)]


def test_writing_settles_what_one_was_asked_and_looking_does_not(
    ticket: Ticket, mira: Agent, as_mira: Actor, admin: Agent, run_pipeline: Callable[[], int], now: datetime
) -> None:
    actions.write_note(ticket, text="@Mira", asked=[Asked(mira)], actor=Actor.agent(admin.pk), at=now)
    queries.timeline(ticket, reader=mira)
    run_pipeline()
    assert Mention.objects.get().settled_at is None
    actions.write_note(ticket, text="Ja, das stimmt.", actor=as_mira, at=now + MINUTE)
    run_pipeline()
    assert Mention.objects.get().settled_at == now + MINUTE
    assert [data["how"] for data in told(ticket, "mention.settled")] == ["written"]


def test_an_answer_settles_it_too_and_somebody_elses_does_not(
    ticket: Ticket, mira: Agent, as_mira: Actor, admin: Agent, run_pipeline: Callable[[], int], now: datetime
) -> None:
    asking = Actor.agent(admin.pk)
    actions.write_note(ticket, text="@Mira", asked=[Asked(mira)], actor=asking, at=now)
    actions.reply(ticket, Answer(text="Wir prüfen."), actor=asking, at=now + MINUTE)
    run_pipeline()
    assert Mention.objects.get().settled_at is None
    actions.reply(ticket, Answer(text="Geprüft."), actor=as_mira, at=now + 2 * MINUTE)
    run_pipeline()
    assert Mention.objects.get().settled_at == now + 2 * MINUTE


def test_saying_that_it_is_seen_to_settles_it_once(
    ticket: Ticket, mira: Agent, as_mira: Actor, admin: Agent, now: datetime
) -> None:
    actions.write_note(ticket, text="@Mira", asked=[Asked(mira)], actor=Actor.agent(admin.pk), at=now)
    for _twice in range(2):
        actions.settle_mentions(ticket, mira, how="said", actor=as_mira, at=now + MINUTE)
    assert [data["how"] for data in told(ticket, "mention.settled")] == ["said"]


def test_what_a_team_was_asked_is_settled_by_one_of_it(
    ticket: Ticket, mira: Agent, tom: Agent, admin: Agent, billing: Team, as_mira: Actor, now: datetime
) -> None:
    asked = [Asked(mira, billing), Asked(tom, billing), Asked(admin)]
    actions.write_note(ticket, text="@Abrechnung @Jana", asked=asked, actor=SYSTEM, at=now)
    actions.settle_mentions(ticket, mira, how="said", actor=as_mira, at=now + MINUTE)
    waiting = Mention.objects.filter(settled_at=None).values_list("agent", flat=True)
    assert list(waiting) == [admin.pk]


def test_a_mention_goes_along_when_its_ticket_is_joined_and_comes_back(
    ticket: Ticket,
    mira: Agent,
    admin: Agent,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    as_mira: Actor,
    now: datetime,
) -> None:
    other = open_ticket(kim_address, at=now + MINUTE)
    actions.write_note(other, text="@Jana", asked=[Asked(admin)], actor=as_mira, at=now + MINUTE)
    actions.follow(other, mira, actor=as_mira, at=now + MINUTE)
    actions.join(other, ticket, actor=as_mira, at=now + 2 * MINUTE)
    assert Mention.objects.get().ticket_id == ticket.pk
    assert Follow.objects.filter(ticket=ticket, agent=mira).exists()
    actions.part(other, actor=as_mira, at=now + 3 * MINUTE)
    assert Mention.objects.get().ticket_id == other.pk


# Bringing somebody in


def test_who_is_brought_in_sees_the_ticket_and_may_work_on_it(
    ticket: Ticket, tom: Agent, as_mira: Actor, now: datetime
) -> None:
    assert not Ticket.objects.visible_to(tom).filter(pk=ticket.pk).exists()
    actions.write_note(ticket, text="@Tom", asked=[Asked(tom)], brings_in=[tom], actor=as_mira, at=now)
    assert Ticket.objects.visible_to(tom).filter(pk=ticket.pk).exists()
    assert may(tom, "ticket.reply", fresh(ticket))
    assert told(ticket, "ticket.brought_in") == [{"agent": f"agent:{tom.pk}"}]


def test_bringing_in_twice_says_it_once_and_letting_out_ends_it(
    ticket: Ticket, tom: Agent, as_mira: Actor, now: datetime
) -> None:
    for _twice in range(2):
        actions.bring_in(ticket, [tom], actor=as_mira, at=now)
    assert len(told(ticket, "ticket.brought_in")) == 1
    for _twice in range(2):
        actions.let_out(ticket, tom, actor=as_mira, at=now)
    assert told(ticket, "ticket.let_out") == [{"agent": f"agent:{tom.pk}"}]
    assert not Ticket.objects.visible_to(tom).filter(pk=ticket.pk).exists()


# Side notes


def test_a_side_note_is_for_its_author_and_whom_it_names(
    ticket: Ticket, mira: Agent, admin: Agent, agent_role: object, billing: Team, as_mira: Actor, now: datetime
) -> None:
    other = accounts.create_agent(
        email="ole@musterstadt.example", name="Ole", role=agent_role, teams=[billing], actor=SYSTEM, at=now
    )
    note = actions.write_note(
        ticket, text="@Jana: nur unter uns", asked=[Asked(admin)], is_side=True, actor=as_mira, at=now
    )
    for reader, sees in ((mira, True), (admin, True), (other, False), (None, False)):
        shown = [entry.note.pk for entry in queries.timeline(ticket, reader=reader) if entry.note]
        assert shown == ([note.pk] if sees else [])
    assert told(ticket, "note.written") == []
    assert told(ticket, "note.kept_aside") == [{"note": f"note:{note.pk}"}]


def test_nobody_finds_a_side_note_by_searching(
    ticket: Ticket, as_mira: Actor, run_pipeline: Callable[[], int], now: datetime
) -> None:
    actions.write_note(ticket, text="Heimlich", is_side=True, actor=as_mira, at=now)
    actions.write_note(ticket, text="Offen", actor=as_mira, at=now)
    run_pipeline()
    assert list(SearchRow.objects.exclude(note=None).values_list("note__text", flat=True)) == ["Offen"]


def test_an_empty_side_note_is_refused(ticket: Ticket, as_mira: Actor, now: datetime) -> None:
    with pytest.raises(actions.NothingSaid):
        actions.write_note(ticket, text="  ", is_side=True, actor=as_mira, at=now)
    assert Note.objects.count() == 0


# Handing over


def test_a_handover_gives_the_ticket_and_keeps_the_line(
    ticket: Ticket, admin: Agent, mira: Agent, as_mira: Actor, now: datetime
) -> None:
    row = actions.pass_on(ticket, to=admin, summary="  Zähler\ngeprüft, Gutschrift fehlt ", actor=as_mira, at=now)
    assert (row.summary, row.giver_id, row.agent_id, row.team_id) == (
        "Zähler geprüft, Gutschrift fehlt", mira.pk, admin.pk, None,
    )  # fmt: skip
    assert fresh(ticket).assignee_id == admin.pk
    assert told(ticket, "ticket.handed_over") == [{"handover": f"handover:{row.pk}", "to": f"agent:{admin.pk}"}]
    assert "Gutschrift" not in str(told(ticket, "ticket.handed_over"))


@pytest.mark.parametrize("line", ["", "  \n "])
def test_without_a_line_nothing_is_handed_over(
    ticket: Ticket, admin: Agent, as_mira: Actor, now: datetime, line: str
) -> None:
    with pytest.raises(actions.NoSummary):
        actions.pass_on(ticket, to=admin, summary=line, actor=as_mira, at=now)
    assert fresh(ticket).assignee_id is None


def test_a_team_gets_it_without_the_agent_who_is_none_of_theirs(
    ticket: Ticket, mira: Agent, technics: Team, as_mira: Actor, now: datetime
) -> None:
    ticket = actions.assign(ticket, to=mira, actor=as_mira, at=now)
    actions.pass_on(ticket, to=technics, summary="Störung", actor=as_mira, at=now)
    assert (fresh(ticket).team_id, fresh(ticket).assignee_id) == (technics.pk, None)


def test_a_handover_stops_when_somebody_was_quicker(
    ticket: Ticket, admin: Agent, as_mira: Actor, now: datetime
) -> None:
    seen = fresh(ticket).version
    actions.change(ticket, actions.Change(priority=4), actor=SYSTEM, at=now)
    with pytest.raises(actions.Changed):
        actions.pass_on(ticket, to=admin, summary="x", actor=as_mira, at=now, expected_version=seen)
    assert Handover.objects.count() == 0


def test_a_return_goes_to_who_had_it_and_to_the_team_it_came_from(
    ticket: Ticket, mira: Agent, tom: Agent, billing: Team, technics: Team, as_mira: Actor, as_tom: Actor, now: datetime
) -> None:
    ticket = actions.assign(ticket, to=mira, actor=as_mira, at=now)
    given = actions.pass_on(ticket, to=technics, summary="Störung?", actor=as_mira, at=now)
    back = actions.give_back(given, reason="Keine Störung, Abschlag", actor=as_tom, at=now + MINUTE)
    after = fresh(ticket)
    assert (after.team_id, after.assignee_id) == (billing.pk, mira.pk)
    assert (back.is_return, back.agent_id, back.summary) == (True, mira.pk, "Keine Störung, Abschlag")
    assert told(ticket, "ticket.returned") == [{"handover": f"handover:{back.pk}", "to": f"agent:{mira.pk}"}]


def test_what_was_handed_on_meanwhile_and_a_return_cannot_be_given_back(
    ticket: Ticket, mira: Agent, admin: Agent, as_mira: Actor, now: datetime
) -> None:
    first = actions.pass_on(ticket, to=admin, summary="eins", actor=as_mira, at=now)
    second = actions.pass_on(ticket, to=mira, summary="zwei", actor=Actor.agent(admin.pk), at=now)
    with pytest.raises(actions.CannotGiveBack):
        actions.give_back(first, reason="x", actor=as_mira, at=now)
    back = actions.give_back(second, reason="nicht meins", actor=as_mira, at=now)
    with pytest.raises(actions.CannotGiveBack):
        actions.give_back(back, reason="x", actor=as_mira, at=now)
    with pytest.raises(actions.NoSummary):
        actions.give_back(second, reason="", actor=as_mira, at=now)


def test_a_handover_is_open_until_its_receiver_writes_or_says_so(
    ticket: Ticket, mira: Agent, admin: Agent, as_mira: Actor, run_pipeline: Callable[[], int], now: datetime
) -> None:
    actions.pass_on(ticket, to=mira, summary="Bitte", actor=Actor.agent(admin.pk), at=now)
    assert together(fresh(ticket), mira, at=now).newest.is_for(mira)
    assert not together(fresh(ticket), admin, at=now).newest.is_for(admin)
    actions.write_note(ticket, text="mache ich", actor=as_mira, at=now + MINUTE)
    run_pipeline()
    assert not together(fresh(ticket), mira, at=now).newest.is_for(mira)
    assert [data["how"] for data in told(ticket, "ticket.handover_taken")] == ["written"]


def test_one_of_the_team_takes_a_handover_on_for_all_of_it(
    ticket: Ticket, mira: Agent, billing: Team, admin: Agent, as_mira: Actor, now: datetime
) -> None:
    actions.pass_on(ticket, to=billing, summary="Bitte", actor=Actor.agent(admin.pk), at=now)
    assert actions.take_handover(ticket, admin, how="said", actor=Actor.agent(admin.pk), at=now + MINUTE) == 0
    assert actions.take_handover(ticket, mira, how="said", actor=as_mira, at=now + MINUTE) == 1
    assert actions.take_handover(ticket, mira, how="said", actor=as_mira, at=now + MINUTE) == 0


# Following


def test_following_and_not_following_are_said_once(ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime) -> None:
    for _twice in range(2):
        actions.follow(ticket, mira, actor=as_mira, at=now)
    assert (Follow.objects.count(), len(told(ticket, "ticket.followed"))) == (1, 1)
    for _twice in range(2):
        actions.unfollow(ticket, mira, actor=as_mira, at=now)
    assert (Follow.objects.count(), len(told(ticket, "ticket.unfollowed"))) == (0, 1)


# Marks


def test_a_passage_is_kept_by_its_place_and_its_words(
    ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime
) -> None:
    message = ticket.messages.get()
    mark = actions.highlight(message, mira, text="Abschlag  ist", near=5, actor=as_mira, at=now)
    assert (mark.begins, mark.ends, mark.text) == (5, 17, "Abschlag ist")
    assert message.said[mark.begins : mark.ends] == mark.text
    assert told(ticket, "message.highlighted") == [
        {"message": f"message:{message.pk}", "highlight": f"highlight:{mark.pk}"}
    ]


def test_marking_twice_is_one_mark_and_it_can_be_removed(
    ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime
) -> None:
    message = ticket.messages.get()
    for _twice in range(2):
        mark = actions.highlight(message, mira, text="Abschlag", near=0, actor=as_mira, at=now)
    assert (Highlight.objects.count(), len(told(ticket, "message.highlighted"))) == (1, 1)
    for _twice in range(2):
        actions.remove_highlight(mark, actor=as_mira, at=now)
    assert (Highlight.objects.count(), len(told(ticket, "message.highlight_removed"))) == (0, 1)


@pytest.mark.parametrize("words", ["", "steht hier nicht", "x" * 3000])
def test_words_that_are_not_there_cannot_be_marked(
    ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime, words: str
) -> None:
    with pytest.raises(actions.CannotMark):
        actions.highlight(ticket.messages.get(), mira, text=words, near=0, actor=as_mira, at=now)


# The soft claim


def test_who_begins_first_has_begun_and_the_other_is_told_so(
    ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    assert actions.claim(ticket, mira, at=now)
    assert not actions.claim(ticket, admin, at=now + MINUTE)
    assert actions.claim(ticket, mira, at=now + MINUTE)
    begun = together(ticket, admin, at=now + MINUTE).begun
    assert begun is not None
    assert (begun.agent.name, begun.since) == ("Mira Yılmaz", now)
    assert together(ticket, mira, at=now + MINUTE).begun is None


def test_a_claim_ends_by_itself_and_holds_nobody_off(ticket: Ticket, mira: Agent, admin: Agent, now: datetime) -> None:
    actions.claim(ticket, mira, at=now)
    assert actions.reply(ticket, Answer(text="Trotzdem"), actor=Actor.agent(admin.pk), at=now).agent_id == admin.pk
    later = now + timedelta(minutes=6)
    assert together(ticket, admin, at=later).begun is None
    assert actions.claim(ticket, admin, at=later)
    assert jobs.forget_claims(at=later) == 0
    assert jobs.forget_claims(at=later + timedelta(minutes=6)) == 1


def test_what_lies_with_somebody_cannot_be_claimed_and_a_claim_can_be_let_go(
    ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    assert not actions.claim(actions.assign(ticket, to=admin, actor=SYSTEM, at=now), mira, at=now)
    actions.claim(ticket, mira, at=now)
    actions.unclaim(ticket, admin)
    assert Claim.objects.count() == 1
    actions.unclaim(ticket, mira)
    assert Claim.objects.count() == 0


def test_nothing_of_a_claim_stands_in_the_journal(ticket: Ticket, mira: Agent, now: datetime) -> None:
    before = Event.objects.count()
    actions.claim(ticket, mira, at=now)
    actions.unclaim(ticket, mira)
    assert Event.objects.count() == before


# Recipients that changed


def test_an_answer_stops_when_it_would_go_to_others_than_were_shown(
    ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    with pytest.raises(actions.OtherRecipients) as stopped:
        actions.reply(ticket, Answer(text="Hallo"), actor=as_mira, at=now, expected_to=["alt@example.org"])
    assert stopped.value.to == (("Kim Berger", "kim@example.org"),)
    sent = actions.reply(ticket, Answer(text="Hallo"), actor=as_mira, at=now, expected_to=["KIM@example.org"])
    assert sent.to == [{"name": "Kim Berger", "address": "kim@example.org"}]


def test_who_names_the_recipients_says_who_gets_it(ticket: Ticket, as_mira: Actor, now: datetime) -> None:
    answer = Answer(text="Hallo", to=(("", "neu@example.org"),))
    sent = actions.reply(ticket, answer, actor=as_mira, at=now, expected_to=["kim@example.org"])
    assert [one["address"] for one in sent.to] == ["neu@example.org"]
