"""How many files and connections a process may have open at once."""

import resource
from contextlib import suppress

ENOUGH = 512
WANTED = 65_536  # of a machine that would allow any number


def most() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def allow_more() -> int:
    """Raise what is usual to what is allowed; return how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # refused: then it stays as it is, and the doctor says so
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return most()
