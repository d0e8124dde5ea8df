"""What actions take in: frozen shapes between the rooms, so that no dict crosses a border."""

from dataclasses import dataclass, field
from datetime import date, datetime

from anliegen.records.accounts.models import Agent, Recourse, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets.enclosed import Enclosed

# Channels whose answers a person carries out (says, prints, hands over): they are done when they are written down. What
# came by form, chat or a program is answered by mail.
SPOKEN = ("phone", "letter")


@dataclass(frozen=True)
class File:
    """A stored file: its bytes lie in the file store under `sha256` already. `size` in bytes."""

    filename: str
    content_type: str
    size: int
    sha256: str
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True)
class Received:
    """Something a customer said, whichever way it came. `address` is theirs; `person` when there is none."""

    channel: str
    person_id: int
    text: str
    written_at: datetime
    address: Address | None = None
    subject: str = ""
    reply_text: str = ""
    html: str = ""
    language: str = ""
    automatic: str = ""
    authenticity: str = ""  # what was found out about the sender, as the message keeps it
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""  # where the mail asks answers to go, when that is not `address`
    to: tuple[tuple[str, str], ...] = ()  # (name, address)
    cc: tuple[tuple[str, str], ...] = ()
    rfc_message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: tuple[File, ...] = field(default_factory=tuple)
    enclosed: Enclosed = field(default_factory=Enclosed)


@dataclass(frozen=True)
class Revealed:
    """What an encrypted mail says, once it opens."""

    text: str
    reply_text: str = ""
    html: str = ""
    language: str = ""
    files: tuple[File, ...] = field(default_factory=tuple)
    enclosed: Enclosed = field(default_factory=Enclosed)


@dataclass(frozen=True)
class Promised:
    """A commitment that somebody makes to a customer: its words as the customer reads them, and who sees to it."""

    words: str
    due_at: datetime
    owner: Agent | Team


@dataclass(frozen=True)
class Declined:
    """What a "no" says: the parts of the letter, as the customer reads them. None of them is empty."""

    scope: str  # `whole` or `part`
    request: str
    decision: str
    reason: str
    rule: str
    alternatives: str
    objection: str
    next_instance: str
    object_until: date | None = None
    recourse: Recourse | None = None


@dataclass(frozen=True)
class Answer:
    """Something the operator says to a customer. Empty recipients mean: the person who asked."""

    text: str
    html: str = ""
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    channel: str = ""  # empty: the ticket's own
    files: tuple[File, ...] = field(default_factory=tuple)
    send_at: datetime | None = None  # a chosen time; None: as soon as it can no longer be undone
    promises: tuple[Promised, ...] = ()  # made with it
    is_forward: bool = False  # to somebody else than the customer: it answers nobody
    said: str = ""  # of a longer text only what was written now; empty when that is all of it
    model: str = ""  # a language model of which words were taken up


@dataclass(frozen=True)
class Writing:
    """What stands in a form of the composer, as it was typed: half an address and an unread time are kept too."""

    text: str = ""
    html: str = ""
    to: str = ""
    cc: str = ""
    later: str = ""
    status: str = ""
    passes_on: tuple[int, ...] = ()  # the numbers of messages that are forwarded
    encloses: tuple[int, ...] = ()  # of attachments of theirs


@dataclass(frozen=True)
class Written:
    """The draft that an answer was, as its writer saw it last: its key, its version, its files."""

    draft: int
    version: int
    files: tuple[int, ...] = ()
