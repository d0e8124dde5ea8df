"""A process may open as many files as it is allowed to, and no more come in than it can bear."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from anliegen.flow.channels.mailroom import door

RAISES = """
import json, resource
from anliegen.ground import open_files
resource.setrlimit(resource.RLIMIT_NOFILE, {limits})
print(json.dumps([open_files.allow_more(), open_files.most()]))
"""


@pytest.mark.parametrize(("limits", "most"), [((64, 900), 900), ((64, 64), 64), ((900, 900), 900)])
def test_the_usual_number_is_raised_to_the_allowed_one(limits: Sequence[int], most: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", RAISES.format(limits=limits)], capture_output=True, check=True, timeout=60
    )
    assert json.loads(ended.stdout) == [most, most]


@pytest.mark.parametrize(("files", "inside", "knocking"), [(1024, 100, 85), (512, 100, 42), (60, 11, 5), (8, 1, 1)])
def test_the_fewer_files_the_fewer_come_in(files: int, inside: int, knocking: int) -> None:
    made = door.as_wide_as(files)
    entered = [made.enter(f"10.0.0.{number}") for number in range(150)]
    assert (entered.count(True), door.backlog(files)) == (inside, knocking)
