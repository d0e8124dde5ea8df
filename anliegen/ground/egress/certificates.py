"""From when to when the certificate of a server is good. That it is good at all every connection checks."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

from anliegen.ground.egress.addresses import target_of
from anliegen.ground.egress.errors import Refused
from anliegen.ground.egress.ledger import note_refusal, passage


@dataclass(frozen=True)
class Certificate:
    """The time that a certificate names for itself."""

    begins_at: datetime
    ends_at: datetime


def website_certificate(url: str, *, purpose: str) -> Certificate:
    """That of an `https` address. Nothing is asked for over the connection.

    Raises Failed when it is not good, and what every call may raise.
    """
    try:
        target, _parts = target_of(url, ("https",))
    except Refused as refusal:
        note_refusal("https", refusal, purpose=purpose)
        raise
    with passage(target, purpose=purpose) as out, out.connect() as secure:
        assert isinstance(secure, ssl.SSLSocket)
        return read(secure)


def read(secure: ssl.SSLSocket) -> Certificate:
    """The one that the other side of this connection has shown."""
    shown = secure.getpeercert() or {}
    return Certificate(_moment(shown["notBefore"]), _moment(shown["notAfter"]))


def _moment(given: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(given)), UTC)
