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
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files

log = structlog.get_logger(__name__)

LARGEST = 60 * 1024 * 1024  # bytes of one mail
MOST_RECIPIENTS = 1000
STORING = 8  # mails stored side by side
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

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        self.speaks_lmtp = True
        await self.smtp_EHLO(arg)


def converse(receiver: Receiver) -> Conversation:
    return Conversation(
        receiver, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="anliegen", ident="Anliegen", timeout=300
    )


async def serve(host: str, port: int, stopped: asyncio.Event) -> None:
    """Listen until `stopped`; conversations under way may end what they began."""
    server = await _listen(host, port, Receiver())
    log.info("taking mail in", host=host, port=server.sockets[0].getsockname()[1])
    async with server:
        await stopped.wait()


@contextmanager
def listening(host: str, port: int) -> Iterator[int]:
    """Listen in a thread for as long as the block lasts; gives the port, for port 0 the one that was free."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="receive", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(host, port, Receiver()), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)


async def _listen(host: str, port: int, receiver: Receiver) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(lambda: converse(receiver), host=host, port=port)


def run() -> None:
    """The process `anliegen mail`: listen until SIGINT or SIGTERM."""
    asyncio.run(_run())


async def _run() -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await serve(settings.ANLIEGEN_HOST, settings.ANLIEGEN_SMTP_PORT, stopped)
