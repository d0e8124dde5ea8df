"""kill -9 in the middle of giving out concerns: each lies with exactly one person in the end, and none with nobody."""

from __future__ import annotations

import signal
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from .conftest import Run
from .instance import Instance, until
from .sender import composed

MAILBOX = "verteilt@musterstadt.example"
CONCERNS = 24
# A team that gives out what comes to it, at work at every hour, with three people who are there.
PREPARE = """
import sys
import django
django.setup()
from datetime import time
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Role, Team

more = {"actor": SYSTEM, "at": clock.now()}
always = actions.create(Calendar, name="Immer", **more)
actions.set_hours(always, openings=[(day, time(0), time(23, 59, 59)) for day in range(7)], days_off=[], **more)
team = actions.create(Team, name="Verteilt", slug="verteilt", calendar=always, routing="assign", **more)
role = Role.objects.filter(permissions__contains=["ticket.read", "ticket.reply"]).order_by("pk").first()
for name in ("mira", "tom", "lea"):
    agent = actions.create_agent(email=f"{name}@verteilt.example", name=name, role=role, teams=[team], **more)
    Agent.objects.filter(pk=agent.pk).update(last_login=clock.now())
actions.create(
    Mailbox, address=sys.argv[1], brand=Brand.objects.first(), team=team, responsible=agent, **more
)
"""
# A worker that dies when it has written down this many of the concerns it gives out, before it says so to anybody.
DYING = """
import os, signal, sys
import django
django.setup()
from anliegen.config import work
from anliegen.flow.automation import routing

real, left = routing._submit, [int(sys.argv[1])]

def submit(*given, **more):
    real(*given, **more)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

routing._submit = submit
work.work()
"""
WORKING = """
import django
django.setup()
from anliegen.config import work
work.work()
"""
OURS = "FROM tickets_ticket t WHERE t.mailbox_id = (SELECT id FROM accounts_mailbox WHERE address = %s)"


def test_each_concern_is_given_to_one_person_although_the_worker_dies_while_giving(
    database: Instance, run: Run, tmp_path: Path
) -> None:
    assert run(PREPARE, MAILBOX).wait(timeout=60) == 0
    for number in range(CONCERNS):
        made = message_from_bytes(composed(number, "verteilt").raw)
        made.replace_header("To", MAILBOX)
        made.replace_header("Subject", f"Verteilt {number}")
        (tmp_path / f"{number}.eml").write_bytes(made.as_bytes())
    assert database.also("intake", str(tmp_path), "--mailbox", MAILBOX).wait(timeout=60) == 0
    assert database.one(f"SELECT count(*) {OURS}", MAILBOX) == CONCERNS
    for many in (1, 7):
        assert run(DYING, str(many)).wait(timeout=120) == -signal.SIGKILL
    run(WORKING)
    until(lambda: database.one(f"SELECT count(*) {OURS} AND t.assignee_id IS NULL", MAILBOX) == 0, 120, "all given")
    subjects = f"(SELECT 'ticket:' || t.number {OURS})"
    given = "SELECT subject, data->>'to' FROM journal_event WHERE verb = 'ticket.assigned' AND subject IN "
    said = database.ask(given + subjects, MAILBOX)
    assert Counter(subject for subject, _to in said) == dict.fromkeys((subject for subject, _to in said), 1)
    assert len(said) == CONCERNS
    has = database.ask(f"SELECT 'ticket:' || t.number, 'agent:' || t.assignee_id {OURS}", MAILBOX)
    assert sorted(said) == sorted(has)
    # By turn: nobody got what a worker that died had put down for them besides.
    assert set(Counter(to for _subject, to in said).values()) == {CONCERNS // 3}
    decided = "SELECT count(*) FROM automation_decision WHERE author = 'rule:routing' AND ticket_id IN "
    assert database.one(decided + f"(SELECT t.number {OURS})", MAILBOX) == CONCERNS
