"""The signed links to a customer's status page: without a login, for this ticket and this person only.

There are two. The *owner's* is mailed to the person and shows everything. The *visitor's* is shown to whoever has just
sent the contact form: it proves who wrote, not who owns the address that was typed in, so it never shows our answers.
"""

import hmac
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils import crypto

from anliegen.records.tickets.models import Ticket

LASTS_AFTER_CLOSING = timedelta(days=180)
OWNER, VISITOR = "anliegen.status", "anliegen.visitor"
Reader = Literal["owner", "visitor"]


def token(ticket: Ticket) -> str:
    """The proof in the owner's link: 128 bits over number and person. Another person makes old links void."""
    return _proof(OWNER, ticket)


def visitor_token(ticket: Ticket) -> str:
    """The proof in the visitor's link."""
    return _proof(VISITOR, ticket)


def status_link(ticket: Ticket) -> str:
    """The absolute address of the status page, for the owner."""
    path = reverse("portal:status", kwargs={"number": ticket.pk, "token": token(ticket)})
    return f"{settings.ANLIEGEN_BASE_URL}{path}"


def opens(ticket: Ticket, given: str, *, at: datetime) -> bool:
    """Whether this proof opens the whole status page; half a year after the end of the concern it no longer does."""
    return reader_of(ticket, given, at=at) == "owner"


def reader_of(ticket: Ticket, given: str, *, at: datetime) -> Reader | None:
    """Whose proof this is; None when it is nobody's, or too old."""
    # What was joined with another lives on there.
    if ticket.joined_into_id is None and is_too_old(ticket, at=at):
        return None
    if hmac.compare_digest(token(ticket).encode(), given.encode()):
        return "owner"
    return "visitor" if hmac.compare_digest(visitor_token(ticket).encode(), given.encode()) else None


def is_too_old(ticket: Ticket, *, at: datetime) -> bool:
    return ticket.over_since is not None and at - ticket.over_since > LASTS_AFTER_CLOSING


def _proof(purpose: str, ticket: Ticket) -> str:
    proof = crypto.salted_hmac(purpose, f"{ticket.pk}:{ticket.person_id}", algorithm="sha256").digest()
    return proof[:16].hex()
