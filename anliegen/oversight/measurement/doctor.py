"""What is wrong with this instance, and what to do: configuration, database, disk, mail, clock, certificates."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from anliegen.flow.channels.email.compare import WANTED
from anliegen.flow.channels.models import Delivery, Intake, Source, Unfetched
from anliegen.ground import clock, files
from anliegen.ground.journal import tail
from anliegen.ground.journal.verify import unsealed
from anliegen.records.accounts.models import Brand, Mailbox, Operator, Team

LEAST_FREE = 2 * 1024**3  # bytes
CLOCK_SLACK = timedelta(seconds=5)
WAITS_TOO_LONG = timedelta(minutes=5)
OLDEST_SERVER = 150000


@dataclass(frozen=True)
class Finding:
    """One check: whether it is well, what was seen, and what to do if not."""

    check: str
    ok: bool
    seen: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def in_words(self) -> str:
        return f"{'ok  ' if self.ok else 'BAD '} {self.check}: {self.seen}" + (
            f"\n     -> {self.advice}" if self.advice else ""
        )


def examine() -> list[Finding]:
    """All checks. One that cannot be made is a finding itself."""
    return [finding for check in CHECKS for finding in _made(check)]


def _made(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    name = check.__name__.strip("_")
    try:
        return list(check())
    except Exception as error:  # whatever breaks a check is what the operator wants to know
        return [Finding(name, False, f"{type(error).__name__}: {error}", "See the log of the instance.")]


def _configuration() -> Iterator[Finding]:
    operator = Operator.objects.first()
    if operator is None:
        yield Finding("operator", False, "not set up", "anliegen setup --organisation NAME --admin EMAIL")
        return
    yield Finding("operator", True, operator.name)
    yield Finding(
        "way to a person",
        operator.can_be_reached,
        operator.phone or operator.callback_address or "neither phone nor callback address",
        "" if operator.can_be_reached else "Settings, operator: give a phone number or an address for callbacks.",
    )
    brands, mailboxes = Brand.objects.count(), Mailbox.objects.active().count()
    yield Finding(
        "mailboxes",
        mailboxes > 0,
        f"{mailboxes} for {brands} brands",
        "" if mailboxes else "Settings, mailboxes: without one, mail opens concerns that belong to no team.",
    )
    without_lead = Team.objects.filter(is_active=True, lead=None).count()
    yield Finding(
        "teams",
        without_lead == 0,
        f"{Team.objects.filter(is_active=True).count()}, of them {without_lead} without a lead",
        "Settings, teams: name who answers for the queue." if without_lead else "",
    )


def _address() -> Iterator[Finding]:
    parts = urlsplit(settings.ANLIEGEN_BASE_URL)
    is_local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    safe = parts.scheme == "https" or is_local
    yield Finding(
        "address",
        safe,
        settings.ANLIEGEN_BASE_URL,
        ""
        if safe
        else "Links and logins go over an open line: put a proxy with TLS in front, https in ANLIEGEN_BASE_URL.",
    )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version'), now()")
        row = cursor.fetchone()
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()
    version, words, at = row if row else (0, "?", clock.now())
    yield Finding(
        "database",
        version >= OLDEST_SERVER,
        f"PostgreSQL {words}",
        "" if version >= OLDEST_SERVER else "PostgreSQL 15 or newer is needed.",
    )
    durable = bool(fsync and fsync[0] == "on")
    yield Finding(
        "durable writes",
        durable,
        f"fsync {fsync[0] if fsync else '?'}",
        "" if durable else "Set fsync = on: mails could be lost in a power cut.",
    )
    off = abs(clock.now() - at)
    yield Finding(
        "clock",
        off < CLOCK_SLACK,
        f"{off.total_seconds():.1f} s from the database's",
        "" if off < CLOCK_SLACK else "Let both machines keep time by NTP.",
    )


def _disk() -> Iterator[Finding]:
    place = files.data_path()
    free = shutil.disk_usage(place).free
    yield Finding(
        "disk",
        free >= LEAST_FREE,
        f"{free / 1024**3:.1f} GiB free in {place}",
        "" if free >= LEAST_FREE else "Make room: when the disk is full, mail is refused (and kept by its sender).",
    )
    keys = place / "keys"
    open_keys = [key.name for key in keys.glob("*") if key.stat().st_mode & 0o077]
    yield Finding(
        "keys",
        not open_keys,
        f"{len(list(keys.glob('*')))} keys",
        f"Others can read {', '.join(open_keys)}: chmod 600." if open_keys else "",
    )
    writable = os.access(place, os.W_OK)
    yield Finding("data directory", writable, str(place), "" if writable else "This account cannot write there.")


def _mail() -> Iterator[Finding]:
    url = settings.ANLIEGEN_SMTP_URL
    kept = "mails are kept in data/outbox and not sent"
    yield Finding(
        "mail out",
        True,
        urlsplit(url).hostname or "?" if url else kept,
        "" if url else "Set ANLIEGEN_SMTP_URL to send for real.",
    )
    limit = clock.now() - WAITS_TOO_LONG
    waiting = Intake.objects.waiting().filter(received_at__lt=limit).count()
    yield Finding(
        "mail in",
        waiting == 0,
        f"{waiting} mails wait longer than 5 minutes",
        "Is anliegen work running? See its log." if waiting else "",
    )
    late = Delivery.objects.filter(done_at=None, due_at__lt=limit).count()
    yield Finding(
        "deliveries",
        late == 0,
        f"{late} are overdue",
        "Is the mail server reachable? See the register of outgoing connections." if late else "",
    )
    failing = Source.objects.filter(is_active=True, failed_at__isnull=False).count()
    yield Finding(
        "mail sources",
        failing == 0,
        f"{failing} fail",
        "Settings, mailboxes: each says why and what to do." if failing else "",
    )
    missing = Unfetched.objects.filter(state__in=WANTED).count()
    yield Finding(
        "mailboxes and ledger",
        missing == 0,
        f"{missing} mails lie at a source and are not in the ledger",
        "Settings, mailboxes, the source: they are named there, and can be fetched." if missing else "",
    )
    aside = Intake.objects.filter(result="quarantined").count()
    yield Finding(
        "set aside",
        aside == 0,
        f"{aside} mails wait for a person",
        "Intake ledger: read them, then take them in again." if aside else "",
    )


def _journal() -> Iterator[Finding]:
    waiting = unsealed()
    yield Finding(
        "journal",
        waiting < 1000,
        f"{waiting} events are not sealed yet",
        "" if waiting < 1000 else "Is anliegen work running?",
    )
    stopped = tail.stopped()
    yield Finding(
        "readers",
        not stopped,
        ", ".join(f"{each.name} stopped at {each.failed_position}: {each.error}" for each in stopped) or "all run",
        "Journal page: read the error, then try again." if stopped else "",
    )


CHECKS = (_configuration, _address, _database, _disk, _mail, _journal)
