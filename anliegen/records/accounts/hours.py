"""From the calendars in the database to business time."""

from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.accounts.models import Calendar, Team


def of_team(team: Team | None) -> BusinessHours | None:
    """The business hours of a team: its own calendar's, else the default one's; None when there is no calendar."""
    calendar = team.calendar if team is not None and team.calendar_id else default_calendar()
    return of_calendar(calendar) if calendar is not None else None


def default_calendar() -> Calendar | None:
    return Calendar.objects.order_by("-is_default", "pk").first()


def of_calendar(calendar: Calendar) -> BusinessHours:
    raise NotImplementedError
