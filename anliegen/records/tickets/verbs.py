"""What can happen to a ticket. The subject of each is the ticket, so that its events are its timeline."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

TICKET_OPENED = Verb("ticket.opened", _("{actor} opened {subject}"), {"channel": Kind.CODE, "person": Kind.REF})
MESSAGE_RECEIVED = Verb(
    "message.received", _("{actor} wrote"), {"message": Kind.REF, "first": Kind.FLAG, "automatic": Kind.FLAG}
)
MESSAGE_OPENED = Verb("message.opened", _("{actor} opened an encrypted mail"), {"message": Kind.REF})
MESSAGE_QUEUED = Verb("message.queued", _("{actor} wrote an answer"), {"message": Kind.REF})
MESSAGE_CANCELLED = Verb("message.cancelled", _("{actor} undid the sending"), {"message": Kind.REF})
MESSAGE_SENT = Verb("message.sent", _("The answer was handed to the mail server"), {"message": Kind.REF})
MESSAGE_DELIVERED = Verb("message.delivered", _("The answer was delivered"), {"message": Kind.REF})
MESSAGE_FAILED = Verb(
    "message.failed", _("The answer could not be sent: {reason}"), {"message": Kind.REF, "reason": Kind.CODE}
)
MESSAGE_BOUNCED = Verb(
    "message.bounced", _("The answer came back: {reason}"), {"message": Kind.REF, "reason": Kind.CODE}
)
MESSAGE_DELAYED = Verb(
    "message.delayed",
    _("The answer has not arrived yet, it is tried again: {reason}"),
    {"message": Kind.REF, "reason": Kind.CODE},
)
MESSAGE_VOUCHED = Verb(
    "message.vouched",
    _("{actor} has made sure who wrote this: {person}"),
    {"message": Kind.REF, "person": Kind.REF},
)
MESSAGE_UNREACHED = Verb(
    "message.unreached",
    _("The answer did not reach everybody: {reason}"),
    {"message": Kind.REF, "reason": Kind.CODE},
)
MESSAGE_MAYBE_SENT = Verb(
    "message.maybe_sent", _("Whether the answer was sent cannot be known: a person decides"), {"message": Kind.REF}
)
MESSAGE_STOPPED = Verb(
    "message.stopped", _("The answer was stopped: the customer wrote before its time"), {"message": Kind.REF}
)
MESSAGE_RESCHEDULED = Verb("message.rescheduled", _("{actor} chose another time for the answer"), {"message": Kind.REF})
MESSAGE_SETTLED = Verb(
    "message.settled", _("{actor} saw to an answer that was not delivered"), {"message": Kind.REF, "how": Kind.CODE}
)
NOTE_WRITTEN = Verb("note.written", _("{actor} wrote an internal note"), {"note": Kind.REF})
MESSAGE_FORWARDED = Verb("message.forwarded", _("{actor} forwarded messages"), {"message": Kind.REF})
DRAFT_SHARED = Verb("draft.shared", _("{actor} asked {to} to look at an answer"), {"draft": Kind.REF, "to": Kind.REF})
DRAFT_WITHDRAWN = Verb("draft.withdrawn", _("{actor} needs no approval any more"), {"draft": Kind.REF})
DRAFT_APPROVED = Verb(
    "draft.approved", _("{actor} approved the answer of {author}"), {"draft": Kind.REF, "author": Kind.REF}
)
DRAFT_RETURNED = Verb(
    "draft.returned", _("{actor} sent the answer back to {author}"), {"draft": Kind.REF, "author": Kind.REF}
)
DRAFT_DISCARDED = Verb("draft.discarded", _("{actor} discarded a draft"), {"draft": Kind.REF, "proposals": Kind.REFS})
NOTE_WITHDRAWN = Verb("note.withdrawn", _("{actor} took an internal note back"), {"note": Kind.REF})
TICKET_ASSIGNED = Verb("ticket.assigned", _("{actor} gave this to {to}"), {"to": Kind.REF, "was": Kind.REF})
TAKEN_ON = _("{actor} took this on")  # the same where somebody gives it to themselves
TICKET_DRAWN = Verb("ticket.drawn", _("{actor} was given this as the next concern"), {"reasons": Kind.CODES})
TICKET_MOVED = Verb("ticket.moved", _("{actor} moved this to {to}"), {"to": Kind.REF, "was": Kind.REF})
STATUS_CHANGED = Verb("ticket.status_changed", _("{actor} set the status to {to}"), {"to": Kind.CODE, "was": Kind.CODE})
TICKET_RESOLVED = Verb("ticket.resolved", _("{actor} resolved this"), {"was": Kind.CODE})
TICKET_CLOSED = Verb("ticket.closed", _("{actor} closed this"), {"was": Kind.CODE})
TICKET_REOPENED = Verb("ticket.reopened", _("{actor} reopened this"), {"was": Kind.CODE})
PRIORITY_CHANGED = Verb(
    "ticket.priority_changed", _("{actor} set the priority to {to}"), {"to": Kind.NUMBER, "was": Kind.NUMBER}
)
TOPIC_CHANGED = Verb("ticket.topic_changed", _("{actor} set the topic to {to}"), {"to": Kind.CODE, "was": Kind.CODE})
LANGUAGE_CHANGED = Verb(
    "ticket.language_changed", _("{actor} set the language to {to}"), {"to": Kind.CODE, "was": Kind.CODE}
)
TICKET_BY_HAND = Verb("ticket.by_hand", _("{actor} keeps automation away from this: {why}"), {"why": Kind.CODE})
TICKET_AUTOMATIC = Verb("ticket.automatic_again", _("{actor} lets automation help here again"), {"why": Kind.CODE})
TICKET_ESCALATED = Verb(
    "ticket.escalated",
    _("{actor} set the escalation level to {to}: {triggers}"),
    {"to": Kind.CODE, "was": Kind.CODE, "triggers": Kind.CODES},
)
TICKET_TAGGED = Verb("ticket.tagged", _("{actor} changed the tags"), {"added": Kind.CODES, "removed": Kind.CODES})
SUBJECT_CHANGED = Verb("ticket.subject_changed", _("{actor} changed the subject"))
TICKETS_LINKED = Verb("ticket.linked", _("{actor} linked this with {other}"), {"other": Kind.REF, "kind": Kind.CODE})
TICKETS_UNLINKED = Verb("ticket.unlinked", _("{actor} said that this does not belong to {other}"), {"other": Kind.REF})
LINK_REMOVED = Verb(
    "ticket.link_removed", _("{actor} removed the link with {other}"), {"other": Kind.REF, "kind": Kind.CODE}
)
PROBLEM_DECLARED = Verb("problem.declared", _("{actor} said that this is the cause of other concerns"))
PROBLEM_WITHDRAWN = Verb("problem.withdrawn", _("{actor} said that this is no problem with other concerns"))
# Each of them has its own event besides; this says which belong together.
TICKETS_ATTACHED = Verb("problem.attached", _("{actor} attached concerns: {tickets}"), {"tickets": Kind.REFS})
TICKET_JOINED = Verb("ticket.joined", _("{actor} joined this with {into}"), {"into": Kind.REF})
TICKET_TOOK_IN = Verb("ticket.took_in", _("{actor} joined {other} with this"), {"other": Kind.REF})
TICKET_PARTED = Verb("ticket.parted", _("{actor} parted this from {other} again"), {"other": Kind.REF})
TICKET_GAVE_BACK = Verb("ticket.gave_back", _("{actor} parted {other} from this again"), {"other": Kind.REF})
TICKET_SPLIT = Verb("ticket.split", _("{actor} split this off from {other}"), {"other": Kind.REF, "message": Kind.REF})
TICKET_GAVE_OFF = Verb(
    "ticket.gave_off", _("{actor} split {other} off from this"), {"other": Kind.REF, "message": Kind.REF}
)
TICKET_SNOOZED = Verb(
    "ticket.snoozed", _("{actor} put this aside until {until}"), {"snooze": Kind.REF, "until": Kind.CODE}
)
# Who put it aside is told by whoever makes notices of events.
TICKET_WOKEN = Verb("ticket.woken", _("This is back: {why}"), {"snooze": Kind.REF, "agent": Kind.REF, "why": Kind.CODE})
SNOOZE_ENDED = Verb(
    "ticket.snooze_ended", _("This is no longer put aside: {why}"), {"snooze": Kind.REF, "why": Kind.CODE}
)
# Which of the filters, never what was looked for: that may be a name.
TICKETS_EXPORTED = Verb(
    "tickets.exported",
    _("{actor} exported {count} concerns ({by})"),
    {
        "count": Kind.NUMBER,
        "file": Kind.CODE,
        "by": Kind.CODES,
        "columns": Kind.CODES,
        "whole": Kind.FLAG,
    },
)
TICKET_COPIED = Verb(
    "ticket.copied", _("{actor} took this out as a document ({file})"), {"file": Kind.CODE, "notes": Kind.FLAG}
)
# `due`: the moment in seconds since 1970.
TARGET_AT_RISK = Verb(
    "target.at_risk",
    _("{kind}: the target time will soon be over"),
    {"timer": Kind.REF, "kind": Kind.CODE, "due": Kind.NUMBER},
)
TARGET_MISSED = Verb(
    "target.missed", _("{kind}: the target time is over"), {"timer": Kind.REF, "kind": Kind.CODE, "due": Kind.NUMBER}
)
DEADLINE_SET = Verb(
    "deadline.set",
    _("{actor} set the {kind}: until {until}"),
    {"deadline": Kind.REF, "kind": Kind.REF, "starts": Kind.CODE, "until": Kind.CODE},
)
DEADLINE_MOVED = Verb(
    "deadline.moved",
    _("The {kind} ends on {until} now, since the calendar of holidays was changed"),
    {"deadline": Kind.REF, "kind": Kind.REF, "until": Kind.CODE, "was": Kind.CODE},
)
DEADLINE_FULFILLED = Verb(
    "deadline.fulfilled", _("{actor} fulfilled the {kind}"), {"deadline": Kind.REF, "kind": Kind.REF}
)
DEADLINE_WITHDRAWN = Verb(
    "deadline.withdrawn", _("{actor} withdrew the {kind}"), {"deadline": Kind.REF, "kind": Kind.REF}
)
DEADLINE_AT_RISK = Verb(
    "deadline.at_risk",
    _("The {kind} will soon be over: until {until}"),
    {"deadline": Kind.REF, "kind": Kind.REF, "until": Kind.CODE},
)
DEADLINE_MISSED = Verb(
    "deadline.missed",
    _("The {kind} was missed: it ended on {until}"),
    {"deadline": Kind.REF, "kind": Kind.REF, "until": Kind.CODE},
)
TICKET_PLACED = Verb("ticket.placed", _("{actor} looked at it: it stays without a topic"))
TICKET_TRIAGED = Verb("ticket.triaged", _("{actor} sorted this"), {"decision": Kind.REF})
PROMISE_MADE = Verb(
    "promise.made", _("{actor} promised something; {to} sees to it"), {"promise": Kind.REF, "to": Kind.REF}
)
PROMISE_KEPT = Verb("promise.kept", _("{actor} kept a promise in time"), {"promise": Kind.REF})
PROMISE_LATE = Verb("promise.kept_late", _("{actor} kept a promise, late"), {"promise": Kind.REF})
PROMISE_MOVED = Verb("promise.moved", _("{actor} gave a promise another time"), {"promise": Kind.REF})
PROMISE_MOVED_BACK = Verb(
    "promise.moved_back",
    _("A promise is due as before: the customer did not read of another time"),
    {"promise": Kind.REF},
)
PROMISE_GIVEN = Verb(
    "promise.given", _("{actor} gave a promise to {to}"), {"promise": Kind.REF, "to": Kind.REF, "was": Kind.REF}
)
PROMISE_WITHDRAWN = Verb(
    "promise.withdrawn", _("A promise was withdrawn: {because}"), {"promise": Kind.REF, "because": Kind.CODE}
)
PROMISE_RENEWED = Verb(
    "promise.renewed", _("A promise holds again: its answer goes out after all"), {"promise": Kind.REF}
)
PROMISE_MENDED = Verb(
    "promise.mended", _("A promise is owed as before: a clock that was ahead had broken it"), {"promise": Kind.REF}
)
PROMISE_DUE_SOON = Verb(
    "promise.due_soon", _("A promise is due soon; {to} sees to it"), {"promise": Kind.REF, "to": Kind.REF}
)
PROMISE_AT_RISK = Verb(
    "promise.at_risk",
    _("A promise is at risk: it is nearly due and not kept; {to} hears of it"),
    {"promise": Kind.REF, "to": Kind.REF},
)
PROMISE_BROKEN = Verb(
    "promise.broken", _("A promise was broken; {to} hears of it"), {"promise": Kind.REF, "to": Kind.REF}
)
PROMISE_GIVEN_UP = Verb("promise.given_up", _("{actor} said that a promise will not be kept"), {"promise": Kind.REF})
PROMISE_TOLD = Verb(
    "promise.told",
    _("{actor} wrote to the customer that a promise takes longer"),
    {"promise": Kind.REF, "message": Kind.REF},
)
REQUEST_DECLINED = Verb(
    "request.declined",
    _("{actor} declined {scope}; {responsible} answers for it"),
    {"refusal": Kind.REF, "message": Kind.REF, "scope": Kind.CODE, "responsible": Kind.REF},
)
# What agents lay out for themselves: the subject is the view, or the agent on whose desk it lies, and no ticket.
VIEW_CREATED = Verb("view.created", _("{actor} saved the view {subject}"), {"reach": Kind.CODE})
VIEW_CHANGED = Verb("view.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
VIEW_MOVED = Verb("view.moved", _("{actor} gave {subject} another place"))
VIEW_DELETED = Verb("view.deleted", _("{actor} deleted {subject}"))
TICKET_PINNED = Verb("agent.pinned", _("{actor} pinned {ticket}"), {"ticket": Kind.REF})
TICKET_UNPINNED = Verb("agent.unpinned", _("{actor} unpinned {ticket}"), {"ticket": Kind.REF})
# Each ticket has its own events besides; these say which belong together.
MANY_CHANGED = Verb("bulk.changed", _("{actor} changed in one go: {tickets}"), {"tickets": Kind.REFS})
MANY_UNDONE = Verb("bulk.undone", _("{actor} took back what was changed in one go: {tickets}"), {"tickets": Kind.REFS})
PERSON_MOVED = Verb(
    "ticket.person_changed", _("{actor} put this to {to}"), {"to": Kind.REF, "was": Kind.REF, "merge": Kind.REF}
)
_CONCESSION = {"concession": Kind.REF, "kind": Kind.REF, "cents": Kind.NUMBER, "currency": Kind.CODE}
CONCESSION_GRANTED = Verb(
    "concession.granted", _("{actor} granted {cents} {currency}: {kind}"), {**_CONCESSION, "at_once": Kind.FLAG}
)
CONCESSION_WAITING = Verb(
    "concession.waiting",
    _("{actor} asked {approver} for {cents} {currency}: {kind}"),
    {**_CONCESSION, "approver": Kind.REF},
)
CONCESSION_OVERDUE = Verb(
    "concession.overdue",
    _("Nobody decided on {cents} {currency} in time; {approver} is asked now"),
    {**_CONCESSION, "approver": Kind.REF, "was": Kind.REF},
)
CONCESSION_DECLINED = Verb("concession.declined", _("{actor} declined {cents} {currency}: {kind}"), _CONCESSION)
CONCESSION_WITHDRAWN = Verb(
    "concession.withdrawn", _("{actor} withdrew {cents} {currency}: {kind}"), {**_CONCESSION, "was": Kind.CODE}
)
NOTE_KEPT_ASIDE = Verb("note.kept_aside", _("{actor} wrote a side note"), {"note": Kind.REF})
TICKET_MENTIONED = Verb(
    "ticket.mentioned", _("{actor} asked {agents} in"), {"note": Kind.REF, "agents": Kind.REFS, "teams": Kind.REFS}
)
MENTION_SETTLED = Verb(
    "mention.settled",
    _("{actor} saw to what {agent} was asked"),
    {"note": Kind.REF, "agent": Kind.REF, "how": Kind.CODE},
)
TICKET_BROUGHT_IN = Verb("ticket.brought_in", _("{actor} brought {agent} in"), {"agent": Kind.REF})
TICKET_LET_OUT = Verb("ticket.let_out", _("{agent} no longer takes part: {actor} said so"), {"agent": Kind.REF})
TICKET_HANDED_OVER = Verb(
    "ticket.handed_over", _("{actor} handed this over to {to}"), {"handover": Kind.REF, "to": Kind.REF}
)
TICKET_RETURNED = Verb("ticket.returned", _("{actor} gave this back to {to}"), {"handover": Kind.REF, "to": Kind.REF})
HANDOVER_TAKEN = Verb(
    "ticket.handover_taken", _("{actor} has taken the handover on"), {"handover": Kind.REF, "how": Kind.CODE}
)
TICKET_FOLLOWED = Verb("ticket.followed", _("{actor} follows this"))
TICKET_UNFOLLOWED = Verb("ticket.unfollowed", _("{actor} follows this no longer"))
MESSAGE_HIGHLIGHTED = Verb(
    "message.highlighted", _("{actor} marked a passage"), {"message": Kind.REF, "highlight": Kind.REF}
)
HIGHLIGHT_REMOVED = Verb(
    "message.highlight_removed",
    _("{actor} removed the mark of a passage"),
    {"message": Kind.REF, "highlight": Kind.REF},
)
MESSAGE_TRANSLATED = Verb(
    "message.translated",
    _("{actor} translated a message"),
    {"message": Kind.REF, "translation": Kind.REF, "into": Kind.CODE},
)
