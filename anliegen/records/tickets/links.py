"""The signed links to a customer's status page: without a login, for this ticket and this person only.

There are three. The *owner's* is mailed to the person and shows everything. The *visitor's* is shown to whoever has
just sent the contact form: it proves who wrote, not who owns the address that was typed in, so it never shows our
answers. The *preview's* is for one of our own people: it shows what the owner sees, for an hour or two and only as long
as they work here and may see the ticket, and takes nothing.
"""

import hmac
import re
from datetime import datetime, timedelta
from typing import Literal, cast

from django.conf import settings
from django.urls import reverse
from django.utils import crypto

from anliegen.records.accounts.models import Agent
from anliegen.records.customers.queries import once_merged
from anliegen.records.tickets.models import Ticket

LASTS_AFTER_CLOSING = timedelta(days=180)
PREVIEW_LASTS = timedelta(hours=1)  # at least; never twice as long
OWNER, VISITOR, PREVIEW = "anliegen.status", "anliegen.visitor", "anliegen.preview"
_NAMES_AGENT = re.compile(r"([0-9]{1,18})-")
Reader = Literal["owner", "visitor", "preview"]


def token(ticket: Ticket) -> str:
    """The proof in the owner's link: 128 bits over number and person. Another person makes old links void."""
    return _proof(OWNER, ticket)


def visitor_token(ticket: Ticket) -> str:
    """The proof in the visitor's link."""
    return _proof(VISITOR, ticket)


def preview_token(ticket: Ticket, agent: int, *, at: datetime) -> str:
    """The proof in the link for one of our own people, whom it names."""
    return f"{agent}-{_proof(PREVIEW, ticket, str(_hour(at)), str(agent))}"


def status_link(ticket: Ticket) -> str:
    """The absolute address of the status page, for the owner. It lets act as the owner, so only a mail to them has it.

    What is kept, shown or found in the house has `kept_link` instead.
    """
    path = reverse("portal:status", kwargs={"number": ticket.pk, "token": token(ticket)})
    return f"{settings.ANLIEGEN_BASE_URL}{path}"


def kept_link(ticket: Ticket) -> str:
    """What stands for the owner's link in the text of a message until its mail is made. It opens nothing."""
    return f"[/anliegen/{ticket.pk}/…]"


def preview_link(ticket: Ticket, agent: Agent, *, at: datetime) -> str:
    """The path of the status page as its owner sees it, for one of our own people."""
    return reverse("portal:status", kwargs={"number": ticket.pk, "token": preview_token(ticket, agent.pk, at=at)})


def opens(ticket: Ticket, given: str, *, at: datetime) -> bool:
    """Whether this proof opens the whole status page; half a year after the end of the concern it no longer does."""
    return reader_of(ticket, given, at=at) == "owner"


def reader_of(ticket: Ticket, given: str, *, at: datetime) -> Reader | None:
    """Whose proof this is; None when it is nobody's, or too old."""
    # What was joined with another lives on there.
    if ticket.joined_into_id is None and is_too_old(ticket, at=at):
        return None
    proofs: list[tuple[Reader, str]] = [
        ("owner", token(ticket)),
        ("visitor", visitor_token(ticket)),
    ]
    found = next((who for who, proof in proofs if hmac.compare_digest(proof.encode(), given.encode())), None)
    return found or _preview(ticket, given, at) or _once_of(ticket, given)


def _preview(ticket: Ticket, given: str, at: datetime) -> Reader | None:
    """Asked anew at each look: whoever left, or no longer sees the ticket, sees it here no longer either."""
    named = _NAMES_AGENT.match(given)
    if named is None:
        return None
    agent = int(named[1])
    proofs = (preview_token(ticket, agent, at=when) for when in (at, at - PREVIEW_LASTS))
    if not any(hmac.compare_digest(proof.encode(), given.encode()) for proof in proofs):
        return None
    viewer = Agent.objects.active().select_related("role").filter(pk=agent).first()
    sees = viewer is not None and Ticket.objects.visible_to(viewer).filter(pk=ticket.pk).exists()
    return "preview" if sees else None


def _once_of(ticket: Ticket, given: str) -> Reader | None:
    """Links that were mailed to somebody who was found to be the ticket's person open it as before."""
    for person in once_merged(ticket.person_id):
        for who, purpose in (("owner", OWNER), ("visitor", VISITOR)):
            if hmac.compare_digest(_proof(purpose, ticket, person=person).encode(), given.encode()):
                return cast(Reader, who)
    return None


def is_too_old(ticket: Ticket, *, at: datetime) -> bool:
    return ticket.over_since is not None and at - ticket.over_since > LASTS_AFTER_CLOSING


def _hour(at: datetime) -> int:
    return int(at.timestamp() // PREVIEW_LASTS.total_seconds())


def _proof(purpose: str, ticket: Ticket, *more: str, person: int | None = None) -> str:
    words = ":".join((str(ticket.pk), str(person or ticket.person_id), *more))
    return crypto.salted_hmac(purpose, words, algorithm="sha256").digest()[:16].hex()
