"""The concern as we keep it: ticket, message, note, what colleagues do together, what search reads, what is due."""

from anliegen.records.tickets.models.around import (
    LINK_KINDS,
    WAKES,
    Link,
    Mention,
    Participant,
    Problem,
    SearchRow,
    Snooze,
)
from anliegen.records.tickets.models.concession import CONCESSION_STATES, Concession
from anliegen.records.tickets.models.desk import REACHES, VIEW_SYMBOLS, BulkChange, Pin, SavedView
from anliegen.records.tickets.models.draft import DRAFT_KINDS, Draft, DraftFile
from anliegen.records.tickets.models.message import MESSAGE_STATES, NOT_HEARD, Attachment, Message, Note, as_recipients
from anliegen.records.tickets.models.promise import STATES as PROMISE_STATES
from anliegen.records.tickets.models.promise import WITHDRAWN_BECAUSE, Promise
from anliegen.records.tickets.models.refusal import SCOPES, Refusal
from anliegen.records.tickets.models.ticket import (
    BY_HAND,
    CHANNELS,
    DONE,
    LEVELS,
    NOT_WAITING,
    OPEN,
    PRIORITIES,
    STATUSES,
    Lack,
    Ticket,
    TicketQuerySet,
)
from anliegen.records.tickets.models.time import DUE_FOR, TIMER_KINDS, Deadline, DeadlineKind, Target, Timer
from anliegen.records.tickets.models.together import Claim, Follow, Handover, Highlight
from anliegen.records.tickets.models.translation import Translation, TranslationDraft

__all__ = [
    "BY_HAND",
    "CHANNELS",
    "CONCESSION_STATES",
    "DONE",
    "DRAFT_KINDS",
    "DUE_FOR",
    "LEVELS",
    "LINK_KINDS",
    "MESSAGE_STATES",
    "NOT_HEARD",
    "NOT_WAITING",
    "OPEN",
    "PRIORITIES",
    "PROMISE_STATES",
    "REACHES",
    "SCOPES",
    "STATUSES",
    "TIMER_KINDS",
    "VIEW_SYMBOLS",
    "WAKES",
    "WITHDRAWN_BECAUSE",
    "Attachment",
    "BulkChange",
    "Claim",
    "Concession",
    "Deadline",
    "DeadlineKind",
    "Draft",
    "DraftFile",
    "Follow",
    "Handover",
    "Highlight",
    "Lack",
    "Link",
    "Mention",
    "Message",
    "Note",
    "Participant",
    "Pin",
    "Problem",
    "Promise",
    "Refusal",
    "SavedView",
    "SearchRow",
    "Snooze",
    "Target",
    "Ticket",
    "TicketQuerySet",
    "Timer",
    "Translation",
    "TranslationDraft",
    "as_recipients",
]
