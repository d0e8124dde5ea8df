"""Mailboxes elsewhere: every change of where mail is fetched from. The way out to each is registered with it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from anliegen.flow.channels.models import Source
from anliegen.ground import secrets
from anliegen.ground.egress.actions import register, withdraw
from anliegen.ground.egress.addresses import host_of
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import ref
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Mailbox

PURPOSE = "imap"
PLACE = {"host", "username", "folder"}  # what makes it another mailbox
FROM_NOW = -1  # as `last_uid` of a source that was never fetched: what lies there already is left alone


def create_source(mailbox: Mailbox, *, password: str, actor: Actor, at: datetime, **fields: Any) -> Source:
    """Fetch from a mailbox elsewhere; with `last_uid=FROM_NOW` only what arrives from now on.

    Raises egress.Refused for a host that cannot be understood.
    """
    with transaction.atomic():
        locked = secrets.lock(password)
        source = accounts.create(Source, mailbox=mailbox, password=locked, actor=actor, at=at, **fields)
        _keep_register(source, actor, at)
    return source


def change_source(source: Source, *, password: str = "", actor: Actor, at: datetime, **fields: Any) -> Source:
    """Change it; an empty password keeps the present one. The next fetch tries at once, whatever failed before."""
    with transaction.atomic():
        before = Source.objects.select_for_update().get(pk=source.pk)
        if password and secrets.unlock(before.password) != password:
            fields["password"] = secrets.lock(password)
        changed = {name for name, value in fields.items() if getattr(before, name) != value}
        source = accounts.change(before, actor=actor, at=at, **fields)
        if changed:
            source.attempts, source.retry_at = 0, None
            if changed & PLACE:
                source.uid_validity, source.last_uid = None, FROM_NOW
            source.save(update_fields=["attempts", "retry_at", "uid_validity", "last_uid"])
        _keep_register(source, actor, at)
        _withdraw_unused(before.host, actor, at)
    return source


def remove_source(source: Source, *, actor: Actor, at: datetime) -> None:
    """Fetch from there no more. What was fetched stays."""
    with transaction.atomic():
        accounts.delete(Source.objects.get(pk=source.pk), actor=actor, at=at)
        _withdraw_unused(source.host, actor, at)


def scheme_of(source: Source) -> str:
    return "imaps" if source.security == "tls" else "imap"


def _keep_register(source: Source, actor: Actor, at: datetime) -> None:
    if not source.is_active:
        _withdraw_unused(source.host, actor, at)
        return
    responsible = source.mailbox.responsible
    register(
        scheme=scheme_of(source),
        host=source.host,
        port=source.port,
        purpose=PURPOSE,
        name=source.mailbox.address,
        responsible=ref(responsible) if responsible else actor.ref,
        allow_private=source.allow_private,
        actor=actor,
        at=at,
    )


def _withdraw_unused(host: str, actor: Actor, at: datetime) -> None:
    """No way out stays open that no active source needs."""
    needed = {(scheme_of(each), host_of(each.host), each.port) for each in Source.objects.filter(is_active=True)}
    for each in Destination.objects.active().filter(host=host_of(host), purpose=PURPOSE).order_by("pk"):
        if (each.scheme, each.host, each.port) not in needed:
            withdraw(each, actor=actor, at=at)
