"""What a test needs of the machine: programs, which CI installs, and public data, which is no part of the repository.

Without a program its tests are skipped, except where ANLIEGEN_TEST_FORBID_SKIPS=1 says that it has to be there: then
they fail. Without the data they are skipped everywhere, and the end of the run says so.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

# The same browser; without its windows it takes less than half the time.
CHROMIUMS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
CHROMIUM = next((place for place in CHROMIUMS if Path(place).exists()), CHROMIUMS[-1])
ABSENT = "the public data is not on this machine"


def program(name: str) -> pytest.MarkDecorator:
    """Of a test that runs this program."""
    return pytest.mark.needs_program(name)


def public(place: Path) -> pytest.MarkDecorator:
    """Of a test that reads this file or folder of the public data, see tools/corpus/data.py."""
    return pytest.mark.needs_public(place)


def is_missing(why: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be missing."""
    if os.environ.get("ANLIEGEN_TEST_FORBID_SKIPS") == "1":
        pytest.fail(why)
    pytest.skip(why)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_program(name): runs a program that may not be there")
    config.addinivalue_line("markers", "needs_public(place): reads public data that is no part of the repository")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs_program"):
        if shutil.which(mark.args[0]) is None:
            is_missing(f"{mark.args[0]} is not on this machine")
    for mark in item.iter_markers("needs_public"):
        if not mark.args[0].exists():
            pytest.skip(f"{ABSENT}: {'/'.join(mark.args[0].parts[-3:])}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if ABSENT in str(one.longrepr)]
    if skipped:
        terminalreporter.section(ABSENT)
        terminalreporter.write_line(
            f"Not run without it: {len(skipped)}. ANLIEGEN_CORPUS says where it lies, see tools/corpus/data.py."
        )
        for name in sorted(one.nodeid for one in skipped):
            terminalreporter.write_line(f"  {name}")
