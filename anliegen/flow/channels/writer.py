"""Who wrote a mail, as far as it can be believed: the address to answer to, and the person behind it."""

from datetime import datetime

from anliegen.flow.channels.incoming import Incoming
from anliegen.flow.channels.known import Known, writers
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models.message import is_feigned


def address_of(incoming: Incoming, envelope_from: str, known: Known, *, at: datetime) -> Address | None:
    """The address to answer to: Reply-To where given (web forms write on a person's behalf), else From.

    None for a sender who is not who they say: they are not taken for the customer they name.
    """
    if is_feigned(incoming.authenticity):
        return None
    wanted, sender_name = writers(incoming), incoming.sender.name if incoming.sender else ""
    for contact in wanted:
        if "@" in contact.address and known.mailbox_of([contact.address]) is None:
            return _meet(contact.address, contact.name or sender_name, incoming, known, at)
    if "@" in envelope_from:
        return _meet(envelope_from, sender_name, incoming, known, at)
    return (
        _meet(wanted[0].address, wanted[0].name, incoming, known, at) if wanted and wanted[0].address.strip() else None
    )


def somebody(incoming: Incoming, *, at: datetime) -> int:
    """A mail without any sender still comes from a person: one of whom we know nothing yet."""
    name = incoming.sender.name if incoming.sender and not is_feigned(incoming.authenticity) else ""
    return customers.create_person(name=name[:200], actor=SYSTEM, at=at).pk


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
