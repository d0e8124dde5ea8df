"""Is a message likely a concern of its own? Proposed, never done."""

from datetime import timedelta

from anliegen.flow.channels.email.identifiers import bare_subject
from anliegen.records.tickets.models import Message, Ticket

LONG_PAUSE = timedelta(days=30)


def proposes_split(message: Message, ticket: Ticket, pause: timedelta | None) -> bool:
    """Whether a message is likely a concern of its own: another subject, after a long pause. Pure.

    `pause` is the time since the message before; None for the first one.
    """
    if message.direction != "in" or message.automatic or pause is None or pause < LONG_PAUSE:
        return False
    said = bare_subject(message.subject).casefold()
    return bool(said) and said != bare_subject(ticket.subject).casefold()
