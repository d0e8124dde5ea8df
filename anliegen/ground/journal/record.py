"""Writing the journal: only here, only inside the transaction of the change itself."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from anliegen.ground.journal import batch
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verbs import Verb

MAX_DEPTH = 8


class OutsideTransaction(Exception):
    """An event was recorded outside a transaction: it could stay without its change, or the change without it."""


class TooDeep(Exception):
    """Events cause each other in a chain longer than MAX_DEPTH: most likely a loop."""


def record(verb: Verb, subject: Model | str, *, actor: Actor, at: datetime, **data: Any) -> Event:
    """Say that something happened, in the transaction that made it happen.

    `data` holds ids and codes only, as the verb declares. In a batch the row is written at the batch's end.
    Raises OutsideTransaction, BadEventData or TooDeep.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(verb.name)
    verb.check(data)
    if actor.depth > MAX_DEPTH:
        raise TooDeep(f"{verb.name} {ref(subject)} <- {_chain(actor.because)}")
    event = Event(
        at=at,
        verb=verb.name,
        subject=ref(subject),
        actor=actor.ref,
        because=actor.because,
        depth=actor.depth,
        data=data,
    )
    if not batch.take(event):
        event.save(force_insert=True)
    return event


def ref(subject: Model | str) -> str:
    """`ticket:812` for a model's row; a string is taken as it is."""
    if isinstance(subject, str):
        return subject
    return f"{subject._meta.model_name}:{subject.pk}"


def pk_of(reference: str) -> int:
    """The key in a reference that `ref` made: 812 of `ticket:812`."""
    return int(reference.partition(":")[2])


def _chain(position: int | None) -> str:
    steps: list[str] = []
    while position is not None and len(steps) <= MAX_DEPTH + 1:
        event = Event.objects.get(position=position)
        steps.append(f"{event.position} {event.verb} {event.subject}")
        position = event.because
    return " <- ".join(steps)
