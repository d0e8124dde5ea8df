"""A POP3 mailbox is read through the door too: byte by byte, bounded, and never in the clear by accident."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from socketserver import StreamRequestHandler

import pytest

from anliegen.ground import egress
from anliegen.ground.egress.models import Destination, EgressCall

from .conftest import Lines

Serve = Callable[..., Lines]
Allow = Callable[..., Destination]

MAIL = b"Subject: x\r\n\r\n.dot\r\n" + b"y" * 10_000 + b"\r\nbare\nline\r\n"
STUFFED = MAIL.replace(b"\r\n.dot", b"\r\n..dot")


def popd(tls: ssl.SSLContext | None = None) -> Callable[[StreamRequestHandler], None]:
    """As much POP3 as reading one mail takes."""

    def talk(handler: StreamRequestHandler) -> None:
        handler.wfile.write(b"+OK here\r\n")
        while line := handler.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"STLS" and tls is None:
                handler.wfile.write(b"-ERR no\r\n")
                continue
            handler.wfile.write(b"+OK\r\n" + (STUFFED + b".\r\n" if verb == b"RETR" else b""))
            if verb == b"STLS" and tls is not None:
                handler.connection = tls.wrap_socket(handler.connection, server_side=True)
                handler.rfile = handler.connection.makefile("rb")
                handler.wfile = handler.connection.makefile("wb", buffering=0)
            if verb == b"QUIT":
                return

    return talk


def test_a_mail_is_read_byte_by_byte(serve: Serve, allow: Allow) -> None:
    server = serve(popd())
    allow(server.port, scheme="pop3", purpose="pop3")
    with egress.pop3("127.0.0.1", server.port, "none", purpose="pop3") as client:
        assert client.mail(1) == MAIL
        client.quit()
    assert list(EgressCall.objects.values_list("scheme", "result")) == [("pop3", "ok")]


@pytest.mark.usefixtures("trusted")
def test_a_connection_that_changes_to_tls(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    server = serve(popd(tls))
    allow(server.port, scheme="pop3", host="localhost", purpose="pop3")
    with egress.pop3("localhost", server.port, "starttls", purpose="pop3") as client:
        assert isinstance(client.sock, ssl.SSLSocket)
        assert client.mail(1) == MAIL


@pytest.mark.usefixtures("trusted")
def test_a_connection_in_tls_from_the_first_byte(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    server = serve(popd(), tls=tls)
    allow(server.port, scheme="pop3s", host="localhost", purpose="pop3")
    with egress.pop3("localhost", server.port, purpose="pop3") as client:
        assert client.mail(1) == MAIL


def test_a_connection_that_should_change_to_tls_and_cannot_is_left(serve: Serve, allow: Allow) -> None:
    server = serve(popd())
    allow(server.port, scheme="pop3", purpose="pop3")
    with (
        pytest.raises(egress.Failed, match="STARTTLS"),
        egress.pop3("127.0.0.1", server.port, "starttls", purpose="pop3"),
    ):
        pytest.fail("it went on without TLS")  # pragma: no cover


def test_a_mail_that_is_larger_than_allowed_is_not_loaded(serve: Serve, allow: Allow) -> None:
    server = serve(popd())
    allow(server.port, scheme="pop3", purpose="pop3")
    with (
        pytest.raises(egress.TooLarge),
        egress.pop3("127.0.0.1", server.port, "none", purpose="pop3", largest=500) as client,
    ):
        client.mail(1)


def test_a_server_that_is_not_registered_is_refused(serve: Serve, db: None) -> None:
    server = serve(popd())
    with pytest.raises(egress.Refused), egress.pop3("127.0.0.1", server.port, "none", purpose="pop3"):
        pytest.fail("it was let out")  # pragma: no cover
