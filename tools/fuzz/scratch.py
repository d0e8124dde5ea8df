"""An instance that lives as long as a run: nothing of the operator's own is touched."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from anliegen.config.cli.program import instance


@contextmanager
def scratch() -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(("ANLIEGEN_", "DATABASE_URL"))]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="anliegen-fuzz-") as home:
        os.environ["ANLIEGEN_DATA"] = home
        made = ("setup", "--organisation", "Stadtwerke Lindenau", "--admin", "admin@lindenau.example")
        subprocess.run([sys.executable, "-m", "anliegen", *made], check=True, stdout=subprocess.DEVNULL)
        with instance():
            yield
