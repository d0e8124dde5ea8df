"""What a kill leaves in the store goes by the clock, not only when the receiver starts."""

import os
from pathlib import Path

import pytest

from anliegen.flow.channels.mailroom.storing import clear_up_nightly
from anliegen.ground import files


def test_each_night_what_a_kill_left_is_cleared_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLIEGEN_DATA", str(tmp_path))
    kept = files.path(files.put(b"Zaehlerfoto"))
    for left in (kept.with_name(".new-left"), tmp_path / "files" / ".new-left"):
        left.write_bytes(b"halb")
        os.utime(left, (0, 0))
    clear_up_nightly(0)
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == [kept]
