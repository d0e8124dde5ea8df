"""Mail comes in over SMTP or LMTP: 250 is said only when the bytes are durable and their ledger line is committed.

It listens for the operator's own mail server, not for the internet.
"""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from anliegen.flow.channels.email import charsets
from anliegen.flow.channels.email.door import Door
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.peers import peer

log = structlog.get_logger(__name__)

LARGEST = 60 * 1024 * 1024  # bytes of one mail
MOST_RECIPIENTS = 1000
STORING = 8  # mails stored side by side
SILENCE_S = 300.0  # between two pieces of what a sender says (RFC 5321, 4.5.3.2.7)
ONE_COMMAND_S = 1800.0  # from one command to the next, so that nobody stays for ever with a mail a byte a minute
FULL = b"421 4.7.0 Too many connections, please try again later\r\n"
SILENT = b"421 4.4.2 Nothing came for too long, closing\r\n"
TRY_AGAIN = "451 4.3.0 Not stored, please try again later"


def store_raw(
    raw: bytes,
    *,
    source: str,
    envelope_from: str = "",
    envelope_to: Sequence[str] = (),
    remote_key: str = "",
    remote_mark: str = "",
) -> Intake:
    """Keep a mail as it came: bytes on disk, then its line in the ledger. Nothing is looked at.

    Raises OSError or DatabaseError when it is not safe; the sender must keep it then.
    """
    # The order must stay: the file is flushed before the row that names it commits.
    sha256 = files.put(raw)
    return Intake.objects.create(
        received_at=clock.now(),
        source=source[:120],
        envelope_from=_storable(envelope_from)[:320],
        envelope_to=[_storable(each) for each in envelope_to[:MOST_RECIPIENTS]],
        sha256=sha256,
        size=len(raw),
        remote_key=remote_key,
        remote_mark=remote_mark,
    )


def _storable(address: str) -> str:
    """An address of the envelope in a form that the database takes: a byte that is no UTF-8 must not refuse a mail."""
    return charsets.clean(address.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


class Receiver:
    """The conversation of aiosmtpd, as far as it is ours."""

    def __init__(self) -> None:
        self._storing = ThreadPoolExecutor(STORING, thread_name_prefix="store")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content or b""
        content = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape")
        is_lmtp = getattr(server, "speaks_lmtp", False)
        answers = len(envelope.rcpt_tos) if is_lmtp else 1
        source = "lmtp" if is_lmtp else "smtp"
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._storing, self._store, content, source, envelope.mail_from or "", list(envelope.rcpt_tos)
            )
        except (OSError, DatabaseError) as error:
            log.error("mail not stored, sender asked to try again", error=type(error).__name__)
            return _each(TRY_AGAIN, answers)
        except Exception:
            log.exception("mail not stored, sender asked to try again")
            return _each(TRY_AGAIN, answers)
        return _each("250 2.0.0 Stored", answers)

    def close(self) -> None:
        self._storing.shutdown()

    def _store(self, content: bytes, source: str, envelope_from: str, envelope_to: list[str]) -> None:
        close_old_connections()
        try:
            store_raw(content, source=source, envelope_from=envelope_from, envelope_to=envelope_to)
        except DatabaseError:
            connection.close()
            raise


def _each(status: str, recipients: int) -> str:
    return "\r\n".join([status] * recipients)


class Conversation(SMTP):
    """SMTP, and LMTP on the same port: whoever greets with LHLO gets one answer per recipient (RFC 2033)."""

    line_length_limit = LARGEST  # real mails break RFC 5322's 998 bytes, and a refused mail is a lost one
    speaks_lmtp = False

    def __init__(self, receiver: Receiver, door: Door, *, silence: float, one_command: float) -> None:
        super().__init__(
            receiver,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="anliegen",
            ident="Anliegen",
            timeout=silence,
        )
        self._door, self._one_command = door, one_command
        self._peer: str | None = None  # as long as it is counted
        self._commanded_at = 0.0

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        self.speaks_lmtp = True
        await self.smtp_EHLO(arg)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        caller = peer(transport.get_extra_info("peername")[0])
        if not self._door.enter(caller):
            _say_goodbye(transport, FULL)
            return
        self._peer = caller
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._peer is None:
            return  # was turned away: the conversation never began
        self._door.leave(self._peer)
        self._peer = None
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """A large mail over a slow line is no silence: aiosmtpd alone would count from its DATA command on."""
        if self.loop.time() - self._commanded_at < self._one_command:
            super()._reset_timeout()
        super().data_received(data)

    def _reset_timeout(self, duration: float | None = None) -> None:
        self._commanded_at = self.loop.time()
        super()._reset_timeout(duration)

    def _timeout_cb(self) -> None:
        if self.transport is not None:
            _say_goodbye(self.transport, SILENT)


def _say_goodbye(transport: asyncio.BaseTransport, words: bytes) -> None:
    assert isinstance(transport, asyncio.WriteTransport)
    transport.write(words)
    transport.close()


class Conversations:
    """Begins one for each connection; they share the receiver and the door."""

    def __init__(
        self, door: Door | None = None, *, silence: float = SILENCE_S, one_command: float = ONE_COMMAND_S
    ) -> None:
        self._receiver = Receiver()
        self._door = door or Door()
        self._silence, self._one_command = silence, one_command

    def begin(self) -> Conversation:
        return Conversation(self._receiver, self._door, silence=self._silence, one_command=self._one_command)

    def close(self) -> None:
        """Wait for the mails that are being stored."""
        self._receiver.close()


async def serve(host: str, port: int, stopped: asyncio.Event) -> None:
    """Listen until `stopped`; conversations under way may end what they began."""
    server = await _listen(host, port, Conversations())
    log.info("taking mail in", host=host, port=server.sockets[0].getsockname()[1])
    async with server:
        await stopped.wait()


@contextmanager
def listening(host: str, port: int, conversations: Conversations | None = None) -> Iterator[int]:
    """Listen in a thread for as long as the block lasts; gives the port, for port 0 the one that was free."""
    conversations = conversations or Conversations()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="receive", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(host, port, conversations), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
        conversations.close()


async def _hang_up(server: asyncio.Server) -> None:
    """End what is under way, so that nothing of it outlives the loop."""
    server.close()
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def _listen(host: str, port: int, conversations: Conversations) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(conversations.begin, host=host, port=port)


def run() -> None:
    """The process `anliegen mail`: listen until SIGINT or SIGTERM."""
    asyncio.run(_run())


async def _run() -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await serve(settings.ANLIEGEN_HOST, settings.ANLIEGEN_SMTP_PORT, stopped)
