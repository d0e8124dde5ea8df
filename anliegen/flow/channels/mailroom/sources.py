"""Mailboxes elsewhere: every change of where mail is fetched from. The ways out to each are registered with it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.timezone import localdate

from anliegen.flow.channels import verbs
from anliegen.flow.channels.mailroom import oauth
from anliegen.flow.channels.models import Grant, Source
from anliegen.ground import secrets
from anliegen.ground.egress.actions import register, withdraw
from anliegen.ground.egress.addresses import PORTS, host_of
from anliegen.ground.egress.models import Destination
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Mailbox

PURPOSE = "imap"
PURPOSES = (PURPOSE, "pop3", oauth.PURPOSE)
PLACE = {"host", "username", "folder"}  # what makes it another mailbox
AT_THE_BEGINNING = (
    "attempts", "retry_at", "revision", "epoch", "begun_at", "uid_validity", "last_uid", "failed_at", "error",
)  # fmt: skip
WAY = {"host", "port", "security"}  # where a password goes, and how

# As `last_uid` of a source that was never fetched: what to do with the mails that lie there already.
EVERYTHING, FROM_NOW, UNREAD, TODAY, UNDECIDED = 0, -1, -2, -3, -4
CHOICES = {EVERYTHING: "everything", FROM_NOW: "nothing", UNREAD: "unread", TODAY: "today"}

Way = tuple[str, str, int, str]  # scheme, host, port, purpose


class SecretNeeded(Exception):
    """A kept secret goes nowhere else than it was given for: who leads it there must know it."""


def create_source(
    mailbox: Mailbox,
    *,
    password: str = "",
    grant: Mapping[str, Any] | None = None,
    actor: Actor,
    at: datetime,
    **fields: Any,
) -> Source:
    """Fetch from a mailbox elsewhere; `last_uid` says what to take in of what lies there already. With a grant it logs
    in by OAuth2, where that needs a consent, after somebody gave it.

    Raises egress.Refused for a host that cannot be understood.
    """
    actor.insist_on_a_person()
    with transaction.atomic():
        locked = secrets.lock(password) if password else b""
        fields |= _day_of(fields.get("last_uid"), at)
        source = accounts.create(Source, mailbox=mailbox, password=locked, actor=actor, at=at, **fields)
        if grant is not None:
            Grant.objects.create(source=source, **_with_locked_secret(grant))
        _keep_register(source, actor, at)
    return source


def change_source(
    source: Source,
    *,
    password: str = "",
    grant: Mapping[str, Any] | None = None,
    actor: Actor,
    at: datetime,
    **fields: Any,
) -> Source:
    """Change it; an empty password or secret keeps the present one. The next fetch tries at once, whatever failed
    before. Raises SecretNeeded where the present one would go elsewhere."""
    actor.insist_on_a_person()
    with transaction.atomic():
        before = held(Source, source.pk)
        ways = _ways_of(before)
        if _leads_elsewhere(before, fields, grant):
            _insist_on_the_secret(before, password, grant or {})
        if password and not _is(before.password, password):
            fields["password"] = secrets.lock(password)
        changed = {name for name, value in fields.items() if getattr(before, name) != value}
        source = accounts.change(before, actor=actor, at=at, **fields)
        if grant is not None and _change_grant(source, grant):
            record(verbs.SOURCE_GRANT_CHANGED, source, actor=actor, at=at)
            changed.add("grant")
        if changed:
            _begin_again(source, is_another=bool(changed & PLACE))
        _keep_register(source, actor, at)
        _withdraw_unused(ways, actor, at)
    return source


def decide(source: Source, choice: int, *, actor: Actor, at: datetime) -> Source:
    """What to take in of what lies there already. Does nothing once that is decided."""
    actor.insist_on_a_person()
    with transaction.atomic():
        source = held(Source, source.pk)
        if source.begun_at is not None or source.last_uid != UNDECIDED:
            return source
        source.last_uid, source.revision = choice, source.revision + 1
        source.from_day = _day_of(choice, at).get("from_day")
        source.save(update_fields=["last_uid", "revision", "from_day"])
        record(verbs.SOURCE_DECIDED, source, actor=actor, at=at, choice=CHOICES[choice])
    return source


def connect(source: Source, values: Mapping[str, Any], *, actor: Actor, at: datetime) -> Source:
    """A person consented: keep what `oauth.redeem` gave."""
    actor.insist_on_a_person()
    with transaction.atomic():
        source = held(Source, source.pk)
        Grant.objects.filter(source=source).update(connected_at=at, **values)
        _begin_again(source, is_another=False)
        record(verbs.SOURCE_CONNECTED, source, actor=actor, at=at)
    return source


def remove_source(source: Source, *, actor: Actor, at: datetime) -> None:
    """Fetch from there no more. What was fetched stays."""
    actor.insist_on_a_person()
    with transaction.atomic():
        source = Source.objects.get(pk=source.pk)
        ways = _ways_of(source)
        accounts.delete(source, actor=actor, at=at)
        _withdraw_unused(ways, actor, at)


def scheme_of(source: Source) -> str:
    return f"{source.kind}s" if source.security == "tls" else source.kind


def is_decided(source: Source) -> bool:
    return source.begun_at is not None or source.last_uid != UNDECIDED


def _day_of(choice: int | None, at: datetime) -> dict[str, date]:
    """What "today" means in a choice, however much later the first fetch succeeds."""
    return {"from_day": localdate(at)} if choice == TODAY else {}


def _begin_again(source: Source, *, is_another: bool) -> None:
    source.attempts, source.retry_at, source.revision = 0, None, source.revision + 1
    if not is_decided(source):
        # Still nobody has decided, and what failed with the old values says nothing about the new ones.
        source.failed_at, source.error = None, ""
    elif is_another:
        # Its names for mails mean other mails than those of the place before.
        source.epoch += 1
        source.begun_at, source.uid_validity, source.last_uid = None, None, FROM_NOW
        source.unfetched.all().delete()
    source.save(update_fields=AT_THE_BEGINNING)


def _leads_elsewhere(source: Source, fields: Mapping[str, Any], grant: Mapping[str, Any] | None) -> bool:
    present = oauth.grant_of(source)
    to_another = present is not None and (grant or {}).get("token_url", present.token_url) != present.token_url
    return to_another or any(getattr(source, name) != fields[name] for name in WAY & fields.keys())


def _insist_on_the_secret(source: Source, password: str, grant: Mapping[str, Any]) -> None:
    """Who does not know the secret gets neither it nor the tokens that were got with it."""
    present, given = oauth.grant_of(source), grant.get("client_secret", "")
    kept = source.password if present is None else present.client_secret
    if bytes(kept) and not (password if present is None else given):
        raise SecretNeeded
    if present is not None and not _is(present.client_secret, given):
        tokens = {"access_token": b"", "refresh_token": b"", "expires_at": None, "connected_at": None}
        Grant.objects.filter(pk=present.pk).update(**tokens)


def _change_grant(source: Source, values: Mapping[str, Any]) -> bool:
    present = Grant.objects.select_for_update().get(source=source)
    wanted = _with_locked_secret(values)
    if "client_secret" in wanted and _is(present.client_secret, values["client_secret"]):
        del wanted["client_secret"]
    changed = {name: value for name, value in wanted.items() if getattr(present, name) != value}
    if changed:
        # A token was given to what it was before.
        changed |= {"access_token": b"", "expires_at": None}
        Grant.objects.filter(pk=present.pk).update(**changed)
    return bool(changed)


def _with_locked_secret(grant: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(grant)
    if given := kept.pop("client_secret", ""):
        kept["client_secret"] = secrets.lock(given)
    return kept


def _is(kept: bytes | memoryview, given: str) -> bool:
    try:
        return bool(bytes(kept)) and secrets.unlock(kept) == given
    except secrets.Locked:
        return False


def _keep_register(source: Source, actor: Actor, at: datetime) -> None:
    ways = _ways_of(source)
    if not source.is_active:
        _withdraw_unused(ways, actor, at)
        return
    responsible = source.mailbox.responsible
    for scheme, host, port, purpose in ways:
        register(
            scheme=scheme,
            host=host,
            port=port,
            purpose=purpose,
            name=source.mailbox.address,
            responsible=ref(responsible) if responsible else actor.ref,
            allow_private=source.allow_private,
            actor=actor,
            at=at,
        )


def _ways_of(source: Source) -> list[Way]:
    """Where a source must be let out to: its server, and where its tokens come from. None for a local folder."""
    if not source.host:
        return []
    ways = [(scheme_of(source), host_of(source.host), source.port, source.kind)]
    if (grant := oauth.grant_of(source)) is not None:
        address = urlsplit(grant.token_url)
        ways.append(
            (address.scheme, host_of(address.hostname or ""), address.port or PORTS[address.scheme], oauth.PURPOSE)
        )
    return ways


def _withdraw_unused(ways: list[Way], actor: Actor, at: datetime) -> None:
    """No way out stays open that no active source needs."""
    needed = {way for each in Source.objects.filter(is_active=True) for way in _ways_of(each)}
    for scheme, host, port, purpose in ways:
        if (scheme, host, port, purpose) in needed:
            continue
        for each in Destination.objects.active().filter(scheme=scheme, host=host, port=port, purpose=purpose):
            withdraw(each, actor=actor, at=at)
