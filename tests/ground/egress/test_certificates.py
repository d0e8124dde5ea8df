"""From when to when a certificate is good is asked over a real connection, checked as every other."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from socketserver import StreamRequestHandler

import pytest
from cryptography import x509

from anliegen.ground import egress
from anliegen.ground.egress.models import Destination, EgressCall

from .conftest import Lines
from .test_smtp import polite

Serve = Callable[..., Lines]
Allow = Callable[..., Destination]


def of(made: x509.Certificate) -> egress.Certificate:
    return egress.Certificate(made.not_valid_before_utc, made.not_valid_after_utc)


def silent(conversation: StreamRequestHandler) -> None:
    """Says nothing and takes nothing: only the handshake counts."""


@pytest.mark.usefixtures("trusted")
def test_the_time_of_a_website_s_certificate_is_told(
    serve: Serve, allow: Allow, tls: ssl.SSLContext, certificate: Path
) -> None:
    port = serve(silent, tls=tls).port
    allow(port, scheme="https", host="localhost")
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    assert egress.website_certificate(f"https://localhost:{port}", purpose="test") == of(made)
    assert EgressCall.objects.get().result == "ok"


def test_a_certificate_that_nobody_vouches_for_is_refused(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    port = serve(silent, tls=tls).port
    allow(port, scheme="https", host="localhost")
    with pytest.raises(egress.Failed, match="The certificate of localhost is not valid: self-signed certificate"):
        egress.website_certificate(f"https://localhost:{port}", purpose="test")


@pytest.mark.parametrize("url", ["http://localhost:1", "https://localhost:1", "https://:x"])
def test_what_is_not_registered_or_not_encrypted_is_not_asked(db: None, url: str) -> None:
    with pytest.raises(egress.Refused):
        egress.website_certificate(url, purpose="test")


@pytest.mark.usefixtures("trusted")
def test_the_time_of_a_mail_server_s_certificate_is_told_in_the_session(
    serve: Serve, allow: Allow, tls: ssl.SSLContext, certificate: Path
) -> None:
    port = serve(polite, tls=tls).port
    allow(port, scheme="smtps", host="localhost")
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    with egress.smtp(f"smtps://localhost:{port}", purpose="test") as session:
        assert egress.session_certificate(session) == of(made)


def test_an_open_session_has_no_certificate(serve: Serve, allow: Allow) -> None:
    port = serve(polite).port
    allow(port, scheme="smtp")
    with egress.smtp(f"smtp://127.0.0.1:{port}?tls=none", purpose="test") as session:
        assert egress.session_certificate(session) is None
