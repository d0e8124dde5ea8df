"""One instance for all tests, set up once and never left behind; a test that needs it elsewhere makes its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anliegen.ground import postgres

from .instance import Instance

Run = Callable[..., "subprocess.Popen[bytes]"]


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


@pytest.fixture
def database(house: Instance) -> Iterator[Instance]:
    """The instance with its database alone, so that only the workers of the test take its jobs."""
    house.stop()
    with postgres.acquire(house.data):
        yield house


@pytest.fixture
def run(database: Instance) -> Iterator[Run]:
    made: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str, **given: str) -> subprocess.Popen[bytes]:
        environment = database.environment | {"DJANGO_SETTINGS_MODULE": "anliegen.config.settings"} | given
        with database.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", program, *arguments], env=environment, stdout=log, stderr=log
            )
        made.append(process)
        return process

    yield start
    for process in made:
        process.kill()
        process.wait()
