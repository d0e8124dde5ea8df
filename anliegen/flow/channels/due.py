"""When a delivery is to be tried, even if a clock was put right meanwhile.

A clock that is ahead leaves times that are further off than any pause of ours. Nobody chose them, so they count as
come. A time that a person chose is the message's own, and is kept however far off it is.
"""

from datetime import datetime, timedelta

from anliegen.flow.channels import pace
from anliegen.flow.channels.models import Delivery
from anliegen.ground.jobs import STALLED_AFTER_S
from anliegen.records.accounts.queries import the_operator

LONGEST_PAUSE = timedelta(hours=20)  # after a mail was refused for now: the last of `result.PAUSES`
# Otherwise: undoing, an attempt under way, a server that is busy, away or refuses us.
LONGEST_REST = timedelta(seconds=pace.LONGEST_WAIT_S + STALLED_AFTER_S)


def due_at(delivery: Delivery, *, at: datetime) -> datetime:
    """When it may be tried: by its own time, which a clock ahead may have set, and not before the time chosen."""
    due = delivery.due_at
    if due > at + LONGEST_REST and due > at + _longest(delivery):
        due = at
    return max(due, delivery.message.send_at or due)


def _longest(delivery: Delivery) -> timedelta:
    if delivery.trouble == "passing":
        return LONGEST_PAUSE
    return pace.longest_row(the_operator()) if delivery.slot_at is not None else LONGEST_REST
