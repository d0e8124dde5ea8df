"""A process of its own: its end is told, and what hangs in it is ended."""

import sys
import time

import pytest

from anliegen.ground import apart


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "COMMAND", [sys.executable, "-c"])


@pytest.mark.parametrize("code", [0, 3])
def test_its_exit_code_is_told(code: int) -> None:
    assert apart.run(f"raise SystemExit({code})", within_s=30) == code


def test_that_it_was_killed_is_told() -> None:
    with pytest.raises(apart.Died, match="by signal 9"):
        apart.run("import os; os.kill(os.getpid(), 9)", within_s=30)


def test_what_hangs_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(apart.Died, match=r"not within 0\.5 s"):
        apart.run("import time; time.sleep(60)", within_s=0.5)
    assert time.monotonic() - began < 20
