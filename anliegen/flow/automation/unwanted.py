"""Somebody wishes for people alone: what automation asks at their concerns is withdrawn with it, and stays so."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.flow.automation import approval
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.records.tickets.models import Ticket

# What alerts people and brings them a concern stays: whoever wishes for people gets them no later than everybody else.
BRINGS_PEOPLE = ("rule:escalate", "rule:routing", "rule:mailbox", "rule:team-of-topic")


def withdraw_proposals(tickets: Sequence[Ticket], *, actor: Actor, at: datetime) -> None:
    """At once, in the name of whoever wishes it. The caller holds the tickets under lock.

    What is in force stays, and so does what the customer wants a person to check. When the wish is taken back, nothing
    of it returns by itself.
    """
    by_key = {ticket.pk: ticket for ticket in tickets}
    with unit():
        waiting = Decision.objects.waiting().filter(ticket__in=by_key, contested_at=None)
        # In the order of their keys, as everybody who holds several.
        for one in waiting.exclude(author__in=BRINGS_PEOPLE).select_for_update(of=("self",)).order_by("pk"):
            approval.withdraw(one, by_key[one.ticket_id], actor=actor, at=at, is_unwanted=True)
