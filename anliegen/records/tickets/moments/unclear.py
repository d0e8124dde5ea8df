"""Why words name no moment to which something can be put off."""

from datetime import date, datetime


class Unclear(Exception):
    """These words name no such moment; the subclasses say why."""


class NotUnderstood(Unclear):
    """There is no sense in it; `word` is the first that says nothing here, empty when there is none."""

    def __init__(self, word: str = "") -> None:
        super().__init__(word)
        self.word = word


class Contradiction(Unclear):
    """The weekday that was named is not the one of the day that was named; `on` is the day."""

    def __init__(self, on: date) -> None:
        super().__init__(on)
        self.on = on


class Past(Unclear):
    """The moment has gone by; `at` is it."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class TooFar(Unclear):
    """Further off than `read.FURTHEST`."""
