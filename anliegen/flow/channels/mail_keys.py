"""The keys that signed and encrypted mails are checked and opened with: imported by an administrator, kept locked."""

import json
from base64 import b64decode, b64encode
from datetime import datetime

import structlog

from anliegen.flow.channels.email.sealed.files import read_file
from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey
from anliegen.flow.channels.models import MailKey
from anliegen.ground import secrets
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.records.accounts import actions as accounts

log = structlog.get_logger(__name__)


def load() -> Keyring:
    """All keys, unlocked, without those that were locked with another instance's `keys/`."""
    rows = list(MailKey.objects.order_by("pk"))
    return Keyring(
        own_smime=tuple(own for row in rows if row.kind == "smime-own" and (own := _unlocked(row))),
        own_pgp=tuple(own for row in rows if row.kind == "pgp-own" and (own := _unlocked(row))),
        authorities=tuple(bytes(row.public) for row in rows if row.kind == "smime-authority"),
        people_smime=tuple(bytes(row.public) for row in rows if row.kind in ("smime-person", "smime-own")),
        people_pgp=tuple(bytes(row.public) for row in rows if row.kind in ("pgp-person", "pgp-own")),
    )


def import_keys(content: bytes, *, passphrase: str = "", actor: Actor, at: datetime) -> list[MailKey]:
    """Keep every key of the file that is not kept yet; return the new ones. Raises KeyRefused."""
    actor.insist_on_a_person()
    found = read_file(content, passphrase)
    with unit():
        known = set(MailKey.objects.values_list("kind", "fingerprint"))
        return [
            accounts.create(
                MailKey,
                kind=key.kind,
                name=key.name[:300],
                fingerprint=key.fingerprint,
                public=key.public,
                private=_locked(key.own) if key.own else None,
                expires_at=key.expires_at,
                created_at=at,
                actor=actor,
                at=at,
            )
            for key in found
            if (key.kind, key.fingerprint) not in known
        ]


def remove_key(key: MailKey, *, actor: Actor, at: datetime) -> None:
    """Forget it. Mails that were opened with it stay readable; others no longer open."""
    actor.insist_on_a_person()
    accounts.delete(MailKey.objects.get(pk=key.pk), actor=actor, at=at)


def _locked(own: OwnKey) -> bytes:
    kept = {"private": b64encode(own.private).decode(), "passphrase": own.passphrase}
    return secrets.lock(json.dumps(kept))


def _unlocked(row: MailKey) -> OwnKey | None:
    try:
        kept = json.loads(secrets.unlock(row.private or b""))
    except secrets.Locked:
        log.error("a key for mails does not open with this instance's keys", key=row.pk)
        return None
    return OwnKey(b64decode(kept["private"]), bytes(row.public), kept["passphrase"])
