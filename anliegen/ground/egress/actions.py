"""Who may be talked to: every change of the register."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from anliegen.ground.egress.addresses import host_of
from anliegen.ground.egress.models import (
    DEFAULT_MAX_BYTES,
    DEFAULT_MAX_BYTES_MAIL,
    DEFAULT_TIMEOUT_S,
    Destination,
    Scheme,
)
from anliegen.ground.egress.verbs import DESTINATION_CHANGED, DESTINATION_REGISTERED, DESTINATION_WITHDRAWN
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record

WEB = {Scheme.HTTP, Scheme.HTTPS}


def register(
    *,
    scheme: str,
    host: str,
    port: int,
    purpose: str,
    name: str,
    responsible: str,
    actor: Actor,
    at: datetime,
    allow_private: bool = False,
    timeout_s: int = DEFAULT_TIMEOUT_S,
    max_bytes: int | None = None,
) -> Destination:
    """Allow calls to this machine and port for this purpose. Registering the same again does nothing; with other
    values it changes them. `purpose` is a code (`mail`, `webhook`), the same that the calls name.

    Raises Refused for a host that cannot be understood, ValidationError for a bad port or scheme.
    """
    where = {"scheme": Scheme(scheme), "host": host_of(host), "port": port, "purpose": purpose}
    largest = max_bytes or (DEFAULT_MAX_BYTES if scheme in WEB else DEFAULT_MAX_BYTES_MAIL)
    values = {
        "name": name,
        "responsible": responsible,
        "allow_private": allow_private,
        "timeout_s": timeout_s,
        "max_bytes": largest,
    }
    try:
        with transaction.atomic():
            return _registered(where, values, actor=actor, at=at)
    except IntegrityError:
        # Another process registered the same in this very moment.
        with transaction.atomic():
            return _registered(where, values, actor=actor, at=at)


def withdraw(destination: Destination, *, actor: Actor, at: datetime) -> Destination:
    """No more calls to it. Does nothing if it is withdrawn already."""
    with transaction.atomic():
        destination = held(Destination, destination.pk)
        if not destination.is_active:
            return destination
        destination.withdrawn_at, destination.withdrawn_by = at, actor.ref
        destination.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(DESTINATION_WITHDRAWN, destination, actor=actor, at=at)
        return destination


def _registered(where: dict[str, Any], values: dict[str, Any], *, actor: Actor, at: datetime) -> Destination:
    found = Destination.objects.active().select_for_update().filter(**where).first()
    if found is None:
        made = Destination(**where, **values, created_at=at, created_by=actor.ref)
        made.full_clean()
        made.save(force_insert=True)
        record(DESTINATION_REGISTERED, made, actor=actor, at=at, purpose=made.purpose, private=made.allow_private)
        return made
    changed = [name for name, value in values.items() if getattr(found, name) != value]
    if not changed:
        return found
    for name in changed:
        setattr(found, name, values[name])
    found.full_clean()
    found.save(update_fields=changed)
    record(DESTINATION_CHANGED, found, actor=actor, at=at, fields=sorted(changed))
    return found
