"""An answer that was sent from the page before: it can still be taken back from wherever its writer went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Message


@dataclass(frozen=True)
class Sent:
    """Which one, and until when; None where it cannot be taken back any more, or leaves at a chosen time."""

    message: Message
    until: datetime | None


def sent_of(agent: Agent, pk: str) -> Sent | None:
    """One's own answer of this number. Only the page that was opened by sending it asks."""
    if not pk.isdecimal() or len(pk) > 18:
        return None
    own = Message.objects.filter(agent=agent, direction="out", state="queued").select_related("ticket")
    message = own.filter(pk=pk).first()
    if message is None:
        return None
    if message.send_at is not None:
        return Sent(message, None)
    until = message.created_at + timedelta(seconds=the_operator().undo_seconds)
    return Sent(message, until) if message.channel == "email" and until > clock.now() else None
