"""The frames of a role, set together: `actions.py` is full, and these belong to each other."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts import verbs
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Frame, Role


def set_frames(role: Role, limits: Sequence[Limit], *, actor: Actor, at: datetime) -> Role:
    """Make exactly these the frames of a role. Says nothing when they are so already."""
    actor.insist_on_a_person()
    with unit():
        role = held(Role, role.pk)
        if set(limits_of(role)) == set(limits):
            return role
        Frame.objects.filter(role=role).delete()
        Frame.objects.bulk_create(
            Frame(role=role, kind_id=one.kind, period=one.period, cents=one.cents, currency=one.currency)
            for one in limits
        )
        record(verbs.SETTING_CHANGED, role, actor=actor, at=at, fields=["frames"])
    return role


def limits_of(role: Role | int) -> list[Limit]:
    """The frames of a role as `leeway.is_inside` takes them."""
    rows = Frame.objects.filter(role=role).order_by("pk").values_list("period", "cents", "currency", "kind_id")
    return [Limit(period, cents, currency, kind) for period, cents, currency, kind in rows]
