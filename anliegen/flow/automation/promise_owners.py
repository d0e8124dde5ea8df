"""A promise never loses who sees to it: who leaves, or whose ticket goes elsewhere, hands it over by these rules."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.answered import unanswered
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Promise, Ticket
from anliegen.records.tickets.verbs import PROMISE_GIVEN

if TYPE_CHECKING:
    from django.db.models import QuerySet

AUTHOR = Actor.rule("promise-owner")
MOVES = ("agent.left", "setting.changed", "ticket.assigned", "ticket.moved", "promise.renewed")


def follow(events: Sequence[Event]) -> None:
    """Read `agent.left`, `ticket.assigned`, `ticket.moved`, `promise.renewed` and of `setting.changed` that a team was
    given up: each promise that is owed gets the owner it needs now; while it was withdrawn, its owner may have left.

    A ticket that is given to somebody takes along the promises of whoever had it. What is owned by somebody who left,
    or may not work on the ticket any more, and what a team owned that was given up or no longer has the ticket, goes to
    the ticket's assignee, else to its team, else to whoever answers for it. One question for all events: most concern
    no promise.
    """
    events = [event for event in events if _may_concern_promises(event)]
    promises = list(_owed(events)) if events else []
    if not promises:
        return
    events = _new(events)
    by_subject = {event.subject: event for event in events}
    handed_on = {(event.subject, event.data["was"]) for event in events if _is_handed_on(event)}
    for promise in promises:
        subject = f"ticket:{promise.ticket_id}"
        cause = by_subject.get(subject) or by_subject.get(promise.owner_ref)
        if cause is None:
            continue
        owner = next_owner(promise, is_handed_on=(subject, promise.owner_ref) in handed_on)
        if owner is not None:
            actions.hand_over(promise, to=owner, actor=AUTHOR.because_of(cause), at=cause.at)


def _owed(events: Iterable[Event]) -> "QuerySet[Promise]":
    """The promises that these may concern."""
    subjects = {event.subject for event in events}
    agents, teams, tickets = (
        [pk_of(one) for one in subjects if one.startswith(kind)] for kind in ("agent:", "team:", "ticket:")
    )
    of_teams = Q(team__in=teams, team__is_active=False)
    owed = Promise.objects.owed().filter(Q(agent__in=agents) | of_teams | Q(ticket__in=tickets))
    return owed.select_related("agent__role", "team", "ticket__team", "ticket__assignee__role").order_by("pk")


def _new(events: Sequence[Event]) -> list[Event]:
    """Without those that were followed already, and what came before them: they come again where a cursor was put
    back, and somebody may have handed the promise on by hand since."""
    found = unanswered(events, PROMISE_GIVEN, actor=AUTHOR.ref)
    keys = {event.id for event in found}
    followed = {event.subject: event.position or 0 for event in events if event.id not in keys}
    return [
        event for event in found if event.subject not in followed or (event.position or 0) > followed[event.subject]
    ]


def next_owner(promise: Promise, *, is_handed_on: bool = False) -> Agent | Team | None:
    """Who is to see to it; None where it stays with whom it is."""
    ticket = promise.ticket
    if promise.agent is not None and not is_handed_on and may_keep_it(promise.agent, ticket):
        return None
    if promise.team is not None and promise.team_id == ticket.team_id and promise.team.is_active:
        return None
    for one in (ticket.assignee, ticket.team, *_answerable(ticket)):
        if one is not None and (one.is_active if isinstance(one, Team) else may_keep_it(one, ticket)):
            return one
    return None


def may_keep_it(agent: Agent, ticket: Ticket) -> bool:
    return agent.is_active and may(agent, "ticket.reply", ticket)


def _answerable(ticket: Ticket) -> list[Agent]:
    """Where a ticket has neither assignee nor team: who answers for it, or any administrator."""
    named = Agent.objects.filter(pk__in=[ticket.responsible_id or 0]).select_related("role")
    others = Agent.objects.active().filter(role__permissions__contains=["settings.manage"]).select_related("role")
    return [*named, *others.order_by("pk")[:1]]


def _may_concern_promises(event: Event) -> bool:
    if event.verb != "setting.changed":
        return True
    return event.subject.startswith("team:") and "is_active" in event.data["fields"]


def _is_handed_on(event: Event) -> bool:
    """Whether somebody who had the ticket gave it to somebody else: their promises go along."""
    return event.verb == "ticket.assigned" and event.data["to"] is not None and event.data["was"] is not None
