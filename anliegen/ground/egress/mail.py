"""SMTP to the outside."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, parse_qs, unquote

from anliegen.ground.egress import certificates
from anliegen.ground.egress.addresses import target_of
from anliegen.ground.egress.errors import EgressError, Failed, Refused, TurnedAway, Unreachable
from anliegen.ground.egress.ledger import LONGEST_SESSION_S, Passage, note_refusal, passage

SMTPError = smtplib.SMTPException
Session = smtplib.SMTP


@contextmanager
def smtp(url: str, *, purpose: str, helo: str | None = None) -> Iterator[smtplib.SMTP]:
    """A session with a mail server, greeted, secured and logged in as the address says.

    `smtp://user:password@host:587?tls=starttls`, `smtps://user:password@host`. `tls` is `starttls` (or fail), `none`,
    or, when nothing is said, STARTTLS wherever the server offers it and it is not this machine. A password never
    goes over the network in the clear.

    What the server refuses leaves this block as TurnedAway, a broken connection as Unreachable; `passing` tells
    whether another try is worth it. Inside the block it is an SMTPError.
    """
    try:
        target, parts = target_of(url, ("smtp", "smtps"))
        wanted = parse_qs(parts.query).get("tls", ["auto"])[0]
        if wanted not in {"starttls", "none", "auto"}:
            raise Refused("bad_address", "tls must be starttls or none.")
    except Refused as refusal:
        note_refusal("smtp", refusal, purpose=purpose)
        raise
    with passage(target, purpose=purpose, lasts_s=LONGEST_SESSION_S) as out:
        try:
            client = _SMTP(out, helo)
            try:
                _begin(client, out, parts, wanted)
                yield client
                out.status = 250
            finally:
                _end(client)
        except smtplib.SMTPException as error:
            if out.meter.broke:
                raise
            known = _in_our_words(error, out)
            out.status = known.status if isinstance(known, TurnedAway) else None
            raise known from error


def session_certificate(session: smtplib.SMTP) -> certificates.Certificate | None:
    """That of this session's server; None when the session is not encrypted."""
    return certificates.read(session.sock) if isinstance(session.sock, ssl.SSLSocket) else None


@contextmanager
def patiently(client: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Wait so long for each answer while inside: a server that has a mail may think about it for minutes."""
    assert isinstance(client, _SMTP)
    meter = client._out.meter
    usual, meter.at_once = meter.at_once, seconds
    try:
        yield
    finally:
        meter.at_once = usual


class _SMTP(smtplib.SMTP):
    """The library's client on our socket."""

    def __init__(self, out: Passage, helo: str | None) -> None:
        # Without a name the library would ask the resolver for ours, with no limit of time.
        super().__init__(local_hostname=helo or socket.gethostname())
        self._out = out
        # What the certificate is compared with when the connection changes to TLS.
        self._host = out.target.host
        code, message = self.connect(out.target.host, out.target.port)
        if code != 220:
            self.close()
            raise smtplib.SMTPConnectError(code, message)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._out.connect()


def _begin(client: smtplib.SMTP, out: Passage, parts: SplitResult, wanted: str) -> None:
    client.ehlo_or_helo_if_needed()
    secure = out.target.scheme == "smtps"
    if not secure and _wants_starttls(client, out, wanted):
        client.starttls(context=out.tls())
        client.ehlo_or_helo_if_needed()
        secure = True
    if parts.username:
        if not secure and not _is_this_machine(client):
            raise Failed("tls_required", f"{out.target.host} offers no encryption, and the password stays here.")
        client.login(unquote(parts.username), unquote(parts.password or ""))


def _wants_starttls(client: smtplib.SMTP, out: Passage, wanted: str) -> bool:
    offered = client.has_extn("starttls")
    if wanted == "starttls" and not offered:
        raise Failed("tls_required", f"{out.target.host} offers no STARTTLS.")
    return wanted == "starttls" or (wanted == "auto" and offered and not _is_this_machine(client))


def _is_this_machine(client: smtplib.SMTP) -> bool:
    return client.sock is not None and ipaddress.ip_address(client.sock.getpeername()[0]).is_loopback


def _end(client: smtplib.SMTP) -> None:
    """A mail that was accepted stays accepted, even if the server does not take leave properly."""
    with suppress(smtplib.SMTPException, OSError):
        if client.sock is not None:
            client.quit()
    client.close()


def _in_our_words(error: smtplib.SMTPException, out: Passage) -> EgressError:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Unreachable("broken_off", f"{out.target.host} broke off the connection.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        refused = {address: (code, _text(text)) for address, (code, text) in error.recipients.items()}
        # The worst of them decides: one that may be tried again makes another try worth it.
        status, text = min(refused.values(), default=(550, ""))
        return TurnedAway(status, text, refused)
    if isinstance(error, smtplib.SMTPResponseException):
        return TurnedAway(error.smtp_code, _text(error.smtp_error))
    return Failed("smtp_protocol", f"{out.target.host} does not speak SMTP as we do.")


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
