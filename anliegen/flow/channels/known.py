"""What the mails of a batch may refer to, read in few questions, and what the batch itself adds to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from anliegen.flow.channels.guard.watch import Watch
from anliegen.flow.channels.incoming import Contact, Incoming
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock
from anliegen.records.accounts.models import Mailbox
from anliegen.records.accounts.queries import Mailboxes
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Message, Ticket

MOST_REFERENCES = 50  # of one mail; who names more wants to find something
MOST_SIBLINGS, MOST_RECENT = 500, 2000  # looked at for one batch
REPORTS = ("bounce", "receipt", "feedback-report")  # kinds of automatic mails that are about another mail
LATELY = timedelta(days=30)


@dataclass
class Known:
    """Mailboxes, and by their keys: first mails of their kind, messages, addresses, organisations. And what guards."""

    mailboxes: Mailboxes
    intakes: dict[str, Intake] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    siblings: dict[str, list[Message]] = field(default_factory=dict)  # by an id they refer to and we never saw
    recent: dict[int, list[Ticket]] = field(default_factory=dict)  # by person, the newest first
    watch: Watch = field(default_factory=Watch)
    trusts_a_server: bool = False  # somebody looks at senders, so that who is not confirmed is not

    @classmethod
    def to(cls, incomings: Sequence[Incoming], envelope_senders: Iterable[str] = ()) -> Self:
        """What these mails may refer to."""
        senders = {contact.address for mail in incomings for contact in writers(mail)} | {*envelope_senders}
        senders = {sender for sender in senders if "@" in sender}
        addresses = customers.find_many("email", senders)
        strangers = {sender for sender in senders if customers.fold_address("email", sender) not in addresses}
        ids = {one for mail in incomings for one in answered(mail)}
        messages = _messages(ids)
        return cls(
            Mailboxes.load(),
            _first_of_their_kind({mail.fingerprint for mail in incomings}),
            messages,
            addresses,
            customers.organisations_of(strangers),
            _siblings(ids - set(messages)),
            _recent({address.person_id for address in addresses.values()}),
        )

    def mailbox_of(self, addresses: Iterable[str]) -> Mailbox | None:
        return self.mailboxes.find(addresses)

    def address(self, value: str) -> Address | None:
        return self.addresses.get(customers.fold_address("email", value))

    def note_intake(self, intake: Intake) -> None:
        """The batch has brought this mail to its place: a second one like it is a duplicate."""
        if intake.fingerprint and intake.result != "duplicate":
            self.intakes.setdefault(intake.fingerprint, intake)

    def note_message(self, message: Message) -> None:
        """The batch has added this message: a later mail may answer it."""
        if message.rfc_message_id:
            self.messages.setdefault(message.rfc_message_id, message)
        for one in message.references:
            self.siblings.setdefault(one, []).append(message)

    def note_ticket(self, ticket: Ticket) -> None:
        """The batch has opened this ticket: a later mail of the same person may belong to it."""
        self.recent.setdefault(ticket.person_id, []).insert(0, ticket)

    def note_address(self, address: Address) -> None:
        self.addresses[address.folded] = address


def writers(incoming: Incoming) -> list[Contact]:
    """Whom it names as its writer. Whose words they are is for `writer` to say."""
    return [*incoming.reply_to[:1], *([incoming.sender] if incoming.sender else [])]


def answered(incoming: Incoming) -> list[str]:
    """The Message-IDs this mail says it answers, or reports about, the closest first."""
    about = incoming.original_ids if incoming.automatic in REPORTS else ()
    return list(dict.fromkeys([*about, *incoming.in_reply_to, *reversed(incoming.references)]))[:MOST_REFERENCES]


def _first_of_their_kind(fingerprints: set[str]) -> dict[str, Intake]:
    found = Intake.objects.filter(fingerprint__in=fingerprints - {""}).exclude(result="duplicate").order_by("-pk")
    return {intake.fingerprint: intake for intake in found.exclude(fingerprint="")}


def _siblings(ids: set[str]) -> dict[str, list[Message]]:
    """Messages that refer to these ids, the newest first."""
    found: dict[str, list[Message]] = {}
    if not ids:
        return found
    refer = Message.objects.filter(direction="in", references__overlap=sorted(ids)).exclude(references=[])
    for message in refer.select_related("ticket").order_by("-pk")[:MOST_SIBLINGS]:
        for one in ids.intersection(message.references):
            found.setdefault(one, []).append(message)
    return found


def _recent(people: set[int]) -> dict[int, list[Ticket]]:
    """What these people wanted lately and what is still open or not long over; what was joined elsewhere not."""
    found: dict[int, list[Ticket]] = {}
    if not people:
        return found
    since = clock.now() - LATELY
    lately = Ticket.objects.filter(person__in=people, last_message_at__gte=since, joined_into=None)
    for ticket in lately.only("number", "subject", "person_id").order_by("-last_message_at", "-pk")[:MOST_RECENT]:
        found.setdefault(ticket.person_id, []).append(ticket)
    return found


def _messages(ids: set[str]) -> dict[str, Message]:
    """Several may carry the same id, since anybody can write one: ours counts, else the newest."""
    if not ids:
        return {}
    found = Message.objects.filter(rfc_message_id__in=ids).select_related("ticket")
    ordered = sorted(found, key=lambda message: (message.direction == "out", message.pk))
    return {message.rfc_message_id: message for message in ordered}
