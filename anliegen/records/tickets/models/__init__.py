"""The concern as we keep it: ticket, message, note, attachment, promise, refusal, and what stands around them."""

from anliegen.records.tickets.models.around import WAKES, Link, Mention, Participant, SearchRow, Snooze
from anliegen.records.tickets.models.message import MESSAGE_STATES, NOT_HEARD, Attachment, Message, Note, as_recipients
from anliegen.records.tickets.models.promise import STATES as PROMISE_STATES
from anliegen.records.tickets.models.promise import WITHDRAWN_BECAUSE, Promise
from anliegen.records.tickets.models.refusal import SCOPES, Refusal
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
    "PROMISE_STATES",
    "SCOPES",
    "STATUSES",
    "WAKES",
    "WITHDRAWN_BECAUSE",
    "Attachment",
    "Link",
    "Mention",
    "Message",
    "Note",
    "Participant",
    "Promise",
    "Refusal",
    "SearchRow",
    "Snooze",
    "Ticket",
    "TicketQuerySet",
    "as_recipients",
]
