"""`DATABASE_URL`: what it may look like, and waiting for what it names."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.postgres import BadUrl, NotReachable, TooOld, acquire, external, parse_url, wait_ready, where

made_before = pytest.mark.usefixtures("made_before")


def named(
    name: str, user: str = "", password: str = "", host: str = "", port: str = "", **options: str
) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        ("postgresql://u:p@db.example:5433/name", named("name", "u", "p", "db.example", "5433")),
        ("postgres://u@db.example/name?sslmode=require", named("name", "u", "", "db.example", sslmode="require")),
        ("postgresql://u%40x:p%2F%3A%40ss@h/n%20a", named("n a", "u@x", "p/:@ss", "h")),
        ("postgresql://u:a:b@h/n", named("n", "u", "a:b", "h")),
        ("postgresql://u@[::1]:5432/n", named("n", "u", "", "::1", "5432")),
        ("postgresql://u@[fe80::1]/n", named("n", "u", "", "fe80::1")),
        ("postgresql://u@a:1,b:2/n?target_session_attrs=read-write",
         named("n", "u", "", "a,b", "1,2", target_session_attrs="read-write")),
        ("postgresql://u@%2Fvar%2Frun%2Fpostgresql/n", named("n", "u", "", "/var/run/postgresql")),
        ("postgresql:///n?host=/run/pg&user=u&port=6432", named("n", "u", "", "/run/pg", "6432")),
        ("postgresql:///n", named("n")),
    ],
)  # fmt: skip
def test_an_address_is_read_as_libpq_reads_it(url: str, settings: dict[str, object]) -> None:
    assert parse_url(url) == settings


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:geheim@h/n", "postgresql://"),
        ("sqlite:///x.db", "postgresql://"),
        ("postgresql://u:geheim@h", "name the database"),
        ("postgresql://u:geheim@h:port/n", "not a number"),
        ("postgresql://u:geheim@h/n?sslmod=require", "sslmod"),
        ("postgresql://u:geheim@h/n?nonsense", "bad query field"),
        ("postgresql://u:geheim@[::1/n", "cannot be understood"),
        ("", "postgresql://"),
    ],
)
def test_an_address_that_means_nothing_is_refused_without_repeating_the_password(url: str, reason: str) -> None:
    with pytest.raises(BadUrl, match=reason) as refusal:
        parse_url(url)
    assert "geheim" not in str(refusal.value)


@given(user=st.text(min_size=1), password=st.text(), name=st.text(min_size=1))
def test_anything_that_is_percent_encoded_arrives_as_it_was(user: str, password: str, name: str) -> None:
    def quoted(text: str) -> str:
        return "".join(f"%{byte:02X}" for byte in text.encode())

    read = parse_url(f"postgresql://{quoted(user)}:{quoted(password)}@h/{quoted(name)}")
    assert (read["USER"], read["PASSWORD"], read["NAME"]) == (user, password, name)


@made_before
def test_a_server_that_is_there_tells_its_version(data: Path) -> None:
    with acquire(data) as server:
        assert wait_ready(server.url, 5) // 10000 == 18
        assert wait_ready(server.dsn, 5) // 10000 == 18
        socket = parse_url(server.url)
        assert {**socket, "OPTIONS": None} == {**where(data), "OPTIONS": None}


def test_a_server_that_is_not_there_is_waited_for_and_then_told(data: Path) -> None:
    began = time.monotonic()
    with pytest.raises(NotReachable, match="cannot be reached"):
        wait_ready(f"postgresql:///n?host={data}", 0.6)
    assert 0.3 < time.monotonic() - began < 5


@made_before
def test_a_server_that_turns_us_away_is_told_at_once(data: Path) -> None:
    with acquire(data) as server:
        began = time.monotonic()
        with pytest.raises(NotReachable, match="no_such_database"):
            wait_ready(server.url.replace("/anliegen?", "/no_such_database?"), 30)
        assert time.monotonic() - began < 5


@made_before
def test_a_server_that_comes_later_is_found(data: Path) -> None:
    acquire(data).release()
    url = f"postgresql://anliegen@/anliegen?host={data}/postgres/socket"
    done: list[int] = []
    waiting = threading.Thread(target=lambda: done.append(wait_ready(url, 20)))
    waiting.start()
    time.sleep(0.3)
    assert done == []
    with acquire(data):
        waiting.join(20)
    assert done[0] // 10000 == 18


@made_before
def test_a_server_that_is_too_old_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "OLDEST", 99)
    with acquire(data) as server, pytest.raises(TooOld, match="needs 99"):
        wait_ready(server.url, 5)


def test_an_address_that_libpq_cannot_read_is_refused() -> None:
    with pytest.raises(BadUrl, match="cannot be understood"):
        wait_ready("this is no address", 5)
