"""Who gets an answer: whoever wrote the message that is answered. Nobody else is added silently."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from anliegen.ground.compiled import compiled
from anliegen.records.accounts.queries import Mailboxes
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Participant, Ticket

MOST_READ = 20  # newest messages in which the one that is answered is looked for
MOST_PARTICIPANTS = 50
MOST_COPIES = 20
Pair = tuple[str, str]  # name, which may be empty, and address


@dataclass(frozen=True)
class Addressees:
    """`to` gets the answer; `copies` had the message answered too, and get the answer only if its writer wants that.

    `passed_over` wrote after the message answered, from an address that took no part before: an answer to them would
    show the conversation to a stranger, so a person decides. `asked_at` is where the message answered asks answers to
    go; whoever reads there may be somebody else, so a person decides again. `person` is behind the address in `to`: the
    one to greet.
    """

    to: tuple[Pair, ...] = ()
    copies: tuple[Pair, ...] = ()
    passed_over: Pair | None = None
    asked_at: str = ""
    person: Person | None = field(default=None, compare=False)  # said by `to` already


def addressees_of(ticket: Ticket, messages: Sequence[Message] | None = None) -> Addressees:
    """Those of the newest message that a person wrote who takes part; else the person whose concern it is.

    `messages` are all of the ticket's, where somebody has read them before.
    """
    written, again = _messages(ticket, messages)
    taking_part = _taking_part(ticket)
    answered = next((one for one in written if not one.is_from_stranger and not one.is_feigned), None)
    address = (_writer_of(answered, again, taking_part) if answered else None) or _requester(taking_part)
    if address is None:
        return Addressees()
    newest = written[0] if written and written[0] is not answered else None
    return Addressees(
        to=((address.person.name, address.value),),
        copies=_copies(answered, address, taking_part),
        passed_over=(newest.from_name, newest.from_address) if newest and newest.from_address else None,
        asked_at=answered.reply_to if answered and fold_address("email", answered.reply_to) != address.folded else "",
        person=address.person,
    )


def _messages(ticket: Ticket, known: Sequence[Message] | None) -> tuple[list[Message], list[Message]]:
    """What people wrote, the newest first, and the answers that were sent again in place of others."""
    newest = list(_read(ticket.pk)) if known is None else _among(known)
    return [one for one in newest if one.direction == "in"], [one for one in newest if one.direction == "out"]


def _among(known: Sequence[Message]) -> list[Message]:
    """Of these the same as `_read` gives."""
    by_key = {one.pk: one for one in known}
    newest_first = sorted(known, key=lambda one: (one.created_at, one.pk), reverse=True)
    found = [one for one in newest_first if _is_written(one) or _is_again(one)][:MOST_READ]
    for one in found:
        if one.instead_of_id in by_key:
            one.instead_of = by_key[one.instead_of_id]
    return found


def _is_written(message: Message) -> bool:
    return message.direction == "in" and not message.automatic


def _is_again(message: Message) -> bool:
    return message.direction == "out" and message.instead_of_id is not None


@compiled
def _read(ticket: int) -> QuerySet[Message]:
    found = Message.objects.filter(
        Q(direction="in", automatic="") | Q(direction="out", instead_of__isnull=False), ticket=ticket
    )
    rows = found.select_related("instead_of").only(
        *(
            "direction",
            "person",
            "from_name",
            "from_address",
            "reply_to",
            "to",
            "cc",
            "is_from_stranger",
            "authenticity",
            "created_at",
        ),
        *("instead_of__to", "instead_of__state"),
    )
    return rows.order_by("-created_at", "-pk")[:MOST_READ]


def _taking_part(ticket: Ticket) -> list[Participant]:
    """Who takes part and can be reached by mail: requesters, then copies."""
    return list(_participants(ticket.pk))


@compiled
def _participants(ticket: int) -> QuerySet[Participant]:
    mails = Participant.objects.filter(ticket=ticket, address__kind="email").select_related("address__person")
    return mails.order_by("-role", "pk")[:MOST_PARTICIPANTS]


def _writer_of(message: Message, again: Sequence[Message], taking_part: Sequence[Participant]) -> Address | None:
    """The address the message came from, if it is its person's; a form or a list writes on their behalf."""
    folded = fold_address("email", message.from_address)
    theirs = [one.address for one in taking_part if one.address.person_id == message.person_id]
    own = next((one for one in theirs if one.folded == folded), None) or _address(message.person_id, folded)
    if own is not None and not _was_corrected(own, again):
        return own
    return theirs[0] if theirs else None


def _address(person: int | None, folded: str) -> Address | None:
    return Address.objects.filter(person=person, kind="email", folded=folded).select_related("person").first()


def _was_corrected(address: Address, again: Sequence[Message]) -> bool:
    """Whether an answer to it could not be delivered and was sent to another address instead."""
    return any(
        one.instead_of is not None
        and one.instead_of.state in ("failed", "bounced")
        and _is_among(address, one.instead_of.to)
        and not _is_among(address, one.to)
        for one in again
    )


def _is_among(address: Address, recipients: Sequence[dict[str, str]]) -> bool:
    return address.folded in {fold_address("email", one["address"]) for one in recipients}


def _requester(taking_part: Sequence[Participant]) -> Address | None:
    """The requester's address in this ticket. Whoever gave a number alone gets no mail, whatever we know of them."""
    return next((one.address for one in taking_part if one.role == "requester"), None)


def _copies(answered: Message | None, writer: Address, taking_part: Sequence[Participant]) -> tuple[Pair, ...]:
    """Who else had the message or takes part in copy: neither its writer nor a mailbox of ours."""
    had_it = [(one["name"], one["address"]) for one in [*answered.to, *answered.cc]] if answered else []
    had_it += [(one.address.person.name, one.address.value) for one in taking_part if one.role == "copy"]
    known = {writer.folded} | ({fold_address("email", answered.from_address)} if answered else set())
    found: dict[str, Pair] = {}
    for name, address in had_it:
        folded = fold_address("email", address)
        if "@" in folded and folded not in known:
            found.setdefault(folded, (name, address))
    ours = Mailboxes.load() if found else None
    return tuple(pair for folded, pair in found.items() if ours is None or ours.find([folded]) is None)[:MOST_COPIES]
