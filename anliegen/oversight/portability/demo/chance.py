"""Chance that comes out the same each time: drawn from a name, never from the clock."""

import random


def chance_of(name: str) -> random.Random:
    """The same name gives the same draws. For made-up content only, never for a secret."""
    return random.Random(name)  # noqa: S311
