"""A customer wants people alone to see to their concern, or to all of theirs; by themselves, or through an agent whom
they told. Whoever asks for that has no disadvantage by it: order, targets and promises are the same, and somebody gets
their concern as soon as everybody else's (`routing`)."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.flow.automation import unwanted
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Ticket

WHY = "customer"
WISHED = (WHY, "agent")  # reasons that stand for such a wish; an agent takes down what they are told


def people_for_this(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """This concern alone."""
    with unit():
        _give_to_people([ticket], why=_why(actor), actor=actor, at=at)


def automation_for_this(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """A customer takes back only what they wished themselves; an agent may end it whatever the reason was."""
    actor.insist_on_a_person()
    ticket = Ticket.objects.get(pk=ticket.pk)
    if actor.kind == "agent" or ticket.by_hand_why == WHY:
        tickets.let_automation_help(ticket, actor=actor, at=at)


def people_for_all(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """All concerns of whose this one is: those that are open, and every new one from its first moment."""
    with unit():
        person = customers.want_people(ticket.person, actor=actor, at=at)
        _give_to_people(_open_of(person), why=WHY, actor=actor, at=at)


def automation_for_all(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """Takes that back, also for the open concerns in which it was the reason."""
    actor.insist_on_a_person()
    with unit():
        person = customers.content_with_automation(ticket.person, actor=actor, at=at)
        for one in _open_of(person):
            if one.by_hand_why == WHY:
                tickets.let_automation_help(one, actor=actor, at=at)


def _give_to_people(found: Sequence[Ticket], *, why: str, actor: Actor, at: datetime) -> None:
    kept = [tickets.take_by_hand(one, why=why, actor=actor, at=at) for one in found]
    unwanted.withdraw_proposals(kept, actor=actor, at=at)


def _open_of(person: Person) -> list[Ticket]:
    """In the order of their numbers, as everybody who holds several."""
    return list(Ticket.objects.open().filter(person=person).order_by("pk"))


def _why(actor: Actor) -> str:
    return WHY if actor.kind == "person" else "agent"
