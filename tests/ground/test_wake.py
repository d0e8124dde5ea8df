"""Waiting for notifications: heard, and outlived, whatever the database or the work itself does."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from anliegen.ground.wake import database_is_away, listen, work_when_woken

pytestmark = pytest.mark.django_db(transaction=True)

CHANNEL = "test_wake"


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


class Working(threading.Thread):
    """Runs `work_when_woken` and keeps what woke it."""

    def __init__(
        self, stop: threading.Event, *, patience: float = 60, rest: float = 0.0, work: Callable[[int], object] = int
    ) -> None:
        super().__init__(daemon=True)
        self.woken: list[set[str]] = []
        self._stop_event, self._pace, self._work = stop, {"patience": patience, "rest": rest}, work
        self.start()

    def run(self) -> None:
        work_when_woken([CHANNEL], self._note, self._stop_event, **self._pace)
        connection.close()

    def has_worked(self, times: int, seconds: float = 10) -> bool:
        end = time.monotonic() + seconds
        while len(self.woken) < times and time.monotonic() < end:
            time.sleep(0.01)
        return len(self.woken) >= times

    def _note(self, woken: set[str]) -> None:
        self.woken.append(woken)
        self._work(len(self.woken))


def notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def end_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def refuse(sqlstate: str) -> None:
    """Have the database refuse something with this code."""
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$")


def test_the_first_look_does_not_wait_for_a_notification(stop: threading.Event) -> None:
    working = Working(stop)
    assert working.has_worked(1)
    assert working.woken == [set()]


def test_a_notification_wakes_and_says_which_channel(stop: threading.Event) -> None:
    working = Working(stop)
    assert working.has_worked(1)
    notify()
    assert working.has_worked(2)
    assert working.woken[1] == {CHANNEL}


def test_notifications_of_one_moment_are_one_look(stop: threading.Event) -> None:
    listening = listen([CHANNEL], stop, patience=60)
    assert next(listening) == set()
    with transaction.atomic():
        for number in range(50):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(number)])
    assert next(listening) == {CHANNEL}
    waiting = threading.Timer(1.5, stop.set)
    waiting.start()
    assert list(listening) == []


def test_without_a_notification_it_looks_again_after_its_patience(stop: threading.Event) -> None:
    working = Working(stop, patience=0.2)
    assert working.has_worked(4)
    assert working.woken[:4] == [set()] * 4


def test_a_stop_is_noticed_soon(stop: threading.Event) -> None:
    working = Working(stop)
    assert working.has_worked(1)
    stop.set()
    working.join(3)
    assert not working.is_alive()


def test_a_lost_connection_is_made_again_and_what_was_missed_is_looked_for(stop: threading.Event) -> None:
    working = Working(stop)
    assert working.has_worked(1)
    end_other_connections()
    assert working.has_worked(2)
    assert working.woken[1] == set()
    notify()
    assert working.has_worked(3)
    assert working.woken[2] == {CHANNEL}


def test_work_that_lost_its_connection_is_done_again_without_waiting_for_a_notification(stop: threading.Event) -> None:
    def work(times: int) -> None:
        if times == 2:
            refuse("57P01")  # admin_shutdown
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    working = Working(stop, work=work)
    assert working.has_worked(1)
    notify()
    assert working.has_worked(3)
    assert working.woken == [set(), {CHANNEL}, set()]


def test_work_that_fails_by_our_own_fault_is_logged_tried_again_and_ends_no_thread(
    stop: threading.Event, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(times: int) -> None:
        if times < 3:
            raise RuntimeError(f"fault {times}")

    working = Working(stop, work=work)
    assert working.has_worked(3)
    assert working.is_alive()
    said = capsys.readouterr().out
    assert "RuntimeError: fault 1" in said and "RuntimeError: fault 2" in said


@pytest.mark.parametrize(
    ("sqlstate", "away"),
    [
        ("57P01", True),  # shut down by an administrator
        ("57P03", True),  # starting
        ("40P01", True),  # deadlock
        ("53100", True),  # disk full
        ("53300", True),  # too many connections
        ("54000", False),  # a value too large: would be refused for ever
        ("57014", False),  # this very statement was cancelled
        ("23505", False),
        ("42P01", False),
    ],
)
def test_what_passes_by_itself_is_told_from_what_is_refused(sqlstate: str, away: bool) -> None:
    with pytest.raises(DatabaseError) as caught:
        refuse(sqlstate)
    assert database_is_away(caught.value) is away


def test_a_connection_that_breaks_is_a_database_that_is_away() -> None:
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert database_is_away(caught.value)


def test_a_fault_of_our_own_is_not_the_databases() -> None:
    assert not database_is_away(ValueError("ours"))


def test_what_comes_in_quick_succession_is_told_together(stop: threading.Event) -> None:
    rest = 2.0
    working = Working(stop, rest=rest)
    assert working.has_worked(1)
    time.sleep(rest + 0.1)
    notify()
    assert working.has_worked(2, seconds=0.9 * rest)  # the first is told at once, what follows after a rest together
    for _each in range(20):
        notify()
    assert working.has_worked(3)
    time.sleep(1.5 * rest)
    assert len(working.woken) == 3
