"""What a person decides about a tripped brake: let in what was held back, or keep it so."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from anliegen.flow.channels import verbs
from anliegen.flow.channels.acknowledge import make_up
from anliegen.flow.channels.models import Brake, Intake
from anliegen.ground.held import held
from anliegen.ground.jobs import defer
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent

TRUSTED_FOR = timedelta(hours=24)
HELD = Q(result="quarantined", reason__startswith="too-many-") | Q(result="rejected", reason="stopped")


def release(brake: Brake, *, by: Agent, actor: Actor, at: datetime) -> Brake:
    """Take in what was set aside, make up for acknowledgements, and hold nothing back for a day.

    What was set aside as too much in all passes the rules and the other brakes first: among a flood nobody has looked
    at each.     Does nothing when it is released already.
    """
    actor.insist_on_a_person()
    with transaction.atomic():
        brake = held(Brake, brake.pk)
        if not brake.is_on:
            return brake
        brake.released_at, brake.released_by, brake.trusted_until = at, by, at + TRUSTED_FOR
        brake.save(update_fields=["released_at", "released_by", "trusted_until"])
        looked_at = None if brake.kind == "mails" else at
        mails = held_lines(brake).update(
            result="received", reason="", detail="", fingerprint="", done_at=None, let_in_at=looked_at
        )
        record(verbs.BRAKE_RELEASED, brake, actor=actor, at=at, mails=mails)
        if brake.kind in ("answers", "person"):
            defer(make_up, brake=brake.pk)
        _wake()
    return brake


def keep(brake: Brake, *, by: Agent, actor: Actor, at: datetime) -> Brake:
    """Leave it pulled: what was set aside is rejected, and so is what still comes, until somebody releases it.

    Never for the mails in all: nobody could write to us any more.
    """
    actor.insist_on_a_person()
    with transaction.atomic():
        brake = held(Brake, brake.pk)
        if not brake.is_on or brake.kept_at is not None or brake.kind == "mails":
            return brake
        brake.kept_at, brake.kept_by = at, by
        brake.save(update_fields=["kept_at", "kept_by"])
        mails = held_lines(brake).update(result="rejected", reason="stopped")
        record(verbs.BRAKE_KEPT, brake, actor=actor, at=at, mails=mails)
    return brake


def held_lines(brake: Brake) -> "QuerySet[Intake]":
    """The lines of the ledger that this brake still holds back."""
    return Intake.objects.filter(HELD, brake=brake)


def _wake() -> None:
    """The trigger on the ledger tells of new lines only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('anliegen_intake', '')")
