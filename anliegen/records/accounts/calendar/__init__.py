# Placeholder by the lead so that imports work; the calendar author replaces this file.
from datetime import datetime, timedelta


class BusinessHours: ...


def business_time_between(hours: object, start: datetime, end: datetime) -> timedelta:
    return end - start
