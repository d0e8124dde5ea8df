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

from .conftest import Lines, make_certificate, names, serving
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


def fault(port: int, host: str = "localhost") -> str:
    with pytest.raises(egress.Failed) as problem:
        egress.website_certificate(f"https://{host}:{port}", purpose="test")
    assert problem.value.code == "certificate"
    return problem.value.why


@pytest.mark.parametrize(("days", "why"), [((-9, -2), "expired"), ((2, 9), "early")])
def test_a_certificate_out_of_its_time_is_told_apart(
    serve: Serve, allow: Allow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: tuple[int, int], why: str
) -> None:
    made = make_certificate(tmp_path, from_day=days[0], to_day=days[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    port = serve(silent, tls=serving(made)).port
    allow(port, scheme="https", host="localhost")
    assert fault(port) == why


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_told_apart(
    serve: Serve, allow: Allow, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(silent, tls=tls).port
    allow(port, scheme="https", host="mail.example.org")
    with names({"mail.example.org": ["127.0.0.1"]}, monkeypatch):
        assert fault(port, "mail.example.org") == "name"


def test_a_certificate_signed_by_itself_is_told_apart(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    port = serve(silent, tls=tls).port
    allow(port, scheme="https", host="localhost")
    assert fault(port) == "self_signed"


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
