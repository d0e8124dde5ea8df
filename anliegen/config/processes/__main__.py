"""The supervisor as a program of its own: `python -m anliegen.config.processes [--demo] [--port N]`.

`anliegen run` becomes this program, so that what the command line imports does not stay in memory.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anliegen.config import environment
from anliegen.config.processes.children import Child
from anliegen.config.processes.follow import PATIENCE
from anliegen.config.processes.launchers import Exec, Fork, ForkOrExec, Launcher
from anliegen.config.processes.lock import AlreadyRunning, Held
from anliegen.config.processes.supervisor import CannotPrepare, Database, Stopped, Supervisor, say, tell
from anliegen.ground import postgres, secrets
from anliegen.ground.egress import local

PRELOAD = "anliegen.config.processes.preload:preload"
PROGRAM = "anliegen.config.cli:main"

CHILDREN_END_WITHIN = PATIENCE + 2.0


class CannotRun(Exception):
    """Why not, and what to do."""


@dataclass(frozen=True)
class Instance:
    """What the environment and the command line say about this instance."""

    data: Path
    host: str
    port: int
    smtp_port: int
    base_url: str
    demo: bool

    @classmethod
    def given(cls, arguments: Sequence[str] | None = None) -> Instance:
        """Raises WrongEnvironment."""
        parser = argparse.ArgumentParser(prog="anliegen run", description="Everything in the foreground.")
        parser.add_argument("--demo", action="store_true", help="fill an empty instance with the demo operator")
        parser.add_argument("--port", type=int)
        chosen = parser.parse_args(arguments)
        given = environment.read()
        return cls(
            data=given.data,
            host=given.host,
            port=given.port if chosen.port is None else chosen.port,
            smtp_port=given.smtp_port,
            base_url=given.base_url,
            demo=chosen.demo,
        )

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    def is_ready(self) -> bool:
        return local.status(self.host, self.port, "/healthz", timeout=0.5) == 200

    def check_ports(self, *, patience: float) -> None:
        """Raises CannotRun. Better now, with a sentence, than by a child that cannot listen."""
        until = time.monotonic() + patience
        for port, variable in ((self.port, "--port or ANLIEGEN_PORT"), (self.smtp_port, "ANLIEGEN_SMTP_PORT")):
            while not self._is_free(port):
                if time.monotonic() > until:
                    raise CannotRun(
                        f"Port {port} on {self.host} is in use by another program. "
                        f"End that, or choose another with {variable}."
                    )
                time.sleep(0.1)

    def _is_free(self, port: int) -> bool:
        try:
            return local.is_free(self.host, port)
        except OSError as error:
            raise CannotRun(f"Nothing can listen on {self.host}:{port}: {error.strerror}.") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to stop. 0 done, 1 refused or failed, the reason on standard error."""
    try:
        instance = Instance.given(arguments)
        held = Held(instance.data)
    except environment.WrongEnvironment as wrong:
        for line in str(wrong).splitlines():
            say(line)
        return 1
    except AlreadyRunning as refusal:
        say(str(refusal))
        return 1
    for line in environment.strangers():
        say(line)
    try:
        # Children of a supervisor that was killed may still be finishing what they had begun.
        instance.check_ports(patience=CHILDREN_END_WITHIN if held.was_left else 0.0)
        _supervise(instance, held)
    except (CannotRun, CannotPrepare, postgres.PostgresError) as refusal:
        say(str(refusal))
        return 1
    finally:
        held.release()
    return 0


def _supervise(instance: Instance, held: Held) -> None:
    os.environ |= {
        "ANLIEGEN_DATA": str(instance.data),
        "ANLIEGEN_PORT": str(instance.port),
        "ANLIEGEN_BASE_URL": instance.address,
        "ANLIEGEN_SUPERVISED": "1",
    }
    prepare = Child("prepare", ("prepare", *(["--demo"] if instance.demo else [])), held=True)

    def ready() -> None:
        held.note(instance.address)
        tell(f"\nAnliegen runs: {instance.address}\n{supervisor.held('prepare')}Ctrl-C stops it.\n")

    supervisor = Supervisor(
        [Child("web", ("web",)), Child("work", ("work",)), Child("mail", ("mail",))],
        prepare=[prepare],
        launcher=_launcher,
        is_ready=instance.is_ready,
        ready=ready,
    )
    server: postgres.Server | None = None

    def acquire() -> Database | None:
        nonlocal server
        # An operator's own database is waited for by each process, which has a driver for it.
        server = None if secrets.secret("DATABASE_URL") else postgres.acquire(instance.data)
        return server

    try:
        supervisor.run(acquire)
    except Stopped:
        return
    finally:
        supervisor.stop()
        if server is not None:
            server.release()


def _launcher(outputs: Sequence[int]) -> Launcher:
    if os.uname().sysname == "Linux":
        return ForkOrExec(Fork(outputs, preload=PRELOAD, program=PROGRAM), say, Exec())
    return Exec()


if __name__ == "__main__":
    sys.exit(main())
