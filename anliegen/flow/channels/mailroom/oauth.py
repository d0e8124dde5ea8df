"""Logging in at a mailbox without its password: OAuth2 with tokens that are fetched, kept encrypted and renewed.

Two ways lead to them: a person consents once in the browser (authorisation code with PKCE, then refresh tokens), or the
application has the leave by itself (client credentials, for Microsoft 365).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets as random_source
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from anliegen.flow.channels.mailroom.troubles import SourceRefused
from anliegen.flow.channels.models import Grant, Source
from anliegen.ground import clock, egress, secrets

PURPOSE = "oauth"
EARLY = timedelta(minutes=5)  # so long before its end a token counts as old
LEASE = timedelta(seconds=60)
LOOKS, PAUSE_S = 60, 0.5  # for a token that another process is renewing


@dataclass(frozen=True)
class Provider:
    """What is fixed for a provider. `{tenant}` in an address is the organisation's at Microsoft."""

    host: str
    authorize_url: str
    token_url: str
    scope: str
    client_scope: str = ""  # for client credentials; empty where the provider has none
    extra: tuple[tuple[str, str], ...] = ()


PROVIDERS = {
    "microsoft": Provider(
        host="outlook.office365.com",
        authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106  # an address
        scope="https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        client_scope="https://outlook.office365.com/.default",
    ),
    "google": Provider(
        host="imap.gmail.com",
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106  # an address
        scope="https://mail.google.com/",
        # Without these Google gives a refresh token the first time only.
        extra=(("access_type", "offline"), ("prompt", "consent")),
    ),
}
REFUSALS = {
    "invalid_grant": "oauth_consent",
    "invalid_client": "oauth_client",
    "unauthorized_client": "oauth_client",
    "invalid_scope": "oauth_scope",
}


def grant_of(source: Source) -> Grant | None:
    """The source's leave to log in without a password, if it has one; as it is now."""
    return Grant.objects.filter(source_id=source.pk).first()


def log_in(grant: Grant, takes: Callable[[str], bool]) -> None:
    """Log in with the present token, or with a new one when that is not taken. Raises SourceRefused."""
    token = _token(grant)
    if takes(token):
        return
    renewed = _token(grant, instead_of=token)
    if renewed == token or not takes(renewed):
        raise SourceRefused("oauth_refused")


def xoauth2(username: str, token: str) -> bytes:
    """The answer of the SASL mechanism XOAUTH2, not yet in base64."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def new_verifier() -> str:
    """The secret of one consent (PKCE, RFC 7636): who redeems the code must have asked for it."""
    return random_source.token_urlsafe(48)


def consent_address(grant: Grant, *, state: str, verifier: str, redirect_uri: str) -> str:
    """Where a person consents, in the browser."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": grant.client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": grant.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": grant.source.username,
    }
    known = PROVIDERS.get(grant.provider)
    return f"{grant.authorize_url}?{urlencode(asked | dict(known.extra if known else ()))}"


def redeem(grant: Grant, *, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """What the consent is worth: the columns of the grant. Raises SourceRefused."""
    answer = _ask(grant, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier)
    if not answer.get("refresh_token"):
        raise SourceRefused("oauth_no_refresh")
    return _kept(answer)


def _token(grant: Grant, *, instead_of: str = "") -> str:
    """A token that still holds for a while; renewed by one process at a time, because some providers take an old
    refresh token for a theft. Raises SourceRefused."""
    for _look in range(LOOKS):
        if present := _present(grant, instead_of):
            return present
        if _claim(grant):
            return _renew(grant, instead_of)
        time.sleep(PAUSE_S)
    raise SourceRefused("oauth_unavailable")


def _present(grant: Grant, instead_of: str) -> str:
    grant.refresh_from_db()
    present = _unlocked(grant.access_token)
    holds = grant.expires_at is not None and grant.expires_at - EARLY > clock.now()
    return present if holds and present != instead_of else ""


def _claim(grant: Grant) -> bool:
    now = clock.now()
    # A lease much longer than any was given by a clock that has been put back since. Only a little longer are those of
    # others who looked at the clock after us and claimed before us.
    held = Q(renewing_until__gte=now, renewing_until__lte=now + 2 * LEASE)
    free = Grant.objects.filter(pk=grant.pk).exclude(held)
    return bool(free.update(renewing_until=now + LEASE))


def _renew(grant: Grant, instead_of: str) -> str:
    try:
        # Another may have renewed it and let go between the look and the claim: then that refresh token is used up.
        if present := _present(grant, instead_of):
            return present
        if grant.flow == "client":
            answer = _ask(grant, grant_type="client_credentials", scope=grant.scope)
        else:
            refresh_token = _unlocked(grant.refresh_token)
            if not refresh_token:
                raise SourceRefused("oauth_not_connected")
            answer = _ask(grant, grant_type="refresh_token", refresh_token=refresh_token)
        Grant.objects.filter(pk=grant.pk).update(**_kept(answer))
    finally:
        Grant.objects.filter(pk=grant.pk).update(renewing_until=None)
    return str(answer["access_token"])


def _kept(answer: dict[str, Any]) -> dict[str, Any]:
    lasts = answer.get("expires_in")
    seconds = int(lasts) if isinstance(lasts, (int, float)) or (isinstance(lasts, str) and lasts.isdigit()) else 3600
    kept = {
        "access_token": secrets.lock(str(answer["access_token"])),
        "expires_at": clock.now() + timedelta(seconds=seconds),
    }
    # Some give a new refresh token each time, some only the first time.
    if answer.get("refresh_token"):
        kept["refresh_token"] = secrets.lock(str(answer["refresh_token"]))
    return kept


def _ask(grant: Grant, **fields: str) -> dict[str, Any]:
    fields["client_id"] = grant.client_id
    if client_secret := _unlocked(grant.client_secret):
        fields["client_secret"] = client_secret
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    try:
        response = egress.fetch(
            "POST", grant.token_url, purpose=PURPOSE, headers=headers, body=urlencode(fields).encode()
        )
    except egress.EgressError as error:
        raise SourceRefused("oauth_unreachable") from error
    answer = _json(response.body)
    if response.status == 200 and answer.get("access_token"):
        return answer
    if response.status == 429 or response.status >= 500:
        raise SourceRefused("oauth_unavailable")
    raise SourceRefused(REFUSALS.get(str(answer.get("error")), "oauth_answer"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _unlocked(kept: bytes | memoryview) -> str:
    if not bytes(kept):
        return ""
    try:
        return secrets.unlock(kept)
    except secrets.Locked as error:
        raise SourceRefused("password_locked") from error
