"""Every write to tickets."""

from anliegen.records.tickets.actions.change import (
    Change,
    Changed,
    UnknownChoice,
    assign,
    change,
    link,
    reopen,
    resolve,
)
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
    recipients_of,
    reply,
    write_note,
)

__all__ = [
    "Change",
    "Changed",
    "NoWayToAnswer",
    "NothingSaid",
    "UnknownChoice",
    "acknowledge",
    "add_participant",
    "assign",
    "cancel",
    "change",
    "link",
    "mark_bounced",
    "mark_delivered",
    "mark_failed",
    "mark_sent",
    "receive",
    "recipients_of",
    "reopen",
    "reply",
    "resolve",
    "write_note",
]
