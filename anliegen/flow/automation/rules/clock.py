"""By the clock: rules that run every day, every few hours, or when a concern has been quiet for long.

A turn and the moment that it was taken commit together, so a process that is killed takes it again, and nothing twice.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils import timezone

from anliegen.flow.automation import pauses
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.automation.rules.preview import candidates
from anliegen.flow.automation.rules.queries import standing
from anliegen.flow.automation.rules.run import Occasion, decide
from anliegen.flow.automation.rules.schedules import turn
from anliegen.flow.automation.rules.vocabulary import TIMES
from anliegen.ground import clock
from anliegen.ground.jobs import one_by_one, periodic
from anliegen.ground.journal.batch import together
from anliegen.records.accounts import hours

AT_ONCE = 500
MOST_IN_A_TURN = 2000  # tickets that fit; what is more comes at the next turn


@periodic("*/5 * * * *")
def strike(timestamp: int) -> None:
    """Take the turn of every rule whose time has come. One that fails keeps no other waiting."""
    at = clock.now()
    one_by_one(Rule.objects.running().filter(trigger__in=TIMES).order_by("pk"), lambda rule: take_turn(rule, at=at))


def take_turn(rule: Rule, *, at: datetime) -> int:
    """The rule's newest turn, if it has not taken it yet. Returns how many tickets it touched, or would have."""
    with together():
        held = Rule.objects.select_for_update(of=("self",), skip_locked=True).select_related("owner")
        one = held.filter(pk=rule.pk).first()
        if one is None or not standing(one, timezone.localdate(at), pauses.active()).acts:
            return 0
        moment = _turn(one, at)
        if moment is None:
            return 0
        one.turned_at = moment
        one.save(update_fields=["turned_at"])
        return _over_all(one, moment, at)


def _turn(rule: Rule, at: datetime) -> datetime | None:
    plan = hours.of_team(None)
    zone = ZoneInfo(plan.timezone) if plan is not None else ZoneInfo(timezone.get_default_timezone_name())
    return turn(rule.does.trigger, after=rule.turned_at or rule.created_at, now=at, zone=zone, hours=plan)


def _over_all(rule: Rule, moment: datetime, at: datetime) -> int:
    touched, occasions = 0, _occasions(rule, moment, at)
    while touched < MOST_IN_A_TURN and (some := list(islice(occasions, AT_ONCE))):
        touched += decide(some, at=at)
        if pauses.is_paused(rule.ref):
            break
    return touched


def _occasions(rule: Rule, moment: datetime, at: datetime) -> Iterator[Occasion]:
    """Every ticket it is to look at, those that have been there longest first."""
    assert rule.owner is not None
    is_quiet = rule.trigger == "quiet"
    rows = candidates(rule.does, rule.owner, at).order_by("pk").values_list("pk", "last_message_at")
    for number, last in rows.iterator(AT_ONCE):
        # Of one silence once, however often it is looked; of every other turn once.
        since = last if is_quiet else moment
        yield Occasion(rule, number, f"{rule.trigger}:{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
