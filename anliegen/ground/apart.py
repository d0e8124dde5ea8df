"""Work in a process of its own: what dies of it, or hangs in it, takes nothing else along.

It costs a second or two to begin, so it is for what is suspected of that.
"""

import os
import subprocess
import sys

COMMAND = (sys.executable, "-m", "anliegen")
PARENT = "ANLIEGEN_PARENT"  # names to a child the process that it must not outlive, see `config/processes/follow.py`


class Died(Exception):
    """It was killed, by whomever, or did not end in time."""


def run(*arguments: str, within_s: float) -> int:
    """Run this command of the program to its end; its exit code. Raises Died."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=os.environ | {PARENT: str(os.getpid())}, stdin=subprocess.DEVNULL
    )
    try:
        code = process.wait(timeout=within_s)
    except subprocess.TimeoutExpired as error:
        raise Died(f"not within {within_s:g} s") from error
    finally:
        process.kill()  # does nothing to what has ended
        process.wait()
    if code < 0:
        raise Died(f"by signal {-code}")
    return code
