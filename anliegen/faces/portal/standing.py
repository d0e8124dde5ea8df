"""How it stands with a concern, in the customer's words: the state, and what happens next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.in_person import who_is_next
from anliegen.records.tickets.models import Ticket


@dataclass(frozen=True)
class Standing:
    """`word`, `symbol` and `tone` for the badge; `next_step` a sentence or two."""

    word: str
    symbol: str
    tone: str
    next_step: str


def standing(
    ticket: Ticket, *, answer: str = "", is_writing: bool = False, was_reopened: bool = False, owes: bool = False
) -> Standing:
    """`answer` is what the customer said of the resolution; `is_writing` that our answer can still be taken back;
    `owes` that something we promised is still to come."""
    status = "open" if is_writing and ticket.status in ("waiting_customer", "resolved", "closed") else ticket.status
    match status:
        case "new":
            return Standing(pgettext("state of a concern", "New"), "inbox", "accent", _first_step(ticket))
        case "open" if was_reopened:
            return Standing(pgettext("state of a concern", "Opened again"), "refresh", "accent", _our_turn(ticket))
        case "open":
            return Standing(pgettext("state of a concern", "In progress"), "edit", "accent", _our_turn(ticket))
        case "waiting_customer":
            return Standing(
                pgettext("state of a concern", "Waiting for your answer"),
                "waiting",
                "waiting",
                _your_turn(owes),
            )
        case "waiting_internal":
            return Standing(
                pgettext("state of a concern", "Waiting for others"),
                "clock",
                "quiet",
                _("We need something from somebody else before we can go on. You need not do anything."),
            )
    if answer == "fulfilled":
        return Standing(
            pgettext("state of a concern", "Confirmed as settled"),
            "done",
            "quiet",
            _("You have confirmed that it is settled. If something comes up, write to us below."),
        )
    if status == "closed":
        return Standing(pgettext("state of a concern", "Closed"), "closed", "quiet", _after_the_end(owes))
    return Standing(pgettext("state of a concern", "Resolved"), "done", "quiet", _after_the_end(owes))


def _first_step(ticket: Ticket) -> str:
    if (person := who_is_next(ticket)) is not None:
        return _in_person(person)
    team = ticket.team or (ticket.mailbox.team if ticket.mailbox is not None else None)
    if team is None:
        return _("A person reads your concern and decides which team takes care of it.")
    return _("The team %(team)s reads your concern and answers you.") % {"team": team.name}


def _our_turn(ticket: Ticket) -> str:
    if (person := who_is_next(ticket)) is not None:
        return _in_person(person)
    if ticket.assignee is not None:
        return _("%(name)s is working on it and will answer you.") % {"name": ticket.assignee.name}
    if ticket.team is not None:
        return _("It is our turn: the team %(team)s will answer you.") % {"team": ticket.team.name}
    return _("It is our turn: we will answer you.")


def _in_person(person: Agent) -> str:
    return _("%(name)s is next: they see to it in person and answer you. Nothing is answered automatically.") % {
        "name": person.name
    }


def _your_turn(owes: bool) -> str:
    if owes:
        return _("We have written to you. What we have promised stands below and does not wait for your answer.")
    return _("We have written to you. Please answer below, or answer our mail; then we go on.")


def _after_the_end(owes: bool) -> str:
    if owes:
        return _("What we have promised you is still to come: it stands below. From our side everything else is done.")
    return _("From our side everything is done. If you see it differently, tell us below.")
