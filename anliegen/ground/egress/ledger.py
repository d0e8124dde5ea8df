"""The way out: refused unless registered, and written down before it begins and when it ends."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction

from anliegen.ground import clock
from anliegen.ground.egress import wire
from anliegen.ground.egress.addresses import Target
from anliegen.ground.egress.errors import (
    EgressError,
    Failed,
    InsideTransaction,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
)
from anliegen.ground.egress.models import Destination, EgressCall, Result

# A mail session may last as long as a mailbox is listened to (IDLE); only its single waits are short.
LONGEST_SESSION_S = 1800


@dataclass
class Passage:
    """One call on its way out. `status` is what the other side answered in numbers, for the ledger."""

    target: Target
    destination: Destination
    meter: wire.Meter
    status: int | None = None

    encrypted_schemes: ClassVar = ("https", "smtps", "imaps", "pop3s")

    def connect(self) -> socket.socket:
        """A connected socket, in TLS from the first byte where the scheme says so."""
        plain = wire.connect(self.target, self.meter, allow_private=self.destination.allow_private)
        if self.target.scheme not in self.encrypted_schemes:
            return plain
        try:
            return wire.encrypted(plain, self.target, self.meter)
        except BaseException:
            plain.close()
            raise

    def tls(self) -> ssl.SSLContext:
        """For protocols that change to TLS in the middle."""
        return wire.context(self.meter)


@contextmanager
def passage(target: Target, *, purpose: str, lasts_s: float | None = None) -> Iterator[Passage]:
    """Let one call out, if its destination is registered for this purpose. A session may last `lasts_s` all in all.

    Errors of the network come out as EgressError; those of the caller as they are. Raises InsideTransaction first.
    """
    require_no_transaction()
    destination = (
        Destination.objects.active()
        .filter(scheme=target.scheme, host=target.host, port=target.port, purpose=purpose)
        .first()
    )
    call = EgressCall.objects.create(
        destination=destination,
        scheme=target.scheme,
        host=target.host,
        port=target.port,
        purpose=purpose,
        started_at=clock.now(),
    )
    out = _passage(target, destination)
    if lasts_s is not None:
        out.meter.until = out.meter.began + lasts_s
    try:
        if destination is None:
            raise Refused(
                "not_registered", f"{target.scheme}://{target.host}:{target.port} is not registered for {purpose}."
            )
        yield out
    except BaseException as error:
        known = explained(error, out)
        _close(
            call,
            out,
            result=known.result if known else Result.ERROR,
            code=known.code if known else type(error).__name__,
        )
        if known is None or known is error:
            raise
        raise known from error
    _close(call, out, result=Result.OK, code="")


def note_refusal(url_scheme: str, refusal: Refused, *, purpose: str) -> None:
    """An address that could not even be understood is in the ledger too, without repeating it."""
    require_no_transaction()
    EgressCall.objects.create(
        scheme=url_scheme[:8],
        host="",
        port=0,
        purpose=purpose,
        started_at=clock.now(),
        duration_ms=0,
        result=Result.REFUSED,
        error=refusal.code,
    )


def require_no_transaction() -> None:
    """Rule 8 of the house: nothing leaves inside a transaction. Costs no round trip.

    Django's own test for durable blocks is used, which does not count the transaction a test case runs in.
    """
    try:
        with transaction.atomic(durable=True):
            pass
    except RuntimeError as error:
        raise InsideTransaction("a call to the outside was made inside a transaction") from error


def explained(error: BaseException, out: Passage) -> EgressError | None:
    """The network's error in our words; None for one that is not the network's."""
    if isinstance(error, EgressError):
        return error
    if out.meter.overflowed:
        return TooLarge("too_large", f"{out.target.host} sent more than {out.meter.most_bytes} bytes.")
    if out.meter.ran_out:
        return TimedOut("timeout", f"{out.target.host} took too long.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return wire.untrusted(out.target, error)
    if isinstance(error, ssl.SSLError):
        return Failed("tls", f"No secure connection to {out.target.host}: {error.reason}.")
    if isinstance(error, (ConnectionError, EOFError)):
        return Unreachable("broken_off", f"{out.target.host} broke off the connection.")
    return None


def _passage(target: Target, destination: Destination | None) -> Passage:
    kept = destination or Destination(host=target.host, port=target.port, scheme=target.scheme)
    meter = wire.Meter(seconds=kept.timeout_s, at_once=kept.timeout_s, most_bytes=kept.max_bytes)
    return Passage(target=target, destination=kept, meter=meter)


def _close(call: EgressCall, out: Passage, *, result: str, code: str) -> None:
    EgressCall.objects.filter(pk=call.pk).update(
        duration_ms=out.meter.duration_ms,
        bytes_out=out.meter.bytes_out,
        bytes_in=out.meter.bytes_in,
        result=result,
        status=out.status,
        error=code[:64],
    )
