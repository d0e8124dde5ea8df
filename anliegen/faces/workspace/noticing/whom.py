"""The table: which verb tells whom, as what kind of notice. A verb that no room declares tells nobody.

A new verb is one line here. Nobody is told what they did themselves, nor of a ticket they may not see: `post` sees to
that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.ground.journal.verbs import DECLARED
from anliegen.oversight.compliance import sentences  # noqa: F401  # importing it declares the verbs of all rooms
from anliegen.records.tickets.models import Concession, Follow, Message, Ticket

Whom = Callable[[Event, Ticket], Iterator[int]]


def receiver(event: Event, ticket: Ticket) -> Iterator[int]:
    """The agent to whom it was given."""
    yield from _agent(event.data.get("to"))


def receiver_or_lead(event: Event, ticket: Ticket) -> Iterator[int]:
    """The agent to whom it was given; of a team its lead, since its members see it in their list."""
    found = list(receiver(event, ticket))
    yield from found or _lead(ticket)


def asked(event: Event, ticket: Ticket) -> Iterator[int]:
    """The colleagues whom a note named."""
    for reference in event.data.get("agents") or ():
        yield from _agent(reference)


def answerable(event: Event, ticket: Ticket) -> Iterator[int]:
    """Whom the event names as its owner; else who works on the ticket, answers for it, or leads its team."""
    named = next((event.data[name] for name in ("agent", "to") if event.data.get(name)), None)
    found = list(_agent(named))
    if not found:
        found = [pk for pk in (ticket.assignee_id or ticket.responsible_id,) if pk]
    yield from found or _lead(ticket)


def answerable_and_lead(event: Event, ticket: Ticket) -> Iterator[int]:
    yield from answerable(event, ticket)
    yield from _lead(ticket)


def approver(event: Event, ticket: Ticket) -> Iterator[int]:
    """Who is asked to decide."""
    yield from _agent(event.data["approver"])


def asker(event: Event, ticket: Ticket) -> Iterator[int]:
    """Who asked for what was decided."""
    asked = Concession.objects.filter(pk=pk_of(event.data["concession"]))
    yield from asked.values_list("asked_by", flat=True)


def drafter(event: Event, ticket: Ticket) -> Iterator[int]:
    """Who wrote the answer that a colleague has looked at."""
    yield from _agent(event.data["author"])


def author(event: Event, ticket: Ticket) -> Iterator[int]:
    """Who wrote the answer."""
    written = Message.objects.filter(pk=pk_of(event.data["message"]), agent__isnull=False)
    yield from written.values_list("agent_id", flat=True)


def followers(event: Event, ticket: Ticket) -> Iterator[int]:
    """Who followed it already when it happened."""
    yield from Follow.objects.filter(ticket=ticket, created_at__lt=event.at).values_list("agent_id", flat=True)


def followers_of_people(event: Event, ticket: Ticket) -> Iterator[int]:
    """The same, but that a rule confirmed what came is no news to anybody."""
    if event.actor.startswith("agent:"):
        yield from followers(event, ticket)


FOLLOWERS = (followers, followers_of_people)


@dataclass(frozen=True)
class Line:
    """As what kind of notice, and for whom."""

    kind: str
    whom: Whom


TABLE: dict[str, Line] = {
    "ticket.mentioned": Line("mention", asked),
    "ticket.handed_over": Line("handover", receiver_or_lead),
    "ticket.returned": Line("returned", receiver),
    "ticket.assigned": Line("assigned", receiver),
    "promise.given": Line("promise", receiver),
    "promise.due_soon": Line("promise", answerable),
    "promise.at_risk": Line("promise", answerable_and_lead),
    "promise.broken": Line("promise", answerable_and_lead),
    "ticket.woken": Line("woken", answerable),
    "target.at_risk": Line("target", answerable),
    "target.missed": Line("target", answerable_and_lead),
    "deadline.moved": Line("deadline", answerable),
    "deadline.at_risk": Line("deadline", answerable),
    "deadline.missed": Line("deadline", answerable_and_lead),
    "message.bounced": Line("undelivered", author),
    "message.failed": Line("undelivered", author),
    "message.unreached": Line("undelivered", author),
    "message.maybe_sent": Line("undelivered", author),
    "message.stopped": Line("undelivered", author),
    "concession.waiting": Line("approval", approver),
    "concession.overdue": Line("approval", approver),
    "concession.granted": Line("approval", asker),
    "concession.declined": Line("approval", asker),
    "draft.shared": Line("approval", receiver_or_lead),
    "draft.approved": Line("approval", drafter),
    "draft.returned": Line("approval", drafter),
    "message.received": Line("followed", followers),
    "message.queued": Line("followed", followers_of_people),
    "note.written": Line("followed", followers),
    "ticket.resolved": Line("followed", followers),
    "ticket.closed": Line("followed", followers),
    "ticket.reopened": Line("followed", followers),
}
# What must reach somebody: where those whom it concerns have left, whoever stands in for them is told.
NEVER_LOST = frozenset({"handover", "returned", "promise", "deadline", "target", "woken", "undelivered", "approval"})
# A notice of the first kind says what those behind it say, and more, when both are of one act.
SAYS_MORE = {"handover": ("assigned",), "returned": ("assigned",), "mention": ("followed",)}


def stand_ins(ticket: Ticket) -> Iterator[int]:
    """Who sees to the ticket when the others have left: the first of these who has not."""
    yield from (pk for pk in (ticket.assignee_id, ticket.responsible_id) if pk)
    yield from _lead(ticket)


def verbs() -> list[str]:
    """The verbs that tell somebody, of those that are declared."""
    return sorted(TABLE.keys() & DECLARED.keys())


def _agent(reference: str | None) -> Iterator[int]:
    if reference and reference.startswith("agent:"):
        yield pk_of(reference)


def _lead(ticket: Ticket) -> Iterator[int]:
    if ticket.team is not None and ticket.team.lead_id is not None:
        yield ticket.team.lead_id
