"""A file system that is really full, under files and database alike: nothing is promised, nothing lost, it heals."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import needs

from .accounts import everything_is_there_once
from .instance import Instance, until
from .sender import Sender, composed

SIZE_MB = 400


@pytest.fixture
def small_disk() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="anliegen-small-"))
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "none", str(place)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        place.rmdir()
        why = f"a file system of its own needs root: {made.stderr.decode().strip()}"
        needs.is_missing(why)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    place.rmdir()


@contextmanager
def full(place: Path) -> Iterator[None]:
    """As long as it lasts there is not a byte: what the database gives back at a checkpoint is taken at once."""
    is_over = threading.Event()

    def fill_again() -> None:
        while not is_over.wait(0.05):
            fill(place)

    fill(place)
    filling = threading.Thread(target=fill_again)
    filling.start()
    try:
        yield
    finally:
        is_over.set()
        filling.join()
        (place / "ballast").unlink()


def fill(place: Path) -> None:
    """Down to the last byte: in large pieces, then in small ones."""
    with (place / "ballast").open("ab", buffering=0) as ballast:
        for piece in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    ballast.write(b"\0" * piece)
            except OSError:
                continue


def test_with_a_full_disk_the_sender_keeps_its_mail_and_afterwards_all_goes_on(small_disk: Path) -> None:
    with Instance(small_disk) as instance:
        instance.set_up().start()
        first = Sender(instance.smtp_port, [composed(number, "before") for number in range(30)]).start()
        first.wait()
        everything_is_there_once(instance, first, "before")

        with full(small_disk):
            mails = [composed(number, "full") for number in range(30)]
            sender = Sender(instance.smtp_port, mails, patience=150).start()
            until(lambda: sum(sender.refused.values()) >= 12, 60, "refusals")
            time.sleep(5)
            assert not sender.accepted

        sender.wait()
        everything_is_there_once(instance, sender, "full")
        assert instance.anliegen("journal", "verify")["ok"]
