"""The words rules are made of: what sets one off, what it may ask, what it may do. Each with its name and its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Word = str | Promise


@dataclass(frozen=True)
class Happening:
    """Something that sets a rule off: verbs of the journal, and which of their events."""

    name: Word
    verbs: tuple[str, ...]
    fits: Callable[[Mapping[str, Any]], bool] = lambda data: True


def _is_from_a_person(data: Mapping[str, Any]) -> bool:
    """Out-of-office replies and the like set nothing off, so that two machines do not keep each other busy."""
    return bool(data["first"]) or not data["automatic"]


EVENTS: dict[str, Happening] = {
    "message": Happening(_("a message arrives"), ("message.received",), _is_from_a_person),
    "first_message": Happening(
        _("the first message of a concern arrives"), ("message.received",), lambda data: bool(data["first"])
    ),
    "opened": Happening(_("a concern is opened"), ("ticket.opened",)),
    "sorted": Happening(_("a concern has been sorted"), ("ticket.triaged",)),
    "moved": Happening(_("a concern goes to another team"), ("ticket.moved",)),
    "assigned": Happening(_("a concern is given to somebody"), ("ticket.assigned",), lambda data: bool(data["to"])),
    "status": Happening(
        _("the status changes"),
        ("ticket.status_changed", "ticket.resolved", "ticket.closed", "ticket.reopened"),
    ),
    "resolved": Happening(_("a concern is resolved"), ("ticket.resolved",)),
    "reopened": Happening(_("a concern is opened again"), ("ticket.reopened",)),
    "topic": Happening(_("the topic changes"), ("ticket.topic_changed",)),
    "priority": Happening(_("the priority changes"), ("ticket.priority_changed",)),
    "tagged": Happening(_("the tags change"), ("ticket.tagged",)),
    "back": Happening(_("a concern comes back that was put aside"), ("ticket.woken",)),
    "promise_at_risk": Happening(_("a promise is at risk"), ("promise.at_risk",)),
    "promise_broken": Happening(_("a promise is broken"), ("promise.broken",)),
    "target_at_risk": Happening(_("a target time will soon be over"), ("target.at_risk",)),
    "target_missed": Happening(_("a target time is over"), ("target.missed",)),
}
VERBS = tuple(sorted({verb for event in EVENTS.values() for verb in event.verbs}))
TIMES: dict[str, Word] = {
    "daily": _("every day at an hour"),
    "hourly": _("every so many hours"),
    "quiet": _("when a concern waits for the customer for days"),
}

# How a condition is filled in: `choice` among codes, `rows` of a table, typed `codes`, `words` of a text, a `number` of
# hours or days, a topic chosen or typed, and `yes`, which has nothing to fill in.
CONDITIONS: dict[str, tuple[Word, str]] = {
    "channel": (_("Channel"), "choice"),
    "mailbox": (_("Mailbox"), "rows"),
    "brand": (_("Brand"), "rows"),
    "team": (_("Team"), "rows"),
    "assignee": (_("Assigned to"), "rows"),
    "status": (_("Status"), "choice"),
    "priority": (_("Priority"), "choice"),
    "topic": (_("Topic"), "topics"),
    "tag": (_("Tag"), "codes"),
    "language": (_("Language"), "codes"),
    "words": (_("Words in the subject or text"), "words"),
    "waits": (_("The customer waits longer than (hours)"), "number"),
    "level": (_("Escalation level"), "choice"),
    "signal": (_("What speaks out of it"), "choice"),
    "others": (_("The customer has other open concerns"), "yes"),
    "unplaced": (_("It fits no category, or nobody has it"), "yes"),
}
ONE_VALUE = ("words", "waits", "others", "unplaced")

ACTIONS: dict[str, tuple[Word, str]] = {
    "team": (_("Give it to a team"), "rows"),
    "assign": (_("Assign it to somebody"), "rows"),
    "topic": (_("Set the topic"), "topics"),
    "priority_up": (_("Raise the priority by one"), "yes"),
    "priority_down": (_("Lower the priority by one"), "yes"),
    "add_tags": (_("Add tags"), "codes"),
    "remove_tags": (_("Remove tags"), "codes"),
    "note": (_("Write an internal note"), "text"),
    "snooze": (_("Put it aside for days"), "number"),
    "draft": (_("Propose an answer as a draft"), "rows"),
    "close": (_("Propose to resolve it"), "yes"),
    "refund": (_("Propose a refund"), "text"),
}
# These only call people's attention: they may happen to what somebody wants done by hand.
ALERTS = frozenset({"note", "add_tags", "remove_tags", "priority_up", "team"})
# The event that an action leads to; what a person is only asked leads to none.
LEADS_TO: dict[str, str] = {
    "team": "moved",
    "assign": "assigned",
    "topic": "topic",
    "priority_up": "priority",
    "priority_down": "priority",
    "add_tags": "tagged",
    "remove_tags": "tagged",
    "snooze": "back",
}
INTERVENTIONS: list[tuple[str, Word]] = [
    ("before", _("Before: it only proposes, a person decides")),
    ("during", _("During: it waits, and anybody can stop it meanwhile")),
    ("after", _("After: it happens at once and can be taken back")),
]
STAGES: list[tuple[str, Word]] = [("off", _("off")), ("shadow", _("shadow mode")), ("on", _("in force"))]
