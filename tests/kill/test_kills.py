"""kill -9 in the middle of the day's mail: what was answered with 250 is there, once, and nobody has to lend a hand."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from anliegen.ground.postgres import locks, postmaster
from anliegen.ground.postgres.layout import Layout

from .accounts import everything_is_there_once, settle
from .instance import Instance, kill, until
from .sender import Mail, Sender, composed

AWAY_S = 20


def kill_everything(instance: Instance) -> None:
    """Supervisor first, so that it cannot start anybody again; then a new start, as after a power cut."""
    everybody = instance.running()
    kill(instance.supervisor())
    for pid in everybody:
        postmaster.send(pid, 9)  # some end with their supervisor before it is their turn
    for pid in instance.server_pids():
        postmaster.send(pid, 9)
    assert instance.process is not None
    instance.process.wait()
    instance.start()


def kill_supervisor(instance: Instance) -> None:
    kill(instance.supervisor())
    assert instance.process is not None
    instance.process.wait()
    instance.start()


KILLS: dict[str, Callable[[Instance], None]] = {
    "worker": lambda instance: kill(instance.worker()),
    "web": lambda instance: kill(instance.web()),
    "receiver": lambda instance: kill(instance.receiver()),
    "backend": lambda instance: kill(instance.backend()),
    "postmaster": lambda instance: kill(instance.postmaster()),
    "nursery": lambda instance: kill(instance.nursery()),
    "supervisor": kill_supervisor,
    "everything": kill_everything,
}
# Each process that has to do with mail, and all at once. Five hundred for the others too would take CI minutes longer.
MAILS = dict.fromkeys(("worker", "web", "receiver", "postmaster", "everything"), 500)


def mails(count: int, run: str) -> list[Mail]:
    return [composed(number, run) for number in range(count)]


@pytest.mark.parametrize("victim", KILLS)
def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(instance: Instance, victim: str) -> None:
    count = MAILS.get(victim, 100)
    sender = Sender(instance.smtp_port, mails(count, victim)).start()
    sender.when(count // 3, lambda: KILLS[victim](instance))
    sender.wait()
    everything_is_there_once(instance, sender, victim)


def test_the_worker_killed_again_and_again_loses_nothing(instance: Instance) -> None:
    sender = Sender(instance.smtp_port, mails(120, "often")).start()
    for many in (20, 60, 100):
        sender.when(many, lambda: until(lambda: worker_was_killed(instance), 20, "a worker to kill"))
    sender.wait()
    everything_is_there_once(instance, sender, "often")


def worker_was_killed(instance: Instance) -> bool:
    try:
        kill(instance.worker())
    except (ValueError, AssertionError, ProcessLookupError):
        return False  # it is just being started again
    return True


def test_three_workers_at_once_do_everything_once(instance: Instance) -> None:
    """Each mail is also handed in twice, so that the same mail lies in the hands of two workers."""
    extra = [instance.also("work") for _ in range(2)]
    try:
        alive = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '3 seconds'"
        until(lambda: instance.one(alive) >= 3, 40, "three workers")
        once = mails(300, "three")
        sender, second = (Sender(instance.smtp_port, once, side_by_side=3).start() for _ in range(2))
        second.wait()
        everything_is_there_once(instance, sender.wait(), "three")
        lines = instance.one("SELECT count(*) FROM channels_intake WHERE envelope_from LIKE 'kundin-three-%'")
        assert lines == 600
    finally:
        instance.others.clear()
        for process in extra:
            process.terminate()
    assert [process.wait(timeout=9) for process in extra] == [0, 0]


def test_a_database_that_is_away_for_a_while_is_waited_for(instance: Instance) -> None:
    """Stopped from outside; the lock keeps everybody from starting it again."""
    layout = Layout.under(instance.data)
    sender = Sender(instance.smtp_port, mails(120, "away"), patience=AWAY_S + 60).start()

    def away() -> None:
        with locks.alone(layout.start_lock, patience=10):
            postmaster.stop(instance.postmaster(), layout)
            assert not instance.is_well()
            time.sleep(AWAY_S)

    sender.when(50, away)
    sender.wait()
    assert sender.refused["451"] > 0
    everything_is_there_once(instance, sender, "away")


def test_a_store_that_takes_nothing_makes_the_sender_keep_its_mail(instance: Instance) -> None:
    settle(instance, 60)
    files, aside = instance.data / "files", instance.data / "files.aside"
    files.rename(aside)
    files.write_text("not a directory")
    try:
        sender = Sender(instance.smtp_port, mails(20, "store")).start()
        until(lambda: sender.refused["451"] >= 8, 20, "451")
        assert not sender.accepted
        assert not instance.ask("SELECT id FROM channels_intake WHERE envelope_from LIKE 'kundin-store-%'")
    finally:
        files.unlink()
        aside.rename(files)
    sender.wait()
    everything_is_there_once(instance, sender, "store")


def test_a_stop_ends_all_of_it_in_time_and_leaves_nobody(instance: Instance) -> None:
    sender = Sender(instance.smtp_port, mails(120, "stop")).start()
    sender.when(50, lambda: None)
    everybody = instance.running()
    assert instance.process is not None
    began = time.monotonic()
    instance.process.terminate()
    assert instance.process.wait(timeout=20) == 0
    took = time.monotonic() - began
    assert [pid for pid in everybody if postmaster.command_of(pid)] == []
    assert took < 8, f"{took:.1f} s"
    instance.start()
    sender.wait()
    everything_is_there_once(instance, sender, "stop")
