"""A mailbox is read through the door too, by imap-tools on our connection."""

from __future__ import annotations

import imaplib
import ssl
import time
from collections.abc import Callable
from socketserver import StreamRequestHandler

import pytest
from imap_tools import AND, BaseMailBox

from anliegen.ground import egress
from anliegen.ground.egress.models import Destination, EgressCall

from .conftest import Lines

Serve = Callable[..., Lines]
Allow = Callable[..., Destination]

MAIL = b"From: kim@example.org\r\nTo: service@example.org\r\nSubject: Abschlag\r\n\r\nGuten Tag\r\n"


class Box(BaseMailBox):
    def __init__(self, client: imaplib.IMAP4) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


def imapd(
    capability: bytes = b"IMAP4rev1", tls: ssl.SSLContext | None = None
) -> Callable[[StreamRequestHandler], None]:
    """As much IMAP as reading one mail takes."""

    def talk(handler: StreamRequestHandler) -> None:
        handler.wfile.write(b"* OK here\r\n")
        while line := handler.rfile.readline():
            tag, command = line.split(maxsplit=1)
            verb = command.split()[0].upper() if not command.upper().startswith(b"UID") else command.split()[1].upper()
            extra = {
                b"CAPABILITY": b"* CAPABILITY " + capability + b"\r\n",
                b"SELECT": b"* 1 EXISTS\r\n",
                b"SEARCH": b"* SEARCH 7\r\n",
                b"FETCH": b"* 1 FETCH (UID 7 FLAGS () RFC822.SIZE %d BODY[] {%d}\r\n%s)\r\n"
                % (len(MAIL), len(MAIL), MAIL),
                b"LOGOUT": b"* BYE\r\n",
            }.get(verb, b"")
            good = verb != b"LOGIN" or b"right" in command
            handler.wfile.write(extra + tag + (b" OK done\r\n" if good else b" NO wrong\r\n"))
            if verb == b"STARTTLS" and tls is not None:
                handler.connection = tls.wrap_socket(handler.connection, server_side=True)
                handler.rfile, handler.wfile = handler.connection.makefile("rb"), Unbuffered(handler.connection)
            if verb == b"LOGOUT":
                return

    return talk


class Unbuffered:
    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection, self.closed = connection, False

    def write(self, data: bytes) -> None:
        self.connection.sendall(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True


def ledger() -> list[tuple[object, ...]]:
    return list(EgressCall.objects.order_by("id").values_list("scheme", "result", "status", "error"))


def read(client: imaplib.IMAP4) -> list[tuple[str | None, str]]:
    box = Box(client)
    box.login("service", "right")
    return [(mail.uid, mail.subject) for mail in box.fetch(AND(all=True), mark_seen=False)]


@pytest.mark.usefixtures("trusted")
def test_imap_tools_reads_a_mailbox_on_our_connection(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    server = serve(imapd(), tls=tls)
    allow(server.port, scheme="imaps", purpose="mailbox")
    with egress.imap("127.0.0.1", server.port, purpose="mailbox") as client:
        assert read(client) == [("7", "Abschlag")]
    assert ledger() == [("imaps", "ok", None, "")]
    assert EgressCall.objects.get().bytes_in > len(MAIL)


@pytest.mark.usefixtures("trusted")
def test_a_connection_that_changes_to_tls(serve: Serve, allow: Allow, tls: ssl.SSLContext) -> None:
    server = serve(imapd(b"IMAP4rev1 STARTTLS", tls))
    allow(server.port, scheme="imap", host="localhost", purpose="mailbox")
    with egress.imap("localhost", server.port, "starttls", purpose="mailbox") as client:
        assert isinstance(client.sock, ssl.SSLSocket)
        assert read(client) == [("7", "Abschlag")]


def test_a_connection_that_should_change_to_tls_and_cannot_is_left(serve: Serve, allow: Allow) -> None:
    server = serve(imapd())
    allow(server.port, scheme="imap", purpose="mailbox")
    with (
        pytest.raises(egress.Failed, match="STARTTLS"),
        egress.imap("127.0.0.1", server.port, "starttls", purpose="mailbox"),
    ):
        pytest.fail("it went on without TLS")  # pragma: no cover
    assert ledger() == [("imap", "error", None, "tls_required")]


def test_imap_tools_may_log_out_by_itself(serve: Serve, allow: Allow) -> None:
    server = serve(imapd())
    allow(server.port, scheme="imap", purpose="mailbox")
    with egress.imap("127.0.0.1", server.port, "none", purpose="mailbox") as client:
        Box(client).logout()
    assert ledger() == [("imap", "ok", None, "")]


def test_a_mailbox_that_is_not_registered_is_refused(serve: Serve, db: None) -> None:
    server = serve(imapd())
    with pytest.raises(egress.Refused), egress.imap("127.0.0.1", server.port, "none", purpose="mailbox"):
        pytest.fail("it was let out")  # pragma: no cover
    assert ledger() == [("imap", "refused", None, "not_registered")]


def test_what_the_server_refuses_is_an_imap_error(serve: Serve, allow: Allow) -> None:
    server = serve(imapd())
    allow(server.port, scheme="imap", purpose="mailbox")
    with pytest.raises(egress.IMAPError), egress.imap("127.0.0.1", server.port, "none", purpose="mailbox") as client:
        client.login("service", "wrong")
    assert ledger() == [("imap", "error", None, "error")]


def gone(handler: StreamRequestHandler) -> None:
    handler.wfile.write(b"* OK here\r\n")
    handler.rfile.readline()


def silent(handler: StreamRequestHandler) -> None:
    gone(handler)
    time.sleep(4)


def endless(handler: StreamRequestHandler) -> None:
    gone(handler)
    while True:
        handler.wfile.write(b"* CAPABILITY IMAP4rev1\r\n" * 100)


@pytest.mark.parametrize(
    ("talk", "error", "row"),
    [
        (gone, egress.Unreachable, ("imap", "error", None, "broken_off")),
        (silent, egress.TimedOut, ("imap", "timeout", None, "timeout")),
        (endless, egress.TooLarge, ("imap", "too_large", None, "too_large")),
    ],
)
def test_a_server_that_does_not_do_its_part_is_told(
    serve: Serve,
    allow: Allow,
    talk: Callable[[StreamRequestHandler], None],
    error: type[egress.EgressError],
    row: tuple[object, ...],
) -> None:
    server = serve(talk)
    allow(server.port, scheme="imap", purpose="mailbox", timeout_s=1, max_bytes=100_000)
    with pytest.raises(error), egress.imap("127.0.0.1", server.port, "none", purpose="mailbox") as client:
        client.noop()
    assert ledger() == [row]


def test_what_is_said_before_the_connection_is_secure_is_not_believed(
    serve: Serve, allow: Allow, tls: ssl.SSLContext
) -> None:
    def injects(handler: StreamRequestHandler) -> None:
        handler.wfile.write(b"* OK here\r\n")
        tag = handler.rfile.readline().split()[0]
        handler.wfile.write(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n* OK injected\r\n")
        handler.rfile.readline()

    server = serve(injects)
    allow(server.port, scheme="imap", purpose="mailbox")
    with (
        pytest.raises(egress.Failed, match="before the connection was secure"),
        egress.imap("127.0.0.1", server.port, "starttls", purpose="mailbox"),
    ):
        pytest.fail("it was believed")  # pragma: no cover


def test_one_answer_that_is_larger_than_allowed_ends_the_session(serve: Serve, allow: Allow) -> None:
    server = serve(imapd())
    allow(server.port, scheme="imap", purpose="mailbox")
    with (
        pytest.raises(egress.TooLarge) as refused,
        egress.imap("127.0.0.1", server.port, "none", purpose="mailbox", largest=len(MAIL) - 1) as client,
    ):
        read(client)
    assert refused.value.code == "mail_too_large"
    assert ledger() == [("imap", "too_large", None, "mail_too_large")]


def idled(*said: bytes, ends: bool = True) -> Callable[[StreamRequestHandler], None]:
    """Says these lines to whoever idles, each a moment after the other."""

    def talk(handler: StreamRequestHandler) -> None:
        handler.wfile.write(b"* OK here\r\n")
        while line := handler.rfile.readline():
            tag, verb = line.split()[:2]
            if verb == b"CAPABILITY":
                handler.wfile.write(b"* CAPABILITY IMAP4rev1 IDLE\r\n")
            if verb == b"IDLE":
                handler.wfile.write(b"+ idling\r\n")
                for each in said:
                    time.sleep(0.05)
                    handler.wfile.write(each)
                if not ends:
                    return
                assert handler.rfile.readline() == b"DONE\r\n"
            handler.wfile.write(tag + b" OK done\r\n")

    return talk


def listened(client: egress.IMAPClient, *, until: int) -> list[list[bytes]]:
    """What was heard, until so many times something was said."""
    heard: list[list[bytes]] = []
    for said in client.listen(5, stopped=lambda: len(heard) >= until):
        heard.append(said)
    return heard


def test_what_a_server_says_unasked_is_heard_at_once(serve: Serve, allow: Allow) -> None:
    server = serve(idled(b"* 2 EXISTS\r\n", b"* 3 EXISTS\r\n* 1 RECENT\r\n"))
    allow(server.port, scheme="imap", purpose="mailbox")
    with egress.imap("127.0.0.1", server.port, "none", purpose="mailbox") as client:
        began = time.monotonic()
        assert listened(client, until=3) == [[], [b"* 2 EXISTS\r\n"], [b"* 3 EXISTS\r\n", b"* 1 RECENT\r\n"]]
        assert time.monotonic() - began < 2
        assert client.noop()[0] == "OK"  # the session goes on
    assert ledger() == [("imap", "ok", None, "")]


def test_a_server_that_hangs_up_while_it_is_listened_to_is_told(serve: Serve, allow: Allow) -> None:
    server = serve(idled(b"* 2 EXISTS\r\n", ends=False))
    allow(server.port, scheme="imap", purpose="mailbox")
    with (
        pytest.raises(egress.Unreachable),
        egress.imap("127.0.0.1", server.port, "none", purpose="mailbox") as client,
    ):
        listened(client, until=9)


def test_listening_longer_than_a_single_wait_is_no_timeout(serve: Serve, allow: Allow) -> None:
    server = serve(idled())
    allow(server.port, scheme="imap", purpose="mailbox", timeout_s=1)
    with egress.imap("127.0.0.1", server.port, "none", purpose="mailbox") as client:
        assert list(client.listen(1.5, stopped=lambda: False)) == [[]]
    assert ledger() == [("imap", "ok", None, "")]
