"""Mails that a process died of are read in one that nobody needs, and given up after too many deaths."""

from contextlib import suppress

from anliegen.flow.channels.mailroom.aside import give_up_on_the_deadly
from anliegen.flow.channels.mailroom.begun import MOST_DEATHS, others_are_at, suspects
from anliegen.flow.channels.mailroom.intake import take_in_suspects
from anliegen.flow.channels.mailroom.patience import end_when_it_hangs
from anliegen.ground import apart
from anliegen.ground.alone import alone
from anliegen.ground.jobs import defer, job

APART = 0x41706172  # the lock of who has suspects read: "Apar"
BEGIN_WITHIN_S = 120.0  # so long one process begins to read another line
END_WITHIN_S = 900.0  # far more than reading the last one takes


def look_after_suspects() -> None:
    """Have them read apart, by whichever worker has time."""
    give_up_on_the_deadly()
    if suspects().exists():
        defer(read_suspects, key="suspects")


@job(queue="mail")
def read_suspects() -> None:
    """Until none is left, or none of them gets anywhere: then the clock of the take-in comes back to them."""
    with alone(APART, 0) as mine:
        before = None
        while mine and (left := _left()) and left != before:
            before = left
            with suppress(apart.Died):  # the note that is left tells of which
                apart.run("read-suspects", within_s=END_WITHIN_S)


def in_this_process() -> int:
    """What `anliegen read-suspects` does."""
    end_when_it_hangs()
    return take_in_suspects(seconds=BEGIN_WITHIN_S)


def _left() -> dict[int, int]:
    """The suspects and their deaths, those given up excepted."""
    others_are_at()  # counts the deaths there were meanwhile
    give_up_on_the_deadly()
    return dict(suspects().filter(deaths__lt=MOST_DEATHS).values_list("pk", "deaths"))
