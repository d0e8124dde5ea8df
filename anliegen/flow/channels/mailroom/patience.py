"""An end to reading that hangs: the process ends itself, since nothing else ends code that does not come back."""

import faulthandler
import os
from collections.abc import Iterator
from contextlib import contextmanager

# How long looking at the mails of one batch may take. Its own bounds are seconds, so this is a hang and no large mail.
READ_WITHIN_S = float(os.environ.get("ANLIEGEN_READ_WITHIN_S") or 60)
# And bringing them to their place, which may have to wait for the database.
PLACE_WITHIN_S = 10 * READ_WITHIN_S

_may_end = False


def end_when_it_hangs() -> None:
    """For processes that somebody starts again, and that read in one thread only. All others wait."""
    global _may_end
    _may_end = True


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End this process (1, with the places of all its threads on standard error) when the block takes longer.

    The clock runs outside of Python, so that it also ends what holds the interpreter.
    """
    if not _may_end:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
