"""Every write to tickets."""

from anliegen.records.tickets.actions.again import NotTroubled, send_again, settle, try_again
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
from anliegen.records.tickets.actions.departure import (
    TakenBack,
    came_back,
    let_go,
    mark_bounced,
    mark_delayed,
    mark_delivered,
    mark_failed,
    mark_maybe_sent,
    mark_sent,
    mark_unreached,
    stop,
)
from anliegen.records.tickets.actions.draw import draw, take_a_breath
from anliegen.records.tickets.actions.export import note_copy, note_export
from anliegen.records.tickets.actions.join import CannotJoin, CannotSplit, join, part, split_off, unlink
from anliegen.records.tickets.actions.later import InThePast, reschedule, send_now
from anliegen.records.tickets.actions.receive import receive
from anliegen.records.tickets.actions.reply import (
    NothingSaid,
    NoWayToAnswer,
    acknowledge,
    cancel,
    recipients_of,
    reply,
    write_note,
)
from anliegen.records.tickets.actions.reveal import reveal
from anliegen.records.tickets.actions.snooze import NotOpen, due_to_wake, snooze, wake, wake_due
from anliegen.records.tickets.actions.vouch import vouch

__all__ = [
    "CannotJoin",
    "CannotSplit",
    "Change",
    "Changed",
    "InThePast",
    "JoinedElsewhere",
    "NoWayToAnswer",
    "NotOpen",
    "NotTroubled",
    "NothingSaid",
    "TakenBack",
    "UnknownChoice",
    "acknowledge",
    "assign",
    "came_back",
    "cancel",
    "change",
    "draw",
    "due_to_wake",
    "join",
    "let_go",
    "link",
    "mark_bounced",
    "mark_delayed",
    "mark_delivered",
    "mark_failed",
    "mark_maybe_sent",
    "mark_sent",
    "mark_unreached",
    "note_copy",
    "note_export",
    "part",
    "receive",
    "recipients_of",
    "reopen",
    "reply",
    "reschedule",
    "resolve",
    "reveal",
    "send_again",
    "send_now",
    "settle",
    "snooze",
    "split_off",
    "stop",
    "take_a_breath",
    "try_again",
    "unlink",
    "vouch",
    "wake",
    "wake_due",
    "write_note",
]
