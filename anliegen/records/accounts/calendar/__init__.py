"""Business time, working days and legal periods: pure functions over a calendar that is given to them."""

from anliegen.records.accounts.calendar.hours import (
    BusinessHours,
    InvalidHours,
    NeverOpen,
    add_business_time,
    business_time_between,
    day_length,
    is_open,
    next_opening,
    openings,
)
from anliegen.records.accounts.calendar.periods import (
    Rule,
    add_working_days,
    end_of_day,
    is_working_day,
    next_working_day,
    period_end,
    previous_working_day,
    working_days_between,
)
from anliegen.records.accounts.calendar.public_holidays import StateHolidays, UnknownState, holidays_of

__all__ = [
    "BusinessHours",
    "InvalidHours",
    "NeverOpen",
    "Rule",
    "StateHolidays",
    "UnknownState",
    "add_business_time",
    "add_working_days",
    "business_time_between",
    "day_length",
    "end_of_day",
    "holidays_of",
    "is_open",
    "is_working_day",
    "next_opening",
    "next_working_day",
    "openings",
    "period_end",
    "previous_working_day",
    "working_days_between",
]
