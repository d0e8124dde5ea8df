"""Figures are read off honestly."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.oversight.measurement.bench.report import measured, percentiles, timed


def test_percentiles_are_in_milliseconds() -> None:
    assert percentiles([n / 1000 for n in range(1, 101)]) == {"p50_ms": 50.5, "p95_ms": 96.0}
    assert percentiles([0.002]) == {"p50_ms": 2.0, "p95_ms": 2.0}


@given(st.lists(st.floats(min_value=0, max_value=100), min_size=1, max_size=50))
def test_the_slow_end_is_never_faster_than_the_middle(samples: list[float]) -> None:
    figures = percentiles(samples)
    assert figures["p50_ms"] <= figures["p95_ms"] <= round(max(samples) * 1000, 2)


def test_each_call_is_timed() -> None:
    called: list[None] = []
    samples = timed(lambda: called.append(None), times=5)
    assert (len(called), len(samples), min(samples) >= 0) == (5, 5, True)


@pytest.mark.django_db
def test_sleeping_takes_time_but_no_cpu() -> None:
    with measured() as slept:
        time.sleep(0.2)
    with measured() as worked:
        sum(number * number for number in range(2_000_000))
    assert slept.wall_s >= 0.2
    assert slept.own_cpu_s < 0.1 < 0.2 <= slept.wall_s
    assert worked.own_cpu_s > slept.own_cpu_s
