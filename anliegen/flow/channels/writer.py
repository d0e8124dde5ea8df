"""Who wrote a mail, as far as it can be believed: the address to answer to, and the person behind it."""

from datetime import datetime

from anliegen.flow.channels.email.automatic import is_nobody
from anliegen.flow.channels.incoming import Contact, Incoming
from anliegen.flow.channels.known import Known
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models.message import is_feigned


def address_of(incoming: Incoming, envelope_from: str, known: Known, *, at: datetime) -> Address | None:
    """The author's address; what stands in Reply-To only where `_speaks_for` says so.

    None for a sender who is not who they say: they are not taken for the customer they name.
    """
    if is_feigned(incoming.authenticity):
        return None
    wanted, sender_name = _authors(incoming, known), incoming.sender.name if incoming.sender else ""
    for contact in wanted:
        if "@" in contact.address and known.mailbox_of([contact.address]) is None:
            return _meet(contact.address, contact.name or sender_name, incoming, known, at)
    if "@" in envelope_from:
        return _meet(envelope_from, sender_name, incoming, known, at)
    return (
        _meet(wanted[0].address, wanted[0].name, incoming, known, at) if wanted and wanted[0].address.strip() else None
    )


def wants_answers_at(incoming: Incoming, address: Address | None) -> str:
    """Where the mail asks answers to go, when that is not where they go: for whoever answers to see and to decide."""
    asked = next((contact.address for contact in incoming.reply_to if "@" in contact.address), "")
    return "" if address is not None and customers.fold_address("email", asked) == address.folded else asked


def somebody(incoming: Incoming, *, at: datetime) -> int:
    """A mail without any sender still comes from a person: one of whom we know nothing yet."""
    name = incoming.sender.name if incoming.sender and not is_feigned(incoming.authenticity) else ""
    return customers.create_person(name=name[:200], actor=SYSTEM, at=at).pk


def _authors(incoming: Incoming, known: Known) -> list[Contact]:
    """Whose words they may be, the likeliest first."""
    author = incoming.sender
    if author is None:
        return list(incoming.reply_to[:1])
    return [*(one for one in incoming.reply_to[:1] if _speaks_for(author, one, known)), author]


def _speaks_for(author: Contact, asked: Contact, known: Known) -> bool:
    """Whether the author writes for whom Reply-To names. Anybody can write anybody there, and the mail server's word is
    about the author alone: so only our own forms may name a customer, and other forms somebody nobody knows.
    """
    if known.mailbox_of([author.address]) is not None:
        return True
    there, own = known.address(asked.address), known.address(author.address)
    if there is None:
        return is_nobody(author.address)
    return own is not None and own.person_id == there.person_id


def _meet(address: str, name: str, incoming: Incoming, known: Known, at: datetime) -> Address:
    met = known.address(address)
    if met is not None:
        return customers.meet_again(met, name=name, actor=SYSTEM, at=at)
    language = incoming.language or ""
    if "@" not in address:
        return customers.meet(kind="email", value=address, name=name, language=language, actor=SYSTEM, at=at)
    new = customers.welcome(
        kind="email",
        value=address,
        name=name,
        language=language,
        organisation_id=known.organisations.get(customers.fold_address("email", address)),
        actor=SYSTEM,
        at=at,
    )
    known.note_address(new)
    return new
