"""Mail comes in over SMTP or LMTP: 250 is said only when the bytes are durable and their ledger line is committed.

It listens for the operator's own mail server, not for the internet.
"""

import asyncio
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from django.conf import settings

from anliegen.flow.channels.mailroom.arrival import Arrival
from anliegen.flow.channels.mailroom.door import Door, as_wide_as, backlog
from anliegen.flow.channels.mailroom.dotted import Dotted
from anliegen.flow.channels.mailroom.storing import MOST_RECIPIENTS
from anliegen.ground import files, open_files
from anliegen.ground.peers import peer

log = structlog.get_logger(__name__)

LARGEST = 60 * 1024 * 1024  # bytes of one mail
PIECE = 65_536  # bytes that are looked at together
STORING = 8  # mails stored side by side
SILENCE_S = 300.0  # between two pieces of what a sender says (RFC 5321, 4.5.3.2.7)
ONE_COMMAND_S = 1800.0  # from one command to the next, so that nobody stays for ever with a mail a byte a minute
FULL = b"421 4.7.0 Too many connections, please try again later\r\n"
SILENT = b"421 4.4.2 Nothing came for too long, closing\r\n"
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322, 3.2.3
TRY_AGAIN = "451 4.3.0 Not stored, please try again later"


# What nearly every address is, and what its parameters may begin with. Anything else aiosmtpd takes apart, which parses
# whole header fields to do so.
_PLAIN = re.compile(rf"<({ATOM}(?:\.{ATOM})*@{ATOM}(?:\.{ATOM})*)>(?: +(?=[A-Z0-9])|$)", re.IGNORECASE | re.ASCII)


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

    def expect(self) -> Arrival:
        return Arrival(self._storing, LARGEST)

    def close(self) -> None:
        self._storing.shutdown()


def _each(status: str, recipients: int) -> str:
    return "\r\n".join([status] * recipients)


class Conversation(SMTP):
    """SMTP, and LMTP on the same port: whoever greets with LHLO gets one answer per recipient (RFC 2033)."""

    # Of a command. The lines of a mail may have any length: real ones break RFC 5322's 998 bytes, and a refused mail
    # is a lost one.
    line_length_limit = 65_536
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
        self._receiver, self._door, self._one_command = receiver, door, one_command
        self._peer: str | None = None  # as long as it is counted
        self._commanded_at = 0.0

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        self.speaks_lmtp = True
        await self.smtp_EHLO(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """As aiosmtpd does it, which however holds the whole mail in memory, twice."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        arrival = self._receiver.expect()
        try:
            await self._read_into(arrival)
            answer = await self._stored(arrival, self.envelope)
        finally:
            arrival.drop()
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    async def _read_into(self, arrival: Arrival) -> None:
        dotted = Dotted()
        while not dotted.has_ended:
            piece = await self._reader.read(PIECE)
            if not piece:
                raise ConnectionResetError("the line was lost within a mail")
            await arrival.add(dotted.take(piece))
        # What came behind the end is the next command; a StreamReader has no other way to give it back.
        self._reader._buffer[:0] = dotted.behind  # type: ignore[attr-defined]

    async def _stored(self, arrival: Arrival, envelope: Envelope) -> str:
        """What the sender is told: over LMTP once for each recipient."""
        answers = len(envelope.rcpt_tos) if self.speaks_lmtp else 1
        if arrival.is_too_large:
            return _each("552 5.3.4 Error: Too much mail data", answers)
        source = "lmtp" if self.speaks_lmtp else "smtp"
        is_safe = await arrival.store(source, envelope.mail_from or "", list(envelope.rcpt_tos))
        return _each("250 2.0.0 Stored" if is_safe else TRY_AGAIN, answers)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        if plain := _PLAIN.match(arg):
            return plain[1], arg[plain.end() :]
        return super()._getaddr(arg)

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
    server = await _listen(host, port, Conversations(as_wide_as(open_files.most())))
    await asyncio.to_thread(files.clear_up)
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
    return await asyncio.get_running_loop().create_server(
        conversations.begin, host=host, port=port, backlog=backlog(open_files.most())
    )


def run() -> None:
    """The process `anliegen mail`: listen until SIGINT or SIGTERM."""
    asyncio.run(_run())


async def _run() -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await serve(settings.ANLIEGEN_HOST, settings.ANLIEGEN_SMTP_PORT, stopped)
