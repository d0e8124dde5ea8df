"""What of a ticket its customer may read: what they and we said to each other, and nothing else."""

from collections.abc import Iterable

from anliegen.faces.portal.proof import Proof
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Attachment, Message, Ticket
from anliegen.records.tickets.queries import carried_on

ARRIVED = ("sent", "delivered", "maybe_sent", "failed", "bounced")  # failed on its way, but here it can be read
SHOWN_IN_THE_BROWSER = ("image/jpeg", "image/png", "image/gif", "image/webp")


def messages_of(proof: Proof) -> list[Message]:
    """The conversation, oldest first.

    The owner sees their own messages and ours to them: neither what others wrote into the same ticket, nor what we
    wrote to others, nor what is not sent yet or was taken back. The visitor sees what they sent, which is the first
    that came to this ticket: what was joined with it has first messages of its own, perhaps of somebody else.
    """
    said = (
        carried_on(proof.ticket)
        .messages.select_related("agent")
        .prefetch_related("attachments")
        .order_by("created_at", "pk")
    )
    if not proof.sees_all:
        came_to = proof.ticket if proof.ticket.joined_into_id is not None else None
        first = said.filter(direction="in", person=proof.ticket.person_id, came_to=came_to).first()
        return [first] if first is not None and first.channel == "form" else []
    mine = _addresses(proof.ticket)
    return [message for message in said if _is_for(proof.ticket, message, mine)]


def attachment_of(proof: Proof, pk: int) -> Attachment | None:
    """A file of a message that this reader may see. What came encrypted is shown to nobody outside."""
    shown = {message.pk for message in messages_of(proof) if not message.came_encrypted}
    return Attachment.objects.filter(pk=pk, message__in=shown).first()


def is_writing(ticket: Ticket) -> bool:
    """Whether a person's answer is on its way but can still be taken back: then it is not answered yet."""
    newest = ticket.messages.filter(direction="out", agent__isnull=False, is_forward=False).exclude(state="cancelled")
    last = newest.order_by("-created_at", "-pk").first()
    return last is not None and last.state == "queued"


def _is_for(ticket: Ticket, message: Message, mine: set[str]) -> bool:
    if message.direction == "in":
        return message.person_id == ticket.person_id
    return message.state in ARRIVED and (message.channel != "email" or not mine.isdisjoint(_recipients(message)))


def _recipients(message: Message) -> Iterable[str]:
    return (fold_address("email", each.get("address", "")) for each in [*message.to, *message.cc])


def _addresses(ticket: Ticket) -> set[str]:
    return set(Address.objects.filter(person=ticket.person_id, kind="email").values_list("folded", flat=True))
