"""Which ticket does a mail belong to? By evidence, the strongest first; the same subject alone never joins."""

from collections.abc import Callable
from dataclasses import dataclass

from anliegen.flow.channels.email.identifiers import read_reply_address, subject_number
from anliegen.flow.channels.incoming import Incoming
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.known import Known, answered
from anliegen.ground import rows
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets.models import Participant, Ticket


@dataclass(frozen=True)
class Found:
    """A ticket and the code of the evidence that led to it."""

    ticket: Ticket
    evidence: str


Clue = Callable[[Incoming, Known], Ticket | None]


def find_ticket(incoming: Incoming, known: Known) -> Found | None:
    """The ticket this mail answers, and by which evidence; None when nothing proves one."""
    for evidence, clue in CLUES:
        if ticket := clue(incoming, known):
            return Found(ticket, evidence)
    return None


def _by_message_id(incoming: Incoming, known: Known) -> Ticket | None:
    """A Message-ID we know stands in In-Reply-To or References; the closest one counts."""
    found = [message for one in answered(incoming) if (message := known.messages.get(one)) is not None]
    # Our own first: the chance in them proves that the sender got our mail.
    closest = min(found, key=lambda message: message.direction != "out", default=None)
    return closest.ticket if closest else None


def _by_reply_address(incoming: Incoming, known: Known) -> Ticket | None:
    for address in incoming.recipients:
        if (number := read_reply_address(address, reply_key())) is not None:
            rows.write()
            return Ticket.objects.filter(pk=number).first()
    return None


def _by_subject_number(incoming: Incoming, known: Known) -> Ticket | None:
    """A number in the subject counts only from somebody who takes part; anybody can write a number."""
    number = subject_number(incoming.subject)
    if number is None or incoming.sender is None:
        return None
    folded = fold_address("email", incoming.sender.address)
    rows.write()
    ticket = Ticket.objects.filter(pk=number).first() if number < 2**63 else None
    if ticket is None or not _takes_part(ticket, folded):
        return None
    return ticket


def _takes_part(ticket: Ticket, folded: str) -> bool:
    return (
        Participant.objects.filter(ticket=ticket, address__kind="email", address__folded=folded).exists()
        or Ticket.objects.filter(
            pk=ticket.pk, person__addresses__kind="email", person__addresses__folded=folded
        ).exists()
    )


CLUES: tuple[tuple[str, Clue], ...] = (
    ("message-id", _by_message_id),
    ("reply-address", _by_reply_address),
    ("subject-number", _by_subject_number),
)
