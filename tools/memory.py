"""How much memory a process has needed."""

import re
import resource
import sys
from pathlib import Path


def peak_mb() -> float:
    """The most resident memory of this process in MiB, since its program began.

    Linux hands `ru_maxrss` on from whoever started the program (exec keeps the larger of both), so a small program
    started by a large one would seem large; VmHWM belongs to the program alone.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)):
        return int(found.group(1)) / 1024
    counted = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return counted / (1024 * 1024 if sys.platform == "darwin" else 1024)
