"""The signed link to a customer's status page: without a login, for this ticket and this person only."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import crypto

from anliegen.records.tickets.models import Ticket

LASTS_AFTER_CLOSING = timedelta(days=180)


def token(ticket: Ticket) -> str:
    """The proof in the link: 128 bits over number and person, so that a merged or changed person makes old links void."""
    proof = crypto.salted_hmac("anliegen.status", f"{ticket.pk}:{ticket.person_id}", algorithm="sha256").digest()
    return proof[:16].hex()


def status_link(ticket: Ticket) -> str:
    """The absolute address of the status page."""
    path = reverse("portal:status", kwargs={"number": ticket.pk, "token": token(ticket)})
    return f"{settings.ANLIEGEN_BASE_URL}{path}"


def opens(ticket: Ticket, given: str, *, at: datetime) -> bool:
    """Whether this proof opens the ticket's status page; half a year after closing it no longer does."""
    if ticket.closed_at is not None and at - ticket.closed_at > LASTS_AFTER_CLOSING:
        return False
    return hmac.compare_digest(token(ticket).encode(), given.encode())
