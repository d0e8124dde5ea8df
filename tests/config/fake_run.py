"""A supervisor over fake children: `fake_run.py exec|fork PREPARE CHILDREN`, both JSON lists of [name, argument...]."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from anliegen.config.processes.children import Child
from anliegen.config.processes.launchers import Exec, Fork, ForkOrExec, Launcher
from anliegen.config.processes.supervisor import CannotPrepare, Stopped, Supervisor, say, tell

FAKES = Path(__file__).with_name("fakes.py")


class Database:
    """Heals when a file says that it has died, and takes its time for it."""

    def heal(self) -> bool:
        died = Path("database-died")
        if not died.exists():
            return False
        died.unlink()
        return True


def acquire() -> Database:
    time.sleep(float(os.environ.get("DATABASE_TAKES", "0")))
    return Database()


def launcher(outputs: Sequence[int]) -> Launcher:
    command = Exec([sys.executable, str(FAKES)])
    if sys.argv[1] == "exec":
        return command
    return ForkOrExec(Fork(outputs, preload="fakes:preload", program="fakes:main"), say, command)


def child(name: str, *arguments: str) -> Child:
    return Child(name, arguments, environment={"CHILD": name}, held=name == "held")


def main() -> int:
    supervisor = Supervisor(
        [child(*each) for each in json.loads(sys.argv[3])],
        prepare=[child(*each) for each in json.loads(sys.argv[2])],
        launcher=launcher,
        is_ready=lambda: True,
        ready=lambda: tell(f"READY {supervisor.held('held')}"),
    )
    try:
        supervisor.run(acquire)
    except CannotPrepare as reason:
        say(str(reason))
        return 1
    except Stopped:
        say("stopped early")
    finally:
        supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
