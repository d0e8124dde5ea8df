"""What came in, whatever the channel: one frozen value between the outside and the tickets."""

from dataclasses import dataclass, field
from datetime import datetime

from anliegen.records.tickets.enclosed import Appointment, Seal


@dataclass(frozen=True, slots=True)
class Contact:
    """A name and an address as the sender gave them. The address is lower case after the `@` only."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class IncomingAttachment:
    """A file that came along. `filename` is safe to show and to store under; `size` is in bytes."""

    filename: str
    content_type: str
    size: int
    sha256: str
    content_id: str | None
    inline: bool
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient of a delivery report (RFC 3464). `status` is an RFC 3463 code such as `5.1.1`, or None."""

    address: str
    action: str
    status: str | None
    diagnostic: str | None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that did not arrive: for good ("hard") or not yet ("soft")."""

    kind: str
    recipients: tuple[BouncedRecipient, ...]
    original_ids: tuple[str, ...] = ()  # Message-IDs the report names, best first
    sent_as: tuple[str, ...] = ()  # addresses under which that mail was sent, as the report shows them


@dataclass(frozen=True, slots=True)
class Authentication:
    """What the operator's own mail server found (RFC 8601): `pass`, `fail`, `none` ...; None is not known.

    `signature` is our own finding about S/MIME and OpenPGP, in the words of `enclosed.Seal`; None is not signed.
    """

    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None
    signature: str | None = None
    arc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message from outside, understood but not yet believed.

    Message ids stand without their angle brackets. `reply_text`, `quoted_text` and `signature` together hold every
    visible line of `text`. `fingerprint` is the same for the same mail delivered twice, by whatever way.
    `recipients` is every address the mail names as its goal, lower case: that of its envelope first, where it is known,
    and of Delivered-To and X-Original-To.
    `confirmed` are the addresses of whom a receipt, or a delivery report of success, says that a mail reached them.
    `original_ids` are the Message-IDs of the mail that a bounce, receipt or complaint is about, best first.
    """

    channel: str = "email"
    fingerprint: str = ""
    message_id: str | None = None
    sender: Contact | None = None
    to: tuple[Contact, ...] = ()
    cc: tuple[Contact, ...] = ()
    reply_to: tuple[Contact, ...] = ()
    recipients: tuple[str, ...] = ()
    return_path: str | None = None  # None: the mail does not say; "": the empty path of bounces
    subject: str = ""
    sent_at: datetime | None = None
    language: str | None = None
    text: str = ""
    reply_text: str = ""
    quoted_text: str = ""
    signature: str = ""
    forwarded: bool = False  # a message passed on: what it says is news to us, so it stands in `reply_text`
    html: str | None = None
    attachments: tuple[IncomingAttachment, ...] = ()
    automatic: str | None = None
    is_declared: bool = False  # automatic, and the mail says so itself; else it only looks so
    bounce: Bounce | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    original_ids: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    own_instance: str | None = None  # X-Anliegen-Instance: which Anliegen sent it, if one did
    list_id: str | None = None
    authentication: Authentication = Authentication()
    appointment: Appointment | None = None
    seal: Seal | None = None
    authenticity: str = ""  # what that says about the sender, see email/authenticity.py
    defects: tuple[str, ...] = ()
