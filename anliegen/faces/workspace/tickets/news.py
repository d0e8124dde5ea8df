"""What somebody should know before sending: what others did meanwhile."""

from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket

NOT_ARRIVED = ("message.failed", "message.bounced", "message.unreached", "message.maybe_sent")
WORTH_STOPPING = (
    "message.received",
    "message.queued",
    "message.failed",
    "message.bounced",
    "note.written",
    "ticket.assigned",
    "ticket.moved",
    "ticket.status_changed",
    "ticket.resolved",
    "ticket.closed",
    "ticket.reopened",
    "decision.contested",
    "outcome.stated",
)


def news_since(ticket: Ticket, event: int, viewer: Agent) -> list[str]:
    """What others did since this event, in sentences: what somebody should know before sending."""
    happened = Event.objects.filter(subject=f"ticket:{ticket.pk}", id__gt=event).exclude(actor=f"agent:{viewer.pk}")
    told = [one for one in happened.order_by("id")[:50] if _is_worth_stopping(one)]
    words = sentences(told, viewer)
    return [words[one.pk] for one in told]


def _is_worth_stopping(event: Event) -> bool:
    """What a rule does by itself changes nothing about an answer, except that one did not arrive."""
    by_somebody = event.actor.startswith(("agent:", "person:"))
    return event.verb in (WORTH_STOPPING if by_somebody else (*NOT_ARRIVED, "message.stopped"))
