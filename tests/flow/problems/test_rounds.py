"""Write once, send individually; resolve together: what is shown is what happens, once, and goes back as one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.flow.problems import actions, jobs
from anliegen.flow.problems.models import Line, Round
from anliegen.flow.problems.plan import newest_heard
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer, Promised, Received, Writing
from anliegen.records.tickets.models import Message, Ticket

Open = Callable[..., Ticket]
UNDO = timedelta(seconds=60)


def lines(made: Round) -> dict[int, tuple[str, str]]:
    return {line.ticket_id: (line.state, line.why) for line in made.lines.order_by("pk")}


def answers(ticket: Ticket) -> list[str]:
    said = Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False)
    return [one.text for one in said.order_by("pk")]


def write(ticket: Ticket, at: datetime) -> None:
    person = ticket.person
    received = Received(
        channel="email", person_id=person.pk, address=person.addresses.get(), text="Noch etwas.", written_at=at
    )
    tickets.receive(received, ticket=ticket, at=at)


def test_each_gets_an_answer_of_their_own_with_their_own_salutation(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    made = answer()
    assert (made.state, lines(made)) == ("shown", {one.pk: ("waiting", "") for one in struck})
    asked = actions.ask(made, actor=by, at=now)
    assert asked.state == "asked" and not Message.objects.filter(direction="out").exists()
    assert actions.carry_out_some(asked, at=now + UNDO) is False
    assert [answers(one)[0].splitlines()[0] for one in struck] == [
        "Sehr geehrte Frau Weber,",
        "Sehr geehrter Herr Weber,",
        "Guten Tag Chris Weber,",
    ]
    assert [f"Anliegen {one.pk} " in answers(one)[0] for one in struck] == [True] * 3
    sent = Message.objects.filter(direction="out").order_by("pk")
    assert [[to["address"] for to in one.to] for one in sent] == [
        ["anna@example.org"], ["bert@example.org"], ["chris@example.org"],
    ]  # fmt: skip
    assert [one.cc for one in sent] == [[], [], []]
    verbs = ("problem.round_asked", "problem.round_done")
    told = Event.objects.filter(verb__in=verbs).order_by("id").values_list("verb", "data")
    ref = f"round:{made.pk}"
    assert list(told) == [
        ("problem.round_asked", {"round": ref, "count": 3}),
        ("problem.round_done", {"round": ref, "count": 3, "left": 0}),
    ]


def test_asked_twice_or_from_two_devices_each_gets_one_answer(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    here, there = answer(), answer()
    for _click in range(2):
        actions.ask(here, actor=by, at=now)
    with pytest.raises(actions.OnItsWay):
        actions.ask(there, actor=by, at=now)
    for _time in range(2):
        actions.carry_out_some(here, at=now + UNDO)
    actions.ask(there, actor=by, at=now + UNDO)
    actions.carry_out_some(there, at=now + UNDO * 2)
    assert [len(answers(one)) for one in struck] == [1, 1, 1]
    assert lines(there) == {one.pk: ("left", "answered_since") for one in struck}


def test_nobody_is_answered_over_what_they_wrote_meanwhile(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    made = actions.ask(answer(), actor=by, at=now)
    write(struck[1], now + timedelta(seconds=2))
    actions.carry_out_some(made, at=now + UNDO)
    assert [len(answers(one)) for one in struck] == [1, 0, 1]
    assert lines(made)[struck[1].pk] == ("left", "wrote_since")
    struck[1].refresh_from_db()
    assert struck[1].waiting_since is not None


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=2)])
def test_whoever_was_answered_meanwhile_is_left_out_though_the_clock_was_set_back(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime, back: timedelta
) -> None:
    made = actions.ask(answer(), actor=by, at=now)
    tickets.reply(struck[0], Answer(text="Schon gesagt."), actor=by, at=now + timedelta(seconds=1) - back)
    cancelled = tickets.reply(struck[1], Answer(text="Doch nicht."), actor=by, at=now + timedelta(seconds=1) - back)
    tickets.cancel(cancelled, actor=by, at=now + timedelta(seconds=2) - back)
    actions.carry_out_some(made, at=now + UNDO)
    assert [lines(made)[one.pk] for one in struck] == [("left", "answered_since"), ("done", ""), ("done", "")]


def test_whoever_was_answered_before_by_a_clock_that_was_ahead_takes_part(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    tickets.reply(struck[0], Answer(text="Wir sind dran."), actor=by, at=now + timedelta(hours=2))
    made = actions.ask(answer(), actor=by, at=now)
    actions.carry_out_some(made, at=now + UNDO)
    assert lines(made) == {one.pk: ("done", "") for one in struck}


def test_what_was_written_meanwhile_counts_though_the_clock_was_set_back(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    made = actions.ask(answer(), actor=by, at=now)
    write(struck[1], now - timedelta(hours=2))
    actions.carry_out_some(made, at=now + UNDO)
    assert lines(made)[struck[1].pk] == ("left", "wrote_since")


def test_an_answer_that_came_along_by_joining_counts(
    struck: list[Ticket],
    answer: Callable[..., Round],
    by: Actor,
    now: datetime,
    open_ticket: Open,
) -> None:
    other = open_ticket(struck[0].person.addresses.get())
    made = actions.ask(answer(), actor=by, at=now)
    tickets.reply(other, Answer(text="Schon gesagt."), actor=by, at=now)
    tickets.join(other, struck[0], actor=by, at=now)
    made.lines.filter(ticket=struck[0]).update(heard=newest_heard(struck[0]))
    actions.carry_out_some(made, at=now + UNDO)
    assert lines(made)[struck[0].pk] == ("left", "answered_since")


def test_who_is_left_out_says_why(
    struck: list[Ticket],
    problem: Ticket,
    answer: Callable[..., Round],
    technics: Team,
    mira: Agent,
    by: Actor,
    now: datetime,
    open_ticket: Open,
    meet: Callable[..., Address],
) -> None:
    by_phone = open_ticket(meet("Dora"), channel="phone")
    tickets.attach([by_phone.pk], problem, agent=mira, actor=by, at=now)
    draft = tickets.keep_draft(struck[0], Writing(text="Entwurf"), actor=by, at=now)
    tickets.share_draft(draft, to=technics, remark="", actor=by, at=now)
    tickets.resolve(struck[1], actor=by, at=now)
    tickets.assign(struck[2], to=technics, actor=SYSTEM, at=now)
    assert lines(answer()) == {
        struck[0].pk: ("left", "approval"),
        struck[1].pk: ("left", "done"),
        struck[2].pk: ("left", "not_allowed"),
        by_phone.pk: ("left", "spoken"),
    }


def test_a_place_that_nobody_can_fill_leaves_its_recipient_out(
    struck: list[Ticket], answer: Callable[..., Round]
) -> None:
    assert set(lines(answer("{{anrede}}\n\n{{?Uhrzeit}}")).values()) == {("left", "open_fields")}
    assert not any("{{" in text for one in struck for text in answers(one))


def test_taken_back_in_time_nothing_was_ever_queued(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    made = actions.ask(answer(), actor=by, at=now)
    assert actions.undo(made, actor=by, at=now + timedelta(seconds=1)).state == "undone"
    assert actions.carry_out_some(made, at=now + UNDO) is False
    assert not Message.objects.filter(direction="out").exists()
    assert [state for state, _why in lines(made).values()] == ["undone"] * 3
    assert actions.ask(answer(), actor=by, at=now + UNDO).state == "asked"  # another one may begin


def test_taken_back_later_only_what_has_left_stays(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime
) -> None:
    made = actions.ask(answer(), actor=by, at=now)
    actions.carry_out_some(made, at=now + UNDO)
    first = Message.objects.get(ticket=struck[0], direction="out")
    first.state, first.sent_at = "sent", now + UNDO
    first.save()
    actions.undo(made, actor=by, at=now + UNDO)
    assert [lines(made)[one.pk][0] for one in struck] == ["kept", "undone", "undone"]
    told = Event.objects.get(verb="problem.round_undone").data
    assert told == {"round": f"round:{made.pk}", "count": 2, "left": 1}
    states = Message.objects.filter(direction="out").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "cancelled", "cancelled"]


@pytest.fixture
def answered(struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime) -> list[Ticket]:
    actions.carry_out_some(actions.ask(answer(), actor=by, at=now), at=now + UNDO)
    return struck


def test_resolved_together_are_those_for_whom_nothing_is_open(
    answered: list[Ticket], problem: Ticket, mira: Agent, by: Actor, now: datetime
) -> None:
    at = now + timedelta(hours=1)
    write(answered[0], at)
    tickets.promise(answered[1], Promised("Wir melden uns.", at + timedelta(days=1), mira), actor=by, at=at)
    made = actions.begin(problem, kind="close", status="resolved", actor=by, at=at)
    shown = {
        answered[0].pk: ("left", "waiting"),
        answered[1].pk: ("left", "promise"),
        answered[2].pk: ("waiting", ""),
    }
    assert lines(made) == shown
    made = actions.ask(made, actor=by, at=at)
    assert (made.state, lines(made)[answered[2].pk]) == ("done", ("done", ""))
    statuses = dict(Ticket.objects.values_list("pk", "status"))
    assert [statuses[one.pk] for one in answered] == ["open", "waiting_customer", "resolved"]
    actions.undo(made, actor=by, at=at)
    statuses = dict(Ticket.objects.values_list("pk", "status"))
    assert [statuses[one.pk] for one in answered] == ["open", "waiting_customer", "waiting_customer"]


def test_a_message_after_the_preview_is_not_swept_along(
    answered: list[Ticket], problem: Ticket, by: Actor, now: datetime
) -> None:
    at = now + timedelta(hours=1)
    made = actions.begin(problem, kind="close", status="resolved", actor=by, at=at)
    write(answered[2], at + timedelta(seconds=1))
    made = actions.ask(made, actor=by, at=at + timedelta(seconds=2))
    assert lines(made)[answered[2].pk] == ("left", "waiting")
    answered[2].refresh_from_db()
    assert (answered[2].status, answered[2].waiting_since) == ("open", at + timedelta(seconds=1))


@pytest.fixture
def chunk_of_one(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    yield


def test_killed_between_two_chunks_it_goes_on_where_it_was(
    chunk_of_one: None,
    struck: list[Ticket],
    answer: Callable[..., Round],
    by: Actor,
    now: datetime,
    later: Callable[[datetime], None],
) -> None:
    made = answer()
    assert (made.state, actions.progress(made).new) == ("looking", 2)
    jobs.go_on(made.pk)
    made.refresh_from_db()
    assert made.state == "shown"
    actions.ask(made, actor=by, at=now)
    assert actions.carry_out_some(made, at=now + UNDO) is True  # here the worker dies
    later(now + UNDO * 3)
    jobs.find_forgotten(0)
    jobs.go_on(made.pk)
    assert [len(answers(one)) for one in struck] == [1, 1, 1]
    made.refresh_from_db()
    assert made.state == "done"


def test_one_that_fails_keeps_no_other_waiting(
    struck: list[Ticket],
    answer: Callable[..., Round],
    by: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = tickets.reply

    def breaks(ticket: Ticket, answer: Answer, **more: object) -> Message:
        if ticket.pk == struck[0].pk:
            raise RuntimeError("a fault of ours")
        return whole(ticket, answer, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tickets, "reply", breaks)
    made = actions.ask(answer(), actor=by, at=now)
    actions.carry_out_some(made, at=now + UNDO)
    assert lines(made)[struck[0].pk] == ("left", "our_error")
    assert [len(answers(one)) for one in struck] == [0, 1, 1]


def test_lines_hold_no_address_and_no_name(struck: list[Ticket], answer: Callable[..., Round]) -> None:
    made = answer()
    kept = " ".join(str(value) for row in Line.objects.filter(round=made).values_list() for value in row)
    assert "@" not in kept and "Weber" not in kept


def test_a_clock_that_was_ahead_does_not_put_it_off(
    struck: list[Ticket], answer: Callable[..., Round], by: Actor, now: datetime, later: Callable[[datetime], None]
) -> None:
    ahead = now + timedelta(hours=5)
    made = actions.ask(answer(at=ahead), actor=by, at=ahead)
    later(now)
    jobs.find_forgotten(0)
    assert ProcrastinateJob.objects.filter(args__round=made.pk, status="todo").count() == 1
    jobs.go_on(made.pk)
    assert [len(answers(one)) for one in struck] == [1, 1, 1]
