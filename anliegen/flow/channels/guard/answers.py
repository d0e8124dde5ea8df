"""Whether a rule may answer just now: mails that no human writes stop before they become a loop or a flood."""

from datetime import datetime

from anliegen.flow.channels.guard.pace import count_of, count_one, standing_against, trip
from anliegen.flow.channels.guard.watch import the_guard
from anliegen.flow.channels.models import Brake


def holds_back(person: int, *, is_over: bool, most: int, at: datetime) -> bool:
    """Whether this person, or all together, had so many of late that only a person may go on. Counts this one.

    `is_over` says that this person had the `most` they may have already.
    """
    key, guard = str(person), the_guard()
    brakes = standing_against(key, at)
    if _holds(brakes.get(("person", key)), is_over=is_over):
        trip("person", key, most=most, held=1, at=at)
        return True
    # What is held back is not counted: the pace is that of what goes out.
    if _holds(brakes.get(("answers", "")), is_over=count_of("answers", "", at) >= guard.most_answers):
        trip("answers", "", most=guard.most_answers, held=1, at=at)
        return True
    count_one("answers", "", at)
    return False


def _holds(brake: Brake | None, *, is_over: bool) -> bool:
    """Whether to hold back: over the limit, unless it was released; and always what a person keeps so."""
    if brake is None:
        return is_over
    return brake.is_on and (is_over or brake.kept_at is not None)
