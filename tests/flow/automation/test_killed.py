"""kill -9 in the middle of what automation does: all of it or nothing, and the next worker does it once."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection

from anliegen.flow.automation import approval, delayed
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.teaching import lessons, speaking
from anliegen.ground import clock
from anliegen.ground.journal import tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

pytestmark = pytest.mark.django_db(transaction=True)
# A worker that dies once a function has done its work, before anybody commits it.
DYING = """
import importlib, os, signal, sys
import django
django.setup()
from datetime import datetime
from anliegen.config.pipeline import READERS
from anliegen.flow.automation import delayed
from anliegen.flow.automation.teaching import lessons
from anliegen.ground import clock
from anliegen.ground.journal import tail
from anliegen.ground.journal.actors import Actor

does, place, name, at = sys.argv[1:]
module = importlib.import_module("anliegen.flow.automation." + place)
real = getattr(module, name, None)

def die(*given, **more):
    real(*given, **more)
    os.kill(os.getpid(), signal.SIGKILL)

if name:
    setattr(module, name, die)
clock.now = lambda: datetime.fromisoformat(at)
match does:
    case "read":
        tail.drain(READERS)
    case "strike":
        delayed.strike(0)
    case "learn":
        lessons.hold(actor=Actor.rule("lessons"), at=clock.now(), encoder="none")
"""
GRIEF = "Guten Tag, mein Mann ist verstorben. Was wird aus unserem Vertrag, und wer hilft mir?"


def worker(does: str, place: str, name: str, at: datetime) -> "subprocess.Popen[bytes]":
    """A process of its own on this test's database and files."""
    about = connection.settings_dict
    where = f"?host={quote(about['HOST'], safe='')}&port={about['PORT']}"
    ours = {
        "DATABASE_URL": f"postgresql://{about['USER']}:{about['PASSWORD']}@/{about['NAME']}{where}",
        "DJANGO_SETTINGS_MODULE": "anliegen.config.settings",
    }
    return subprocess.Popen([sys.executable, "-c", DYING, does, place, name, at.isoformat()], env=os.environ | ours)


def killed(does: str, place: str, name: str, at: datetime) -> None:
    """The worker dies there, and nowhere else."""
    assert worker(does, place, name, at).wait(timeout=300) == -signal.SIGKILL
    speaking.forget()


def told_of(ticket: Ticket) -> tuple[Counter[tuple[str, str, bool]], Counter[str]]:
    """What was decided on it and what the journal says of it, each as often as it stands there."""
    rows = Decision.objects.filter(ticket=ticket)
    decided = Counter((one.question, one.choice, one.applied_at is not None) for one in rows)
    return decided, Counter(Event.objects.filter(subject=f"ticket:{ticket.pk}").values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("place", "name"),
    [("triage", "make"), ("triage", "_decide"), ("escalate", "look_at"), ("escalate", "_urge")],
)
def test_a_reader_that_dies_in_the_middle_has_decided_nothing_and_the_next_decides_once(
    open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox, billing: Team, mira: Agent,
    run_pipeline: Callable[[], int], now: datetime, place: str, name: str,
) -> None:  # fmt: skip
    accounts.change(billing, lead=mira, actor=SYSTEM, at=now)
    undisturbed = open_ticket(kim_address, text=GRIEF, mailbox=mailbox)
    run_pipeline()
    ticket = open_ticket(kim_address, text=GRIEF, mailbox=mailbox)
    killed("read", place, name, clock.now())
    half_done = Decision.objects.filter(ticket=ticket)
    if place != "triage":  # which came before and is done
        half_done = half_done.filter(author="rule:escalate")
    assert not half_done.exists()
    run_pipeline()
    assert told_of(ticket) == told_of(undisturbed)
    assert set(told_of(ticket)[0].values()) == {1}


def test_two_workers_at_once_decide_once(
    open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox, billing: Team, mira: Agent,
    run_pipeline: Callable[[], int], now: datetime,
) -> None:  # fmt: skip
    """Both are handed every event."""
    accounts.change(billing, lead=mira, actor=SYSTEM, at=now)
    undisturbed = open_ticket(kim_address, text=GRIEF, mailbox=mailbox)
    run_pipeline()
    tickets = [open_ticket(kim_address, text=GRIEF, mailbox=mailbox) for _ in range(4)]
    both = [worker("read", "triage", "", clock.now()) for _ in range(2)]
    assert [one.wait(timeout=300) for one in both] == [0, 0]
    run_pipeline()
    assert [told_of(one) for one in tickets] == [told_of(undisturbed)] * 4
    assert tail.stopped() == []


def test_what_was_delayed_applies_once_although_the_worker_died_while_applying_it(
    ticket: Ticket, technics: Team, mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal, before = Proposal(f"team:{technics.pk}", 1.0, "nothing-said", mira.pk), ticket.team_id
    later = timedelta(minutes=10)
    decision = approval.submit(ticket, "team", proposal, actor=Actor.rule("7"), at=now, delay=later)
    killed("strike", "approval", "_carry_out", now + later)
    decision.refresh_from_db()
    ticket.refresh_from_db()
    assert (decision.applied_at, ticket.team_id) == (None, before)
    monkeypatch.setattr(clock, "now", lambda: now + later)
    for _twice in range(2):
        delayed.strike(0)
    decision.refresh_from_db()
    ticket.refresh_from_db()
    assert (decision.applied_at, ticket.team_id) == (now + later, technics.pk)
    assert Event.objects.filter(subject=f"ticket:{ticket.pk}", verb="ticket.moved", actor="rule:7").count() == 1


@pytest.mark.parametrize("name", ["to_bytes", "record"])
def test_a_lesson_that_died_leaves_no_model_and_the_next_one_is_whole(
    operator: object, now: datetime, name: str
) -> None:
    """Before its file is there, and with the file but without its row."""
    for code in SAID:
        said = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=said, actor=SYSTEM, at=now)
    killed("learn", "teaching.lessons", name, now)
    assert not Learnt.objects.exists()
    assert speaking.current() is None
    assert not Event.objects.filter(verb="model.learnt").exists()
    learnt = lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none")
    assert (learnt.version, learnt.state, Learnt.objects.count()) == (1, "waiting", 1)
