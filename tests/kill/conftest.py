"""One instance for all tests, set up once and never left behind; a test that needs it elsewhere makes its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .instance import Instance


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.kill)
            if not sys.platform.startswith("linux"):
                item.add_marker(pytest.mark.skip(reason="finds processes in /proc"))


@pytest.fixture(scope="session")
def house() -> Iterator[Instance]:
    place = Path(tempfile.mkdtemp(prefix="anliegen-kill-"))
    try:
        with Instance(place) as instance:
            yield instance.set_up()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def instance(house: Instance) -> Instance:
    """Running and well, whatever the test before did to it."""
    if house.process is None or house.process.poll() is not None:
        house.start()
    return house
