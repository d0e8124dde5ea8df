"""The operator's own PostgreSQL, named by `DATABASE_URL`."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from anliegen.ground.postgres.errors import BadUrl, NotReachable, TooOld

OLDEST = 15
SCHEMES = ("postgresql", "postgres")

# What libpq understands and an operator may have reason to say. Anything else is a slip of the pen.
OPTIONS = {
    "application_name", "channel_binding", "connect_timeout", "gssencmode", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "krbsrvname", "load_balance_hosts", "options", "passfile",
    "require_auth", "sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert",
    "target_session_attrs", "tcp_user_timeout",
}  # fmt: skip


def parse_url(url: str) -> dict[str, Any]:
    """One entry of Django's `DATABASES` from `postgresql://user:password@host:port/name?sslmode=require`.

    As libpq reads it: everything may be percent-encoded, the host may be a socket directory (`%2Fvar%2Frun` or
    `?host=/var/run`), an IPv6 address in brackets, or several hosts with commas. Raises BadUrl.
    """
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise BadUrl(f"DATABASE_URL cannot be understood: {error}.") from None
    if parts.scheme not in SCHEMES:
        raise BadUrl("DATABASE_URL must begin with postgresql:// (no other kind of database is supported).")
    user, password = _credentials(parts.netloc)
    host, port = _address(parts.netloc)
    name = query.pop("dbname", unquote(parts.path.removeprefix("/")))
    user = query.pop("user", user)
    if not name:
        raise BadUrl("DATABASE_URL must name the database: postgresql://user@host/NAME")
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": query.pop("password", password),
        "HOST": query.pop("host", host),
        "PORT": query.pop("port", port),
    }
    if unknown := set(query) - OPTIONS:
        raise BadUrl(f"DATABASE_URL has an option that is not known: {', '.join(sorted(unknown))}.")
    return settings | {"OPTIONS": query}


def wait_ready(dsn: str, timeout: float) -> int:
    """Wait until the server takes us; its version as 150004. `dsn` is an address or libpq's `key=value` form.

    Waits for a server that is not there or still starting. A server that answers and turns us away (password, name of
    the database) will do so again and is told at once. Raises NotReachable, TooOld, BadUrl.
    """
    import psycopg  # noqa: PLC0415  # slow import: 10 MB that the supervisor of an embedded server need not have
    from psycopg import pq  # noqa: PLC0415  # slow import

    until = time.monotonic() + timeout
    pause = 0.05
    while True:
        try:
            with psycopg.connect(dsn, connect_timeout=max(2, int(timeout))) as connection:
                version = connection.info.server_version
            break
        except psycopg.ProgrammingError as error:
            raise BadUrl(f"The address of the database cannot be understood: {error}") from None
        except psycopg.OperationalError as error:
            answered = pq.PGconn.ping(_conninfo(dsn)) == pq.Ping.OK
            if answered or time.monotonic() + pause > until:
                raise NotReachable(f"The database cannot be reached: {str(error).strip()}") from None
        time.sleep(pause)
        pause = min(pause * 2, 1.0)
    if version < OLDEST * 10000:
        raise TooOld(_readable(version), OLDEST)
    return version


def _credentials(netloc: str) -> tuple[str, str]:
    user, _, password = netloc.rpartition("@")[0].partition(":")
    return unquote(user), unquote(password)


def _address(netloc: str) -> tuple[str, str]:
    """Hosts and ports, each with commas between when there are several; brackets of IPv6 removed."""
    hosts, ports = [], []
    for each in netloc.rpartition("@")[2].split(","):
        closing = each.rfind("]")
        host, colon, port = each[closing + 1 :].partition(":")
        hosts.append(each[: closing + 1].strip("[]") if closing >= 0 else unquote(host))
        ports.append(port)
        if colon and port and not port.isdigit():
            raise BadUrl("DATABASE_URL has a port that is not a number.")
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def _conninfo(dsn: str) -> bytes:
    return dsn.encode()


def _readable(version: int) -> str:
    return f"{version // 10000}.{version % 10000}"
