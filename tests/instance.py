"""A pytest plugin (`-p tests.instance`): gives the tests a data directory and a database of their own.

Loaded before Django's settings are, because these read the environment. With DATABASE_URL set, tests use that server.
"""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anliegen.ground import postgres
from anliegen.ground.postgres import postmaster
from tests import template

# A shell starts what runs in its background deaf to Ctrl-C, and our children would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_data = Path(tempfile.mkdtemp(prefix="anliegen-tests-"))
os.environ["ANLIEGEN_DATA"] = str(_data)
os.environ.setdefault("ANLIEGEN_BASE_URL", "http://127.0.0.1:8000")
# Threads of linear algebra wait for each other by counting, not by sleeping: beside other tests they took seven eighths
# of the processor time of learning a small model. Set before numpy is read, and for all that tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
for name in ("ANLIEGEN_SMTP_URL", "ANLIEGEN_SECRET_KEY", "ANLIEGEN_DEMO"):
    os.environ.pop(name, None)

# Nobody cuts the power of what is thrown away at the end. `fsync` stays: the doctor looks for it.
UNHURRIED = {"synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def unhurried() -> Iterator[None]:
    """For the server of the tests alone, not for those that tests start."""
    usual = dict(postmaster.SETTINGS)
    postmaster.SETTINGS.update(UNHURRIED)
    try:
        yield
    finally:
        postmaster.SETTINGS.update(usual)


def _started() -> postgres.Server:
    with unhurried():
        return postgres.acquire(template.migrated(_data))


_server = None if os.environ.get("DATABASE_URL") else _started()


def pytest_configure(config: pytest.Config) -> None:
    if _server is not None and config.pluginmanager.has_plugin("django"):
        from django.db import connection  # noqa: PLC0415  # needs the settings, which need the server

        connection.settings_dict["TEST"]["TEMPLATE"] = template.FOR_TESTS


def _leave() -> None:
    if _server is not None:
        _server.release()
    shutil.rmtree(_data, ignore_errors=True)


atexit.register(_leave)
