"""What the mails of a batch may refer to, read in few questions, and what the batch itself adds to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from anliegen.flow.channels.incoming import Contact, Incoming
from anliegen.flow.channels.models import Intake
from anliegen.records.accounts.models import Mailbox
from anliegen.records.accounts.queries import Mailboxes
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Message

MOST_REFERENCES = 50  # of one mail; who names more wants to find something


@dataclass
class Known:
    """Mailboxes, and by their keys: first mails of their kind, messages, addresses, organisations."""

    mailboxes: Mailboxes
    intakes: dict[str, Intake] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)

    @classmethod
    def to(cls, incomings: Sequence[Incoming], envelope_senders: Iterable[str] = ()) -> Self:
        """What these mails may refer to."""
        senders = {contact.address for mail in incomings for contact in writers(mail)} | {*envelope_senders}
        senders = {sender for sender in senders if "@" in sender}
        addresses = customers.find_many("email", senders)
        strangers = {sender for sender in senders if customers.fold_address("email", sender) not in addresses}
        return cls(
            Mailboxes.load(),
            _first_of_their_kind({mail.fingerprint for mail in incomings}),
            _messages({one for mail in incomings for one in answered(mail)}),
            addresses,
            customers.organisations_of(strangers),
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

    def note_address(self, address: Address) -> None:
        self.addresses[address.folded] = address


def writers(incoming: Incoming) -> list[Contact]:
    """Who may have written it, the likeliest first: Reply-To where given (web forms write for somebody), else From."""
    return [*incoming.reply_to[:1], *([incoming.sender] if incoming.sender else [])]


def answered(incoming: Incoming) -> list[str]:
    """The Message-IDs this mail says it answers, the closest first."""
    return list(dict.fromkeys([*incoming.in_reply_to, *reversed(incoming.references)]))[:MOST_REFERENCES]


def _first_of_their_kind(fingerprints: set[str]) -> dict[str, Intake]:
    found = Intake.objects.filter(fingerprint__in=fingerprints - {""}).exclude(result="duplicate").order_by("-pk")
    return {intake.fingerprint: intake for intake in found.exclude(fingerprint="")}


def _messages(ids: set[str]) -> dict[str, Message]:
    """Several may carry the same id, since anybody can write one: ours counts, else the newest."""
    if not ids:
        return {}
    found = Message.objects.filter(rfc_message_id__in=ids).select_related("ticket")
    ordered = sorted(found, key=lambda message: (message.direction == "out", message.pk))
    return {message.rfc_message_id: message for message in ordered}
