"""The worker's jobs begin anew when the clock is put right: what runs by the clock would wait for the old time."""

import asyncio
import threading
import time

import pytest

from anliegen.config import work


def test_jobs_begin_anew_when_the_clock_jumps_and_end_when_they_are_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[float] = []
    ahead = 86_400.0
    real = time.time

    async def worker() -> None:
        nonlocal ahead
        began.append(time.time())
        if len(began) == 2:
            stop.set()
            dying.set()
        await asyncio.sleep(0.05)
        ahead = 0.0  # put back by a day, while this worker runs
        await asyncio.sleep(60)

    stop, dying = threading.Event(), threading.Event()
    thread = threading.Thread(target=dying.wait)
    thread.start()
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    monkeypatch.setattr(work, "_worker", worker)
    monkeypatch.setattr(work, "_insist", lambda: None)
    monkeypatch.setattr(work, "LOOK_S", 0.02)
    asyncio.run(asyncio.wait_for(work._run_jobs(stop, [thread]), timeout=20))
    assert (len(began), round(began[0] - began[1], -3)) == (2, 86_000.0)


def test_a_clock_that_goes_right_lets_them_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LOOK_S", 0.01)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(work._clock_jumps(), timeout=0.2))
