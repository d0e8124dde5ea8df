"""One process at a time."""

import threading

import pytest
from django.db import connection

from anliegen.ground import leader
from anliegen.ground.leader import Stopped

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 0x7E57


def test_the_second_waits_until_the_first_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "LOOK_S", 0.05)
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with leader.alone(NUMBER, threading.Event()):
            order.append("second")
        connection.close()

    with leader.alone(NUMBER, threading.Event()) as is_ours:
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait(5)
        thread.join(0.3)
        assert is_ours()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_who_is_to_stop_waits_no_longer() -> None:
    stop = threading.Event()
    stop.set()
    with leader.alone(NUMBER, threading.Event()), pytest.raises(Stopped), leader.alone(NUMBER, stop):
        pytest.fail("two were alone")  # pragma: no cover


def test_with_its_connection_the_lock_is_gone() -> None:
    with leader.alone(NUMBER, threading.Event()) as is_ours:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [NUMBER]
            )
        assert not is_ours()
