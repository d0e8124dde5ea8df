"""A message leaves as a mail: composed from its row, handed to the operator's mail server, or kept in a folder."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

import structlog
from django.conf import settings

from anliegen.flow.channels.email import encode
from anliegen.flow.channels.email.compose import CannotCompose, compose
from anliegen.flow.channels.email.transmit import NotTaken, Progress, Taken, transmit
from anliegen.flow.channels.mailroom.outgoing import as_mail, envelope_sender
from anliegen.ground import clock, egress, files
from anliegen.ground.egress.addresses import target_of
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.tickets.models import Message

log = structlog.get_logger(__name__)

PURPOSE = "mail"


class Passing(Exception):
    """Not sent this time; worth another try. `code` is for the journal."""

    trouble = "passing"

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(words or code)
        self.code = code


class Lasting(Passing):
    """Will never be sent like this."""


class Ours(Passing):
    """The mail server refuses us, whatever the mail: the operator mends that, and the mail waits for it."""

    trouble = "ours"


class NoServer(Ours):
    """The mail server cannot be reached, or does not let us in: no other mail gets through either."""

    trouble = "server"


class Unknown(Exception):
    """The server had all of it and went away before its answer: perhaps it was taken, perhaps not."""


def send(message: Message, to: Sequence[str], hand_over: Callable[[], None]) -> Taken:
    """Send one message to these of its recipients. Never inside a transaction.

    `hand_over` is called before the last byte: until then the server has nothing. Raises Passing and its kinds when
    it has nothing, Unknown when that cannot be known.
    """
    try:
        raw = compose(as_mail(message))
    except (files.FileMissing, files.FileDamaged) as problem:
        raise Passing("attachment_missing", str(problem)) from problem
    except CannotCompose as problem:
        raise Lasting("cannot_compose", str(problem)) from problem
    if settings.ANLIEGEN_SMTP_URL is None:
        keep(message, raw, hand_over)
        return Taken(tuple(to))
    return _through_the_server(settings.ANLIEGEN_SMTP_URL, message, raw, to, hand_over)


def _through_the_server(
    url: str, message: Message, raw: bytes, to: Sequence[str], hand_over: Callable[[], None]
) -> Taken:
    progress = Progress()
    plain = {encode.address(address) or address: address for address in to}
    try:
        with egress.smtp(url, purpose=PURPOSE) as session:
            transmit(
                session,
                raw,
                sender=envelope_sender(message),
                to=list(plain),
                progress=progress,
                hand_over=hand_over,
            )
    except NotTaken as no:
        raise _of(no) from no
    except egress.EgressError as problem:
        if progress.taken is None:
            raise _broken(problem, progress.stage) from problem
    except Exception:
        # Taken is taken, even if nobody can note the end of the call any more.
        if progress.taken is None:
            raise
        log.exception("the end of a mail session could not be noted", message=message.pk)
    assert progress.taken is not None
    return progress.taken.named(plain)


def _of(no: NotTaken) -> Passing:
    if no.verdict.whose == "ours":
        return Ours(no.verdict.code, str(no))
    return (Passing if no.verdict.passing else Lasting)(no.verdict.code, str(no))


def _broken(problem: egress.EgressError, stage: str) -> Exception:
    """What it means that the session broke off at this stage."""
    if stage == "unknown":
        return Unknown(problem.code)
    if stage in ("greeting", "sender"):
        return NoServer(problem.code, getattr(problem, "answer", "") or str(problem))
    # In the middle of this mail: should it be the mail that the server stumbles over, it must not hold up the others.
    return Passing(problem.code, str(problem))


def register_mail_server() -> None:
    """What the operator set in the environment is a decision: the register of destinations says so too."""
    if settings.ANLIEGEN_SMTP_URL is None:
        return
    target, _parts = target_of(settings.ANLIEGEN_SMTP_URL, ("smtp", "smtps"))  # as the session itself reads it
    egress.register(
        scheme=target.scheme,
        host=target.host,
        port=target.port,
        purpose=PURPOSE,
        name="ANLIEGEN_SMTP_URL",
        responsible="ANLIEGEN_SMTP_URL",
        allow_private=True,  # a mail server usually stands in the own network
        actor=SYSTEM,
        at=clock.now(),
    )


def keep(message: Message, raw: bytes, hand_over: Callable[[], None]) -> Path:
    """Without a mail server: a file in `data/outbox/`, shown under /dev/mail. One for each message, whatever is tried.

    `hand_over` is called before the file is there, as before the last byte to a server.
    """
    folder = outbox_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = message.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
    file = folder / f"{stamp}-{message.pk}.eml"
    draft = file.with_suffix(".part")
    with draft.open("wb") as output:
        output.write(raw)
        output.flush()
        os.fsync(output.fileno())
    try:
        hand_over()
    except BaseException:
        draft.unlink()
        raise
    draft.rename(file)
    return file


def outbox_folder() -> Path:
    return files.data_path() / "outbox"
