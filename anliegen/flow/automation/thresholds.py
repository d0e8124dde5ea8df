"""The operator's thresholds of escalation: those of the program until somebody sets others, and who answers for them.

What stops automatic answering (grief, hardship, anger, the wish for a person) has no threshold and no switch.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from anliegen.flow.automation import verbs
from anliegen.flow.automation.escalation import Thresholds
from anliegen.flow.automation.models import Escalation
from anliegen.flow.automation.models.escalation import LIMITS, PAIRS
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator

THE_ONE = 1  # its key: there is one row at most
HOURS, DAYS = ("waits_lead", "late_by_specialist"), ("repeat_within",)
NAMES = (*LIMITS, *DAYS)
# As the journal tells of them.
WORDS: Mapping[str, str | Promise] = {
    "waits_lead": gettext_lazy("hours without an answer until the lead"),
    "late_by_specialist": gettext_lazy("hours past the target until specialists"),
    "broken_lead": gettext_lazy("broken promises until the lead"),
    "broken_management": gettext_lazy("broken promises until the management"),
    "value_specialist": gettext_lazy("cents at stake until specialists"),
    "value_lead": gettext_lazy("cents at stake until the lead"),
    "repeat_within": gettext_lazy("days that count as again"),
    "repeats_specialist": gettext_lazy("earlier concerns until specialists"),
    "repeats_lead": gettext_lazy("earlier concerns until the lead"),
    "reopened_specialist": gettext_lazy("openings until specialists"),
    "reopened_lead": gettext_lazy("openings until the lead"),
}

Limits = Mapping[str, int | None]  # by name: hours, cents, days or counts; None is off


class OutOfOrder(Exception):
    """A lower level would begin later than the one above it. `names`: those of the higher level."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def present() -> Thresholds:
    """Those that hold now. One query."""
    row = Escalation.objects.filter(pk=THE_ONE).first()
    return thresholds_of(limits_of(row)) if row is not None else Thresholds()


def usual() -> dict[str, int | None]:
    """What the program comes with, in hours, cents, days and counts."""
    return {name: _plain(name, value) for name, value in asdict(Thresholds()).items()}


def present_limits() -> tuple[dict[str, int | None], Agent | None]:
    """What holds now, and who answers for it, if somebody was named."""
    row = Escalation.objects.select_related("responsible").filter(pk=THE_ONE).first()
    return (limits_of(row), row.responsible) if row is not None else (usual(), None)


def limits_of(row: Escalation) -> dict[str, int | None]:
    return {name: getattr(row, name) for name in NAMES}


def thresholds_of(limits: Limits) -> Thresholds:
    return Thresholds(**{name: _of(name, limits[name]) for name in NAMES})  # type: ignore[arg-type]


def out_of_order(limits: Limits) -> tuple[str, ...]:
    """The limits that begin sooner than the one of the level below them."""
    return tuple(higher for lower, higher in PAIRS if _is_later(limits.get(lower), limits.get(higher)))


def change(limits: Limits, *, responsible: Agent | None, actor: Actor, at: datetime) -> None:
    """From now on these. Each that is another than before is told in the journal. Raises NeedsAPerson, OutOfOrder."""
    actor.insist_on_a_person()
    if names := out_of_order(limits):
        raise OutOfOrder(names)
    with unit():
        operator = the_operator()
        Escalation.objects.get_or_create(pk=THE_ONE, defaults=usual())
        row = Escalation.objects.select_for_update().get(pk=THE_ONE)
        for name in NAMES:
            before, now = getattr(row, name), limits[name]
            if before == now:
                continue
            setattr(row, name, now)
            record(
                verbs.ESCALATION_THRESHOLD_SET,
                operator,
                actor=actor,
                at=at,
                threshold=name,
                before=before,
                amount=now,
            )
        if row.responsible_id != (responsible.pk if responsible else None):
            row.responsible = responsible
            to = ref(responsible) if responsible is not None else None
            record(verbs.ESCALATION_ANSWERED, operator, actor=actor, at=at, to=to)
        row.save()


def reset(*, actor: Actor, at: datetime) -> None:
    """Back to what the program comes with. Who answers for it stays. Raises NeedsAPerson."""
    actor.insist_on_a_person()
    change(usual(), responsible=present_limits()[1], actor=actor, at=at)


def _is_later(lower: int | None, higher: int | None) -> bool:
    return lower is not None and higher is not None and lower > higher


def _plain(name: str, value: int | timedelta | None) -> int | None:
    if not isinstance(value, timedelta):
        return value
    return value.days if name in DAYS else value // timedelta(hours=1)


def _of(name: str, value: int | None) -> int | timedelta | None:
    if value is None:
        return None
    if name in HOURS:
        return timedelta(hours=value)
    return timedelta(days=value) if name in DAYS else value
