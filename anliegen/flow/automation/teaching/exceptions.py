"""An odd concern: a person says what it is about, and that nothing is to be learnt from it."""

from datetime import datetime

from django.db import transaction

from anliegen.flow.automation import approval, verbs
from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision, Told
from anliegen.flow.automation.teaching import speaking
from anliegen.flow.automation.teaching.examples import first_message
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket


def say(decision: Decision, choice: str, *, by: Agent, at: datetime) -> Decision:
    """Say what is right of a topic, as an exception. Raises AlreadySettled.

    The example is marked here and not when the journal is read: in between a model would learn from it.
    """
    with unit():
        if choice == decision.choice:
            done = approval.confirm(decision, by=by, at=at)
        else:
            done = approval.correct(decision, choice, by=by, at=at)
        message = first_message(decision.ticket_id)
        if message is not None:
            Told.objects.update_or_create(
                ticket_id=decision.ticket_id,
                defaults={"topic": value_of(choice), "agent": by, "told_at": at, "is_exception": True},
                create_defaults={
                    "message": message, "topic": value_of(choice), "by": "corrected", "agent": by, "told_at": at,
                    "is_exception": True,
                },
            )  # fmt: skip
            record(verbs.EXAMPLE_LEFT_OUT, decision.ticket, actor=Actor.agent(by.pk), at=at)
    transaction.on_commit(speaking.look_again)
    return done


def take_in(ticket: Ticket, *, by: Agent, at: datetime) -> Ticket:
    """It is no exception after all: it is an example like any other, from now on. Does nothing to what is one."""
    with unit():
        row = Told.objects.select_for_update().filter(ticket=ticket, is_exception=True).first()
        if row is None:
            return ticket
        # Said now, so that what a model remembers of the time since it was learnt takes it in.
        row.is_exception, row.told_at = False, at
        row.save(update_fields=["is_exception", "told_at"])
        record(verbs.EXAMPLE_TAKEN_IN, ticket, actor=Actor.agent(by.pk), at=at)
    return ticket
