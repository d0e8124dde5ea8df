"""A folder of an IMAP server, opened for reading only: nothing there is deleted, moved or marked as read.

A mail is named by UIDVALIDITY and UID. Servers number folders anew, some without saying so; then marks tell what is
known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Literal

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from anliegen.flow.channels.mailroom import oauth
from anliegen.flow.channels.mailroom.places.place import (
    LARGEST,
    MailTooLarge,
    NotGiven,
    Summary,
    batches,
    mark_of,
)
from anliegen.flow.channels.mailroom.troubles import SourceRefused
from anliegen.flow.channels.models import Source
from anliegen.ground import clock, egress, secrets

LOOK_BACK = timedelta(days=3)
DESCRIBING = "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)])"

TLS: dict[str, Literal["implicit", "starttls", "none"]] = {"tls": "implicit", "starttls": "starttls", "none": "none"}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_BEGINS = re.compile(rb"^\d+ \(")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_AT = re.compile(rb'\bINTERNALDATE "([^"]+)"')


class Box(BaseMailBox):
    """The mailbox of imap-tools on a connection that egress made."""

    client: egress.IMAPClient

    def __init__(self, client: egress.IMAPClient) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> egress.IMAPClient:
        return self._made


class ImapFolder:
    """See `place.Place`."""

    def __init__(self, box: Box, source: Source, *, validity: int, next_uid: int) -> None:
        self._client, self._source = box.client, source
        self.validity = validity
        self._is_first = source.uid_validity is None
        # A server that restored a folder and kept its UIDVALIDITY betrays itself by numbers that went back.
        self.went_back = source.uid_validity == validity and 0 < next_uid <= source.last_uid
        self.renumbered = not self._is_first and (source.uid_validity != validity or self.went_back)
        self._highest = 0

    def all_keys(self) -> list[str]:
        return self._search("ALL")

    def new_keys(self) -> list[str]:
        if self._is_first:
            return self.all_keys()
        if self.renumbered:
            self.all_keys()  # for the highest number
            known_until = min(self._source.fetched_at or self._source.begun_at or clock.now(), clock.now())
            return self._search("SINCE", _imap_day((known_until - LOOK_BACK).date()))
        after = self._source.last_uid
        # `n:*` always names the newest mail, even when its number is below n.
        return [key for key in self._search("UID", f"{after + 1}:*") if _uid(key) > after]

    def unread(self) -> set[str] | None:
        return set(self._search("UNSEEN"))

    def since(self, day: date) -> set[str]:
        return set(self._search("SINCE", _imap_day(day)))

    def summaries(self, keys: Sequence[str]) -> Iterator[Summary]:
        for batch in batches(keys):
            wanted = {_uid(key): key for key in batch}
            status, answer = self._client.uid("FETCH", ",".join(map(str, wanted)), DESCRIBING)
            if status != "OK":
                raise SourceRefused("protocol")
            for text, header in _per_mail(answer):
                uid = _UID.search(text)
                if uid is not None and (key := wanted.pop(int(uid[1]), None)) is not None:
                    size = _SIZE.search(text)
                    yield Summary(key, mark_of(header), int(size[1]) if size else 0, _internal_date(text))

    def raw(self, key: str) -> bytes | None:
        uid = _uid(key)
        try:
            status, answer = self._client.uid("FETCH", str(uid), "(BODY.PEEK[])")
        except egress.TooLarge as error:
            if error.code != "mail_too_large":
                raise
            raise MailTooLarge(ended_session=True) from error
        except egress.IMAPError as error:
            if isinstance(error, self._client.abort):
                raise
            raise NotGiven(key) from error
        if status != "OK":
            raise NotGiven(key)
        return _body(answer, uid)

    def remove(self, key: str) -> None:
        raise AssertionError("a folder of an IMAP server is read only")

    def progress(self, key: str) -> dict[str, int]:
        return {} if self._is_first or self.renumbered else {"last_uid": _uid(key)}

    def finished(self) -> dict[str, int]:
        # Not UIDNEXT: where that is a lie, mails would be passed over.
        kept = 0 if self._is_first or self.renumbered else self._source.last_uid
        return {"uid_validity": self.validity, "last_uid": max(self._highest, kept)}

    def _search(self, *criteria: str) -> list[str]:
        status, answer = self._client.uid("SEARCH", *criteria)
        if status != "OK":
            raise SourceRefused("protocol")
        # Each number once, whatever the server says; some say it in several lines.
        uids = sorted(
            {int(each) for line in answer if isinstance(line, bytes) for each in line.split() if each.isdigit()}
        )
        self._highest = max(self._highest, *uids[-1:], 0)
        return [f"{self.validity}/{uid}" for uid in uids]


@contextmanager
def opened(source: Source, *, lasts_s: float) -> Iterator[ImapFolder]:
    """The folder. Raises SourceRefused; egress.EgressError or IMAPError for what connection or server does."""
    with logged_in(source, lasts_s=lasts_s) as box:
        yield _open_folder(box, source)


@contextmanager
def opened_to_listen(source: Source, *, lasts_s: float) -> Iterator[egress.IMAPClient | None]:
    """The folder, to hear of news there (IDLE); None when the server has no such thing."""
    with logged_in(source, lasts_s=lasts_s) as box:
        # What a server can do it may tell those who logged in only.
        _status, said = box.client.capability()
        if b"IDLE" not in b" ".join(each for each in said if each).upper().split():
            yield None
            return
        _open_folder(box, source)
        yield box.client


@contextmanager
def logged_in(source: Source, *, lasts_s: float) -> Iterator[Box]:
    """A connection that may do what the user may."""
    tls = TLS[source.security]
    with egress.imap(source.host, source.port, tls, purpose=source.kind, lasts_s=lasts_s, largest=LARGEST) as client:
        box = Box(client)
        grant = oauth.grant_of(source)
        if grant is None:
            _log_in(box, source)
        else:
            oauth.log_in(grant, lambda token: _log_in_with(box, source, token))
        yield box


def _log_in(box: Box, source: Source) -> None:
    try:
        password = secrets.unlock(source.password)
    except secrets.Locked as error:
        raise SourceRefused("password_locked") from error
    log_in = box.login if f"{source.username}{password}".isascii() else box.login_utf8
    try:
        log_in(source.username, password, initial_folder=None)
    except ImapToolsError as error:
        raise _refusal("login", error) from error
    except egress.IMAPError as error:
        # A broken connection says nothing about the password; the library calls it an error, too.
        if isinstance(error, box.client.abort):
            raise
        raise _refusal("login", error) from error


def _log_in_with(box: Box, source: Source, token: str) -> bool:
    """XOAUTH2; whether the server takes the token. It tells a refusal in a question that wants an empty answer."""
    answers = [oauth.xoauth2(source.username, token)]
    try:
        box.client.authenticate("XOAUTH2", lambda _said: answers.pop() if answers else b"")
    except egress.IMAPError as error:
        if isinstance(error, box.client.abort):
            raise
        return False
    return True


def _open_folder(box: Box, source: Source) -> ImapFolder:
    try:
        state = box.folder.status(source.folder, ["UIDVALIDITY", "UIDNEXT"])
        box.folder.set(source.folder, readonly=True)
    except ImapToolsError as error:
        raise _refusal("folder", error) from error
    named = {name: state.get(name) or _said_on_opening(box, name) for name in ("UIDVALIDITY", "UIDNEXT")}
    return ImapFolder(box, source, validity=named["UIDVALIDITY"], next_uid=named["UIDNEXT"])


def _refusal(code: str, error: Exception) -> SourceRefused:
    """A server that says it cannot at the moment (RFC 5530) says nothing about password or folder."""
    passes = any(word in str(error) for word in ("[UNAVAILABLE]", "[SERVERBUG]", "[INUSE]", "[LIMIT]"))
    return SourceRefused("unavailable" if passes else code)


def _said_on_opening(box: Box, name: str) -> int:
    """0 where the server says it nowhere: then its numbers count as never changed, and going back shows nothing."""
    _name, values = box.client.response(name)
    value = values[-1] if values else None
    return int(value) if isinstance(value, bytes) and value.isdigit() else 0


def _body(answer: Sequence[Any], uid: int) -> bytes | None:
    """The literal that belongs to this mail. None when the server names no such mail. Raises NotGiven."""
    is_named = False
    for text, literal in _per_mail(answer):
        named = _UID.search(text)
        if named is not None and int(named[1]) != uid:
            continue  # news about another mail
        if literal:
            return literal
        is_named = is_named or b"BODY[]" in text
    if is_named:
        raise NotGiven(str(uid))
    return None


def _per_mail(answer: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Of each mail in the answer what is said about it, before and after its literal, and the literal."""
    text, literal = b"", b""
    for part in answer:
        line, held = (part[0], part[1]) if isinstance(part, tuple) else (part or b"", b"")
        if _BEGINS.match(line) and text:
            yield text, literal
            text, literal = b"", b""
        text, literal = text + b" " + line if text else line, held or literal
    if text:
        yield text, literal


def _internal_date(text: bytes) -> datetime | None:
    found = _AT.search(text)
    try:
        return datetime.strptime(found[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
    except ValueError:
        return None


def _uid(key: str) -> int:
    return int(key.rpartition("/")[2])


def _imap_day(day: date) -> str:
    return f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"
