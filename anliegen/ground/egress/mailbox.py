"""IMAP and POP3 to the outside: sessions with a mailbox elsewhere, bounded in lines, literals, bytes and time."""

from __future__ import annotations

import imaplib
import poplib
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal, TypeVar

from anliegen.ground.egress.addresses import PORTS, Target, host_of
from anliegen.ground.egress.errors import EgressError, Failed, Refused, TooLarge, Unreachable
from anliegen.ground.egress.ledger import LONGEST_SESSION_S, Passage, note_refusal, passage

IMAPError = imaplib.IMAP4.error
POPError = poplib.error_proto

TLS = Literal["implicit", "starttls", "none"]
C = TypeVar("C", "IMAPClient", "POPClient")

LONGEST_LINE = 20_000_000  # bytes; the numbers of a folder with two million mails come in one line
AT_ONCE = 1 << 20  # bytes read from the connection in one go


@contextmanager
def imap(
    host: str,
    port: int = 0,
    tls: TLS = "implicit",
    *,
    purpose: str,
    lasts_s: float = LONGEST_SESSION_S,
    largest: int | None = None,
) -> Iterator[IMAPClient]:
    """A session with a mailbox server, not logged in. For imap-tools, give it to a mailbox:

        class Box(BaseMailBox):
            def __init__(self, client): self._made = client; super().__init__()
            def _get_mailbox_client(self): return self._made

    A broken connection leaves this block as Unreachable, what the server refuses as an IMAPError. One answer of more
    than `largest` bytes is TooLarge, and ends the session.
    """
    with _session("imap", host, port, tls, purpose=purpose, lasts_s=lasts_s) as out:
        try:
            with _secured(IMAPClient(out, largest), tls, _log_out) as client:
                yield client
        except imaplib.IMAP4.abort as error:
            if out.meter.broke:
                raise
            raise _broken_off(out) from error


@contextmanager
def pop3(
    host: str,
    port: int = 0,
    tls: TLS = "implicit",
    *,
    purpose: str,
    lasts_s: float = LONGEST_SESSION_S,
    largest: int | None = None,
) -> Iterator[POPClient]:
    """A session with a POP3 server, not logged in. What was marked as deleted is deleted only by `quit`.

    A broken connection leaves this block as Unreachable, what the server refuses as a POPError. One answer of more
    than `largest` bytes is TooLarge, and ends the session.
    """
    with (
        _session("pop3", host, port, tls, purpose=purpose, lasts_s=lasts_s) as out,
        _secured(POPClient(out, largest), tls, _hang_up) as client,
    ):
        yield client


@contextmanager
def _secured(client: C, tls: TLS, leave: Callable[[C], None]) -> Iterator[C]:
    """The client, encrypted before anything is said where that is to be, and left in any case."""
    try:
        if tls == "starttls":
            client.secure()
        yield client
    finally:
        leave(client)


@contextmanager
def _session(protocol: str, host: str, port: int, tls: TLS, *, purpose: str, lasts_s: float) -> Iterator[Passage]:
    scheme = f"{protocol}s" if tls == "implicit" else protocol
    try:
        target = Target(scheme, host_of(host), port or PORTS[scheme])
    except Refused as refusal:
        note_refusal(scheme, refusal, purpose=purpose)
        raise
    with passage(target, purpose=purpose, lasts_s=lasts_s) as out:
        yield out


class IMAPClient(imaplib.IMAP4):
    """The library's client on our socket, with a buffer of its own: so it can be seen whether something waits."""

    def __init__(self, out: Passage, largest: int | None = None) -> None:
        self._out = out
        self._largest = largest
        self._held = bytearray()
        self.is_spent = False  # in the middle of an answer that nobody will read to its end
        super().__init__(out.target.host, out.target.port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._out.connect()

    def secure(self) -> None:
        """Change to TLS, or fail. Raises Failed."""
        if "STARTTLS" not in self.capabilities:
            raise Failed("tls_required", f"{self._out.target.host} offers no STARTTLS.")
        if self._held:
            # Somebody on the way put words in before the change, to be taken for the server's own afterwards.
            raise Failed("tls", f"{self._out.target.host} said something before the connection was secure.")
        self.starttls(self._out.tls())

    def read(self, size: int) -> bytes:
        if self._largest is not None and size > self._largest:
            self.is_spent = True
            raise TooLarge("mail_too_large", f"{self._out.target.host} sends a mail of {size} bytes.")
        while len(self._held) < size:
            self._hear()
        return self._taken(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > LONGEST_LINE:
                raise TooLarge("too_large", f"{self._out.target.host} sends a line of more than {LONGEST_LINE} bytes.")
            self._hear()
        return self._taken(end + 1)

    def _hear(self) -> None:
        heard = self.sock.recv(AT_ONCE)
        if not heard:
            raise self.abort("the other side hung up")
        self._held += heard

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def listen(self, seconds: float, *, stopped: Callable[[], bool]) -> Iterator[list[bytes]]:
        """IDLE (RFC 2177), for at most so long: what the server says unasked, the lines that come together; first
        nothing, when it has begun to listen.

        Ends the command properly. Raises IMAPError when the server does not want to, `abort` when it is gone.
        """
        tag = self._begin_idle()
        until = time.monotonic() + seconds
        yield []
        while time.monotonic() < until and not stopped():
            said: list[bytes] = []
            while self._something_waits(0 if said else min(1.0, max(until - time.monotonic(), 0))):
                said.append(self.readline())
            if any(line.startswith(b"* BYE") or line.startswith(tag) for line in said):
                raise self.abort("the server ended the listening")
            if said:
                yield said
        self._end_idle(tag)

    def _begin_idle(self) -> bytes:
        # The library knows IDLE from Python 3.14 on only.
        tag: bytes = self._new_tag()
        self.send(tag + b" IDLE\r\n")
        while self._get_response() is not None:
            if (ended := self.tagged_commands[tag]) is not None:
                del self.tagged_commands[tag]
                raise self.error("IDLE", ended[0])
        return tag

    def _end_idle(self, tag: bytes) -> None:
        self.send(b"DONE\r\n")
        while self.tagged_commands[tag] is None:
            self._get_response()
        del self.tagged_commands[tag]

    def _something_waits(self, seconds: float) -> bool:
        """Whether the server said something; waits for it that long."""
        if self._held or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(seconds))


class POPClient(poplib.POP3):
    """The library's client on our socket. It takes lines of any length, and gives a mail byte by byte as it came."""

    def __init__(self, out: Passage, largest: int | None = None) -> None:
        self._out = out
        self._largest = largest or out.meter.most_bytes
        self.file: Any
        self.sock: socket.socket
        super().__init__(out.target.host, out.target.port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._out.connect()

    def secure(self) -> None:
        """Change to TLS, or fail. Raises Failed."""
        try:
            self._shortcmd("STLS")  # type: ignore[attr-defined]
        except POPError as error:
            raise Failed("tls_required", f"{self._out.target.host} offers no STARTTLS.") from error
        # A new file, so that what was said before the change is not taken for the server's own words.
        self.file.close()
        self.sock = self._out.tls().wrap_socket(self.sock, server_hostname=self._out.target.host)
        self.file = self.sock.makefile("rb")

    def authenticate(self, mechanism: str, answer: str) -> None:
        """SASL with one answer, in base64. Raises POPError when it is refused, with what the server said."""
        self._putcmd(f"AUTH {mechanism}")  # type: ignore[attr-defined]
        self._expect_more()
        self._putcmd(answer)  # type: ignore[attr-defined]
        said = self._line()
        if said.startswith(b"+ "):  # the reason of the refusal, which wants an empty answer
            self._putcmd("")  # type: ignore[attr-defined]
            said = self._line()
        if not said.startswith(b"+OK"):
            raise POPError(said)

    def mail(self, number: int) -> bytes:
        """The bytes of a mail. Raises TooLarge, and then the session is over."""
        return self._lines(f"RETR {number}")

    def head(self, number: int) -> bytes:
        """The headers of a mail; TOP is an extension that a server may not have: then a POPError."""
        return self._lines(f"TOP {number} 0")

    def _lines(self, command: str) -> bytes:
        self._shortcmd(command)  # type: ignore[attr-defined]
        whole = bytearray()
        while (line := self._line()) != b".\r\n" and line != b".\n":
            whole += line[1:] if line.startswith(b".") else line
            if len(whole) > self._largest:
                raise TooLarge("mail_too_large", f"{self._out.target.host} sends more than {self._largest} bytes.")
        return bytes(whole)

    def _line(self) -> bytes:
        line: bytes = self.file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            # Half a line is never taken for a whole one.
            raise _broken_off(self._out)
        return line

    def _getline(self) -> tuple[bytes, int]:
        line = self._line()
        return line.rstrip(b"\r\n"), len(line)

    def _expect_more(self) -> None:
        if not (said := self._line()).startswith(b"+"):
            raise POPError(said)


def _broken_off(out: Passage) -> EgressError:
    return Unreachable("broken_off", f"{out.target.host} broke off the connection.")


def _hang_up(client: POPClient) -> None:
    with suppress(OSError):
        client.close()


def _log_out(client: IMAPClient) -> None:
    """Politely if it still can be, closed in any case."""
    with suppress(OSError, imaplib.IMAP4.error, EgressError):
        if not client.is_spent:
            client.logout()
    with suppress(OSError):
        client.shutdown()
