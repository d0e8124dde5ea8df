"""The mails of a POP3 server. One is named by its UIDL and its size, and by its headers where that does not suffice.

What is ours may be deleted there; the server does so only when the session ends properly.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from anliegen.flow.channels.mailroom import oauth
from anliegen.flow.channels.mailroom.places.imap import TLS
from anliegen.flow.channels.mailroom.places.place import (
    LARGEST,
    MailTooLarge,
    NotGiven,
    Summary,
    mark_of,
    short_key,
)
from anliegen.flow.channels.mailroom.troubles import SourceRefused
from anliegen.flow.channels.models import Source
from anliegen.ground import egress, secrets

OLDER_IN_A_ROW = 30  # then all that came before is older, too
LOOKED_AT = 1000  # mails whose date is looked up, at most


class PopBox:
    """See `place.Place`."""

    renumbered = False

    def __init__(self, client: egress.POPClient) -> None:
        self._client = client
        self._heads: dict[int, bytes] = {}
        self._sizes = _numbers(client.list()[1])
        self._named = self._names()

    def all_keys(self) -> list[str]:
        return list(self._named)

    def new_keys(self) -> list[str]:
        return self.all_keys()

    def unread(self) -> set[str] | None:
        return None

    def since(self, day: date) -> set[str]:
        """By the date that the sender wrote, since the server tells none; among the newest."""
        found, older = set(), 0
        for key in list(reversed(self._named))[:LOOKED_AT]:
            at = written_at(self._head(self._named[key]))
            if at is not None and at.date() < day:
                older += 1
                if older >= OLDER_IN_A_ROW:
                    break
            else:
                older = 0
                found.add(key)
        return found

    def summaries(self, keys: Sequence[str]) -> Iterator[Summary]:
        for key in keys:
            if (number := self._named.get(key)) is not None:
                head = self._head(number)
                yield Summary(key, mark_of(head), self._sizes.get(number, 0), written_at(head))

    def raw(self, key: str) -> bytes | None:
        number = self._named.get(key)
        if number is None:
            return None
        if self._sizes.get(number, 0) > LARGEST:
            raise MailTooLarge(ended_session=False)
        try:
            return self._client.mail(number)
        except egress.POPError as error:
            raise NotGiven(key) from error
        except egress.TooLarge as error:
            if error.code != "mail_too_large":
                raise
            raise MailTooLarge(ended_session=True) from error

    def remove(self, key: str) -> None:
        # A server that does not want to delete has its reasons; the mail is ours already.
        with suppress(egress.POPError):
            self._client.dele(self._named[key])

    def progress(self, key: str) -> dict[str, int]:
        return {}

    def finished(self) -> dict[str, int]:
        return {}

    def _names(self) -> dict[str, int]:
        """A key for each mail. Servers may give several mails one UIDL, or none; then their headers tell them apart."""
        unique = self._unique_ids()
        plain = {number: f"{unique.get(number, '')}/{size}" for number, size in self._sizes.items()}
        often = Counter(plain.values())
        named: dict[str, int] = {}
        for number, name in plain.items():
            key = short_key(name)
            if often[name] > 1 or number not in unique:
                key = f"{key}/{mark_of(self._head(number))[:24]}"
            while key in named:
                key += "+"
            named[key[:190]] = number
        return named

    def _unique_ids(self) -> dict[int, str]:
        try:
            lines = self._client.uidl()[1]
        except egress.POPError:
            return {}
        pairs = (line.decode("ascii", "replace").split(maxsplit=1) for line in lines)
        return {int(pair[0]): pair[1].strip() for pair in pairs if len(pair) == 2 and pair[0].isdigit()}

    def _head(self, number: int) -> bytes:
        if number not in self._heads:
            try:
                self._heads[number] = self._client.head(number)
            except egress.POPError:
                self._heads[number] = self._whole(number).partition(b"\r\n\r\n")[0]
        return self._heads[number]

    def _whole(self, number: int) -> bytes:
        if self._sizes.get(number, 0) > LARGEST:
            return b""
        with suppress(egress.POPError):
            return self._client.mail(number)
        return b""


@contextmanager
def opened(source: Source, *, lasts_s: float) -> Iterator[PopBox]:
    """The mailbox. What was deleted in it is so at the end, even if something failed on the way."""
    with egress.pop3(
        source.host, source.port, TLS[source.security], purpose=source.kind, lasts_s=lasts_s, largest=LARGEST
    ) as client:
        grant = oauth.grant_of(source)
        if grant is None:
            _log_in(client, source)
        else:
            oauth.log_in(grant, lambda token: _log_in_with(client, source, token))
        try:
            yield PopBox(client)
        finally:
            with suppress(egress.POPError, egress.EgressError, OSError):
                client.quit()


def written_at(head: bytes) -> datetime | None:
    """The date in the headers, if it has one that can be understood."""
    for line in head.replace(b"\r\n", b"\n").split(b"\n"):
        if line[:5].lower() == b"date:":
            with suppress(ValueError, TypeError, IndexError, OverflowError):
                at = parsedate_to_datetime(line[5:].decode("ascii", "replace").strip())
                return at if at.tzinfo is not None else at.astimezone()
    return None


def _log_in(client: egress.POPClient, source: Source) -> None:
    try:
        password = secrets.unlock(source.password)
    except secrets.Locked as error:
        raise SourceRefused("password_locked") from error
    try:
        client.user(source.username)
        client.pass_(password)
    except egress.POPError as error:
        said = str(error)
        raise SourceRefused("in_use" if "[IN-USE]" in said or "lock" in said.lower() else "login") from error


def _log_in_with(client: egress.POPClient, source: Source, token: str) -> bool:
    try:
        client.authenticate("XOAUTH2", base64.b64encode(oauth.xoauth2(source.username, token)).decode())
    except egress.POPError:
        return False
    return True


def _numbers(lines: Sequence[bytes]) -> dict[int, int]:
    pairs = (line.split() for line in lines)
    return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) >= 2 and pair[0].isdigit() and pair[1].isdigit()}
