"""What is wrong with this instance, and what to do: configuration, database, disk, mail, clock, certificates."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from anliegen.flow.channels import outbox, pace
from anliegen.flow.channels.guard.watch import the_guard
from anliegen.flow.channels.mailroom import troubles
from anliegen.flow.channels.mailroom.compare import WANTED, overdue
from anliegen.flow.channels.models import Delivery, Intake, Source, Unfetched
from anliegen.ground import clock, files, jobs, open_files
from anliegen.ground.journal import breaks, tail
from anliegen.ground.journal.verify import unsealed
from anliegen.oversight.measurement import standstill
from anliegen.oversight.measurement.certificates import certificate, mail_server
from anliegen.oversight.measurement.findings import Finding, judged, none_of
from anliegen.records.accounts.models import Brand, Mailbox, Operator, Team

LEAST_FREE = 2 * 1024**3  # bytes
CLOCK_SLACK = timedelta(seconds=5)
WAITS_TOO_LONG = timedelta(minutes=5)
OLDEST_SERVER = 150000


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
    yield judged(
        "way to a person",
        operator.can_be_reached,
        operator.phone or operator.callback_address or "neither phone nor callback address",
        "Settings, operator: give a phone number or an address for callbacks.",
    )
    brands, mailboxes = Brand.objects.count(), Mailbox.objects.active().count()
    yield judged(
        "mailboxes",
        mailboxes > 0,
        f"{mailboxes} for {brands} brands",
        "Settings, mailboxes: without one, mail opens concerns that belong to no team.",
    )
    teams = Team.objects.filter(is_active=True)
    without_lead = teams.filter(lead=None).count()
    yield judged(
        "teams",
        without_lead == 0,
        f"{teams.count()}, of them {without_lead} without a lead",
        "Settings, teams: name who answers for the queue.",
    )


def _address() -> Iterator[Finding]:
    parts = urlsplit(settings.ANLIEGEN_BASE_URL)
    is_local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    yield judged(
        "address",
        parts.scheme == "https" or is_local,
        settings.ANLIEGEN_BASE_URL,
        "Links and logins go over an open line: put a proxy with TLS in front, https in ANLIEGEN_BASE_URL.",
    )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version'), now()")
        row = cursor.fetchone()
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()
    version, words, at = row if row else (0, "?", clock.now())
    yield judged("database", version >= OLDEST_SERVER, f"PostgreSQL {words}", "PostgreSQL 15 or newer is needed.")
    yield judged(
        "durable writes",
        bool(fsync and fsync[0] == "on"),
        f"fsync {fsync[0] if fsync else '?'}",
        "Set fsync = on: mails could be lost in a power cut.",
    )
    off = abs(clock.now() - at)
    yield judged(
        "clock",
        off < CLOCK_SLACK,
        f"{off.total_seconds():.1f} s from the database's",
        "Let both machines keep time by NTP.",
    )


def _disk() -> Iterator[Finding]:
    place = files.data_path()
    free = shutil.disk_usage(place).free
    yield judged(
        "disk",
        free >= LEAST_FREE,
        f"{free / 1024**3:.1f} GiB free in {place}",
        "Make room: when the disk is full, mail is refused (and kept by its sender).",
    )
    keys = list((place / "keys").glob("*"))
    open_keys = [key.name for key in keys if key.stat().st_mode & 0o077]
    yield judged("keys", not open_keys, f"{len(keys)} keys", f"Others can read {', '.join(open_keys)}: chmod 600.")
    yield judged("data directory", os.access(place, os.W_OK), str(place), "This account cannot write there.")


def _held_up() -> Finding:
    waiting = pace.held_up()
    reasons = ", ".join(sorted(set(waiting.values_list("code", flat=True)[:1000])))
    return judged(
        "mail server",
        not reasons,
        f"{waiting.count()} answers wait because of it{': ' if reasons else ''}{reasons}",
        "It refuses us or cannot be reached: check ANLIEGEN_SMTP_URL, password, certificate.",
    )


def _senders() -> Finding:
    servers = the_guard().trusted_servers
    if servers:
        return Finding("senders", True, f"{', '.join(servers)} says whether they are who they say")
    return Finding(
        "senders",
        True,
        "nobody says whether they are who they say: anybody can write as any customer",
        "Settings, protection: name the mail server that checks SPF, DKIM and DMARC for you.",
    )


def _sources() -> Finding:
    failing = Source.objects.filter(is_active=True, failed_at__isnull=False).order_by("pk")
    named = ", ".join(f"{each.place} ({troubles.explain(each.error).word})" for each in failing)
    seen = f"{len(failing)} fail{': ' if named else ''}{named}"
    return judged("mail sources", not named, seen, "Settings, mailboxes: each says why and what to do.")


def _mail() -> Iterator[Finding]:
    url = settings.ANLIEGEN_SMTP_URL
    kept = f"mails are kept in {files.data_path() / 'outbox'} and not sent"
    yield Finding(
        "mail out",
        True,
        urlsplit(url).hostname or "?" if url else kept,
        "" if url else "Set ANLIEGEN_SMTP_URL to send for real.",
    )
    limit = clock.now() - WAITS_TOO_LONG
    yield none_of(
        "mail in",
        Intake.objects.waiting().filter(received_at__lt=limit).count(),
        "mails wait longer than 5 minutes",
        "Is anliegen work running? See its log.",
    )
    yield none_of(
        "deliveries",
        Delivery.objects.filter(done_at=None, due_at__lt=limit).count(),
        "are overdue",
        "Is the mail server reachable? See the register of outgoing connections.",
    )
    yield none_of(
        "answers",
        outbox.unplanned(at=clock.now()).count(),
        "wait and nobody has begun to deliver them",
        "Is anliegen work running? See its log, and the readers on the journal page.",
    )
    yield _held_up()
    yield _senders()
    yield _sources()
    yield none_of(
        "mailboxes and ledger",
        Unfetched.objects.filter(state__in=WANTED).count(),
        "mails lie at a source and are not in the ledger",
        "Settings, mailboxes, the source: they are named there, and can be fetched.",
    )
    yield none_of(
        "comparison",
        len(overdue(at=clock.now())),
        "mail sources were not compared with the ledger for two days",
        "Is anliegen work running? Settings, mailboxes, the source: compare now.",
    )
    yield none_of(
        "set aside",
        Intake.objects.filter(result="quarantined").count(),
        "mails wait for a person",
        "Intake ledger: read them, then take them in again.",
    )


def _worker() -> Iterator[Finding]:
    alive, silent = standstill.workers()
    yield judged(
        "worker",
        alive > 0,
        f"{alive} at work" + (f", {silent} not heard of for a minute" if silent else ""),
        "Start anliegen work; if it runs, it hangs: see its log, and start it again.",
    )
    failed = jobs.failed_lately()
    yield judged(
        "jobs",
        not failed,
        ", ".join(f"{name} failed {times} times within a day" for name, times in failed.items()) or "none failed",
        "The log of anliegen work says why; what runs by the clock tries again by itself.",
    )


def _journal() -> Iterator[Finding]:
    waiting, stands = unsealed(), standstill.sealing_stands(at=clock.now())
    since = f", for {stands.total_seconds():.0f} s" if stands else ""
    yield judged(
        "journal",
        waiting < 1000 and stands is None,
        f"{waiting} events are not sealed yet{since}",
        "Is anliegen work running?",
    )
    marks = [str(position) for position in breaks.marks().order_by("id").values_list("position", flat=True)]
    needs_somebody = breaks.needs_somebody()
    broken = f"broken, and marked so at {', '.join(marks) or 'no position yet'}"
    looked_into = f"{broken}; somebody has looked into it"
    yield judged(
        "whole journal",
        not needs_somebody,
        broken if needs_somebody else looked_into if marks else "it ends as signed",
        "anliegen journal verify says where. Save database and data directory, and compare with the last good backup."
        " Then say on the journal page why it came.",
    )
    stopped = tail.stopped()
    yield judged(
        "readers",
        not stopped,
        ", ".join(f"{each.name} stopped at {each.failed_position}: {each.error}" for each in stopped) or "all run",
        "Journal page: read the error, then try again.",
    )
    behind = standstill.readers_behind(at=clock.now())
    yield judged(
        "reading", not behind, f"{', '.join(behind)} behind" if behind else "none behind", "Is anliegen work running?"
    )


def _open_files() -> Iterator[Finding]:
    most = open_files.most()
    yield judged(
        "open files",
        most >= open_files.ENOUGH,
        f"{most} at once",
        f"Mail and pages are turned away: ulimit -n {open_files.ENOUGH}, LimitNOFILE={open_files.ENOUGH} in the unit.",
    )


CHECKS = (
    _configuration, _address, certificate, _database, _disk, _open_files, _worker, _mail, mail_server, _journal,
)  # fmt: skip
