"""How much memory a process has needed."""

import os
import re
import resource
import sys
from pathlib import Path


def peak_mb(pid: int | None = None) -> float | None:
    """The most resident memory of this process, or of another, in MiB since its program began.

    None for another one where the system does not tell.

    Linux hands `ru_maxrss` on from whoever started the program (exec keeps the larger of both), so a small program
    started by a large one would seem large; VmHWM belongs to the program alone.
    """
    if sys.platform != "linux":
        counted = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
        return None if pid else counted / (1024 * 1024 if sys.platform == "darwin" else 1024)
    try:
        status = Path(f"/proc/{pid or os.getpid()}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found.group(1)) / 1024 if found else None
