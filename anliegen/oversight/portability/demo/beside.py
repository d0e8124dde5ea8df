"""What stands beside a mail of the demo: an English one that a colleague has translated for the others.

It waits for the customer, so it stands in no list that asks for an answer. It is pinned on the desks of who translated
it and of the administrators: one press away from the first page.
"""

import re
from datetime import datetime

from django.db.models import Q

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.paragraphs import paragraphs

BEGINS = 'I got a letter saying "Nachzahlung'
SAYS = (
    "Ich habe einen Brief bekommen, in dem „Nachzahlung{amount}“ steht. Laut Wörterbuch heißt das „subsequent payment“,"
    " und das klingt, als sollte ich zweimal zahlen. Ich habe jeden Monat gezahlt und keinen einzigen ausgelassen."
    " Kann mir bitte jemand erklären, was passiert ist?"
)


def begin(now: datetime) -> None:
    """Where the demo has that mail and somebody works on it; else nothing happens."""
    found = Message.objects.filter(direction="in", language="en", text__contains=BEGINS)
    message = found.select_related("ticket").order_by("-created_at", "-pk").first()
    if message is not None and message.ticket.assignee_id is not None:
        written = [in_german(one) for one in paragraphs(message.said)]
        actions.translate(message, written, language="de", actor=Actor.agent(message.ticket.assignee_id), at=now)
        _lay_out(message.ticket, now)


def _lay_out(ticket: Ticket, now: datetime) -> None:
    wanted = Q(role__permissions__contains=["settings.manage"]) | Q(pk=ticket.assignee_id or 0)
    for agent in Agent.objects.active().filter(wanted).order_by("pk"):
        actions.pin(ticket, agent=agent, actor=Actor.agent(agent.pk), at=now)


def in_german(paragraph: str) -> str:
    """A paragraph of that mail; empty for one that only names somebody."""
    if BEGINS in paragraph:
        amount = re.search(r'"Nachzahlung([^"]*)"', paragraph)
        return SAYS.format(amount=amount[1] if amount else "")
    if re.match(r"(?:Dear|Hello|Hi)\b", paragraph):
        return "Guten Tag,"
    name = paragraph.rpartition("\n")[2]
    return f"Viele Grüße\n{name}" if re.match(r"(?:Kind|Best|Many|Thank|Regards)", paragraph) else ""
