"""What the demo's agents are writing just now: an answer begun, and one that a colleague is asked to look at."""

from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Writing
from anliegen.records.tickets.models import Draft, Ticket

BEGUN = "{greeting}\n\nvielen Dank für Ihre Nachricht. Ich habe mir Ihr Anliegen angesehen und"
READY = (
    "{greeting}\n\nwir haben Ihr Anliegen geprüft: Sie haben recht, und wir korrigieren das. Die neue Abrechnung"
    " erhalten Sie in den nächsten Tagen.\n\nFreundliche Grüße"
)
REMARK = "Ist das so klar genug, oder sollten wir den Grund nennen?"


def begin(*, now: datetime) -> None:
    """Below the two newest concerns that wait and that somebody works on."""
    waiting = Ticket.objects.open().filter(waiting_since__isnull=False, assignee__isnull=False, channel="email")
    found = list(waiting.select_related("person", "assignee").order_by("-waiting_since", "-pk")[:2])
    for ticket, words in zip(found, (BEGUN, READY), strict=False):
        draft = _write(ticket, words, now)
        if words is READY and (colleague := _who_looks(ticket)) is not None:
            actions.share_draft(draft, to=colleague, remark=REMARK, actor=_writer(ticket), at=now)


def _write(ticket: Ticket, words: str, at: datetime) -> Draft:
    text = words.format(greeting=salutation(ticket.person, language=ticket.language or "de"))
    return actions.keep_draft(ticket, Writing(text=text, status="waiting_customer"), actor=_writer(ticket), at=at)


def _writer(ticket: Ticket) -> Actor:
    return Actor.agent(ticket.assignee_id or 0)


def _who_looks(ticket: Ticket) -> Agent | None:
    """Somebody else who may answer there."""
    everybody = Agent.objects.active().select_related("role").order_by("pk")
    others = (one for one in everybody if one.pk != ticket.assignee_id)
    return next((one for one in others if may(one, "ticket.reply", ticket)), None)
