"""Target times and legal deadlines of the demo operator, and where its concerns stand by them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.oversight.portability.demo.shapes import PERSON, Ticket, Turn
from anliegen.records.accounts.models import Team
from anliegen.records.tickets.actions.deadlines import fulfil, set_deadline, ship_kinds
from anliegen.records.tickets.actions.due import keep
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.actions.telling import tell_due
from anliegen.records.tickets.models import DeadlineKind
from anliegen.records.tickets.models import Ticket as Row

AT_ONCE = 200
HOUR = 60  # minutes
DAY = 10 * HOUR  # of service
COMPLAINT = "beschwerde"
MOST_DEADLINES = 6


def found(teams: Mapping[str, Team], *, at: datetime) -> None:
    """What a municipal utility may aim at: two working days for all, faster where there is no power, or no heating."""
    ship_kinds(actor=SYSTEM, at=at)
    for wanted in (
        Wanted(first_minutes=2 * DAY, next_minutes=3 * DAY, resolution_minutes=10 * DAY, pauses_for_others=True),
        Wanted(priority=4, first_minutes=HOUR, next_minutes=2 * HOUR, resolution_minutes=DAY),
        Wanted(priority=3, first_minutes=DAY, next_minutes=2 * DAY, resolution_minutes=5 * DAY),
        Wanted(team=teams["netz"], first_minutes=DAY, resolution_minutes=12 * DAY, pauses_for_others=True),
        Wanted(topic=COMPLAINT, next_minutes=2 * DAY, resolution_minutes=8 * DAY),
    ):
        set_target(wanted, reaches_back=False, actor=SYSTEM, at=at)


def complaints(tickets: Sequence[Ticket]) -> Iterator[tuple[Ticket, Turn, bool]]:
    """The newest complaints with the turn at which an agent sets a legal deadline, and the one at which it is fulfilled
    (True)."""
    known = [ticket for ticket in tickets if COMPLAINT in ticket.tags]
    for ticket in sorted(known, key=lambda one: one.turns[0].at)[-MOST_DEADLINES:]:
        looked = [turn for turn in ticket.turns if turn.kind in ("assign", "reply") and turn.by != PERSON]
        if not looked:
            continue
        yield ticket, looked[0], False
        if answered := next((turn for turn in looked if turn.status == "resolved"), None):
            yield ticket, answered, True


def set_on(row: Row, *, actor: Actor, at: datetime) -> None:
    """A complaint is to be answered within four weeks."""
    kind = DeadlineKind.objects.get(code="energy-complaint")
    day = timezone.localdate(row.created_at)
    set_deadline(row, kind, starts_on=day, why="Beschwerde über unsere Leistung", actor=actor, at=at)


def fulfil_on(row: Row, *, actor: Actor, at: datetime) -> None:
    for deadline in row.deadlines.open():
        fulfil(deadline, why="Beantwortet, mit Hinweis auf die Schlichtungsstelle Energie", actor=actor, at=at)


def keep_up(now: datetime) -> None:
    """After the past was lived through: what was kept and missed until now. Not a word about what ended long ago."""
    numbers = list(Row.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        keep(numbers[start : start + AT_ONCE], actor=SYSTEM, at=now, tells=False)
    while tell_due(actor=SYSTEM, at=now) >= AT_ONCE:
        pass
