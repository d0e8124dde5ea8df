"""Ask after a resolution, on the status page only (no mail: that would be advertising), and listen to the answer."""

from datetime import datetime

from django.db import transaction

from anliegen.flow.feedback import verbs
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record, ref
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket


class NothingToAnswer(Exception):
    """The concern was not resolved, or is open again, so nothing was asked."""


def ask(event: Event) -> None:
    """Read a `ticket.resolved`: from now on the status page asks."""
    ticket = Ticket.objects.filter(pk=int(event.subject.partition(":")[2])).first()
    if ticket is None or ticket.resolved_at is None:
        return
    outcome, is_new = Outcome.objects.get_or_create(
        ticket=ticket, resolved_at=ticket.resolved_at, defaults={"asked_at": event.at}
    )
    if is_new:
        record(verbs.OUTCOME_ASKED, ticket, actor=SYSTEM.because_of(event), at=event.at, outcome=ref(outcome))


def open_question(ticket: Ticket) -> Outcome | None:
    """What the status page asks, or was answered, about the present resolution."""
    if ticket.resolved_at is None:
        return None
    return Outcome.objects.filter(ticket=ticket, resolved_at=ticket.resolved_at).first()


def state(ticket: Ticket, *, answer: str, words: str, actor: Actor, at: datetime) -> Outcome:
    """Take the customer's answer. "Not fulfilled" opens the ticket again: their judgement counts more than ours.

    Raises NothingToAnswer.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if ticket.resolved_at is None:
            raise NothingToAnswer
        outcome, _is_new = Outcome.objects.get_or_create(
            ticket=ticket, resolved_at=ticket.resolved_at, defaults={"asked_at": at}
        )
        outcome.answer, outcome.words, outcome.stated_at = answer, words.strip(), at
        outcome.save(update_fields=["answer", "words", "stated_at"])
        record(
            verbs.OUTCOME_STATED,
            ticket,
            actor=actor,
            at=at,
            outcome=ref(outcome),
            answer=answer,
            has_words=bool(outcome.words),
        )
        if answer == "not_fulfilled":
            actions.reopen(ticket, actor=actor, at=at)
    return outcome
