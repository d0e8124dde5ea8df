"""Following a ticket, and marking a passage of what was said in it."""

from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import verbs
from anliegen.records.tickets.models import Follow, Highlight, Message, Ticket
from anliegen.records.tickets.passages import find


class CannotMark(Exception):
    """The words do not stand in the message."""


def follow(ticket: Ticket, agent: Agent, *, actor: Actor, at: datetime) -> Follow:
    """Hear what becomes of it. Does nothing when they do already."""
    with unit():
        row, is_new = Follow.objects.get_or_create(ticket=ticket, agent=agent, defaults={"created_at": at})
        if is_new:
            record(verbs.TICKET_FOLLOWED, ticket, actor=actor, at=at)
    return row


def unfollow(ticket: Ticket, agent: Agent, *, actor: Actor, at: datetime) -> None:
    with unit():
        if Follow.objects.filter(ticket=ticket, agent=agent).delete()[0]:
            record(verbs.TICKET_UNFOLLOWED, ticket, actor=actor, at=at)


def highlight(message: Message, agent: Agent, *, text: str, near: int, actor: Actor, at: datetime) -> Highlight:
    """Mark a passage for all who see the message: the one with these words that begins nearest to `near`.

    `near` counts characters of what was said. Marking it twice does nothing. Raises CannotMark.
    """
    place = find(message.said, text, near)
    if place is None:
        raise CannotMark
    begins, ends = place
    with unit():
        row, is_new = Highlight.objects.get_or_create(
            message=message,
            begins=begins,
            ends=ends,
            defaults={"agent": agent, "text": message.said[begins:ends], "created_at": at},
        )
        if is_new:
            ticket = f"ticket:{message.ticket_id}"
            record(verbs.MESSAGE_HIGHLIGHTED, ticket, actor=actor, at=at, message=ref(message), highlight=ref(row))
    return row


def remove_highlight(mark: Highlight, *, actor: Actor, at: datetime) -> None:
    with unit():
        named = {"message": ref(mark.message), "highlight": ref(mark)}
        if Highlight.objects.filter(pk=mark.pk).delete()[0]:
            record(verbs.HIGHLIGHT_REMOVED, f"ticket:{mark.message.ticket_id}", actor=actor, at=at, **named)
