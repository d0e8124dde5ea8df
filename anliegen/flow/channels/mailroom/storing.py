"""A mail becomes a line of the ledger: its bytes are durable, then the line commits. Nothing is looked at."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from django.db import transaction

from anliegen import __version__
from anliegen.flow.channels import verbs
from anliegen.flow.channels.email import charsets
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files, spread
from anliegen.ground.jobs import periodic
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.record import record

MOST_RECIPIENTS = 1000


class Way(TypedDict, total=False):
    """How a mail came, as far as that is known: its envelope, and what it is called where it was fetched."""

    envelope_from: str
    envelope_to: Sequence[str]
    remote_key: str
    remote_mark: str
    acknowledges_old: bool


def store_raw(raw: bytes, *, source: str, **way: Unpack[Way]) -> Intake:
    """Keep a mail as it came: bytes on disk, then its line in the ledger. Nothing is looked at.

    Raises OSError or DatabaseError when it is not safe; the sender must keep it then.
    """
    # The order must stay: the file is flushed before the row that names it commits.
    sha256 = files.put(raw)
    return note(sha256, len(raw), source=source, **way)


def note(sha256: str, size: int, *, source: str, **way: Unpack[Way]) -> Intake:
    """The line of a mail whose bytes are durable already."""
    line = _line(sha256, size, source, way)
    spread.add([line])
    return line


def set_aside(raw: bytes, *, reason: str, source: str, **way: Unpack[Way]) -> Intake:
    """Keep bytes as `store_raw` does, but for a person to look at: nobody reads them before that. Raises as it."""
    line = _line(files.put(raw), len(raw), source, way)
    line.result, line.reason, line.version, line.done_at = "quarantined", reason, __version__, line.received_at
    with transaction.atomic():
        line.save(force_insert=True)
        record(verbs.INTAKE_QUARANTINED, line, actor=SYSTEM, at=line.received_at, reason=reason)
    return line


def _line(sha256: str, size: int, source: str, way: Way) -> Intake:
    return Intake(
        received_at=clock.now(),
        source=source[:120],
        envelope_from=_storable(way.get("envelope_from", ""))[:320],
        envelope_to=[_storable(each) for each in way.get("envelope_to", ())[:MOST_RECIPIENTS]],
        sha256=sha256,
        size=size,
        remote_key=way.get("remote_key", ""),
        remote_mark=way.get("remote_mark", ""),
        acknowledges_old=way.get("acknowledges_old", True),
    )


def _storable(address: str) -> str:
    """An address of the envelope in a form that the database takes: a byte that is no UTF-8 must not refuse a mail."""
    return charsets.clean(address.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


@periodic("37 3 * * *")
def clear_up_nightly(timestamp: int) -> None:
    """What was being written when a process was killed goes, wherever in the store it lies."""
    files.clear_up()
