"""A page of rows by keyset: what was read turned round, and whether more lies on either side. Pure."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Cut(Generic[T]):
    """The rows of a page, newest first, with the rows at which a newer and an older page begin (None where none is)."""

    items: list[T]
    newer: T | None
    older: T | None


def cut(found: list[T], *, size: int, way: str | None) -> Cut[T]:
    """Of `size` rows and one more, read in the direction `way`: "newer" or "older" than a row, None from the start."""
    more, items = len(found) > size, found[:size]
    backwards = way == "newer"
    if backwards:
        items.reverse()
    has_newer, has_older = (more, True) if backwards else (way is not None, more)
    return Cut(items, items[0] if items and has_newer else None, items[-1] if items and has_older else None)
