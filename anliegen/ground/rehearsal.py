"""A deed is done, looked at and taken back: so what is shown beforehand cannot differ from what happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def rehearsed() -> Iterator[None]:
    """Nothing of what is done inside stays, neither a row nor an event. What it locks is locked until its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
