"""The concern as we keep it: ticket, message, note, what colleagues do together, what search reads, what is due."""

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
from anliegen.records.tickets.models.time import DUE_FOR, TIMER_KINDS, Deadline, DeadlineKind, Target, Timer
from anliegen.records.tickets.models.together import Claim, Follow, Handover, Highlight

__all__ = [
    "CHANNELS",
    "DONE",
    "DUE_FOR",
    "MESSAGE_STATES",
    "NOT_HEARD",
    "NOT_WAITING",
    "OPEN",
    "PRIORITIES",
    "PROMISE_STATES",
    "SCOPES",
    "STATUSES",
    "TIMER_KINDS",
    "WAKES",
    "WITHDRAWN_BECAUSE",
    "Attachment",
    "Claim",
    "Deadline",
    "DeadlineKind",
    "Follow",
    "Handover",
    "Highlight",
    "Link",
    "Mention",
    "Message",
    "Note",
    "Participant",
    "Promise",
    "Refusal",
    "SearchRow",
    "Snooze",
    "Target",
    "Ticket",
    "TicketQuerySet",
    "Timer",
    "as_recipients",
]
