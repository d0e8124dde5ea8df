"""What is learnt from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A text and what it is about."""

    text: str
    label: str
