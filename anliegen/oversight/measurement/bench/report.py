"""What a measurement prints, and how times and CPU are read."""

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Report:
    """One measurement: its figures, the limit of the same kind, and how near we come (1 is the limit itself)."""

    name: str
    figures: dict[str, Any]
    limit: dict[str, Any]
    ratio: float | None
    machine: dict[str, Any] = field(default_factory=lambda: machine())
    failures: tuple[str, ...] = ()  # what must not be: then the command fails

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Spent:
    """Seconds of wall clock, and of CPU in this process and in the embedded database server (None: it is not ours)."""

    wall_s: float = 0.0
    own_cpu_s: float = 0.0
    database_cpu_s: float | None = None

    @property
    def cpu_s(self) -> float:
        return self.own_cpu_s + (self.database_cpu_s or 0.0)


@contextmanager
def measured(*others: int) -> Iterator[Spent]:
    """Fill a `Spent` with what the block took in this process, its threads included, and in these other processes."""
    spent = Spent()
    own, database, wall = _own_cpu(others), _database_cpu(), time.perf_counter()
    yield spent
    spent.wall_s = time.perf_counter() - wall
    spent.own_cpu_s = _own_cpu(others) - own
    after = _database_cpu()
    spent.database_cpu_s = after - database if after is not None and database is not None else None


def percentiles(samples_s: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(samples_s)
    return {
        "p50_ms": round(statistics.median(ordered) * 1000, 2),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000, 2),
    }


def timed(action: Callable[[], object], *, times: int) -> list[float]:
    """How long each of so many calls took, in seconds."""
    samples = []
    for _each in range(times):
        start = time.perf_counter()
        action()
        samples.append(time.perf_counter() - start)
    return samples


def machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": row[0] if row else None,
        "load": round(os.getloadavg()[0], 2),
    }


def _own_cpu(others: Sequence[int]) -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    elsewhere = sum(sum(_ticks(pid, with_ended=False)) for pid in others) / os.sysconf("SC_CLK_TCK")
    return used.ru_utime + used.ru_stime + elsewhere


def _database_cpu() -> float | None:
    """CPU of the server's processes: the postmaster's own, its ended children's, and those of the living ones."""
    postmaster = _postmaster()
    if postmaster is None:
        return None
    ticks = sum(_ticks(postmaster, with_ended=True))
    for place in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(place)
        if fields and int(fields[1]) == postmaster:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _postmaster() -> int | None:
    """The parent of our own server process, when it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    fields = _fields(Path(f"/proc/{row[0]}/stat")) if row else None
    if not fields or b"postgres" not in _name(row[0] if row else 0):
        return None
    return int(fields[1])


def _ticks(pid: int, *, with_ended: bool) -> list[int]:
    fields = _fields(Path(f"/proc/{pid}/stat")) or []
    return [int(each) for each in (fields[11:15] if with_ended else fields[11:13])]


def _fields(place: Path) -> list[str] | None:
    """The fields of /proc/PID/stat after the name, which may hold blanks itself."""
    try:
        return place.read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _name(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
