"""Why it is due then, in sentences: the steps of timers and of legal deadlines, put into words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anliegen.faces.ui.dates import said
from anliegen.records.accounts.calendar import StateHolidays, holidays_of
from anliegen.records.accounts.models import DayOff, Team
from anliegen.records.tickets.models import PRIORITIES, TIMER_KINDS
from anliegen.records.tickets.timing import Place, Step, Timer
from anliegen.records.tickets.timing.reckon import Hours, hours_of
from anliegen.records.tickets.timing.targets import Aim

STATES: Mapping[str, tuple[str | Promise, str, str]] = {
    "running": (gettext_lazy("runs"), "clock", "accent"),
    "paused": (gettext_lazy("pauses"), "snooze", "quiet"),
    "met": (gettext_lazy("kept"), "check", "quiet"),
    "missed": (gettext_lazy("overdue"), "warning", "waiting"),
    "dropped": (gettext_lazy("ended without an answer"), "minus", "quiet"),
}
SIGNS = {
    "start": "inbox",
    "target": "pin",
    "run": "clock",
    "pause": "snooze",
    "turn": "edit",
    "aside": "snooze",
    "woke": "bell",
    "closed": "calendar",
    "end": "check",
    "due": "bell",
}


@dataclass(frozen=True)
class Line:
    """One step: its moment (a day, where it is one), its sign, and the sentence."""

    at: datetime | date
    symbol: str
    text: str
    is_due: bool = False


@dataclass(frozen=True)
class Told:
    """One timer with all its steps. `rest` says what remains while it pauses."""

    title: str
    state: tuple[str, str, str]
    lines: tuple[Line, ...]
    rest: str


@dataclass(frozen=True)
class Names:
    """What the sentences name: teams by key, days off by date."""

    teams: Mapping[int, str]
    days_off: Mapping[date, str]


def names_for(steps: Iterable[Step], aims: Iterable[Aim]) -> Names:
    steps = list(steps)
    teams = {step.place.team for step in steps if step.place} | {aim.team for aim in aims}
    days = [step.day for step in steps if step.day is not None and step.reason == "day_off"]
    return Names(
        dict(Team.objects.filter(pk__in=[key for key in teams if key]).values_list("pk", "name")),
        dict(DayOff.objects.filter(on__in=days).values_list("on", "name")) if days else {},
    )


def tell(timer: Timer, steps: Iterable[Step], names: Names, hours: Hours, now: datetime) -> Told:
    word, symbol, tone = STATES[timer.state]
    rest = ""
    if timer.state == "paused":
        rest = _("It stands still now. %(left)s of service time remain.") % {"left": hours_and_minutes(timer.left)}
    lines = tuple(_line(step, timer, names, hours, now) for step in steps)
    return Told(str(dict(TIMER_KINDS)[timer.kind]), (str(word), symbol, tone), lines, rest)


def hours_and_minutes(amount: timedelta) -> str:
    """Service time in hours, never in days: a service day has no 24 hours. To the nearest minute."""
    minutes = round(abs(amount) / timedelta(minutes=1))
    count, rest = divmod(minutes, 60)
    parts = [ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}] if count else []
    if rest or not parts:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest})
    return " ".join(parts)


def for_whom(aim: Aim, names: Names) -> str:
    """`team Abrechnung, priority urgent`."""
    parts = []
    if aim.priority is not None:
        parts.append(_("priority %(name)s") % {"name": dict(PRIORITIES)[aim.priority]})
    if aim.topic:
        parts.append(_("topic %(name)s") % {"name": aim.topic})
    if aim.team is not None:
        parts.append(_("team %(name)s") % {"name": names.teams.get(aim.team, "")})
    return ", ".join(parts) or _("all concerns")


def _line(step: Step, timer: Timer, names: Names, hours: Hours, now: datetime) -> Line:
    at = step.day if step.day is not None else step.at
    return Line(at, SIGNS[step.kind], _sentence(step, timer, names, hours, now), is_due=step.kind == "due")


def _sentence(step: Step, timer: Timer, names: Names, hours: Hours, now: datetime) -> str:
    match step.kind:
        case "start":
            return _begun(timer)
        case "target":
            return _target(timer, names)
        case "run":
            until = _moment(step.until, now)
            return _("%(amount)s of service time, until %(until)s") % {
                "amount": hours_and_minutes(step.amount),
                "until": until,
            }
        case "pause":
            return _pause(step, now)
        case "turn":
            return _("From here on: %(place)s.") % {"place": _place(step.place, names)}
        case "aside":
            return _("Put aside. The time goes on, since the customer waits all the same.")
        case "woke":
            return _("Back from where it was put aside.")
        case "closed":
            return _closed(step, names, hours)
        case "end":
            return _ended(timer)
    return _("Due") if timer.ended_at is None or step.at <= timer.ended_at else _("Would have been due")


def _begun(timer: Timer) -> str:
    match timer.kind:
        case "first":
            return _("The concern was opened: from here on a first answer is waited for.")
        case "next":
            return _("Something was left to answer: from here on the customer waits for it.")
    return _("The concern was opened: from here on its resolution is waited for.")


def _target(timer: Timer, names: Names) -> str:
    words = {"amount": hours_and_minutes(timer.aim.duration), "whom": for_whom(timer.aim, names)}
    alone = _("No other target fits.")
    said_of_it = _("Target: %(amount)s of service time. It is set for: %(whom)s.") % words
    if not timer.others:
        return f"{said_of_it} {alone}"
    others = ngettext(
        "One other fits, too; this one is more specific.",
        "%(count)s others fit, too; this one is the most specific.",
        timer.others,
    )
    return f"{said_of_it} {others % {'count': timer.others}}"


def _pause(step: Step, now: datetime) -> str:
    if step.until is None:
        return {
            "customer": _("Since then it pauses: it waits for the customer."),
            "others": _("Since then it pauses: it waits for others."),
            "resolved": _("Since then it pauses: it is resolved."),
        }[step.reason]
    words = {
        "customer": _("Pause until %(until)s: it waited for the customer."),
        "others": _("Pause until %(until)s: it waited for others."),
        "resolved": _("Pause until %(until)s: it was resolved."),
    }[step.reason]
    return words % {"until": _moment(step.until, now)}


def _closed(step: Step, names: Names, hours: Hours) -> str:
    assert step.day is not None
    name = names.days_off.get(step.day, "")
    if step.reason == "holiday":
        plan = hours_of(step.place or Place(), hours)
        name = holiday(step.day, plan.holidays) if isinstance(plan.holidays, StateHolidays) else ""
    if name:
        return _("%(name)s: nobody is there, it does not count.") % {"name": name}
    return _("A day off: nobody is there, it does not count.")


def holiday(day: date, holidays: StateHolidays) -> str:
    """The name of a holiday in the active language."""
    language = translation.get_language() or "de"
    return holidays_of(holidays.state, day.year, catholic=holidays.catholic, language=language).get(day, "")


def _ended(timer: Timer) -> str:
    if not timer.fulfilled:
        return _("The concern ended, and nobody had answered.")
    return _("Resolved") if timer.kind == "resolution" else _("Answered")


def _place(place: Place | None, names: Names) -> str:
    assert place is not None
    team = names.teams.get(place.team, "") if place.team else ""
    parts = [_("team %(name)s") % {"name": team} if team else _("no team")]
    if place.topic:
        parts.append(_("topic %(name)s") % {"name": place.topic})
    parts.append(_("priority %(name)s") % {"name": dict(PRIORITIES)[place.priority]})
    return ", ".join(parts)


def _moment(at: datetime | None, now: datetime) -> str:
    return said(at, now=now, zone=timezone.get_current_timezone(), time=True) if at is not None else ""
