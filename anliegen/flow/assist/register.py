"""Every change of the register of providers. What is asked goes out only through `ground/egress`, under PURPOSE."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise

from anliegen.flow.assist import verbs
from anliegen.flow.assist.models import Provider
from anliegen.ground import secrets
from anliegen.ground.egress import actions as egress
from anliegen.ground.egress.addresses import Target, target_of
from anliegen.ground.egress.errors import Refused
from anliegen.ground.egress.models import Destination
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record

PURPOSE = "assist"
MOST_BYTES = 1_000_000  # of an answer


class Incomplete(Exception):
    """It cannot be switched on while something is missing; `missing` says what, in words."""

    def __init__(self, missing: list[str | Promise]) -> None:
        super().__init__()
        self.missing = missing


class KeyNeeded(Exception):
    """A kept key goes nowhere else than it was given for: who leads it there must know it."""


def target(address: str) -> Target:
    """The machine and port of a base address.

    Raises Refused for what is none, has more than a path, or would carry words in the clear over the open network.
    """
    found, parts = target_of(address, ("https", "http"))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Refused("bad_address", "A base address has no name, question or mark in it.")
    return found


def create(*, key: str = "", actor: Actor, at: datetime, **fields: Any) -> Provider:
    """Enter it in the register, switched off. Raises Refused for an address that cannot be understood."""
    actor.insist_on_a_person()
    with transaction.atomic():
        row = Provider(key=secrets.lock(key) if key else b"", created_at=at, **_tidy(fields))
        row.full_clean(exclude=["key"])
        row.save(force_insert=True)
        record(verbs.PROVIDER_CREATED, row, actor=actor, at=at)
        _allow(row, actor, at)
    return row


def change(provider: Provider, *, key: str = "", actor: Actor, at: datetime, **fields: Any) -> Provider:
    """Change it; an empty key keeps the present one. Raises Refused, KeyNeeded, and Incomplete where it is on and
    something that must be known would be taken away."""
    actor.insist_on_a_person()
    fields = dict(_tidy(fields))
    with transaction.atomic():
        row = held(Provider, provider.pk)
        before = row.address
        changed = {name for name, value in fields.items() if getattr(row, name) != value}
        if bytes(row.key) and not key and "address" in changed and target(before) != target(fields["address"]):
            raise KeyNeeded
        if key and not _is(row.key, key):
            row.key = secrets.lock(key)
            changed.add("key")
        for name in changed - {"key"}:
            setattr(row, name, fields[name])
        if row.is_on and row.missing:
            raise Incomplete(row.missing)
        if not changed:
            return row
        row.full_clean(exclude=["key"])
        row.save(update_fields=sorted(changed))
        record(verbs.PROVIDER_CHANGED, row, actor=actor, at=at, fields=sorted(changed))
        _allow(row, actor, at)
        _withdraw_unused(before, actor, at)
    return row


def switch_on(provider: Provider, *, actor: Actor, at: datetime) -> Provider:
    """From now on it may be asked. Does nothing if it is on. Raises Incomplete."""
    actor.insist_on_a_person()
    with transaction.atomic():
        row = held(Provider, provider.pk)
        if row.missing:
            raise Incomplete(row.missing)
        if row.is_on or row.withdrawn_at is not None:
            return row
        row.on_since, row.on_by = at, actor.ref
        row.save(update_fields=["on_since", "on_by"])
        record(verbs.PROVIDER_ON, row, actor=actor, at=at)
    return row


def switch_off(provider: Provider, *, actor: Actor, at: datetime) -> Provider:
    """Nothing is asked any more. Does nothing if it is off."""
    with transaction.atomic():
        row = held(Provider, provider.pk)
        if not row.is_on:
            return row
        row.on_since, row.on_by = None, ""
        row.save(update_fields=["on_since", "on_by"])
        record(verbs.PROVIDER_OFF, row, actor=actor, at=at)
    return row


def withdraw(provider: Provider, *, actor: Actor, at: datetime) -> Provider:
    """Take it out of the register. Its ledger stays; its key does not."""
    actor.insist_on_a_person()
    with transaction.atomic():
        row = held(Provider, provider.pk)
        if row.withdrawn_at is not None:
            return row
        row.on_since, row.on_by, row.key = None, "", b""
        row.withdrawn_at, row.withdrawn_by = at, actor.ref
        row.save(update_fields=["on_since", "on_by", "key", "withdrawn_at", "withdrawn_by"])
        record(verbs.PROVIDER_WITHDRAWN, row, actor=actor, at=at)
        _withdraw_unused(row.address, actor, at)
    return row


def _tidy(fields: Mapping[str, Any]) -> dict[str, Any]:
    if "address" not in fields:
        return dict(fields)
    target(fields["address"])
    return dict(fields) | {"address": fields["address"].rstrip("/")}


def _is(kept: bytes | memoryview, given: str) -> bool:
    try:
        return bool(bytes(kept)) and secrets.unlock(kept) == given
    except secrets.Locked:
        return False


def _allow(row: Provider, actor: Actor, at: datetime) -> None:
    """Enter its machine among the outgoing connections; the one of several there with the most time counts."""
    where = target(row.address)
    beside = [one for one in Provider.objects.kept() if target(one.address) == where]
    egress.register(
        scheme=where.scheme,
        host=where.host,
        port=where.port,
        purpose=PURPOSE,
        name=row.name,
        responsible=row.responsible or actor.ref,
        allow_private=any(one.allow_private for one in beside),
        timeout_s=max(one.timeout_s for one in beside),
        max_bytes=MOST_BYTES,
        actor=actor,
        at=at,
    )


def _withdraw_unused(address: str, actor: Actor, at: datetime) -> None:
    where = target(address)
    if any(target(one.address) == where for one in Provider.objects.kept()):
        return
    known = Destination.objects.active().filter(scheme=where.scheme, host=where.host, port=where.port, purpose=PURPOSE)
    for row in known:
        egress.withdraw(row, actor=actor, at=at)
