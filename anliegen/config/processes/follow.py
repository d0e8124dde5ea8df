"""A child does not outlive its parent, however that ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

from anliegen.ground.apart import PARENT

PR_SET_PDEATHSIG = 1
# A child may finish what it has begun; one that hangs is ended.
PATIENCE = 10.0


def follow_parent() -> None:
    """Be told (SIGTERM) when the process named in the environment is gone, and be gone yourself soon after.

    Without that variable, as for a command typed by a person, nothing happens.
    """
    parent = int(os.environ.pop(PARENT, "0"))
    if parent == 0:
        return
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="follow-parent").start()


def _watch(parent: int) -> None:
    """Also for systems whose kernel tells nothing, and for a parent that was gone before we asked."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)
