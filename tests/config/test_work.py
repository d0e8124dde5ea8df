"""The worker's jobs begin anew when the clock is put right: what runs by the clock would wait for the old time."""

import asyncio
import threading
import time
from datetime import UTC, datetime
from datetime import time as time_of

import pytest
from procrastinate import App
from procrastinate.periodic import PeriodicDeferrer

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


@pytest.mark.django_db(transaction=True)
def test_what_was_missed_at_night_is_made_up_for_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    missed: dict[str, datetime] = {}
    morning = datetime(2026, 11, 20, 8, 1, tzinfo=UTC)

    async def look(app: App, **_options: object) -> None:
        deferrer = PeriodicDeferrer(registry=app.periodic_registry, **app.periodic_defaults)
        for periodic, stamp in deferrer.get_previous_tasks(at=morning.timestamp()):
            missed[periodic.task.name] = datetime.fromtimestamp(stamp, UTC)

    monkeypatch.setattr(App, "run_worker_async", look)
    asyncio.run(work._worker())
    night = morning.date()
    assert missed["flow.channels.mailroom.compare.compare_nightly"] == datetime.combine(night, time_of(2, 40), UTC)
    assert missed["ground.jobs.tidy"] == datetime.combine(night, time_of(3, 17), UTC)
    assert missed["faces.api.jobs.forget_answers"] == datetime.combine(night, time_of(3, 41), UTC)


def test_a_clock_that_goes_right_lets_them_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LOOK_S", 0.01)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(work._clock_jumps(), timeout=0.2))
