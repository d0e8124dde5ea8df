"""The contact form and the reply box of the status page as a channel: what is filled in there takes the way of a mail.

Like a mail it is on disk, and has its line in the ledger, before it is anything else. The line's key is drawn from the
page's chance and its content, so that a button pressed twice makes one message, and a corrected page a new one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.accept import is_long_over
from anliegen.flow.channels.first_words import first_words
from anliegen.flow.channels.incoming import IncomingAttachment
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground import text as words
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Brand, Mailbox
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import File, Received
from anliegen.records.tickets.models import Message, Participant, Ticket
from anliegen.records.tickets.queries import carried_on

SOURCE = "form"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a person filled in. For a new concern `email` or `phone` is there; all else but the text may be empty.

    `nonce` is the chance that the page carried, `language` the one it was read in (`de` or `en`).
    """

    text: str
    nonce: str
    language: str
    subject: str = ""
    given_name: str = ""
    family_name: str = ""
    address_form: str = ""
    email: str = ""
    phone: str = ""
    uploads: tuple[IncomingAttachment, ...] = ()

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given_name, self.family_name) if part)


def open_concern(entry: Entry, *, brand: Brand, mailbox: Mailbox | None, at: datetime) -> Message:
    """Open a ticket for what was filled in. The same page sent again gives the message of the first time."""

    def take_in(line: Intake) -> Message:
        received = _received(entry, _who(entry, at), brand, mailbox, at)
        return tickets.receive(received, brand=brand, mailbox=mailbox, at=at)

    return _once(_as_bytes(entry, None), take_in, _line(entry.email, brand, mailbox, "form", at))


def add(entry: Entry, ticket: Ticket, *, at: datetime) -> Message:
    """Add what was written on the status page. A ticket closed too long ago is followed by a new one, and linked."""
    owner, goal = _owner(ticket), carried_on(ticket)

    def take_in(line: Intake) -> Message:
        received = _received(entry, owner or ticket.person, ticket.brand, ticket.mailbox, at)
        if not is_long_over(goal, at):
            line.result = "appended"
            return tickets.receive(received, ticket=ticket, at=at)
        line.reason = "after-a-closed-one"
        message = tickets.receive(received, brand=ticket.brand, mailbox=ticket.mailbox, at=at)
        tickets.link(message.ticket, ticket, kind="follow_up", actor=SYSTEM, at=at)
        return message

    email = owner.value if owner is not None and owner.kind == "email" else ""
    line = _line(email, ticket.brand, ticket.mailbox, "status-page", at)
    return _once(_as_bytes(entry, ticket), take_in, line)


def _once(content: bytes, take_in: Callable[[Intake], Message], line: Intake) -> Message:
    """Take in under the line's unique key: who comes second waits for the first, and then gets its message."""
    line.sha256 = line.remote_key = files.put(content)
    line.size = len(content)
    try:
        with transaction.atomic():
            line.save()
            message = take_in(line)
            line.message, line.ticket = message, message.ticket
            line.save()
    except IntegrityError:
        earlier = Intake.objects.select_related("message__ticket").filter(source=SOURCE, remote_key=line.remote_key)
        first = earlier.first()
        if first is None or first.message is None:
            raise
        return first.message
    return message


def _line(email: str, brand: Brand, mailbox: Mailbox | None, reason: str, at: datetime) -> Intake:
    return Intake(
        received_at=at,
        source=SOURCE,
        envelope_from=email,
        envelope_to=[_goal(brand, mailbox)],
        mailbox=mailbox,
        result="created",
        reason=reason,
        done_at=at,
    )


def _as_bytes(entry: Entry, ticket: Ticket | None) -> bytes:
    """What was filled in, as it is kept: the files by their hashes."""
    content = {
        "ticket": ticket.pk if ticket else None,
        **{name: value for name, value in vars(entry).items() if name != "uploads"},
        "uploads": [{"filename": each.filename, "sha256": each.sha256} for each in entry.uploads],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _received(entry: Entry, who: Address | Person, brand: Brand, mailbox: Mailbox | None, at: datetime) -> Received:
    address = who if isinstance(who, Address) else None
    person = who.person if isinstance(who, Address) else who
    text = _text(entry)
    return Received(
        channel="form",
        person_id=person.pk,
        address=address,
        subject=entry.subject or first_words(entry.text),
        text=text,
        reply_text=text,
        language=entry.language,
        from_name=entry.name or person.name,
        from_address=address.value if address else "",
        to=((brand.name, _goal(brand, mailbox)),),
        written_at=at,
        files=tuple(
            File(each.filename, each.content_type, each.size, files.put(each.content)) for each in entry.uploads
        ),
    )


def _who(entry: Entry, at: datetime) -> Address:
    """The person behind the address. What the form says of them is taken up only where it contradicts nothing.

    Anybody can type anybody's address, so the form never changes what we know of a person already, and makes nobody the
    owner of a number: whoever gives that number later would be taken for them. It stands in the message.
    """
    kind, value = ("email", entry.email) if entry.email else ("phone", entry.phone)
    address = customers.meet(kind=kind, value=value, name=entry.name, language=entry.language, actor=SYSTEM, at=at)
    actor = Actor.person(address.person_id)
    if words.fold(address.person.name) == words.fold(entry.name):
        stated = {name: getattr(entry, name) for name in ("given_name", "family_name", "address_form")}
        news = {name: value for name, value in stated.items() if value and not getattr(address.person, name)}
        address.person = customers.change(address.person, actor=actor, at=at, **news)
    return address


def _owner(ticket: Ticket) -> Address | None:
    """The address with which the person asked."""
    requester = Participant.objects.filter(ticket=ticket, role="requester", address__person=ticket.person_id)
    participant = requester.select_related("address__person").order_by("pk").first()
    return participant.address if participant else None


def _text(entry: Entry) -> str:
    """The words; a telephone number beside a mail address stands below them, where whoever answers sees it."""
    if not (entry.email and entry.phone):
        return entry.text
    with translation.override(entry.language):
        return f"{entry.text}\n\n" + _("Telephone: %(phone)s") % {"phone": entry.phone}


def _goal(brand: Brand, mailbox: Mailbox | None) -> str:
    return mailbox.address if mailbox is not None else brand.email
