"""A process is killed in the middle of a round: whoever goes on leaves nobody out and writes to nobody twice."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from anliegen.flow.problems import actions, jobs
from anliegen.flow.problems.models import Round
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(minutes=3)


def die() -> None:
    """At once and without any last words, as by the kernel when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def work_and_die(made: Round, deed: Callable[[], None]) -> None:
    """Let another process go on with the round; `deed` says there when it dies."""
    connections.close_all()  # the other process opens its own
    child = os.fork()
    if child == 0:
        try:
            deed()
            jobs.go_on(made.pk)
        finally:
            os._exit(1)  # it was to be killed, and was not
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def dies_at(number: int, *, written: bool) -> Callable[[], None]:
    """Dies at the so manieth answer: before it is written, or when it is written and not yet kept."""
    whole, calls = tickets.reply, Counter[str]()

    def reply(*args: Any, **more: Any) -> Message:
        calls["reply"] += 1
        if calls["reply"] == number and not written:
            die()
        made = whole(*args, **more)
        if calls["reply"] == number:
            die()
        return made

    return lambda: setattr(tickets, "reply", reply)


def dies_between_chunks() -> None:
    whole = actions.carry_out_some

    def carry_out_some(made: Round, *, at: datetime) -> bool:
        whole(made, at=at)
        die()
        return True

    actions.carry_out_some = carry_out_some


def answered() -> list[int]:
    """The numbers of the tickets in the order in which they were answered, each as often as it was."""
    out = Message.objects.filter(direction="out", agent__isnull=False)
    return list(out.order_by("pk").values_list("ticket", flat=True))


def test_killed_at_any_moment_each_gets_exactly_one_answer(
    struck: list[Ticket],
    answer: Callable[..., Round],
    by: Actor,
    now: datetime,
    later: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    one, two, three = (ticket.pk for ticket in struck)
    made = answer()
    jobs.go_on(made.pk)  # the preview
    actions.ask(made, actor=by, at=now)
    later(now + LATER)
    for number, written in ((1, False), (1, True), (2, False), (2, True)):
        work_and_die(made, dies_at(number, written=written))
        assert answered() == []  # what nobody has kept nobody has sent
    work_and_die(made, dies_between_chunks)
    assert answered() == [one, two]
    for written in (False, True):
        work_and_die(made, dies_at(1, written=written))
        assert answered() == [one, two]
    jobs.find_forgotten(0)
    jobs.go_on(made.pk)
    jobs.go_on(made.pk)  # and a second worker that was late
    assert answered() == [one, two, three]
    queued = Event.objects.filter(verb="message.queued").order_by("id").values_list("subject", flat=True)
    assert list(queued) == [f"ticket:{pk}" for pk in (one, two, three)]
    told = Event.objects.get(verb="problem.round_done").data
    assert told == {"round": f"round:{made.pk}", "count": 3, "left": 0}


def test_killed_while_taking_back_each_is_taken_back_once(
    struck: list[Ticket],
    answer: Callable[..., Round],
    by: Actor,
    now: datetime,
    later: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = answer()
    actions.ask(made, actor=by, at=now)
    actions.carry_out_some(made, at=now + LATER)
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    later(now + LATER)
    actions.undo(made, actor=by, at=now + LATER)  # the first two; the rest is for a worker
    states = Message.objects.filter(direction="out", agent__isnull=False).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "cancelled", "queued"]
    work_and_die(made, lambda: setattr(tickets, "cancel", lambda *_args, **_more: die()))
    assert list(states.all()) == ["cancelled", "cancelled", "queued"]
    jobs.go_on(made.pk)
    assert list(states.all()) == ["cancelled"] * 3
    assert Event.objects.filter(verb="message.cancelled").count() == 3
    assert Event.objects.get(verb="problem.round_undone").data == {"round": f"round:{made.pk}", "count": 3, "left": 0}
