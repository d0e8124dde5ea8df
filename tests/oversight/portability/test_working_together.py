"""What colleagues left at a concern (links, drafts ...) moves with the instance, and goes with the concern."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Model

from anliegen.faces.workspace.models import Notice
from anliegen.flow.problems import actions as rounds
from anliegen.flow.problems.models import Line, Round
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.oversight.portability import export, restore
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.content import Writing
from anliegen.records.tickets.models import (
    Claim,
    Draft,
    Follow,
    Handover,
    Highlight,
    Link,
    Mention,
    Note,
    Problem,
    Ticket,
    Translation,
)

pytestmark = pytest.mark.django_db(transaction=True)
LEFT: tuple[type[Model], ...] = (
    *(Link, Problem, Round, Line, Follow, Mention, Note, Draft, Translation, Highlight, Handover, Notice),
)


@pytest.fixture
def worked_on(
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
    mira: Agent,
    tom: Agent,
    now: datetime,
    run_pipeline: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> Ticket:
    """A concern at which two colleagues did all that can be done together."""
    tom.teams.add(billing)
    by, at = Actor.agent(mira.pk), now + timedelta(hours=1)
    cause = actions.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=now)
    actions.follow(ticket, tom, actor=Actor.agent(tom.pk), at=at)
    actions.write_note(ticket, text=f"@{tom.name}, kannst du?", asked=[Asked(tom)], actor=by, at=at)
    actions.keep_draft(ticket, Writing(text="Guten Tag Kim Berger"), actor=by, at=at)
    message = ticket.messages.get()
    actions.translate(message, ["Hello"], language="en", actor=by, at=at)
    actions.highlight(message, mira, text=message.said[:12], near=0, actor=by, at=at)
    actions.pass_on(ticket, to=tom, summary="Kim Berger wartet auf Rückruf.", actor=by, at=at)
    actions.link(ticket, cause, kind="problem", actor=by, at=at)
    rounds.begin(cause, kind="answer", text="{{anrede}}\n\nalles gut.", status="open", actor=by, at=at)
    actions.claim(cause, mira, at=at)
    monkeypatch.setattr(clock, "now", lambda: at)  # what is older makes no notice
    run_pipeline()
    return ticket


def counts() -> dict[str, int]:
    return {model._meta.db_table: model._default_manager.count() for model in LEFT}


def test_all_of_it_is_moved_with_the_instance(worked_on: Ticket, tmp_path: Path) -> None:
    before = counts()
    assert [table for table, number in before.items() if not number] == []
    rows = {model: list(model._default_manager.order_by("pk").values()) for model in LEFT}
    made = export.export(tmp_path / "out")
    call_command("flush", interactive=False, verbosity=0)
    found = restore.restore(tmp_path / "out")
    assert (found.ok, found.counts, found.hashes) == (True, made.counts, made.hashes)
    assert {model: list(model._default_manager.order_by("pk").values()) for model in LEFT} == rows


def test_none_of_it_outlives_the_concern(worked_on: Ticket) -> None:
    assert Claim.objects.count() == 1
    Ticket.objects.all().delete()
    assert counts() == dict.fromkeys(counts(), 0)
    assert Claim.objects.count() == 0
