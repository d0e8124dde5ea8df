"""Until when the law gives time: §§ 187, 188, 193 BGB and Regulation 1182/71, with each step. Pure.

Legal deadlines never pause: neither the customer's silence nor the operator's days off move them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from anliegen.records.accounts.calendar import (
    Rule,
    StateHolidays,
    add_working_days,
    end_of_day,
    is_working_day,
    next_working_day,
    period_end,
    previous_working_day,
)


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    WORKING_DAYS = "working_days"  # Arbeitstage: Monday to Friday without public holidays
    WERKTAGE = "werktage"  # Monday to Saturday without public holidays


@dataclass(frozen=True)
class Length:
    """How long the law gives. `moves`: a last day on which nobody works moves on (§ 193 BGB, Art. 3 (4))."""

    amount: int
    unit: Unit
    rule: Rule = Rule.BGB
    moves: bool = True
    counts_first_day: bool = False


@dataclass(frozen=True)
class Shift:
    """The last day was no working day: `saturday`, `sunday` or `holiday`; so it moved on."""

    day: date
    reason: str


@dataclass(frozen=True)
class Ending:
    """The last day of a deadline. `counted_to` is where it ended before it moved; `shifts` the days it moved over."""

    starts_on: date
    counted_to: date
    last_on: date
    due_at: datetime  # the moment at which the last day is over
    soon_at: datetime  # the beginning of the day on which a reminder is due
    shifts: tuple[Shift, ...]


def period_of(
    length: Length, starts_on: date, *, state: str, catholic: bool = False, timezone: str, remind_days: int
) -> Ending:
    """Where a deadline ends whose event was on `starts_on`, in a state ("SN"); `remind_days` are working days."""
    counted_to = _last_day(length, starts_on, state, catholic, moves=False)
    last_on = _last_day(length, starts_on, state, catholic, moves=length.moves)
    reminded_on = previous_working_day(last_on, remind_days, state, catholic=catholic)
    return Ending(
        starts_on=starts_on,
        counted_to=counted_to,
        last_on=last_on,
        due_at=end_of_day(last_on, timezone),
        soon_at=max(end_of_day(reminded_on - date.resolution, timezone), end_of_day(starts_on, timezone)),
        shifts=_shifts(counted_to, last_on, state, catholic),
    )


def _last_day(length: Length, starts_on: date, state: str, catholic: bool, *, moves: bool) -> date:
    if length.unit in (Unit.WORKING_DAYS, Unit.WERKTAGE):
        saturdays = length.unit is Unit.WERKTAGE
        end = add_working_days(starts_on, length.amount, state, saturdays=saturdays, catholic=catholic)
        # A last Werktag may be a Saturday, and then § 193 moves it on.
        return next_working_day(end, state, catholic=catholic) if moves else end
    return period_end(
        starts_on,
        state=state,
        catholic=catholic,
        rule=length.rule,
        moves=moves,
        counts_first_day=length.counts_first_day,
        **{length.unit.value: length.amount},  # a unit is the name of its parameter
    )


def _shifts(counted_to: date, last_on: date, state: str, catholic: bool) -> tuple[Shift, ...]:
    days = (date.fromordinal(number) for number in range(counted_to.toordinal(), last_on.toordinal()))
    holidays = StateHolidays(state, catholic)
    found = []
    for day in days:
        if day in holidays:
            found.append(Shift(day, "holiday"))
        elif not is_working_day(day, state, catholic=catholic):
            found.append(Shift(day, "saturday" if day.weekday() == 5 else "sunday"))
    return tuple(found)
