"""Which ticket does a mail belong to? By evidence, the strongest first; the same subject alone never joins."""

from collections.abc import Callable
from dataclasses import dataclass

from anliegen.flow.channels.email.identifiers import bare_subject, read_reply_address, subject_numbers
from anliegen.flow.channels.incoming import Incoming
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.known import Known, answered
from anliegen.ground import rows
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets.models import DONE, Message, Ticket
from anliegen.records.tickets.models.message import is_feigned, is_sure
from anliegen.records.tickets.participants import takes_part
from anliegen.records.tickets.queries import carried_on


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
            return Found(carried_on(ticket), evidence)
    return None


def _by_our_message_id(incoming: Incoming, known: Known) -> Ticket | None:
    """It answers a mail of ours: the chance in its Message-ID proves that the sender got it. The closest one counts."""
    found = (known.messages.get(one) for one in answered(incoming))
    return next((message.ticket for message in found if message is not None and message.direction == "out"), None)


def _by_message_id(incoming: Incoming, known: Known) -> Ticket | None:
    """It answers a mail that we have seen; the closest one counts."""
    found = (known.messages.get(one) for one in answered(incoming))
    return next((message.ticket for message in found if message is not None), None)


def _by_reply_address(incoming: Incoming, known: Known) -> Ticket | None:
    for address in incoming.recipients:
        if (number := read_reply_address(address, reply_key())) is not None:
            rows.write()
            return Ticket.objects.filter(pk=number).first()
    return None


def _by_sibling(incoming: Incoming, known: Known) -> Ticket | None:
    """A mail answers one we never saw, and so does a message we have, which names this sender.

    The common ancestor alone proves nothing: a circular has a thousand answers of people who do not know each other.
    """
    if incoming.sender is None or is_feigned(incoming.authenticity):
        return None
    folded = fold_address("email", incoming.sender.address)
    found = (message for one in answered(incoming) for message in known.siblings.get(one, ()))
    return next((message.ticket for message in found if folded in _named_in(message)), None)


def _named_in(message: Message) -> set[str]:
    named = [message.from_address, *(one["address"] for one in (*message.to, *message.cc))]
    return {fold_address("email", address) for address in named}


def _by_subject_number(incoming: Incoming, known: Known) -> Ticket | None:
    """A number in the subject counts only from somebody who takes part; anybody can write a number, and a name.

    So it counts when the sender is confirmed. Where no mail server is trusted nobody ever is: then the name is believed
    while the concern goes on, and what is finished nobody opens again by its number. Of several numbers the first
    counts that all of this is true of.
    """
    numbers = subject_numbers(incoming.subject)
    if not numbers or incoming.sender is None or (known.trusts_a_server and not is_sure(incoming.authenticity)):
        return None
    rows.write()
    folded = fold_address("email", incoming.sender.address)
    for ticket in map(carried_on, _numbered(numbers)):
        is_out_of_reach = not known.trusts_a_server and ticket.status in DONE
        if not is_out_of_reach and takes_part(ticket, kind="email", folded=folded):
            return ticket
    return None


def _numbered(numbers: list[int]) -> list[Ticket]:
    """Those that there are, in this order."""
    found = Ticket.objects.in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def perhaps(incoming: Incoming, person_id: int, known: Known) -> Ticket | None:
    """The ticket that a mail without proof may belong to: the one whose number it names, else one of the same person
    with the same subject. Nobody joins them but a person.
    """
    if (numbers := subject_numbers(incoming.subject)) and (named := _numbered(numbers)):
        return named[0]
    bare = bare_subject(incoming.subject).casefold()
    return next((one for one in known.recent.get(person_id, ()) if bare and _subject_of(one) == bare), None)


def _subject_of(ticket: Ticket) -> str:
    return bare_subject(ticket.subject).casefold()


# The order must stay: what only who got our mail can know, then what anybody who saw one can, then names and numbers.
CLUES: tuple[tuple[str, Clue], ...] = (
    ("message-id", _by_our_message_id),
    ("reply-address", _by_reply_address),
    ("message-id", _by_message_id),
    ("references", _by_sibling),
    ("subject-number", _by_subject_number),
)
