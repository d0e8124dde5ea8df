"""How long the certificate of a server is still good. That it is good at all every connection checks."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

from anliegen.ground.egress.addresses import target_of
from anliegen.ground.egress.errors import Refused
from anliegen.ground.egress.ledger import note_refusal, passage


def website_ends_at(url: str, *, purpose: str) -> datetime:
    """When the certificate of an `https` address ends. Nothing is asked for over the connection.

    Raises Failed when it is not good, and what every call may raise.
    """
    try:
        target, _parts = target_of(url, ("https",))
    except Refused as refusal:
        note_refusal("https", refusal, purpose=purpose)
        raise
    with passage(target, purpose=purpose) as out, out.connect() as secure:
        assert isinstance(secure, ssl.SSLSocket)
        return ends_at(secure)


def ends_at(secure: ssl.SSLSocket) -> datetime:
    """The moment that the certificate of the other side names as its last."""
    certificate = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
