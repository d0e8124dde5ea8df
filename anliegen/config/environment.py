"""What the operator sets from outside: each variable, what it may be, and an example of it.

Imports no Django: the supervisor reads this, too, and stays small.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from anliegen.ground import files, postgres, secrets
from anliegen.ground.egress.addresses import host_of, target_of
from anliegen.ground.egress.errors import Refused

T = TypeVar("T")

PREFIX = "ANLIEGEN_"
SECRETS = ("DATABASE_URL", "ANLIEGEN_SMTP_URL", "ANLIEGEN_SECRET_KEY")  # each also as NAME_FILE
KNOWN = (
    "ANLIEGEN_DATA", "ANLIEGEN_HOST", "ANLIEGEN_PORT", "ANLIEGEN_SMTP_PORT", "ANLIEGEN_BASE_URL",
    "ANLIEGEN_WEB_THREADS", "ANLIEGEN_LOG_FORMAT", "ANLIEGEN_MAIL_FOLDERS", "ANLIEGEN_DEBUG", "ANLIEGEN_DEMO",
    "ANLIEGEN_STALLED_AFTER_S", "ANLIEGEN_READ_WITHIN_S",
    *SECRETS, *(f"{name}_FILE" for name in SECRETS),
)  # fmt: skip
SET_BY_THE_PROGRAM = ("ANLIEGEN_PARENT", "ANLIEGEN_SUPERVISED")
OF_OUR_TOOLS = tuple(
    PREFIX + name for name in ("CORPUS", "TEST_", "BENCH_")
)  # those of tests and measurements begin so

YES, NO = {"true", "1", "yes", "on", "t", "y"}, {"false", "0", "no", "off", "f", "n"}


class WrongEnvironment(Exception):
    """Variables that cannot be meant: one line each, with value, what is allowed, and an example. No password in it."""


class Unusable(ValueError):
    """A value that is written well and still cannot be used; the text says why."""


@dataclass(frozen=True)
class Kind(Generic[T]):
    """How a value is read (a ValueError where it cannot be), and how to say what is allowed."""

    read: Callable[[str], T]
    allowed: str
    example: str


@dataclass(frozen=True)
class Environment:
    """What is set. Every value has a default that works on a laptop; `base_url` is empty without one."""

    data: Path
    host: str
    port: int
    smtp_port: int
    base_url: str
    smtp_url: str | None
    database_url: str | None
    secret_key: str | None
    web_threads: int
    log_format: str
    mail_folders: str
    debug: bool
    demo: bool


def read() -> Environment:
    """Raises WrongEnvironment. Makes the data directory."""
    asked = _Asked()
    for read_elsewhere in ("ANLIEGEN_STALLED_AFTER_S", "ANLIEGEN_READ_WITHIN_S"):
        asked.one(read_elsewhere, 60.0, SECONDS)
    made = Environment(
        data=asked.one("ANLIEGEN_DATA", files.data_path(), DIRECTORY, also_unset=True),
        host=asked.one("ANLIEGEN_HOST", "127.0.0.1", HOST),
        port=asked.one("ANLIEGEN_PORT", 8000, _whole(0, 65535, "8000")),
        smtp_port=asked.one("ANLIEGEN_SMTP_PORT", 8025, _whole(0, 65535, "8025")),
        base_url=asked.one("ANLIEGEN_BASE_URL", "", BASE_URL),
        smtp_url=asked.secret("ANLIEGEN_SMTP_URL", SMTP_URL),
        database_url=asked.secret("DATABASE_URL", DATABASE_URL),
        secret_key=asked.secret("ANLIEGEN_SECRET_KEY", SECRET_KEY),
        web_threads=asked.one("ANLIEGEN_WEB_THREADS", 8, _whole(1, 64, "8")),
        log_format=asked.one("ANLIEGEN_LOG_FORMAT", "plain", LOG_FORMAT),
        mail_folders=asked.one("ANLIEGEN_MAIL_FOLDERS", "", FOLDERS),
        debug=asked.one("ANLIEGEN_DEBUG", False, TRUTH),
        demo=asked.one("ANLIEGEN_DEMO", False, TRUTH),
    )
    if asked.wrong:
        raise WrongEnvironment("\n".join(asked.wrong))
    return made


def strangers() -> list[str]:
    """A line for each variable that is named like ours and does nothing, with the one that was probably meant."""
    ours = {name.removeprefix(PREFIX): name for name in KNOWN}
    lines = []
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in KNOWN + SET_BY_THE_PROGRAM or name.startswith(OF_OUR_TOOLS):
            continue
        near = get_close_matches(name.removeprefix(PREFIX).upper(), ours, n=1)
        hint = f"did you mean {ours[near[0]]}?" if near else "docs/configuration.md names the known ones."
        lines.append(f"{name} is not known and does nothing; {hint}")
    return lines


def masked(value: str) -> str:
    """The value without what may be a password in it, also where the address around it is written wrongly."""
    scheme = "".join(re.findall(r"^[A-Za-z][A-Za-z0-9+.-]*://", value))
    rest = value.removeprefix(scheme)
    if "@" in rest:
        rest = f"***@{rest.rpartition('@')[2]}"
    else:
        rest = re.sub(r"^([^:/\[\]]+):(?!\d{1,5}(?:[/?]|$)|//).+", r"\1:***", rest, flags=re.DOTALL)
    return re.sub(r"(?i)(pass\w*=)[^&\s]*", r"\1***", f"{scheme}{rest}")


class _Asked:
    """The variables that were asked for so far, and what is wrong with them."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def one(self, name: str, default: T, kind: Kind[T], *, also_unset: bool = False) -> T:
        """An empty one counts as not set. A default is looked at only where the world may be against it."""
        value = os.environ.get(name, "") or (str(default) if also_unset else "")
        if not value:
            return default
        return self._read(f"{name} is {masked(value)!r}", value, default, kind)

    def secret(self, name: str, kind: Kind[str]) -> str | None:
        """What a file holds may be anything, so of that nothing is repeated."""
        from_file = not os.environ.get(name)
        where = f"{name}_FILE is {os.environ.get(f'{name}_FILE')!r}" if from_file else f"{name} is set"
        try:
            value = secrets.secret(name)
        except (secrets.SecretUnreadable, ValueError) as error:
            cause = error.__cause__
            why = cause.strerror if isinstance(cause, OSError) else "it holds no text"
            example = f"/run/secrets/{name.lower()}"
            self.wrong.append(f"{where}: {why}. It must be the path of a file that can be read, such as {example}.")
            return None
        if not value:
            return None
        if not from_file and kind is not SECRET_KEY:
            where = f"{name} is {masked(value)!r}"
        return self._read(f"{where}, and what it holds cannot be used" if from_file else where, value, value, kind)

    def _read(self, where: str, value: str, default: T, kind: Kind[T]) -> T:
        must = f"must be {kind.allowed}, such as {kind.example}."
        try:
            return kind.read(value)
        except Unusable as why:
            self.wrong.append(f"{where}: {why}. It {must}")
        except ValueError:
            self.wrong.append(f"{where}: it {must}")
        return default


def _whole(least: int, most: int, example: str) -> Kind[int]:
    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise ValueError
        return int(value)

    return Kind(read, f"a number from {least} to {most}", example)


def _seconds(value: str) -> float:
    seconds = float(value)
    if not 0 < seconds < 1e9:  # also not a number, and infinity
        raise ValueError
    return seconds


def _truth(value: str) -> bool:
    if value.lower() not in YES | NO:
        raise ValueError
    return value.lower() in YES


def _directory(value: str) -> Path:
    place = Path(value).resolve()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise Unusable("that is a file") from None
    except OSError as error:
        raise Unusable(error.strerror or "it cannot be made") from None
    if not os.access(place, os.W_OK | os.X_OK):
        raise Unusable("this account may not write there")
    return place


def _host(value: str) -> str:
    if ":" in value:
        ipaddress.IPv6Address(value.partition("%")[0])
    else:
        _name(value)
    return value


def _name(value: str) -> None:
    try:
        host_of(value)
    except Refused as error:
        raise ValueError from error


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError
    _name(parts.hostname or "")
    if parts.port == 0 or parts.netloc.endswith(":") or any(letter <= " " for letter in value):
        raise ValueError
    return value


def _smtp_url(value: str) -> str:
    try:
        _target, parts = target_of(value, ("smtp", "smtps"))
    except Refused as error:
        raise ValueError from error
    query = parse_qs(parts.query, keep_blank_values=True)
    if set(query) - {"tls"} or query.get("tls", ["none"])[0] not in ("starttls", "none", "auto"):
        raise Unusable("of options it takes tls=starttls and tls=none only")
    return value


def _database_url(value: str) -> str:
    try:
        postgres.parse_url(value)
    except postgres.PostgresError as error:
        raise Unusable(str(error).rstrip(".")) from None
    return value


def _log_format(value: str) -> str:
    if value not in ("plain", "json"):
        raise ValueError
    return value


def _folders(value: str) -> str:
    if not all(Path(each).is_absolute() for each in value.split(os.pathsep) if each.strip()):
        raise ValueError
    return value


SECONDS = Kind(_seconds, "a number of seconds above 0", "60")
TRUTH = Kind(_truth, "true or false", "false")
DIRECTORY = Kind(_directory, "a directory that this account may write in", "/var/lib/anliegen")
HOST = Kind(_host, "an address or name of this machine, without a port", "127.0.0.1")
BASE_URL = Kind(
    _base_url, "an address that begins with http:// or https:// and names a host", "https://service.example.org"
)
SMTP_URL = Kind(
    _smtp_url, "an address that begins with smtp:// or smtps:// and names a host",
    "smtp://user:password@mail.example.org:587?tls=starttls",
)  # fmt: skip
DATABASE_URL = Kind(_database_url, "the address of a PostgreSQL", "postgresql://user:password@host:5432/name")
SECRET_KEY: Kind[str] = Kind(str, "any text", "the output of openssl rand -hex 32")
LOG_FORMAT = Kind(_log_format, "plain or json", "json")
FOLDERS = Kind(_folders, f"whole paths that begin with /, with {os.pathsep} between", "/var/mail:/home/service/Maildir")
