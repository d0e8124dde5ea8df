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
from anliegen.records.tickets.actions.concede import (
    AlreadyDecided,
    NoApprover,
    NotYours,
    PersonChanged,
    Wish,
    concede,
    decline_concession,
    grant_concession,
    pass_on,
    withdraw_concession,
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
from anliegen.records.tickets.actions.desk import (
    TooManyPins,
    change_view,
    create_view,
    delete_view,
    pin,
    swap_views,
    unpin,
)
from anliegen.records.tickets.actions.drafts import (
    DraftGone,
    Overwritten,
    WaitsForApproval,
    add_file,
    take_out,
)
from anliegen.records.tickets.actions.drafts import clear as clear_draft
from anliegen.records.tickets.actions.drafts import discard as discard_draft
from anliegen.records.tickets.actions.drafts import keep as keep_draft
from anliegen.records.tickets.actions.draw import draw, take_a_breath
from anliegen.records.tickets.actions.export import note_copy, note_export
from anliegen.records.tickets.actions.honest import decline, tell_of_delay
from anliegen.records.tickets.actions.join import CannotJoin, CannotSplit, join, part, split_off, unlink
from anliegen.records.tickets.actions.later import InThePast, reschedule, send_now
from anliegen.records.tickets.actions.many import TooMany, change_many, undo_many
from anliegen.records.tickets.actions.merge import merge_people, unmerge_people
from anliegen.records.tickets.actions.promise import (
    DueInThePast,
    NoReason,
    NotOwed,
    break_off,
    hand_over,
    keep,
    move,
    promise,
    strike,
    withdraw,
)
from anliegen.records.tickets.actions.receive import receive
from anliegen.records.tickets.actions.reply import (
    NothingSaid,
    NoWayToAnswer,
    acknowledge,
    cancel,
    forward,
    recipients_of,
    reply,
    withdraw_note,
    write_note,
)
from anliegen.records.tickets.actions.reveal import reveal
from anliegen.records.tickets.actions.review import NotAsked, NotToOneself
from anliegen.records.tickets.actions.review import approve as approve_draft
from anliegen.records.tickets.actions.review import send_back as return_draft
from anliegen.records.tickets.actions.review import share as share_draft
from anliegen.records.tickets.actions.review import withdraw as withdraw_draft
from anliegen.records.tickets.actions.snooze import NotOpen, due_to_wake, snooze, wake, wake_due
from anliegen.records.tickets.actions.triaged import triaged
from anliegen.records.tickets.actions.vouch import vouch

__all__ = [
    "AlreadyDecided",
    "CannotJoin",
    "CannotSplit",
    "Change",
    "Changed",
    "DraftGone",
    "DueInThePast",
    "InThePast",
    "JoinedElsewhere",
    "NoApprover",
    "NoReason",
    "NoWayToAnswer",
    "NotAsked",
    "NotOpen",
    "NotOwed",
    "NotToOneself",
    "NotTroubled",
    "NotYours",
    "NothingSaid",
    "Overwritten",
    "PersonChanged",
    "TakenBack",
    "TooMany",
    "TooManyPins",
    "UnknownChoice",
    "WaitsForApproval",
    "Wish",
    "acknowledge",
    "add_file",
    "approve_draft",
    "assign",
    "break_off",
    "came_back",
    "cancel",
    "change",
    "change_many",
    "change_view",
    "clear_draft",
    "concede",
    "create_view",
    "decline",
    "decline_concession",
    "delete_view",
    "discard_draft",
    "draw",
    "due_to_wake",
    "forward",
    "grant_concession",
    "hand_over",
    "join",
    "keep",
    "keep_draft",
    "let_go",
    "link",
    "mark_bounced",
    "mark_delayed",
    "mark_delivered",
    "mark_failed",
    "mark_maybe_sent",
    "mark_sent",
    "mark_unreached",
    "merge_people",
    "move",
    "note_copy",
    "note_export",
    "part",
    "pass_on",
    "pin",
    "promise",
    "receive",
    "recipients_of",
    "reopen",
    "reply",
    "reschedule",
    "resolve",
    "return_draft",
    "reveal",
    "send_again",
    "send_now",
    "settle",
    "share_draft",
    "snooze",
    "split_off",
    "stop",
    "strike",
    "swap_views",
    "take_a_breath",
    "take_out",
    "tell_of_delay",
    "triaged",
    "try_again",
    "undo_many",
    "unlink",
    "unmerge_people",
    "unpin",
    "vouch",
    "wake",
    "wake_due",
    "withdraw",
    "withdraw_concession",
    "withdraw_draft",
    "withdraw_note",
    "write_note",
]
