"""A pytest plugin (`-p tests.instance`): gives the tests a data directory and a database of their own.

Loaded before Django's settings are, because these read the environment. With DATABASE_URL set, tests use that server.
"""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

from anliegen.ground import postgres

# A shell starts what runs in its background deaf to Ctrl-C, and our children would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_data = Path(tempfile.mkdtemp(prefix="anliegen-tests-"))
os.environ["ANLIEGEN_DATA"] = str(_data)
os.environ.setdefault("ANLIEGEN_BASE_URL", "http://127.0.0.1:8000")
for name in ("ANLIEGEN_SMTP_URL", "ANLIEGEN_SECRET_KEY", "ANLIEGEN_DEMO"):
    os.environ.pop(name, None)

_server = None if os.environ.get("DATABASE_URL") else postgres.acquire(_data)


def _leave() -> None:
    if _server is not None:
        _server.release()
    shutil.rmtree(_data, ignore_errors=True)


atexit.register(_leave)
