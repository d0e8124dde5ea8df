"""Where the embedded server keeps what, inside `ANLIEGEN_DATA/postgres/`."""

from __future__ import annotations

import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

DATABASE = "anliegen"
USER = "anliegen"
PORT = 5432

# Linux allows 107 bytes for the path of a socket, macOS 103; PostgreSQL appends ".lock" to a file beside it.
LONGEST_SOCKET_PATH = 98
LONGEST_LOG = 1_000_000


@dataclass(frozen=True)
class Layout:
    root: Path

    @classmethod
    def under(cls, data: Path) -> Layout:
        return cls(Path(data).resolve() / "postgres")

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def start_lock(self) -> Path:
        """Held by whoever starts, heals or stops the server."""
        return self.root / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the server."""
        return self.root / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server and, inherited, by each of its backends: free means that none of them lives."""
        return self.root / "server.lock"

    @property
    def fingerprint(self) -> str:
        """Tells the few data directories of one machine apart. A real hash would cost the supervisor 4 MB to load."""
        return f"{zlib.crc32(os.fsencode(self.root)):08x}"

    @property
    def cluster_name(self) -> str:
        """Stands in the title of every process of the server, so that leftovers can be told from strangers."""
        return f"anliegen-{self.fingerprint}"

    @property
    def socket_dir(self) -> Path:
        """Beside the cluster; in the temporary directory when that path is too long or means something to libpq."""
        beside = self.root / "socket"
        if fits_socket(beside):
            return beside
        return Path(tempfile.gettempdir()).resolve() / f"anliegen-{self.fingerprint}"

    def log_tail(self, lines: int = 8) -> str:
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def fits_socket(directory: Path) -> bool:
    """Commas separate, quotes quote and a leading @ hides: such paths are not for sockets."""
    path = os.fsencode(directory / f".s.PGSQL.{PORT}")
    return len(path) <= LONGEST_SOCKET_PATH and not set(str(directory)) & set(",\"'\\\n")
