"""Taking up what automation proposed and a person does with a form: a draft of an answer, a refund.

Saying yes puts it into the form and nothing else. It is in force when the agent has sent or granted it (`in_force.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from anliegen.flow.automation import approval, verbs
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision
from anliegen.ground import money
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Wish
from anliegen.records.tickets.content import Writing
from anliegen.records.tickets.models import Concession, Draft, Message, Ticket
from anliegen.records.tickets.queries import with_joined

LONGEST_REASON = 300


class NotPending(Exception):
    """Nobody has said yes to it, or it was sent, granted or discarded already."""


@dataclass(frozen=True)
class PutIn:
    """How the answer stands with the proposal in it. `draft` and `version` are of the agent's own; None: it is begun.

    `words` are those of the proposal with its places filled. `aside` are the agent's own that make room for it: they
    are kept in a note that only this agent reads.
    """

    words: str
    writing: Writing
    draft: Draft | None = None
    aside: str = ""
    answers: Message | None = None


def put_into_draft(decision: Decision, put: PutIn, *, by: Agent, at: datetime) -> Draft:
    """Say yes, and put it into the agent's draft. Sends nothing.

    What was proposed is kept as the agent saw it, with its places filled, so that it can be told whether they sent it
    so. Raises AlreadySettled, and Overwritten or DraftGone when the draft is not the one that `put` knows.
    """
    actor = Actor.agent(by.pk)
    with unit():
        decision = approval.confirm(decision, by=by, at=at)
        decision.text = put.words
        decision.save(update_fields=["text"])
        ticket = Ticket.objects.get(pk=decision.ticket_id)
        if put.aside.strip():
            actions.write_note(ticket, text=put.aside, is_side=True, actor=actor, at=at)
        before = put.draft.proposals if put.draft is not None and not put.aside else []
        return actions.keep_draft(
            ticket,
            put.writing,
            draft=put.draft.pk if put.draft is not None else None,
            version=put.draft.version if put.draft is not None else 0,
            answers=put.answers,
            model=_model(decision),
            proposals=[*before, decision.pk],
            actor=actor,
            at=at,
        )


@dataclass(frozen=True)
class Refund:
    """What a proposed refund says. `cents` None: it names no amount."""

    cents: int | None
    currency: str
    reason: str


def refund_of(decision: Decision) -> Refund:
    """The amount is the value of the choice, or the first one that the words name."""
    value, reason = value_of(decision.choice), " ".join(decision.text.split())[:LONGEST_REASON]
    if value.isascii() and value.isdigit():
        return Refund(int(value), "", reason)
    cents, currency = money.first_in(decision.text) or (None, "")
    return Refund(cents, currency, reason)


def pending_refund(pk: int, ticket: Ticket) -> Decision | None:
    """The refund to which somebody has said yes on this ticket, and which nobody has granted or asked for yet."""
    found = Decision.objects.filter(pk=pk, ticket__in=with_joined(ticket), question="refund").first()
    return found if found is not None and _is_pending(found) else None


def give(decision: Decision, ticket: Ticket, wish: Wish, *, after: int | None, by: Agent, at: datetime) -> Concession:
    """Grant or ask for what was proposed, as the agent has put it; raises as `concede`."""
    with unit():
        made = actions.concede(ticket, wish, by=by, after=after, actor=Actor.agent(by.pk), at=at)
        decision = held(Decision, decision.pk)
        if _is_pending(decision):
            decision.evidence = {**decision.evidence, "concession": made.pk}
            decision.save(update_fields=["evidence"])
    return made


def give_up(decision: Decision, *, by: Agent, at: datetime) -> Decision:
    """The refund is not given after all. Raises NotPending."""
    with unit():
        ticket = held(Ticket, decision.ticket_id)  # first, as everybody who holds both
        decision = held(Decision, decision.pk)
        if decision.question != "refund" or not _is_pending(decision):
            raise NotPending
        decision.settled_at, decision.settled_by, decision.settled_as = at, by, "rejected"
        decision.save(update_fields=["settled_at", "settled_by", "settled_as"])
        data = {"decision": ref(decision), "question": decision.question}
        record(verbs.DECISION_REJECTED, ticket, actor=Actor.agent(by.pk), at=at, **data)
    return decision


def _is_pending(decision: Decision) -> bool:
    return decision.is_pending and "concession" not in decision.evidence


def _model(decision: Decision) -> str:
    """The model whose draft it is; empty for a rule, whose words a person has written."""
    kind, _colon, name = decision.author.partition(":")
    return name[:60] if kind == "model" else ""
