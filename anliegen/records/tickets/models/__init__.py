"""The concern as we keep it: ticket, message, note, attachment, what stands around it, and the rows of the search."""

from anliegen.records.tickets.models.around import WAKES, Link, Mention, Participant, SearchRow, Snooze
from anliegen.records.tickets.models.message import MESSAGE_STATES, NOT_HEARD, Attachment, Message, Note, as_recipients
from anliegen.records.tickets.models.ticket import (
    CHANNELS,
    DONE,
    NOT_WAITING,
    OPEN,
    PRIORITIES,
    STATUSES,
    Ticket,
    TicketQuerySet,
)

__all__ = [
    "CHANNELS",
    "DONE",
    "MESSAGE_STATES",
    "NOT_HEARD",
    "NOT_WAITING",
    "OPEN",
    "PRIORITIES",
    "STATUSES",
    "WAKES",
    "Attachment",
    "Link",
    "Mention",
    "Message",
    "Note",
    "Participant",
    "SearchRow",
    "Snooze",
    "Ticket",
    "TicketQuerySet",
    "as_recipients",
]
