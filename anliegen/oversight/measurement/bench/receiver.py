"""The receiver as it runs in earnest, and somebody who sends to it; both in processes of their own."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from subprocess import DEVNULL, PIPE, Popen

from anliegen.ground.egress import local

PATIENCE_S = 60


@contextmanager
def receiver() -> Iterator[tuple[int, int]]:
    """`anliegen mail` in a process of its own: its pid and its port."""
    port = local.free_port("127.0.0.1")
    place = {"ANLIEGEN_HOST": "127.0.0.1", "ANLIEGEN_SMTP_PORT": str(port)}
    with Popen(
        [sys.executable, "-m", "anliegen", "mail"], env=os.environ | place, stdout=DEVNULL, stderr=DEVNULL
    ) as process:
        try:
            until = time.monotonic() + PATIENCE_S
            while local.is_free("127.0.0.1", port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("the receiver did not come up")
                time.sleep(0.05)
            yield process.pid, port
        finally:
            process.terminate()


def send(mails: Sequence[bytes], port: int, *, connections: int) -> None:
    """Send the mails side by side over so many connections; every one must be taken."""
    sender = Popen(
        [sys.executable, "-m", "anliegen.oversight.measurement.bench.sender", str(port), str(connections)], stdin=PIPE
    )
    sender.communicate(b"".join(len(mail).to_bytes(4, "big") + mail for mail in mails))
    if sender.returncode:
        raise RuntimeError("the sending process failed")
