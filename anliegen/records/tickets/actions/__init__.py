"""Every write to tickets."""

from anliegen.records.tickets.actions.change import (
    Change,
    Changed,
    JoinedElsewhere,
    UnknownChoice,
    assign,
    change,
    link,
    reopen,
    resolve,
)
from anliegen.records.tickets.actions.join import CannotJoin, CannotSplit, join, part, split_off, unlink
from anliegen.records.tickets.actions.receive import add_participant, receive
from anliegen.records.tickets.actions.reply import (
    NothingSaid,
    NoWayToAnswer,
    acknowledge,
    cancel,
    mark_bounced,
    mark_delivered,
    mark_failed,
    mark_sent,
    recipients_and_copies,
    recipients_of,
    reply,
    write_note,
)
from anliegen.records.tickets.actions.reveal import reveal
from anliegen.records.tickets.actions.vouch import vouch

__all__ = [
    "CannotJoin",
    "CannotSplit",
    "Change",
    "Changed",
    "JoinedElsewhere",
    "NoWayToAnswer",
    "NothingSaid",
    "UnknownChoice",
    "acknowledge",
    "add_participant",
    "assign",
    "cancel",
    "change",
    "join",
    "link",
    "mark_bounced",
    "mark_delivered",
    "mark_failed",
    "mark_sent",
    "part",
    "receive",
    "recipients_and_copies",
    "recipients_of",
    "reopen",
    "reply",
    "resolve",
    "reveal",
    "split_off",
    "unlink",
    "vouch",
    "write_note",
]
