"""The journal at work: seal what is new, wake the readers it concerns."""

from collections.abc import Sequence

from anliegen.ground.journal.models import Cursor
from anliegen.ground.journal.read import SIZE, Reader, enrol, new_verbs, run, with_work
from anliegen.ground.journal.seal import BATCH, seal

REST_S = 0.05  # between two looks while much happens, so that readers get batches


def seal_all() -> int:
    """Seal what is unsealed; return how many events. What comes meanwhile is for the next call."""
    total = done = seal()
    while done >= BATCH:
        total += (done := seal())
    return total


class Readers:
    """All readers of the pipeline, driven from one place."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers
        self._seen = 0
        self._enrolled = False

    def look(self, *, everywhere: bool = False) -> int:
        """Feed the readers that want what is new; `everywhere`: feed all, and those whose time to retry has come."""
        if not self._enrolled:
            enrol(self._readers)
            self._enrolled = True
        self._seen, verbs = new_verbs(self._seen)
        concerned = with_work(self._readers) if everywhere else [one for one in self._readers if one.wants(verbs)]
        done = 0
        for reader in concerned:
            done += (took := run(reader))
            while took >= SIZE:
                done += (took := run(reader))
        return done


def drain(readers: Sequence[Reader]) -> int:
    """Seal and read until nothing is left to do: for commands and tests, where no worker runs."""
    everything = Readers(readers)
    total = 0
    while True:
        seal_all()
        if not (done := everything.look(everywhere=True)):
            return total
        total += done


def stopped() -> list[Cursor]:
    """Readers that failed, for the workspace to show."""
    return list(Cursor.objects.filter(failed_at__isnull=False).order_by("name"))
