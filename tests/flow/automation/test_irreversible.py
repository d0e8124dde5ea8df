"""Nothing that cannot be taken back happens without a person: every action, by every automated actor."""

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.flow.automation import approval, delayed
from anliegen.flow.automation.approval import AlreadySettled, Proposal
from anliegen.flow.automation.effects import EFFECTS, IRREVERSIBLE, Reach, now_of
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor, NeedsAPerson
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance import register
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Message, Ticket

MACHINES = ("rule:mailbox", "rule:12", "rule:escalate", "model:triage@3", "model:anything")
CHOICES = {
    "answer": "answer:1", "status": "status:closed", "refund": "refund:2500", "refusal": "refusal:1",
    "cancellation": "cancellation:1", "deletion": "deletion:1", "declaration": "declaration:1",
}  # fmt: skip

# What ends, refuses, pays, promises, reaches a customer or joins people: a person alone. Each of `tickets.actions` is
# here or below, so that a new one is thought about.
BY_PEOPLE = {
    "approve_draft", "break_off", "concede", "decline", "decline_concession", "forward", "grant_concession",
    "let_automation_help", "merge_people", "move", "placed", "promise", "reply", "resolve", "send_again", "send_now",
    "tell_of_delay", "unmerge_people", "vouch", "withdraw", "withdraw_concession",
}  # fmt: skip
# Can be taken back, tells what happened anyway, or carries out what a person has sent already. `acknowledge` says that
# a message arrived and nothing of the matter.
BY_ANYBODY = {
    "acknowledge", "add_file", "assign", "attach", "bring_in", "came_back", "cancel", "change", "change_many",
    "change_view", "claim", "clear_draft", "create_view", "declare_problem", "delete_view", "detach", "discard_draft",
    "discard_translation_draft", "draw", "due_to_wake", "escalate", "follow", "foresee_join", "foresee_link",
    "foresee_part", "foresee_split", "give_back", "hand_over", "highlight", "join", "keep", "keep_draft",
    "keep_translation_draft", "let_go", "let_out", "link", "mark_bounced", "mark_delayed", "mark_delivered",
    "mark_failed", "mark_maybe_sent", "mark_sent", "mark_unreached", "mend", "note_copy", "note_export", "part",
    "pass_concession_on", "pass_on", "pin", "receive", "recipients_of", "remove_highlight", "remove_link", "reopen",
    "reschedule", "return_draft", "reveal", "settle", "settle_mentions", "share_draft", "snooze", "split_off", "stop",
    "strike", "swap_views", "take_a_breath", "take_by_hand", "take_handover", "take_out", "translate", "triaged",
    "try_again", "unclaim", "undo_many", "unfollow", "unlink", "unpin", "wake", "wake_due", "withdraw_draft",
    "withdraw_note", "withdraw_problem", "without_row", "write_note",
}  # fmt: skip


def test_each_action_is_thought_about() -> None:
    every = {name for name in actions.__all__ if inspect.isfunction(getattr(actions, name))}
    assert every == BY_PEOPLE | BY_ANYBODY
    assert not BY_PEOPLE & BY_ANYBODY


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", sorted(BY_PEOPLE))
def test_what_cannot_be_taken_back_refuses_every_machine_before_anything_else(name: str, machine: str) -> None:
    """Nothing is even looked at: whatever the other values are, they do not matter."""
    action: Callable[..., object] = getattr(actions, name)
    taken = inspect.signature(action).parameters
    values = {key: None for key, one in taken.items() if one.default is one.empty and key != "actor"}
    with pytest.raises(NeedsAPerson):
        action(**values, actor=Actor(machine))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_a_concern_is_ended_by_no_machine(ticket: Ticket, now: datetime, machine: str, status: str) -> None:
    with pytest.raises(NeedsAPerson):
        actions.change(ticket, Change(status=status), actor=Actor(machine), at=now)
    with pytest.raises(NeedsAPerson):
        actions.escalate(actions.escalate(ticket, to=3, triggers=["time"], actor=Actor(machine), at=now), to=1,
                         triggers=[], actor=Actor(machine), at=now)  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.status, ticket.level) == ("new", 3)


def test_the_gate_knows_each_kind_and_its_class() -> None:
    assert {"status", "refund", "refusal", "cancellation", "deletion", "declaration"} == IRREVERSIBLE
    assert {question for question, effect in EFFECTS.items() if effect.reach is Reach.DELAYED} == {"answer"}
    assert set(CHOICES) == IRREVERSIBLE | {"answer"}
    assert {question for question, _word in Decision.question.field.choices} == set(EFFECTS)


@pytest.mark.parametrize("question", sorted(CHOICES))
def test_through_the_gate_it_waits_for_a_person_however_sure_the_machine_is(
    ticket: Ticket, mira: Agent, now: datetime, question: str
) -> None:
    listed = {one.author + ("1" if one.is_family else "") for one, _figures in register.algorithms(at=now)}
    before = (ticket.status, ticket.version)
    for machine in sorted({*MACHINES, *(one for one in listed if one.partition(":")[0] in ("rule", "model"))}):
        proposal = Proposal(CHOICES[question], 1.0, "nothing-said", mira.pk)
        for more in ({}, {"bound": 0.0}, {"delay": timedelta(minutes=1)}, {"delay": timedelta(), "bound": 0.0}):
            approval.submit(ticket, question, proposal, actor=Actor(machine), at=now, **more)  # type: ignore[arg-type]
    delayed.strike(int(now.timestamp()))
    for decision in Decision.objects.filter(question=question):
        # Not even where somebody had written a time into the row.
        decision.applies_at = now - timedelta(days=1)
        decision.save(update_fields=["applies_at"])
        approval.apply_due(decision, actor=Actor(decision.author), at=now)
    ticket.refresh_from_db()
    assert not Decision.objects.filter(question=question, applied_at__isnull=False).exists()
    assert (ticket.status, ticket.version) == before
    assert not Message.objects.filter(ticket=ticket, direction="out").exists()
    assert not Event.objects.filter(verb__in=["ticket.closed", "ticket.resolved", "message.queued"]).exists()


def test_a_person_confirms_it_in_their_own_name(ticket: Ticket, mira: Agent, now: datetime) -> None:
    proposal = Proposal("status:closed", 1.0, "nothing-said", mira.pk)
    decision = approval.submit(ticket, "status", proposal, actor=Actor.rule(12), at=now)
    approval.confirm(decision, by=mira, at=now)
    ticket.refresh_from_db()
    assert (ticket.status, now_of(ticket, "status")) == ("closed", "status:closed")
    assert Event.objects.get(verb="ticket.closed").actor == f"agent:{mira.pk}"
    with pytest.raises(AlreadySettled):
        approval.reject(decision, by=mira, at=now)
